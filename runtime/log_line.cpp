// Redacts first, then escapes: an escape inside a secret would otherwise hide it from the redaction.
#include "runtime/log_line.hpp"

#include "runtime/text_tools.hpp"
#include "wire/rfc3339.hpp"

#include "actors/log.hpp"

#include <array>
#include <cstddef>

namespace rltrader {

namespace {

constexpr std::string_view stars = "********";
constexpr std::string_view replacement_character = "\xef\xbf\xbd";

void append_hex(std::string& out, unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u00";
  out += digits[byte >> 4U];
  out += digits[byte & 0xfU];
}

// Escapes as JSON does; quotes and backslashes only inside JSON, where they would end the text.
void append_escaped(std::string& out, std::string_view text, log_form form) {
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0) {
      out += replacement_character;
    } else if (length > 1) {
      out += text.substr(0, length);
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\r') {
      out += "\\r";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      append_hex(out, byte);
    } else {
      if (form == log_form::json_lines && (byte == '"' || byte == '\\')) out += '\\';
      out += text.front();
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

struct named_field {
  std::string_view name;
  std::string_view value;
};

std::string json_line(const log_record& r, std::span<const std::string> secrets) {
  std::string out = "{\"time\":\"" + rfc3339_text(r.at) + "\"";
  for (const auto& [name, value] :
       {named_field{"level", r.level}, named_field{"event", r.event}, named_field{"pair", r.pair},
        named_field{"actor", r.actor}, named_field{"trace_id", r.trace_id}, named_field{"message", r.text}}) {
    out += ",\"";
    out += name;
    out += "\":\"";
    append_escaped(out, redacted(value, secrets), log_form::json_lines);
    out += '"';
  }
  return out + '}';
}

std::string text_line(const log_record& r, std::span<const std::string> secrets) {
  constexpr std::size_t level_width = 5;
  std::string out = rfc3339_text(r.at) + ' ' + std::string(r.level);
  if (r.level.size() < level_width) out.append(level_width - r.level.size(), ' ');
  const auto append = [&](std::string_view label, std::string_view value) {
    if (value.empty()) return;
    out += ' ';
    out += label;
    append_escaped(out, redacted(value, secrets), log_form::text_lines);
  };
  append("", r.event);
  append("pair=", r.pair);
  append("actor=", r.actor);
  append("trace=", r.trace_id);
  append("", r.text);
  return out;
}

}  // namespace

std::string log_line(const log_record& record, log_form form, std::span<const std::string> secrets) {
  return form == log_form::json_lines ? json_line(record, secrets) : text_line(record, secrets);
}

log_record take_payload_apart(std::string_view payload) {
  log_record out;
  auto rest = payload;
  for (auto* field : {&out.event, &out.pair, &out.actor, &out.trace_id}) {
    const auto end = rest.find(log_separator);
    if (end == std::string_view::npos) return {.level = {}, .text = payload};
    *field = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  out.text = rest;
  return out;
}

std::string redacted(std::string_view text, std::span<const std::string> secrets) {
  std::string out(text);
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = 0; (at = out.find(secret, at)) != std::string::npos; at += stars.size())
      out.replace(at, secret.size(), stars);
  }
  return out;
}

}  // namespace rltrader

// How texts become values of settings, strictly: what does not fit its row is refused with what it must be.
#include "runtime/setting_slot.hpp"
#include "runtime/text_tools.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace rltrader {

namespace {

std::string number_text(double value) {
  char buffer[512];  // the longest double without an exponent has some 330 characters
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  return std::string(buffer, end);
}

bool bounded(double x) { return std::isfinite(x); }

std::string range_text(const rule& bounds) {
  if (bounded(bounds.least) && bounded(bounds.most))
    return " from " + number_text(bounds.least) + " to " + number_text(bounds.most);
  if (bounded(bounds.least)) return " of at least " + number_text(bounds.least);
  if (bounded(bounds.most)) return " of at most " + number_text(bounds.most);
  return {};
}

std::string form_text(text_form form) {
  switch (form) {
    case text_form::any: return "a text";
    case text_form::web_url: return "an address with http:// or https:// and a host";
    case text_form::socket_url: return "an address with ws:// or wss:// and a host";
    case text_form::postgres_url: return "an address with postgres:// or postgresql://";
    case text_form::identifier: return "a name of letters, digits and _ that begins with no digit, at most 63 long";
  }
  return "a text";
}

bool starts_with_one_of(std::string_view text, std::string_view a, std::string_view b) {
  for (const auto prefix : {a, b})
    if (text.size() > prefix.size() && text.starts_with(prefix) && text[prefix.size()] != '/') return true;
  return false;
}

bool fits_form(std::string_view text, text_form form) {
  switch (form) {
    case text_form::any: return true;
    case text_form::web_url: return starts_with_one_of(text, "http://", "https://");
    case text_form::socket_url: return starts_with_one_of(text, "ws://", "wss://");
    case text_form::postgres_url: return text.starts_with("postgres://") || text.starts_with("postgresql://");
    case text_form::identifier: {
      if (text.empty() || text.size() > 63 || (text.front() >= '0' && text.front() <= '9')) return false;
      for (const char c : text)
        if (!is_key_character(c)) return false;
      return true;
    }
  }
  return false;
}

bool within(double value, const rule& bounds) { return value >= bounds.least && value <= bounds.most; }

std::string must_be(const setting_row& row) { return "must be " + expectation_of(row); }

template <class T, class Read>
std::string read_list(std::string_view text, std::vector<T>& out, Read&& read_item) {
  std::vector<T> items;
  for (const auto& item : split_list(text)) {
    auto value = read_item(item);
    if (!value) return "holds " + in_quotes(item);
    items.push_back(std::move(*value));
  }
  out = std::move(items);
  return {};
}

template <class T, class Show>
std::string show_list(const std::vector<T>& value, Show&& show_item) {
  std::string out;
  for (const auto& item : value) {
    if (!out.empty()) out += ',';
    out += show_item(item);
  }
  return out;
}

}  // namespace

std::string expectation_of(const setting_row& row) {
  if (row.slot.words != nullptr) {
    std::string out = "one of ";
    bool first = true;
    for (const auto text : row.slot.words()) {
      if (!first) out += ", ";
      first = false;
      out += text;
    }
    return out;
  }
  if (row.slot.ordered) return row.slot.what + range_text(row.bounds);
  std::string out = row.form == text_form::any ? row.slot.what : form_text(row.form);
  if (bounded(row.bounds.least)) out += " of at least " + number_text(row.bounds.least) + " characters";
  return out;
}

namespace detail {

std::string trimmed(std::string_view text) { return std::string(trim(text)); }

std::string read_value(std::string_view text, const setting_row& row, bool& out) {
  const auto word = lower_case(trim(text));
  for (const auto yes : {"1", "true", "yes", "on"})
    if (word == yes) return out = true, std::string{};
  for (const auto no : {"0", "false", "no", "off", ""})
    if (word == no) return out = false, std::string{};
  return must_be(row);
}

std::string read_value(std::string_view text, const setting_row& row, std::int64_t& out) {
  const auto digits = trim(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || !within(static_cast<double>(value), row.bounds))
    return must_be(row);
  out = value;
  return {};
}

std::string read_value(std::string_view text, const setting_row& row, double& out) {
  const auto digits = trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value) ||
      !within(value, row.bounds))
    return must_be(row);
  out = value;
  return {};
}

std::string read_fixed(std::string_view text, const setting_row& row, std::int64_t& raw) {
  const auto value = fixed_parse(trim(text));
  if (!value) return must_be(row);
  if (bounded(row.bounds.least) && *value < fixed_of_double(row.bounds.least)) return must_be(row);
  if (bounded(row.bounds.most) && *value > fixed_of_double(row.bounds.most)) return must_be(row);
  raw = *value;
  return {};
}

// An empty text means that nothing is set, so only what is there has a form and a length.
std::string read_value(std::string_view text, const setting_row& row, std::string& out) {
  const auto value = trim(text);
  const bool too_short = bounded(row.bounds.least) && static_cast<double>(value.size()) < row.bounds.least;
  if (!value.empty() && (too_short || !fits_form(value, row.form))) return must_be(row);
  if (value.empty() && *row.fallback != '\0') return "must not be empty";
  out = value;
  return {};
}

std::string read_value(std::string_view text, const setting_row& row, pair_name& out) {
  const auto value = pair_name::parse(trim(text));
  if (!value || value->empty()) return must_be(row);
  out = *value;
  return {};
}

std::string read_value(std::string_view text, const setting_row&, std::vector<std::string>& out) {
  return read_list(text, out, [](const std::string& item) { return std::optional(item); });
}

std::string read_value(std::string_view text, const setting_row&, std::vector<pair_name>& out) {
  auto wrong = read_list(text, out, [](const std::string& item) { return pair_name::parse(item); });
  return wrong.empty() ? wrong : wrong + ", which cannot be the name of a pair";
}

std::string read_value(std::string_view text, const setting_row& row, std::vector<interval>& out) {
  auto wrong = read_list(text, out, [](const std::string& item) { return value_of<interval>(item); });
  if (wrong.empty()) return out.empty() && *row.fallback != '\0' ? "must not be empty" : wrong;
  wrong += "; an interval is one of";
  for (const auto& w : words(interval{})) wrong += std::string(" ") + w.text;
  return wrong;
}

std::string show_value(bool value) { return value ? "true" : "false"; }
std::string show_value(std::int64_t value) { return std::to_string(value); }
std::string show_value(double value) { return number_text(value); }
std::string show_value(const std::string& value) { return value; }
std::string show_value(const pair_name& value) { return value.text(); }
std::string show_value(const std::vector<std::string>& value) {
  return show_list(value, [](const std::string& item) { return item; });
}
std::string show_value(const std::vector<pair_name>& value) {
  return show_list(value, [](const pair_name& item) { return item.text(); });
}
std::string show_value(const std::vector<interval>& value) {
  return show_list(value, [](interval item) { return std::string(text_of(item)); });
}

}  // namespace detail
}  // namespace rltrader

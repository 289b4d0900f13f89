// Cells and documents into JSON, without any number passing through a double that was not one.
#include "adapters/storage/row_values.hpp"

#include "adapters/storage/foreign_text.hpp"
#include "adapters/storage/keepable.hpp"
#include "wire/rfc3339.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace rltrader::storage {

namespace {

constexpr std::int64_t earliest_ms = 631'152'000'000;   // 1990-01-01
constexpr std::int64_t latest_ms = 4'102'444'800'000;   // 2100-01-01
constexpr double exact_most = 9'007'199'254'740'992.0;  // 2^53: whole doubles above it stand for several integers

std::optional<std::int64_t> integer_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

void add_leaves(const shape& record, const leaf& above, std::vector<leaf>& out) {
  for (const auto& m : record.members) {
    leaf l{above.name + m.name, above.path + m.name, above.names, m.of()};
    l.names.push_back(m.name);
    if (l.of->is != kind::record) {
      out.push_back(std::move(l));
      continue;
    }
    l.name += "_";
    l.path += ".";
    add_leaves(*l.of, l, out);
  }
}

std::optional<json> json_in_cell(std::string_view written, const std::string& name, std::vector<violation>& problems) {
  auto parsed = parse_json(written);
  if (auto* found = std::get_if<json>(&parsed)) return std::move(*found);
  for (auto& v : std::get<std::vector<violation>>(parsed)) {
    v.field = name + (v.field.empty() ? "" : "." + v.field);
    problems.push_back(std::move(v));
  }
  return std::nullopt;
}

/// A number that stands where a whole one is wanted.
void settle_integer(json& value) {
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (std::trunc(number) == number && std::abs(number) <= exact_most) value = static_cast<std::int64_t>(number);
  } else if (value.is_string()) {
    if (const auto number = integer_in(value.get_ref<const std::string&>())) value = *number;
  }
}

void settle(const shape& s, json& value);

void settle_record(const shape& record, json& value) {
  if (!value.is_object()) return;
  for (const auto& m : record.members) {
    const auto found = value.find(m.name);
    if (found != value.end()) settle(*m.of(), *found);
  }
}

void settle(const shape& s, json& value) {
  switch (s.is) {
    case kind::integer:
    case kind::duration: settle_integer(value); return;
    case kind::timestamp:
      if (!value.is_number()) return;
      settle_integer(value);
      if (value.is_number_integer())
        if (auto text = time_text_of_ms(value.get<std::int64_t>())) value = std::move(*text);
      return;
    case kind::optional:
      if (!value.is_null()) settle(*s.inner(), value);
      return;
    case kind::list:
    case kind::dictionary:
      if (value.is_array() == (s.is == kind::list) && value.is_structured())
        for (auto& element : value) settle(*s.inner(), element);
      return;
    case kind::record: settle_record(s, value); return;
    case kind::boolean:
    case kind::number:
    case kind::text:
    case kind::spelled:
    case kind::enumeration: return;
  }
}

}  // namespace

std::vector<leaf> leaves_of(const shape& record) {
  std::vector<leaf> out;
  add_leaves(record, {}, out);
  return out;
}

std::optional<json> json_of_cell(const shape& s, std::string_view written, const std::string& name,
                                 std::vector<violation>& problems) {
  if (s.is == kind::optional && written.empty()) return json(nullptr);
  const auto& wanted = s.is == kind::optional ? *s.inner() : s;
  if (written.empty() && wanted.is != kind::text) {
    problems.push_back({name, "must not be empty", ""});
    return std::nullopt;
  }
  std::string text(written);
  if (text.find('\0') != text.npos) {
    problems.push_back({name, "must not hold a NUL character", ""});
    return std::nullopt;
  }
  if (keepable(text) != text) {
    problems.push_back({name, "must be UTF-8", printable(written)});
    return std::nullopt;
  }
  switch (wanted.is) {
    case kind::boolean:
      if (written == "true" || written == "false") return json(written == "true");
      break;
    case kind::integer:
    case kind::duration:
      if (const auto number = integer_in(written)) return json(*number);
      break;
    case kind::number:
      if (const auto number = number_in(written)) return json(*number);
      break;
    case kind::timestamp:
      if (const auto ms = integer_in(written))
        if (auto time = time_text_of_ms(*ms)) return json(std::move(*time));
      break;
    case kind::list:
    case kind::dictionary:
    case kind::record: return json_in_cell(written, name, problems);
    case kind::text:
    case kind::spelled:
    case kind::enumeration:
    case kind::optional: break;
  }
  return json(std::move(text));  // where that is not what is wanted, reading the row says so
}

void settle_document(const shape& record, json& document) {
  if (!document.is_object()) return;
  json out = json::object();
  const bool has_id = std::any_of(record.members.begin(), record.members.end(),
                                  [](const shape_member& m) { return std::string_view(m.name) == "id"; });
  const auto its_id = document.find("_id");
  if (has_id && its_id != document.end()) out["id"] = *its_id;  // its own id, if it has one, comes later
  for (auto& [name, value] : document.items())
    if (!name.starts_with('_') || name == "_source") out[name] = std::move(value);
  settle_record(record, out);
  document = std::move(out);
}

std::optional<std::string> time_text_of_ms(std::int64_t ms) {
  if (ms != 0 && (ms < earliest_ms || ms >= latest_ms)) return std::nullopt;
  return rfc3339_text(instant_of_ms(ms));
}

void refuse_nul(const json& value, const std::string& path, std::vector<violation>& problems) {
  const auto holds_nul = [](std::string_view text) { return text.find('\0') != text.npos; };
  if (value.is_string() && holds_nul(value.get_ref<const std::string&>()))
    problems.push_back({path, "must not hold a NUL character", ""});
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) refuse_nul(value[i], path + "[" + std::to_string(i) + "]", problems);
  if (value.is_object())
    for (const auto& [name, element] : value.items()) {
      if (holds_nul(name)) problems.push_back({path, "must not have a name with a NUL character", ""});
      refuse_nul(element, path.empty() ? name : path + "." + name, problems);
    }
}

}  // namespace rltrader::storage

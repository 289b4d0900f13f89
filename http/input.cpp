// Merging and coercing.
#include "http/input.hpp"

#include "http/exchange.hpp"
#include "http/route.hpp"

#include <charconv>
#include <cmath>

namespace rltrader::http {

namespace {

const shape_member* member_of(const shape& record, std::string_view name) {
  for (const auto& m : record.members)
    if (name == m.name) return &m;
  return nullptr;
}

/// Whether a body says it is JSON: application/json or a +json type, with or without parameters.
bool says_json(const call& c) {
  const auto* header = c.header("content-type");
  if (header == nullptr) return false;
  auto type = header->substr(0, header->find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& ch : type)
    if (ch >= 'A' && ch <= 'Z') ch = static_cast<char>(ch - 'A' + 'a');
  return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

template <class Number>
bool read_whole(std::string_view text, Number& number) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc{} && end.ptr == text.data() + text.size();
}

void add_once(input& to, const std::string& name, json value, std::string_view shown) {
  if (to.fields.contains(name))
    to.violations.push_back(
        {name, "must be given once, in the path, the query or the body", std::string(shown.substr(0, 80))});
  else
    to.fields[name] = std::move(value);
}

std::optional<problem> add_query(input& to, const shape& takes, const call& c) {
  const auto fields = query_fields(c.query);
  if (!fields)
    return problem_of(failure{errc::malformed, "the query cannot be decoded; escapes are %XX and text is UTF-8"});
  for (const auto& [name, text] : *fields) {
    const auto* m = member_of(takes, name);
    if (m == nullptr) continue;
    const auto& of = *m->of();
    const bool optional = of.is == kind::optional;
    if (text.empty() && optional) continue;
    const bool list = of.is == kind::list || (optional && of.inner()->is == kind::list);
    auto value = coerced(of, text);
    if (list && to.fields.contains(name) && to.fields[name].is_array())
      for (auto& element : value) to.fields[name].push_back(std::move(element));
    else
      add_once(to, name, std::move(value), text);
  }
  return std::nullopt;
}

std::optional<problem> add_body(input& to, const call& c) {
  if (c.body.empty()) return std::nullopt;
  if (!says_json(c))
    return problem{.status = 415,
                   .code = "not_json",
                   .detail = "the body must be JSON and say so: Content-Type: application/json",
                   .details = {},
                   .headers = {{"Accept", "application/json"}}};
  auto parsed = parse_json(c.body);
  if (auto* wrong = std::get_if<std::vector<violation>>(&parsed)) {
    auto p = problem_of(std::move(*wrong));
    p.code = std::string(word_of(errc::malformed));
    return p;
  }
  auto& body = std::get<json>(parsed);
  if (body.is_null()) return std::nullopt;
  if (!body.is_object()) return problem_of(failure{errc::malformed, "the body must be a JSON object"});
  for (auto& [name, value] : body.items()) {
    const auto shown =
        value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
    add_once(to, name, std::move(value), shown);
  }
  return std::nullopt;
}

}  // namespace

json coerced(const shape& of, std::string_view text) {
  switch (of.is) {
    case kind::optional: return coerced(*of.inner(), text);
    case kind::boolean:
      if (text == "true" || text == "1") return true;
      if (text == "false" || text == "0") return false;
      break;
    case kind::integer:
    case kind::duration:
      if (std::int64_t number = 0; read_whole(text, number)) return number;
      break;
    case kind::number:
      if (double number = 0; read_whole(text, number) && std::isfinite(number)) return number;
      break;
    case kind::list: {
      auto out = json::array();
      while (!text.empty()) {
        const auto comma = text.find(',');
        if (const auto part = text.substr(0, comma); !part.empty()) out.push_back(coerced(*of.inner(), part));
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
      }
      return out;
    }
    case kind::text:
    case kind::spelled:
    case kind::enumeration:
    case kind::timestamp:
    case kind::dictionary:
    case kind::record: break;
  }
  return std::string(text);
}

outcome<input> merged_input(const shape& takes, const text_fields& path, const call& c) {
  input out;
  for (const auto& [name, text] : path) {
    const auto* m = member_of(takes, name);
    must(m != nullptr, "a path parameter is a field of what the route takes");
    add_once(out, name, coerced(*m->of(), text), text);
  }
  if (auto wrong = add_query(out, takes, c)) return std::move(*wrong);
  if (changing(c.verb))
    if (auto wrong = add_body(out, c)) return std::move(*wrong);
  return out;
}

std::optional<problem> read_input(exchange& x, input&& from, const shape& of, void* value) {
  const bool strict = !x.routed() || x.row().since == era::added;
  auto violations = std::move(from.violations);
  read_json(of, from.fields, value, violations, strict ? unknown_fields::refused : unknown_fields::ignored,
            &x.ignored());
  if (violations.empty()) return std::nullopt;
  return problem_of(std::move(violations));
}

}  // namespace rltrader::http

// Walks a shape into JSON Schema: types, bounds, words, formats and sentences.
#include "wire/schema.hpp"

#include <cmath>

namespace rltrader {

namespace {

json number_bound(double bound) {
  constexpr double exact = 9e15;  // whole numbers up to here are shown without a decimal point
  if (std::floor(bound) == bound && std::abs(bound) < exact) return static_cast<std::int64_t>(bound);
  return bound;
}

void add_bounds(json& out, const rule& rules) {
  if (std::isfinite(rules.least)) out["minimum"] = number_bound(rules.least);
  if (std::isfinite(rules.most)) out["maximum"] = number_bound(rules.most);
}
bool bounded(const rule& rules) { return std::isfinite(rules.least) || std::isfinite(rules.most); }

void add_length(json& out, const char* keyword, const rule& rules) {
  if (rules.longest != std::numeric_limits<std::size_t>::max()) out[keyword] = rules.longest;
}

json typed(const char* type) { return json{{"type", type}}; }

json schema_with(const shape& s, components& parts, const rule& rules);

/// What may be absent may also be null.
json or_null(json inner) {
  if (inner.contains("type") && inner["type"].is_string() && !inner.contains("enum")) {
    inner["type"] = json::array({inner["type"], "null"});
    return inner;
  }
  if (inner.contains("type") && inner["type"].is_array()) return inner;
  return json{{"anyOf", json::array({std::move(inner), typed("null")})}};
}

json reference_to(const shape& s, components& parts) {
  if (!parts.contains(s.name)) {
    parts[s.name] = json::object();  // first, so that a type that holds itself ends here
    auto properties = json::object();
    auto required = json::array();
    for (const auto& m : s.members) {
      auto member = schema_with(*m.of(), parts, m.rules);
      if (m.sentence[0] != '\0') member["description"] = m.sentence;
      properties[m.name] = std::move(member);
      if (m.of()->is != kind::optional) required.push_back(m.name);
    }
    json out = typed("object");
    out["properties"] = std::move(properties);
    if (!required.empty()) out["required"] = std::move(required);
    out["additionalProperties"] = false;
    parts[s.name] = std::move(out);
  }
  return json{{"$ref", std::string("#/components/schemas/") + s.name}};
}

json schema_with(const shape& s, components& parts, const rule& rules) {
  json out;
  switch (s.is) {
    case kind::boolean: return typed("boolean");
    case kind::integer:
    case kind::duration:
      out = typed("integer");
      out["format"] = "int64";
      if (s.is == kind::duration) out["x-unit"] = "ms";
      add_bounds(out, rules);
      return out;
    case kind::number:
      out = typed("number");
      // A value that is not a number is null; one with bounds must be a number.
      if (!bounded(rules)) out["type"] = json::array({"number", "null"});
      add_bounds(out, rules);
      return out;
    case kind::text:
      out = typed("string");
      add_length(out, "maxLength", rules);
      return out;
    case kind::spelled:
      out = typed("string");
      if (s.scaled) out["format"] = "decimal";
      out["x-expects"] = s.expects;
      if (std::isfinite(rules.least)) out["x-minimum"] = number_bound(rules.least);
      if (std::isfinite(rules.most)) out["x-maximum"] = number_bound(rules.most);
      add_length(out, "maxLength", rules);
      return out;
    case kind::enumeration:
      out = typed("string");
      out["enum"] = json::array();
      for (const char* w : s.words) out["enum"].push_back(w);
      return out;
    case kind::timestamp:
      out = typed("string");
      out["format"] = "date-time";
      return out;
    case kind::optional: return or_null(schema_with(*s.inner(), parts, rules));
    case kind::list:
      out = typed("array");
      out["items"] = schema_with(*s.inner(), parts, rule{.least = rules.least, .most = rules.most});
      add_length(out, "maxItems", rules);
      return out;
    case kind::dictionary:
      out = typed("object");
      out["additionalProperties"] = schema_with(*s.inner(), parts, rule{.least = rules.least, .most = rules.most});
      add_length(out, "maxProperties", rules);
      return out;
    case kind::record: return reference_to(s, parts);
  }
  return out;
}

}  // namespace

json schema_of(const shape& s, components& parts) {
  if (parts.is_null()) parts = json::object();
  return schema_with(s, parts, rule{});
}

}  // namespace rltrader

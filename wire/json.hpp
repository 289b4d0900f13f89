// JSON from and to described types, by shape: strict reading that reports every violation at once.
#pragma once

#include "domain/shape.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rltrader {

/// Keeps the order of the field list, so that answers read as documented.
using json = nlohmann::ordered_json;

/// One thing wrong with a body: where, what is allowed, what it was.
struct violation {
  std::string field;    ///< "legs[1].at"; empty: the body itself
  std::string problem;  ///< "must be at most 250"
  std::string was;      ///< the offending text, cut to 80 characters

  friend bool operator==(const violation&, const violation&) = default;
  static constexpr auto type_name = "violation";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(rltrader::field{"field", &violation::field, "where"},
             rltrader::field{"problem", &violation::problem, "what is allowed"},
             rltrader::field{"was", &violation::was, "what it was"});
  }
};

enum class unknown_fields : unsigned char { refused, ignored };

/// Instants become RFC 3339 text, spelled values and decimals text, NaN null, an absent optional null.
json write_json(const shape& s, const void* value);
/// Reads into `value`; appends every violation, throws nothing. Unknown fields are violations or are listed in `ignored`.
void read_json(const shape& s, const json& from, void* value, std::vector<violation>& violations,
               unknown_fields unknown = unknown_fields::refused, std::vector<std::string>* ignored = nullptr);
/// Parses a text; duplicate names, trailing text, depth above 32 and invalid UTF-8 are violations.
std::variant<json, std::vector<violation>> parse_json(std::string_view text);

/// At most 80 bytes of a text, cut between characters: how violations show what was given.
std::string shown_text(std::string_view text);

template <class T>
json to_json_of(const T& value) {
  return write_json(*shape_of<T>(), &value);
}
template <class T>
std::string json_text(const T& value) {
  return to_json_of(value).dump(-1, ' ', false, json::error_handler_t::replace);
}
template <class T>
std::variant<T, std::vector<violation>> from_json(const json& from, unknown_fields unknown = unknown_fields::refused) {
  T value{};
  std::vector<violation> violations;
  read_json(*shape_of<T>(), from, &value, violations, unknown);
  if (!violations.empty()) return violations;
  return value;
}

}  // namespace rltrader

// Makes the slot of a settings member: reading from text, showing and comparing by the member's own type.
#pragma once

#include "runtime/setting_row.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace rltrader::detail {

// Each puts the text's value into `out` and answers an empty text, or answers what the text must be.
std::string read_value(std::string_view text, const setting_row& row, bool& out);
std::string read_value(std::string_view text, const setting_row& row, std::int64_t& out);
std::string read_value(std::string_view text, const setting_row& row, double& out);
std::string read_value(std::string_view text, const setting_row& row, std::string& out);
std::string read_value(std::string_view text, const setting_row& row, pair_name& out);
std::string read_value(std::string_view text, const setting_row& row, std::vector<std::string>& out);
std::string read_value(std::string_view text, const setting_row& row, std::vector<pair_name>& out);
std::string read_value(std::string_view text, const setting_row& row, std::vector<interval>& out);
/// A fixed-point amount as its raw integer, with the bounds of the row.
std::string read_fixed(std::string_view text, const setting_row& row, std::int64_t& raw);
std::string trimmed(std::string_view text);

template <class Tag>
std::string read_value(std::string_view text, const setting_row& row, fixed<Tag>& out) {
  std::int64_t raw = 0;
  auto wrong = read_fixed(text, row, raw);
  if (wrong.empty()) out = fixed<Tag>::of_raw(raw);
  return wrong;
}
template <worded E>
std::string read_value(std::string_view text, const setting_row& row, E& out) {
  const auto value = value_of<E>(trimmed(text));
  if (!value) return "must be " + expectation_of(row);
  out = *value;
  return {};
}

std::string show_value(bool value);
std::string show_value(std::int64_t value);
std::string show_value(double value);
std::string show_value(const std::string& value);
std::string show_value(const pair_name& value);
std::string show_value(const std::vector<std::string>& value);
std::string show_value(const std::vector<pair_name>& value);
std::string show_value(const std::vector<interval>& value);
template <class Tag>
std::string show_value(fixed<Tag> value) {
  return value.text();
}
template <worded E>
std::string show_value(E value) {
  return std::string(text_of(value));
}

template <worded E>
std::vector<std::string_view> word_list() {
  std::vector<std::string_view> out;
  for (const auto& w : words(E{})) out.push_back(w.text);
  return out;
}

// The word for what a value must be; ordered values have bounds of their own, others of their length.
constexpr const char* what_is(const bool*) { return "yes or no (1 true yes on, 0 false no off)"; }
constexpr const char* what_is(const std::int64_t*) { return "a whole number"; }
constexpr const char* what_is(const double*) { return "a number"; }
constexpr const char* what_is(const std::string*) { return "a text"; }
constexpr const char* what_is(const pair_name*) { return "a pair"; }
constexpr const char* what_is(const std::vector<std::string>*) { return "a list with commas"; }
constexpr const char* what_is(const std::vector<pair_name>*) { return "a list of pairs with commas"; }
constexpr const char* what_is(const std::vector<interval>*) { return "a list of intervals with commas"; }
template <class Tag>
constexpr const char* what_is(const fixed<Tag>*) {
  return "a decimal with at most 8 places";
}
template <worded E>
constexpr const char* what_is(const E*) {
  return "one of";
}

template <class T>
struct has_order : std::bool_constant<std::is_arithmetic_v<T> && !std::is_same_v<T, bool>> {};
template <class Tag>
struct has_order<fixed<Tag>> : std::true_type {};

template <auto Member>
struct slot_maker;
template <class T, T settings::*Member>
struct slot_maker<Member> {
  static std::string read(settings& s, std::string_view text, const setting_row& row) {
    return read_value(text, row, s.*Member);
  }
  static std::string show(const settings& s) { return show_value(s.*Member); }
  static bool same(const settings& a, const settings& b) { return a.*Member == b.*Member; }
  static void copy(settings& to, const settings& from) { to.*Member = from.*Member; }
  static constexpr value_slot make() {
    value_slot slot{what_is(static_cast<const T*>(nullptr)),
                    std::is_same_v<T, bool>,
                    has_order<T>::value,
                    &read,
                    &show,
                    &same,
                    &copy,
                    nullptr};
    if constexpr (worded<T>) slot.words = &word_list<T>;
    return slot;
  }
};

}  // namespace rltrader::detail

namespace rltrader {

template <auto Member>
inline constexpr value_slot slot_of = detail::slot_maker<Member>::make();

}  // namespace rltrader

// Describe once: a struct lists its fields (name, member, sentence, rule) as a visitor; everything else walks that list.
//
//   struct leg {
//     side way{}; price at{}; std::optional<money> fee;
//     static constexpr auto type_name = "leg";
//     template <class F> static constexpr auto fields(F&& f) {
//       return f(field{"way", &leg::way, "buy or sell"}, field{"at", &leg::at, "quote currency per unit"},
//                field{"fee", &leg::fee, "USDT, if charged"});
//     }
//   };
//
// Enums have a word list found by ADL: constexpr auto words(side) { return std::array{word{side::buy, "buy"}, ...}; }
// Values with a text form of their own (price, ids) are "spelled": x.text(), T::parse(sv), T::expects.
#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace rltrader {

/// Bounds of a field, inclusive, in the field's own unit; text and lists are bounded in length.
struct rule {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  std::size_t longest = std::numeric_limits<std::size_t>::max();
};

template <class Owner, class Member>
struct field {
  const char* name;
  Member Owner::*member;
  const char* sentence;
  rule rules{};

  using member_type = Member;
  constexpr field(const char* n, Member Owner::*m, const char* s, rule r = {})
      : name(n), member(m), sentence(s), rules(r) {}
};

/// One word of an enum.
template <class Enum>
struct word {
  Enum value;
  const char* text;
};
template <class Enum>
word(Enum, const char*) -> word<Enum>;  // what C++20 deduces by itself, said for clang 14

template <class T>
concept described = requires {
  T::type_name;
};

template <class T>
concept spelled = requires(const T& x, std::string_view text) {
  { x.text() } -> std::convertible_to<std::string>;
  { T::parse(text) } -> std::same_as<std::optional<T>>;
  { T::expects } -> std::convertible_to<const char*>;
};

template <class E>
concept worded = std::is_enum_v<E> && requires(E e) {
  words(e);
};

/// The word of an enum value; "?" for a value outside the list, which is a defect.
template <worded E>
constexpr std::string_view text_of(E value) {
  for (const auto& w : words(value))
    if (w.value == value) return w.text;
  return "?";
}

/// The value a word names, if it names one.
template <worded E>
constexpr std::optional<E> value_of(std::string_view text) {
  for (const auto& w : words(E{}))
    if (text == w.text) return w.value;
  return std::nullopt;
}

}  // namespace rltrader

// Teaches CAF 0.17 to carry described structs, spelled values and std::optional. The only file that knows its inspect interface.
#pragma once

#include "domain/describe.hpp"

#include <caf/all.hpp>

#include <bit>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

namespace rltrader {

/// Doubles travel bit for bit: CAF packs them itself, and makes -1 of a NaN, which here means a value that is not known.
struct exact_number {
  double& value;
};
struct exact_numbers {
  std::vector<double>& values;
};
inline exact_number travelling(double& x) { return {x}; }
inline exact_numbers travelling(std::vector<double>& x) { return {x}; }
template <class T>
T& travelling(T& x) {
  return x;
}

}  // namespace rltrader

namespace caf {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rltrader::exact_number& x) {
  if constexpr (std::is_same_v<Inspector, detail::stringification_inspector>) {
    return f(x.value);
  } else {
    auto bits = std::bit_cast<std::uint64_t>(x.value);
    if constexpr (Inspector::reads_state) {
      return f(bits);
    } else {
      if (auto e = f(bits)) return e;
      x.value = std::bit_cast<double>(bits);
      return error{};
    }
  }
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rltrader::exact_numbers& x) {
  if constexpr (std::is_same_v<Inspector, detail::stringification_inspector>) {
    return f(x.values);
  } else {
    std::vector<std::uint64_t> bits;
    if constexpr (Inspector::reads_state) {
      for (const double value : x.values) bits.push_back(std::bit_cast<std::uint64_t>(value));
      return f(bits);
    } else {
      if (auto e = f(bits)) return e;
      x.values.clear();
      for (const auto b : bits) x.values.push_back(std::bit_cast<double>(b));
      return error{};
    }
  }
}

template <class Inspector, rltrader::described T>
typename Inspector::result_type inspect(Inspector& f, T& x) {
  return std::remove_const_t<T>::fields(
      [&](const auto&... m) { return f(meta::type_name(T::type_name), rltrader::travelling(x.*(m.member))...); });
}

template <class Inspector, rltrader::spelled T>
typename Inspector::result_type inspect(Inspector& f, T& x) {
  if constexpr (requires { x.raw(); }) {
    auto raw = x.raw();
    if constexpr (Inspector::reads_state) {
      return f(raw);
    } else {
      if (auto e = f(raw)) return e;
      x = T::of_raw(raw);
      return error{};
    }
  } else {
    std::string text = x.text();
    if constexpr (Inspector::reads_state) {
      return f(text);
    } else {
      if (auto e = f(text)) return e;
      x = T{std::move(text)};
      return error{};
    }
  }
}

template <class Inspector, class T>
typename Inspector::result_type inspect(Inspector& f, std::optional<T>& x) {
  bool held = x.has_value();
  if constexpr (Inspector::reads_state) {
    return held ? f(held, rltrader::travelling(*x)) : f(held);
  } else {
    if (auto e = f(held)) return e;
    if (!held) {
      x.reset();
      return error{};
    }
    auto& held_now = x.emplace();
    return f(rltrader::travelling(held_now));
  }
}

namespace detail {
template <class T>
void inspect(stringification_inspector& f, std::optional<T>& x) {
  if (x)
    f(*x);
  else
    f("none");
}
}  // namespace detail

}  // namespace caf

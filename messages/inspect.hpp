// Teaches CAF 0.17 to carry described structs, spelled values and std::optional. The only file that knows its inspect interface.
#pragma once

#include "domain/describe.hpp"

#include <caf/all.hpp>

#include <optional>

namespace caf {

template <class Inspector, rltrader::described T>
typename Inspector::result_type inspect(Inspector& f, T& x) {
  return std::remove_const_t<T>::fields(
      [&](const auto&... m) { return f(meta::type_name(T::type_name), (x.*(m.member))...); });
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
    return held ? f(held, *x) : f(held);
  } else {
    if (auto e = f(held)) return e;
    if (!held) {
      x.reset();
      return error{};
    }
    return f(x.emplace());
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

// What may fail is returned: one list of error codes with a sentence each, and result<T>.
#pragma once

#include <array>
#include <cassert>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace rltrader {

/// Why something was not done. The numbers travel between processes: append only.
enum class errc : unsigned char {
  none = 0,
  malformed,      ///< the text or body cannot be read at all
  out_of_bounds,  ///< read, but outside what is allowed
  not_found,      ///< no such thing
  conflict,       ///< the present state forbids it
  refused,        ///< understood and refused by a rule
  unsupported,    ///< not offered here
  forbidden,      ///< the caller's role is too low
  unavailable,    ///< a dependency is down
  timed_out,      ///< no answer in time; the outcome is not known
  store_failed,   ///< the store did not take the write; nothing of it is durable
  corrupt,        ///< what was stored cannot be trusted
  locked,         ///< held by another process
  shutting_down,  ///< the daemon stops
  internal,       ///< a defect of ours
};

/// The stable word of a code, as HTTP bodies, logs and metrics show it.
constexpr std::string_view word_of(errc code) {
  constexpr std::array words{"none",         "malformed",   "out_of_bounds", "not_found",     "conflict",
                             "refused",      "unsupported", "forbidden",     "unavailable",   "timed_out",
                             "store_failed", "corrupt",     "locked",        "shutting_down", "internal"};
  return words[static_cast<unsigned char>(code)];
}

/// A code with a sentence that names what was wrong and what is allowed.
struct failure {
  errc code = errc::internal;
  std::string what;
  friend bool operator==(const failure&, const failure&) = default;
};

/// A value or a failure. Reading the wrong side is a defect and throws std::logic_error.
template <class T>
class [[nodiscard]] result {
 public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(rltrader::failure why) : state_(std::in_place_index<1>, std::move(why)) {}
  result(errc code, std::string what) : state_(std::in_place_index<1>, rltrader::failure{code, std::move(what)}) {}

  explicit operator bool() const { return state_.index() == 0; }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(value()); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  const T& value() const {
    if (state_.index() != 0) throw std::logic_error("no value: " + std::get<1>(state_).what);
    return std::get<0>(state_);
  }
  T& value() {
    if (state_.index() != 0) throw std::logic_error("no value: " + std::get<1>(state_).what);
    return std::get<0>(state_);
  }
  const rltrader::failure& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, rltrader::failure> state_;
};

/// Success without a value, or a failure.
template <>
class [[nodiscard]] result<void> {
 public:
  result() = default;
  result(rltrader::failure why) : why_(std::move(why)) {}
  result(errc code, std::string what) : why_(rltrader::failure{code, std::move(what)}) {}
  explicit operator bool() const { return !why_; }
  const rltrader::failure& error() const { return *why_; }

 private:
  std::optional<rltrader::failure> why_;
};

/// What must hold is checked in production too: a broken one is a defect, thrown at once.
inline void must(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace rltrader

// Waits that double up to a bound, and the count of deaths in a sliding window.
#include "domain/backoff.hpp"

#include <algorithm>

namespace rltrader {

namespace {

/// base x 2^(n-1), at most `most`, without overflow.
milliseconds doubled(milliseconds base, milliseconds most, int attempt) {
  auto wait = std::min(base, most);
  for (int i = 1; i < attempt && wait < most; ++i) wait = wait > most / 2 ? most : wait * 2;
  return std::max(wait, milliseconds{0});
}

}  // namespace

milliseconds wait_before(int attempt, const backoff_terms& terms, std::uint32_t chance) {
  const auto wait = doubled(terms.base, terms.most, attempt);
  const auto half = wait.count() / 2;
  // half x chance / 2^32 in two parts, so that no product leaves 64 bits whatever the bound is.
  const std::int64_t share =
      (half >> 32) * chance + (((half & 0xffffffff) * static_cast<std::int64_t>(chance >> 1)) >> 31);
  return wait + milliseconds{std::min(share, half)};
}

std::optional<milliseconds> restart_schedule::died(instant now) {
  while (!deaths_.empty() && now - deaths_.front() >= terms_.window) deaths_.pop_front();
  deaths_.push_back(now);
  if (deaths() <= terms_.most_deaths) return doubled(terms_.base, terms_.most, deaths());
  deaths_.pop_front();  // the window stays bounded; what is left still forbids a restart until it has passed
  return std::nullopt;
}

}  // namespace rltrader

// How people spell pairs, what the venue calls them, and the contracts of the simulated venue.
#include "domain/instrument.hpp"

#include "domain/result.hpp"

#include <algorithm>
#include <array>

namespace rltrader {

namespace {

// ASCII on purpose: the process's locale must not change what a pair is called.
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr bool letter_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// People say gold; the venue has no contract of that name, only the gold token XAUT.
std::string canonical(std::string token) {
  if (token == "GOLD" || token == "GOLDUSDT") return "XAUTUSDT";
  return token;
}

struct contract {
  std::string_view coin;
  std::int64_t tick;     ///< raw, eight decimals
  std::int64_t step;     ///< raw, eight decimals
  std::int64_t minimum;  ///< raw, eight decimals
};

constexpr std::int64_t one = fixed_scale;

// BTC and ETH as the venue's contract list had them; for the others precisions of the size that their price asks for.
constexpr std::array contracts{
    contract{"XAUT", one / 10, one / 1'000, one / 1'000},  contract{"PAXG", one / 10, one / 1'000, one / 1'000},
    contract{"BTC", one / 10, one / 10'000, one / 10'000}, contract{"ETH", one / 100, one / 100, one / 100},
    contract{"SOL", one / 1'000, one / 100, one / 100},    contract{"XRP", one / 10'000, one / 10, one / 10},
    contract{"BNB", one / 100, one / 100, one / 100},      contract{"ALGO", one / 100'000, one, one},
};
constexpr contract generic{"", one / 100'000, one / 100, one / 100};

}  // namespace

std::string pair_token(std::string_view text) {
  std::string token;
  for (const char c : text)
    if (letter_or_digit(upper(c))) token += upper(c);
  return token;
}

std::optional<pair_name> resolve_pair(std::string_view text, std::span<const pair_name> configured) {
  const auto token = pair_token(text);
  if (token.empty()) return std::nullopt;
  for (const auto& pair : configured)
    if (pair_token(pair.text()) == token) return pair;
  for (const auto& pair : configured)
    if (canonical(pair_token(pair.text())) == canonical(token)) return pair;
  return std::nullopt;
}

std::string symbol_of(const pair_name& pair) {
  auto token = canonical(pair_token(pair.text()));
  const bool spelled_by_venue = pair.text().find('-') != std::string::npos && token == pair_token(pair.text());
  if (spelled_by_venue) {
    auto symbol = pair.text();
    std::transform(symbol.begin(), symbol.end(), symbol.begin(), upper);
    return symbol;
  }
  constexpr std::string_view quote = "USDT";
  if (token.size() <= quote.size() || !token.ends_with(quote)) return token;
  return token.substr(0, token.size() - quote.size()) + "-USDT";
}

std::span<const pair_name> default_pairs() {
  static const std::array pairs{pair_name{"XAUTUSDT"}, pair_name{"PAXGUSDT"}, pair_name{"BTC-USDT"},
                                pair_name{"ETH-USDT"}, pair_name{"SOL-USDT"}, pair_name{"XRP-USDT"},
                                pair_name{"BNB-USDT"}, pair_name{"ALGO-USDT"}};
  return pairs;
}

instrument simulated_instrument(const pair_name& pair) {
  const auto symbol = symbol_of(pair);
  const std::string_view coin = std::string_view(symbol).substr(0, symbol.find('-'));
  const auto* found = std::find_if(contracts.begin(), contracts.end(), [&](const auto& c) { return c.coin == coin; });
  const auto& c = found == contracts.end() ? generic : *found;

  instrument out;
  out.pair = pair;
  out.symbol = symbol;
  out.tick = price::of_raw(c.tick);
  out.step = quantity::of_raw(c.step);
  out.minimum = quantity::of_raw(c.minimum);
  out.minimum_notional = money::of(2);
  return out;
}

quantity quantize(quantity wanted, quantity step) {
  must(step.positive(), "a step must be positive");
  return quantity::of_raw(wanted.raw() - wanted.raw() % step.raw());
}

price quantize(price wanted, price tick, rounding how) {
  must(tick.positive(), "a tick must be positive");
  return price::of_raw(detail::multiply_divide(wanted.raw(), 1, tick.raw(), how)).scaled(tick.raw(), 1);
}

}  // namespace rltrader

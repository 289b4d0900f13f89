// Instruments: tick, step, minimums, fees; and how people spell pairs.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader {

/// What the venue says of one perpetual contract. Quantities are base coins, prices USDT.
struct instrument {
  pair_name pair;                        ///< our spelling: XAUTUSDT
  std::string symbol;                    ///< the venue's: XAUT-USDT
  price tick;                            ///< a sent price is k x tick
  quantity step;                         ///< a sent quantity is k x step
  quantity minimum;                      ///< least quantity of an order
  money minimum_notional;                ///< least price x quantity of an order, 2 USDT at BingX
  rate taker_fee = bps(5);               ///< 0.05 %, venue contract list
  rate maker_fee = bps(2);               ///< 0.02 %, venue contract list
  rate maintenance_margin = percent(1);  ///< of the notional: below it the position is liquidated
  int leverage_most = 50;

  friend bool operator==(const instrument&, const instrument&) = default;
  static constexpr auto type_name = "instrument";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &instrument::pair, "the pair in its configured spelling"},
             field{"symbol", &instrument::symbol, "the venue's symbol"},
             field{"tick_size", &instrument::tick, "USDT; a price is a multiple of it"},
             field{"step_size", &instrument::step, "base coins; a quantity is a multiple of it"},
             field{"minimum_quantity", &instrument::minimum, "base coins"},
             field{"minimum_notional", &instrument::minimum_notional, "USDT"},
             field{"taker_fee", &instrument::taker_fee, "fraction of the notional"},
             field{"maker_fee", &instrument::maker_fee, "fraction of the notional"},
             field{"maintenance_margin", &instrument::maintenance_margin, "fraction of the notional"},
             field{"leverage_most", &instrument::leverage_most, "the venue's cap"});
  }
};

/// Upper case, letters and digits only: "btc/usdt" -> "BTCUSDT".
std::string pair_token(std::string_view text);

/// The configured pair that a text means: without case and punctuation; GOLD and GOLD-USDT mean XAUTUSDT on both sides.
std::optional<pair_name> resolve_pair(std::string_view text, std::span<const pair_name> configured);

/// The venue's symbol of a pair: XAUTUSDT -> XAUT-USDT, BTC-USDT -> BTC-USDT.
std::string symbol_of(const pair_name& pair);

/// The eight pairs a fresh installation knows, in the order of the documentation.
std::span<const pair_name> default_pairs();

/// The simulated venue's contract list for a pair; precisions follow the coin, others get a generic one.
instrument simulated_instrument(const pair_name& pair);

/// Rounds towards zero to a multiple of the step; never more than was asked.
quantity quantize(quantity wanted, quantity step);
/// Rounds to a multiple of the tick: down for a buy limit, up for a sell limit, as the caller says.
price quantize(price wanted, price tick, rounding how);

}  // namespace rltrader

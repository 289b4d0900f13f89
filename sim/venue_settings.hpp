// How the simulated venue behaves: contracts, mode, margin, depth, and where it is as lenient as the real one.
#pragma once

#include "domain/describe.hpp"
#include "domain/instrument.hpp"
#include "domain/money.hpp"
#include "domain/order.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace rltrader::sim {

/// More digits than the contract has: refuse them (strict, the default) or cut them silently as BingX does.
enum class excess_precision : unsigned char { reject, truncate };
constexpr auto words(excess_precision) {
  return std::array{word{excess_precision::reject, "reject"}, word{excess_precision::truncate, "truncate"}};
}

/// reduceOnly in hedge mode: BingX documents a refusal, and was recorded ignoring it.
enum class hedge_reduce_only : unsigned char { reject, ignore };
constexpr auto words(hedge_reduce_only) {
  return std::array{word{hedge_reduce_only::reject, "reject"}, word{hedge_reduce_only::ignore, "ignore"}};
}

/// Closing the whole remainder of a position that is below the minimums: taken, or refused so that it is dust.
enum class small_close : unsigned char { accept, reject };
constexpr auto words(small_close) {
  return std::array{word{small_close::accept, "accept"}, word{small_close::reject, "reject"}};
}

/// How the venue behaves. Fees, steps and margins come from each instrument.
struct venue_settings {
  std::vector<instrument> instruments{};
  position_mode mode = position_mode::one_way;  ///< at the beginning; later the account row has it
  money starting_balance = money::of(10'000);   ///< USDT
  int leverage = 3;                             ///< of a pair that is not in the next list; isolated margin
  std::map<std::string, int> leverage_by_pair{};
  rate slippage = bps(1);                         ///< of a market fill, against the order
  rate volume_share = percent(100);               ///< most of a bar's or tick's volume that one order may take
  money least_depth = money::of(25'000);          ///< USDT that one order may always take, whatever the volume
  rate price_band = percent(20);                  ///< a limit may be this far from the last price
  money largest_position = money::of(5'000'000);  ///< USDT of notional per position
  int open_orders_most = 200;                     ///< per pair
  excess_precision precision = excess_precision::reject;
  hedge_reduce_only in_hedge = hedge_reduce_only::reject;
  small_close remainder = small_close::accept;

  static constexpr auto type_name = "venue_settings";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"instruments", &venue_settings::instruments, "the contracts"},
             field{"position_mode", &venue_settings::mode, "at the beginning"},
             field{"starting_balance", &venue_settings::starting_balance, "USDT", rule{.least = 0}},
             field{"leverage", &venue_settings::leverage, "of a pair without its own", rule{.least = 1, .most = 150}},
             field{"leverage_by_pair", &venue_settings::leverage_by_pair, "by pair"},
             field{"slippage", &venue_settings::slippage, "of a market fill", rule{.least = 0, .most = 0.1}},
             field{"volume_share", &venue_settings::volume_share, "of the volume, per order", rule{.least = 0}},
             field{"least_depth", &venue_settings::least_depth, "USDT always there", rule{.least = 0}},
             field{"price_band", &venue_settings::price_band, "of the last price", rule{.least = 0}},
             field{"largest_position", &venue_settings::largest_position, "USDT", rule{.least = 0}},
             field{"open_orders_most", &venue_settings::open_orders_most, "per pair", rule{.least = 1}},
             field{"excess_precision", &venue_settings::precision, "reject or truncate"},
             field{"hedge_reduce_only", &venue_settings::in_hedge, "reject or ignore"},
             field{"small_close", &venue_settings::remainder, "accept or reject"});
  }
};

}  // namespace rltrader::sim

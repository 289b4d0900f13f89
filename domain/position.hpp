// A position, and the only arithmetic that moves one.
#pragma once

#include "domain/market.hpp"
#include "domain/order.hpp"

#include <string>

namespace rltrader {

/// What is held of a pair on one side. `held` is signed: above zero long, below zero short (also in hedge legs).
struct position {
  pair_name pair;
  position_side leg_side{};
  quantity held;
  price entry;             ///< average entry price; zero when flat
  money realised;          ///< since the beginning, before fees and funding; insurance included
  money fees;              ///< paid since the beginning
  money funding_received;  ///< received (above zero) or paid since the beginning
  std::optional<instant> opened_at;
  instant updated_at{};

  friend bool operator==(const position&, const position&) = default;
  static constexpr auto type_name = "position";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &position::pair, "the pair"}, field{"position_side", &position::leg_side, "both or the leg"},
             field{"held", &position::held, "base coins, negative when short"},
             field{"entry_price", &position::entry, "USDT"},
             field{"realised_pnl", &position::realised, "USDT before fees and funding"},
             field{"fees", &position::fees, "USDT paid"},
             field{"funding", &position::funding_received, "USDT received"},
             field{"opened_at", &position::opened_at, "since when it is held"},
             field{"updated_at", &position::updated_at, "last fill or funding"});
  }
};

/// What the venue's insurance paid where a liquidation cost more than its margin. The id is the venue's number of the income row.
struct insurance_paid {
  std::string id;
  pair_name pair;
  position_side leg_side{};
  money amount;  ///< USDT received
  instant at{};

  static constexpr auto type_name = "insurance_paid";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &insurance_paid::id, "of the venue's income row"},
             field{"pair", &insurance_paid::pair, "the pair"},
             field{"position_side", &insurance_paid::leg_side, "both or the leg"},
             field{"amount", &insurance_paid::amount, "USDT received"}, field{"at", &insurance_paid::at, "when"});
  }
};

/// The position after a fill: realises PnL on what is reduced, averages what is added, opens anew beyond flat.
position apply(position before, const fill& f);
/// The position after funding at a mark price.
position apply(position before, const rltrader::funding& f, price mark);
/// USDT that closing at `mark` would realise, before fees.
money unrealised(const position& p, price mark);

}  // namespace rltrader

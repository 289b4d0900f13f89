// Figures over trades: win rate, net result, drawdown, by hour.
#pragma once

#include "domain/records.hpp"

#include <map>
#include <string>
#include <vector>

namespace rltrader {

struct hour_figures {
  instant at{};
  money pnl;
  std::int64_t trade_count = 0;
  double win_rate = 0;
};

struct trade_figures {
  std::int64_t trade_count = 0;
  std::int64_t filled_count = 0;
  double win_rate = 0;  ///< of the closed ones, 0..1
  money net_pnl;        ///< of all, realised after costs
  money average_pnl;    ///< of the closed ones
  money max_drawdown;   ///< of the running sum of closed trades, in the order of their closing
  std::map<std::string, money> exposure_by_instrument;  ///< of open trades at their entry price
  std::vector<hour_figures> by_hour;                    ///< of closed trades, oldest first
};

trade_figures summarise(std::vector<trade> trades);

}  // namespace rltrader

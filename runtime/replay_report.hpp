// What a replay tells at its end, for people and for programs.
#pragma once

#include "domain/describe.hpp"
#include "domain/market.hpp"
#include "runtime/replay_drive.hpp"

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace rltrader {

/// One pair's figures, or all pairs'. Money in USDT; pnl = realised + unrealised - fees + funding.
struct replay_figures {
  std::int64_t bars = 0;
  std::int64_t decisions = 0;
  std::map<std::string, std::int64_t> by_action;
  std::map<std::string, std::int64_t> warnings;
  std::int64_t orders = 0;
  std::map<std::string, std::int64_t> ended;
  std::int64_t fills = 0;
  money traded;
  money pnl;
  money realised;
  money unrealised;
  money fees;
  money funding_received;
  money slippage;
  money drawdown_most;
  double time_in_market = 0;
  money average_notional;

  static constexpr auto type_name = "replay_figures";
  template <class F>
  static constexpr auto fields(F&& f) {
    using self = replay_figures;
    return f(field{"bars", &self::bars, "closed bars played"}, field{"decisions", &self::decisions, "one a bar"},
             field{"decisions_by_action", &self::by_action, "long, short, hold, close"},
             field{"warnings_by_kind", &self::warnings, "decisions that carry the word"},
             field{"orders", &self::orders, "intents that became durable"},
             field{"orders_by_end", &self::ended, "orders by the state they ended in"},
             field{"fills", &self::fills, "the venue's trades"}, field{"traded", &self::traded, "USDT of notional"},
             field{"pnl", &self::pnl, "USDT after fees, slippage and funding, open positions at their marks"},
             field{"realised_pnl", &self::realised, "USDT before fees and funding; slippage is inside"},
             field{"unrealised_pnl", &self::unrealised, "USDT of open positions"},
             field{"fees", &self::fees, "USDT paid"}, field{"funding", &self::funding_received, "USDT received"},
             field{"slippage", &self::slippage, "USDT lost from the price decided on to the price of the fill"},
             field{"max_drawdown", &self::drawdown_most, "USDT from a peak to a later low, at closes"},
             field{"time_in_market", &self::time_in_market, "fraction of the bars with a position"},
             field{"average_notional", &self::average_notional, "USDT while there was a position"});
  }
};

struct replay_pair_report {
  pair_name pair;
  rltrader::interval interval{};
  instant from{};
  instant to{};
  replay_figures figures;

  static constexpr auto type_name = "replay_pair_report";
  template <class F>
  static constexpr auto fields(F&& f) {
    using self = replay_pair_report;
    return f(field{"pair", &self::pair, "the pair"}, field{"interval", &self::interval, "the primary one"},
             field{"from", &self::from, "open of the first bar"}, field{"to", &self::to, "close of the last bar"},
             field{"figures", &self::figures, "what happened"});
  }
};

struct replay_report {
  bool complete = false;  ///< all that was read was played
  std::string ended_by;   ///< why it was not
  std::string policy;
  std::int64_t seed = 0;
  money starting_balance;
  std::vector<replay_pair_report> pairs;
  replay_figures total;
  std::string decision_hash;
  std::vector<std::string> notes;    ///< what a file had, what was left out
  std::vector<std::string> refused;  ///< files and series that could not be used
  double load_seconds = 0;
  double play_seconds = 0;
  double bars_per_second = 0;
  std::int64_t messages = 0;
  std::int64_t peak_memory_kib = 0;

  static constexpr auto type_name = "replay_report";
  template <class F>
  static constexpr auto fields(F&& f) {
    using self = replay_report;
    return f(field{"complete", &self::complete, "all that was read was played"},
             field{"ended_by", &self::ended_by, "why it was not"}, field{"policy", &self::policy, "who decided"},
             field{"seed", &self::seed, "of all chance"},
             field{"starting_balance", &self::starting_balance, "USDT of each account"},
             field{"pairs", &self::pairs, "by pair"}, field{"total", &self::total, "over all pairs"},
             field{"decision_hash", &self::decision_hash, "SHA-256 of the decision log, hex"},
             field{"notes", &self::notes, "what a file had, what was left out"},
             field{"refused", &self::refused, "files and series that could not be used"},
             field{"load_seconds", &self::load_seconds, "reading and parsing"},
             field{"play_seconds", &self::play_seconds, "from opening the desk to the last bar"},
             field{"bars_per_second", &self::bars_per_second, "through the whole actor path"},
             field{"messages", &self::messages, "between actors"},
             field{"peak_memory_kib", &self::peak_memory_kib, "of the process, KiB"});
  }
};

/// Adds what a drive has played so far.
void add_to_report(replay_report& report, const replay_drive& drive);
void print_report(const replay_report& report, std::ostream& out);

}  // namespace rltrader

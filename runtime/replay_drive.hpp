// Plays recorded series to one desk: one thread, one simulated venue, market time from event to event.
//
// At each moment T: timers up to T; funding due; the bars that close at T, first to the venue as paths, then to the desk in
// the order of pairs; whatever the desk asks of the venue; then the opens of the bars that begin at T, where market orders
// fill. So nobody trades at a price that was seen when deciding.
#pragma once

#include "adapters/exchange/market_files.hpp"
#include "adapters/exchange/replay_source.hpp"
#include "adapters/exchange/simulated_exchange.hpp"
#include "runtime/stepper.hpp"
#include "runtime/tally_store.hpp"
#include "runtime/wiring.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// How a desk is opened and closed; tests put a small one in its place.
struct desk_maker {
  std::function<result<desk>(caf::actor_system&, const world&, const desk_terms&,
                             std::function<void(const std::string&)>)>
      open;
  std::function<void(caf::actor_system&, desk&)> close;
};

/// What one desk plays: series of one interval, a pair each. What is pointed to outlives the drive.
struct replay_part {
  std::vector<const candle_series*> series;
  std::vector<const funding_series*> funding;
  desk_terms terms;  ///< pairs, interval and all that belongs to time are set by the drive
  sim::venue_settings venue;
};

/// Money over time of a pair or the account, as the venue has it.
struct money_curve {
  money now;            ///< USDT
  money peak;           ///< USDT, the highest so far; begins at zero
  money drawdown_most;  ///< USDT, from a peak to a later low

  void note(money value);
};

struct played_pair {
  pair_name pair;
  rltrader::interval interval{};
  std::int64_t bars = 0;
  instant first{};  ///< open of the first bar
  instant last{};   ///< close of the last one played
  sim::venue_position books;
  money unrealised;
  money_curve net;  ///< realised - fees + funding + unrealised, at each close
  std::int64_t bars_held = 0;
  money notional_sum;  ///< of the bars held, at their closes
};

class replay_drive {
 public:
  replay_drive(replay_part part, const desk_maker& maker);
  ~replay_drive();
  replay_drive(const replay_drive&) = delete;
  replay_drive& operator=(const replay_drive&) = delete;

  /// Plays the next moment; false when there is none, or the desk has failed.
  bool step();
  /// Market time of the next moment; nothing at the end.
  std::optional<instant> next_time() const;
  /// Closes the desk; the figures stay.
  void finish();

  std::int64_t bars_played() const { return bars_played_; }
  std::int64_t bars_total() const { return bars_total_; }
  /// Why the desk ended by itself; empty: it did not.
  const std::string& failed() const { return failed_; }
  const std::vector<played_pair>& pairs() const { return pairs_; }
  const money_curve& equity() const { return equity_; }  ///< less the starting balance
  const tally_store& tally() const { return *tally_; }
  exchange_truth truth() const { return exchange_->truth(); }
  std::int64_t funding_ignored() const { return funding_ignored_; }
  std::uint64_t messages() const { return stepper_->steps(); }

 private:
  struct track;  ///< one series and how far it has been played
  void play_funding(instant t);
  void play_closes(instant t);
  void play_opens(instant t);
  /// Runs messages and the venue's requests until nothing moves.
  void settle(instant t);
  void note_money();

  stepped_clock clock_;
  std::vector<track> tracks_;
  std::vector<funding> funding_;  ///< of all pairs, oldest first
  std::size_t funding_at_ = 0;
  std::int64_t funding_ignored_ = 0;
  std::vector<played_pair> pairs_;  ///< as tracks_
  std::int64_t bars_played_ = 0;
  std::int64_t bars_total_ = 0;
  money starting_balance_;
  money_curve equity_;
  std::string failed_;
  instant pruned_at_{};

  std::unique_ptr<ports::ops_store> ops_;
  std::unique_ptr<tally_store> tally_;
  std::unique_ptr<ports::market_store> market_store_;
  std::unique_ptr<replay_source> source_;
  std::unique_ptr<simulated_exchange> exchange_;
  world world_;
  desk_terms terms_;
  std::function<void(caf::actor_system&, desk&)> close_;
  std::unique_ptr<system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<stepper> stepper_;
  std::optional<desk> desk_;
};

}  // namespace rltrader

// A whole desk in one thread: real actors and a real simulated venue between scripted ends, stepped through market time.
//
// The market, the venue and the stores outlive the actors: crash() drops the actors as a kill would, open() starts new ones on what
// is durable. Whatever breaks a rule that holds at every moment is noted in `broken` and reported when the desk is torn down.
#pragma once

#include "adapters/exchange/simulated_exchange.hpp"
#include "adapters/storage/storage.hpp"
#include "messages/directory.hpp"
#include "runtime/stepper.hpp"
#include "runtime/wiring.hpp"
#include "tests/support/faulty_ops.hpp"
#include "tests/support/faulty_venue.hpp"
#include "tests/support/scripted_market.hpp"

#include <caf/all.hpp>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace rltrader::testing_support {

inline const pair_name btc{"BTC-USDT"};
inline const pair_name eth{"ETH-USDT"};
/// Monday 2025-01-06, 10:00 UTC.
inline constexpr instant ten_o_clock = instant_of_ms(1'736'157'600'000);

/// Keeps what was delivered; may refuse.
struct recording_channel final : ports::alert_channel {
  std::vector<alert> delivered;
  bool broken = false;
  std::string name() const override { return "record"; }
  result<void> deliver(const alert& what) override {
    if (broken) return {errc::unavailable, "the channel is down"};
    delivered.push_back(what);
    return {};
  }
};

struct desk_options {
  std::vector<pair_name> pairs{btc, eth};
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> shuffled;    ///< deliver messages in an order drawn from this seed
  std::function<void(desk_terms&)> adjust;  ///< of the terms, before the first opening
  std::function<void(sim::venue_settings&)> at_venue;
  int past_bars = 240;
  instant start = ten_o_clock;
};

class test_desk {
 public:
  explicit test_desk(desk_options options = {});
  ~test_desk();
  test_desk(const test_desk&) = delete;
  test_desk& operator=(const test_desk&) = delete;

  // ---- the world ---------------------------------------------------------------------------------------------------
  stepped_clock clock;
  scripted_market market;
  std::map<pair_name, walk> walks;
  std::unique_ptr<ports::venue_journal> journal;
  std::unique_ptr<simulated_exchange> exchange;
  std::unique_ptr<faulty_venue> venue;
  std::unique_ptr<ports::ops_store> kept;  ///< the truth of what is durable
  std::unique_ptr<faulty_ops> ops;         ///< what the desk sees of it
  std::unique_ptr<ports::market_store> market_store;
  recording_channel channel;
  http::metrics_registry metrics;
  desk_terms terms;
  world outside;
  std::string halt_file;

  /// What the policy says; hold unless a test says otherwise.
  std::function<policy_answer(const pair_name&, const observation&)> decide;
  /// Says `what` on the next bar of the pair alone.
  void order(const pair_name& pair, action what, double size = 1);

  // ---- life --------------------------------------------------------------------------------------------------------
  void open();
  void close();
  /// As kill -9: nothing that the actors still say has an effect, and then they are gone.
  void crash();
  bool is_open() const { return desk_.has_value(); }
  /// Opens again when a crash was asked of the store, or an actor's death has ended the desk.
  bool reopen_if_ended();
  const std::string& failed() const { return failed_; }
  int openings() const { return openings_; }
  std::vector<std::string> broken;  ///< rules that were broken on the way, in words

  // ---- time --------------------------------------------------------------------------------------------------------
  /// Runs messages and the venue until nothing moves.
  void settle();
  /// Moves on to `t`; bars close and open on the way.
  void run_to(instant t);
  void run_for(milliseconds span) { run_to(clock.now() + span); }
  /// Moves on to the n-th next close, fills at the following open included.
  void bars(int n = 1);
  /// Moves the clocks without any market: bars that would have closed meanwhile never come.
  void stand_still(milliseconds span);
  bool market_runs = true;  ///< false: no bars come

  // ---- questions ---------------------------------------------------------------------------------------------------
  const directory& handles() const { return desk_->handles; }
  risk_view risk();
  books_reply books();
  pair_list pairs();
  pair_view pair(const pair_name& name);
  std::vector<check_problem> health();
  result<breaker_answer> set_breaker(breaker_level level, const std::string& reason = "test",
                                     std::vector<std::string> only = {});
  result<rebase_answer> rebase(const std::string& reason);
  result<reconcile_report> reconcile();
  position_list positions();
  result<agent_run> command(const pair_name& name, run_verb verb, disposition on_position = disposition::unsaid);
  /// The newest bars of the pair as somebody would post them.
  posted_market posted(const pair_name& name, std::size_t bars = 60);
  /// Asks the pair's present run for a decision on it.
  result<posted_outcome> post(const pair_name& name, posted_market market,
                              std::optional<simulated_execution> simulate = {});
  result<pairs_changed> change_pairs(const std::vector<pair_name>& all);
  /// All of a trade, by an operator; the same key names the same order.
  result<trade_and_execution> close_trade(const trade_id& which, const std::string& key = {});
  result<execution_view> cancel(const order_id& id);
  result<execution_view> resolve(const order_id& id);
  result<execution_view> end_order(const order_id& id, const std::string& reason);
  result<retry_job> enqueue(enqueue_job what);
  result<retry_job> change_job(const std::string& id, job_verb verb);
  result<alert> change_alert(const std::string& id, alert_status status);
  result<risk_policy> change_policy(const put_policy& wanted);
  result<agent_configuration> change_configuration(const agent_configuration& wanted);
  result<candle_rows> candles(const pair_name& pair);
  void sweep();
  void raise(const alarm& what);
  /// Someone who does jobs of this type; none: well done.
  void work(const std::string& job_type, std::function<std::optional<failure>(const retry_job&)> how);
  /// Ends one actor as a defect would: executor, risk, ledger, reconciler, retry_queue, alert_sink, feed, pairs...
  void kill(const std::string& actor);

  // ---- what is durable ---------------------------------------------------------------------------------------------
  std::vector<rltrader::order> orders();
  std::vector<rltrader::order> orders_of(const pair_name& pair);
  std::vector<alert> alerts(const std::string& category = {});
  std::vector<audit_event> audit(const std::string& action = {});
  std::vector<decision> decisions(const pair_name& pair);
  std::vector<trade> trades();
  quantity held_by_us(const pair_name& pair);  ///< durable
  quantity held_there(const pair_name& pair);  ///< at the venue
  /// Every rule of docs/invariants.md that can be judged from what is durable and what the venue holds; empty: all hold.
  std::vector<std::string> violations(bool quiet = true);

 private:
  void tear_down();
  void drain();
  void advance_to(instant t);
  void close_bars(instant t);
  void open_bars(instant t);
  template <class Reply, class Handle, class Message>
  result<Reply> ask(const Handle& whom, Message what, const char* name);

  desk_options options_;
  std::mt19937_64 chance_;
  std::map<pair_name, candle> forming_;  ///< the bar that is open now
  std::map<pair_name, std::pair<action, double>> next_word_;
  std::unique_ptr<system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<stepper> stepper_;
  std::optional<desk> desk_;
  std::vector<caf::actor> helpers_;
  std::string failed_;
  int openings_ = 0;
};

/// Sentences one a line, for failures.
std::string lines(const std::vector<std::string>& words);

}  // namespace rltrader::testing_support

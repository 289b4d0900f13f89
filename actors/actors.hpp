// One spawn function an actor, with all that it needs as arguments. Leaves first: the order of this page is the order of opening.
#pragma once

#include "domain/alerting.hpp"
#include "domain/backoff.hpp"
#include "domain/pair_machine.hpp"
#include "http/metrics.hpp"
#include "messages/directory.hpp"
#include "ports/alert_channel.hpp"
#include "ports/clock.hpp"
#include "ports/market_store.hpp"
#include "ports/ops_store.hpp"
#include "ports/policy.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rltrader {

/// What every actor is given: market time, figures, and how to behave in time.
struct surroundings {
  const ports::clock* clock = nullptr;
  http::metrics_registry* metrics = nullptr;  ///< may be null
  std::function<double()> stopwatch;          ///< seconds, monotonic; market time where one thread drives all
  double time_scale = 1;                      ///< market seconds per actor second
  caf::timespan request_timeout = std::chrono::seconds{2};
  bool detached = false;  ///< blocking actors own a thread; never on the testing scheduler

  instant now() const { return clock->now(); }
  /// How long the actor clock waits for a span of market time.
  caf::timespan actor_wait(milliseconds market) const {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>(market.count()) * 1e6 / time_scale)};
  }
};

/// The breaker's levels where the executor looks last, before the socket: written by risk alone, read without a message (I9).
class level_gate {
 public:
  explicit level_gate(const std::vector<pair_name>& pairs) {
    for (const auto& p : pairs) pairs_.try_emplace(p, 0);
  }
  void set_account(breaker_level l) { account_.store(static_cast<unsigned char>(l)); }
  /// A pair that is not known is guarded by the account's level alone.
  void set_pair(const pair_name& p, breaker_level l) {
    if (const auto it = pairs_.find(p); it != pairs_.end()) it->second.store(static_cast<unsigned char>(l));
  }
  breaker_level level(const pair_name& p) const {
    unsigned char own = 0;
    if (const auto it = pairs_.find(p); it != pairs_.end()) own = it->second.load();
    return static_cast<breaker_level>(std::max(own, account_.load()));
  }

 private:
  std::map<pair_name, std::atomic<unsigned char>> pairs_;
  std::atomic<unsigned char> account_{0};
};

ledger_actor spawn_ledger(caf::actor_system& system, const surroundings& around, ports::ops_store& store);
market_store_actor spawn_market_store(caf::actor_system& system, const surroundings& around,
                                      ports::market_store& store);
reader_actor spawn_reader(caf::actor_system& system, const surroundings& around, ports::ops_reader& store,
                          std::function<void()> before_read);

retry_queue_actor spawn_retry_queue(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                    backoff_terms terms, std::uint64_t seed, std::string node);
alert_sink_actor spawn_alert_sink(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                  retry_queue_actor queue, std::vector<alert> open,
                                  std::vector<ports::alert_channel*> channels);

struct executor_terms {
  trading_mode mode{};
  milliseconds venue_timeout = seconds{5};  ///< actor clock: no word after this
  std::size_t waiting_most = 256;
  double slippage_slo_bps = 50;
};
executor_actor spawn_executor(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                              alert_sink_actor alerts, retry_queue_actor queue, ports::venue& venue,
                              std::shared_ptr<const level_gate> gate, std::shared_ptr<const ports::desk_image> image,
                              executor_terms terms);

struct risk_terms {
  trading_mode mode{};
  std::string installation;
  std::string account;
  std::vector<instrument> instruments;
  risk_policy first_policy;
  money starting_wallet;
  review_terms review;
  std::string halt_file;
  milliseconds check_every = seconds{10};                   ///< market time: clean checks are counted at this pace
  bool reconciled_at_start = true;                          ///< pairs wait for their first agreement with the venue
  std::function<void(const std::string&)> write_halt_file;  ///< called on halts and resumes, with the reason or empty
};
risk_actor spawn_risk(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                      alert_sink_actor alerts, executor_actor executor, std::shared_ptr<level_gate> gate,
                      std::shared_ptr<const ports::desk_image> image, risk_terms terms);

/// Makes the policy of a pair; runs on the pair's own actor.
using policy_maker =
    std::function<result<std::unique_ptr<ports::policy>>(const pair_name&, const std::vector<std::string>& features)>;
/// Past bars of a pair for its restart, oldest first.
using history_reader = std::function<std::vector<candle>(const pair_name&, interval, std::size_t bars)>;

struct pair_setup {
  pair_terms terms;
  policy_maker make_policy;
  double latency_slo_ms = 1500;
  std::function<void(const pair_name&, instant)> before_decision;  ///< a seam for tests; may throw
};
pair_actor spawn_pair(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                      alert_sink_actor alerts, risk_actor risk, const pair_setup& setup, pair_events::restored past);

struct supervisor_terms {
  std::vector<pair_name> pairs;      ///< that shall run now
  std::vector<pair_name> supported;  ///< that may be asked for
  std::function<pair_setup(const pair_name&)> setup_of;
  history_reader history;
  restart_terms restarts;
  trading_mode mode{};
};
pair_supervisor_actor spawn_pair_supervisor(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                            alert_sink_actor alerts, risk_actor risk, executor_actor executor,
                                            std::shared_ptr<const ports::desk_image> image, supervisor_terms terms);

struct reconciler_terms {
  milliseconds venue_timeout = seconds{5};
  milliseconds fills_window = hours{24};  ///< how far back fills are asked for, at least
  std::vector<pair_name> pairs;
};
reconciler_actor spawn_reconciler(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                  alert_sink_actor alerts, risk_actor risk, executor_actor executor,
                                  ports::venue& venue, reconciler_terms terms);

struct feed_terms {
  interval primary{};
  milliseconds fresh_for = minutes{3};
  double lag_slo_sec = 120;
};
market_feed_actor spawn_market_feed(caf::actor_system& system, const surroundings& around, market_store_actor store,
                                    ledger_actor ledger, alert_sink_actor alerts, risk_actor risk,
                                    executor_actor executor, pair_supervisor_actor pairs, ports::market_source& source,
                                    feed_terms terms);

/// A row of the job table: what is done, how often in market time, and how.
struct scheduled_job {
  std::string name;
  milliseconds every{};
  bool at_start = false;
  std::function<void()> run;  ///< only sends messages
};
scheduler_actor spawn_scheduler(caf::actor_system& system, const surroundings& around, std::vector<scheduled_job> jobs);

}  // namespace rltrader

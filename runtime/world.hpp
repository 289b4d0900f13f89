// The world of a desk: adapters behind ports, and the terms it trades under. Outlives every actor; a crash drops the actors alone.
#pragma once

#include "domain/backoff.hpp"
#include "domain/instrument.hpp"
#include "domain/records.hpp"
#include "http/metrics.hpp"
#include "ports/alert_channel.hpp"
#include "ports/clock.hpp"
#include "ports/market_source.hpp"
#include "ports/market_store.hpp"
#include "ports/ops_store.hpp"
#include "ports/policy.hpp"
#include "ports/venue.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rltrader {

/// What the actors need of the outside. Pointers are never null while a desk is open.
struct world {
  const ports::clock* clock = nullptr;
  ports::venue* venue = nullptr;
  ports::market_source* market = nullptr;
  ports::ops_store* ops = nullptr;      ///< the ledger's own connection
  ports::ops_reader* reader = nullptr;  ///< read-only; may be the same object where one thread runs all
  std::function<void()> before_read{};  ///< called before each read: starts the statement's time-out; may be empty
  ports::market_store* market_store = nullptr;
  std::vector<ports::alert_channel*> channels;
  http::metrics_registry* metrics = nullptr;  ///< may be null
  std::string halt_file;                      ///< written by a halt when the store is down, read at start; empty: none
};

/// The terms a desk trades under, from the settings and the mode.
struct desk_terms {
  trading_mode mode = trading_mode::paper;
  std::string account = "paper";
  std::vector<pair_name> pairs;      ///< one actor each
  bool reopening = false;            ///< after a death in this process: what runs goes on, whoever started it
  std::vector<pair_name> supported;  ///< what may be asked for
  interval primary = interval::m5;
  std::vector<interval> contexts;
  std::string policy = "flat";  ///< ema_trend, flat, buy_and_hold
  money starting_balance = money::of(10'000);
  rate largest_position = percent(10);        ///< of equity, per pair, for the policy's size 1
  risk_policy first_policy;                   ///< used when the store has none
  milliseconds order_validity = seconds{30};  ///< market time
  milliseconds mark_fresh_for = seconds{10};  ///< market time
  milliseconds feed_fresh_for = minutes{3};   ///< RL_FEATURE_MAX_FRESHNESS_SEC beyond the bar's close
  milliseconds reconcile_every = minutes{5};  ///< market time
  milliseconds sweep_every = seconds{30};     ///< market time
  milliseconds request_timeout = seconds{2};  ///< actor clock
  double ood_limit = 6;
  int missing_critical_most = 0;
  double latency_slo_ms = 1500;
  double ingest_lag_slo_sec = 120;
  double slippage_slo_bps = 50;
  double time_scale = 1;  ///< market seconds per actor second
  std::uint64_t seed = 1;
  bool detached_stores = true;  ///< false on the testing scheduler: nothing may own a thread there
  std::string node = "local";
  backoff_terms job_waits;
  bool reconciled_at_start = true;  ///< pairs wait for their first agreement with the venue
  bool scheduled = true;            ///< false: whoever drives the desk reconciles by hand
  /// Where latencies are measured from, in seconds; the runtime's monotonic clock, market time on the testing scheduler.
  std::function<double()> stopwatch;
  /// A seam for tests: called before each decision of a pair; may throw to kill that pair's actor.
  std::function<void(const pair_name&, instant)> before_decision;
  /// A seam for tests: makes the policy of a pair in place of the one named above.
  std::function<result<std::unique_ptr<ports::policy>>(const pair_name&, const std::vector<std::string>& features)>
      make_policy;
};

}  // namespace rltrader

// A desk whose actors answer sensibly and write down what they were asked, for tests of routes.
#pragma once

#include "tests/http/stub_desk.hpp"

#include <gtest/gtest.h>

namespace rltrader::testing {

inline pair_view running_pair(const char* pair, std::int64_t started_ms, run_status status = run_status::running) {
  pair_view v;
  v.pair = pair_name{pair};
  v.alive = true;
  v.run.id = run_id{std::string("run-") + pair};
  v.run.pair = v.pair;
  v.run.status = status;
  v.run.on_pause = pause_policy::reduce;
  v.run.agent_version_id = "v1";
  v.run.risk_limit_set_id = "baseline";
  v.run.started_at = instant_of_ms(started_ms);
  v.last_bar = instant_of_ms(started_ms);
  return v;
}

inline trade open_trade(const char* id, const char* pair, std::int64_t held) {
  trade t;
  t.id = trade_id{id};
  t.instrument = pair_name{pair};
  t.side = position_side::long_side;
  t.status = trade_status::filled;
  t.position_size = quantity::of(held);
  return t;
}

inline execution_view execution(const char* id, const char* kind, const char* state) {
  execution_view e;
  e.id = id;
  e.client_order_id = id;
  e.execution_kind = kind;
  e.state = state;
  return e;
}

/// A desk whose actors answer sensibly and write down what they were asked.
struct good_desk : stub_desk {
  heard<set_breaker> breaker;
  heard<change_policy> policies;
  heard<rebase_peak> rebases;
  heard<end_order> endings;
  heard<reconcile_now> reconciled;
  heard<run_command> commands;
  heard<close_trade> closes;
  heard<cancel_order> cancels;
  heard<cancel_entries> entry_cancels;
  heard<change_alert> alerts;
  heard<change_job> jobs;
  heard<list_request> lists;
  heard<candles_request> candles;
  heard<change_configuration> configurations;
  heard<change_limit_set> limits;
  heard<decide_posted> posted;
  std::atomic<bool> store_ill{false};

  good_desk() {
    auto& h = handles();
    h.risk = play<risk_actor>(
        [](const ask_risk&) {
          risk_view v;
          v.policy.id = "p1";
          v.policy.max_total_exposure = money::of(100);
          v.state.status = "ok";
          v.snapshot.exposure_by_instrument["BTC-USDT"] = money::of(5);
          return v;
        },
        [this](const set_breaker& what) {
          breaker.add(what);
          breaker_answer a;
          a.state.status = std::string(text_of(what.level));
          a.sends_in_flight = {"rl1"};
          return a;
        },
        [this](const rebase_peak& what) {
          rebases.add(what);
          breaker_state_view state;
          state.status = "ok";
          return rebase_answer{state, money::of(110), money::of(100)};
        },
        [this](const change_policy& what) {
          policies.add(what);
          risk_policy row;
          row.id = "p2";
          return row;
        },
        [this](const close_trade& what) -> caf::result<trade_and_execution> {
          closes.add(what);
          if (what.trade.text() == "t-flat")
            return to_caf({errc::conflict, "trade t-flat holds nothing that could be closed"});
          return trade_and_execution{open_trade(what.trade.text().c_str(), "BTC-USDT", 1),
                                     execution("close-1", "exit", "sent")};
        },
        [](const ask_configuration&) {
          configuration_reply r;
          r.configuration.kill_switch = true;
          r.configuration.allowed_instruments = {"BTC-USDT"};
          r.configuration.promotion_min_trades = 7;
          risk_limit_set baseline;
          baseline.id = "baseline";
          baseline.name = "baseline";
          baseline.max_position_size = money::of(1000);
          risk_limit_set old = baseline;
          old.id = "old";
          old.active = false;
          r.limit_sets = {baseline, old};
          return r;
        },
        [this](const change_configuration& what) {
          configurations.add(what);
          return what.wanted;
        },
        [this](const change_limit_set& what) {
          limits.add(what);
          auto row = what.wanted;
          if (what.create) row.id = "made";
          return row;
        },
        [](const ask_health&) { return health_reply{}; });
    h.reader = play<reader_actor>(
        [this](const find_trades& q) {
          lists.add(q.what);
          return trade_page{{open_trade("t1", "BTC-USDT", 1)}, 41};
        },
        [](const find_trade& q) -> caf::result<trade_with_executions> {
          if (q.id.text() == "none") return to_caf({errc::not_found, "no trade none"});
          trade_with_executions t;
          t.row = open_trade(q.id.text().c_str(), "BTC-USDT", 1);
          t.executions = {execution("rl-entry", "entry", q.id.text() == "t-done" ? "filled" : "accepted")};
          return t;
        },
        [this](const find_orders& q) {
          lists.add(q.what);
          return order_page{{execution("rl1", "entry", "filled")}, 1};
        },
        [this](const find_decisions& q) {
          lists.add(q.what);
          return decision_page{{decision{}}, 1};
        },
        [this](const find_audit& q) {
          lists.add(q.what);
          audit_event e;
          e.sequence = 12;
          e.action = "breaker.halted";
          return audit_page{{e}, 12};
        },
        [this](const find_alerts& q) {
          lists.add(q.what);
          return alert_rows{{alert{}}};
        },
        [this](const find_jobs& q) {
          lists.add(q.what);
          return job_rows{{retry_job{}}};
        },
        [this](const find_runs& q) {
          lists.add(q.what);
          agent_run ended;
          ended.id = run_id{"run-ended"};
          ended.status = run_status::stopped;
          return run_rows{{ended}};
        },
        [](const find_versions&) {
          agent_version v;
          v.id = "v1";
          v.status = "promoted";
          return version_rows{{v}};
        },
        [](const find_why& q) -> caf::result<why_view> {
          if (q.id == "none") return to_caf({errc::not_found, "no order or decision none"});
          why_view v;
          v.orders = {execution(q.id.c_str(), "entry", "filled")};
          return v;
        },
        [](const ask_summary&) {
          trading_summary s;
          s.trade_count = 3;
          s.series = {bucket{}};
          return s;
        });
    h.executor = play<executor_actor>(
        [this](const cancel_order& what) {
          cancels.add(what);
          return execution(what.id.text().c_str(), "entry", "accepted");
        },
        [this](const end_order& what) -> caf::result<execution_view> {
          endings.add(what);
          if (what.id.text() == "rl-seen") return to_caf({errc::conflict, "order rl-seen is not ended: it is filled"});
          return execution(what.id.text().c_str(), "entry", "not_placed");
        },
        [this](const cancel_entries& what) { entry_cancels.add(what); },
        [](const ask_books&) {
          books_reply b;
          position p;
          p.pair = pair_name{"BTC-USDT"};
          p.held = quantity::of(2);
          b.positions = {p};
          b.open_trades = {open_trade("t1", "BTC-USDT", 2), open_trade("t-flat", "ETH-USDT", 1),
                           open_trade("t-empty", "BTC-USDT", 0)};
          return b;
        },
        [](const ask_health&) { return health_reply{}; });
    h.pairs = play<pair_supervisor_actor>(
        [](const ask_health&) {
          pair_view idle;
          idle.pair = pair_name{"SOL-USDT"};
          return pair_list{{running_pair("BTC-USDT", 1000), running_pair("ETH-USDT", 2000, run_status::paused), idle}};
        },
        [this](const run_command& what) {
          commands.add(what);
          agent_run run;
          run.id = run_id{"run-x"};
          run.pair = what.pair;
          return run;
        },
        [this](const decide_posted& what) -> caf::result<posted_outcome> {
          posted.add(what);
          if (what.market.candles.empty()) return to_caf({errc::store_failed, "the disk is full"});
          posted_outcome out;
          out.decided.id = decision_id{"d-1"};
          out.decided.choice = action::go_long;
          out.decided.confidence = 0.75;
          out.decided.size = quantity::of(2);
          out.decided.reason = "because";
          out.decided.policy_version = "rule/test/1";
          out.risk_check = what.simulate ? "simulated" : "approved";
          out.simulated = what.simulate;
          out.warnings = {"candles_unsorted"};
          if (what.simulate) return out;
          out.trade = trade_id{"t-1"};
          out.state = order_state::intent;
          return out;
        });
    h.reconciler = play<reconciler_actor>(
        [this](const reconcile_now& what) {
          reconciled.add(what);
          reconcile_report r;
          r.checked = 5;
          r.quarantined = {"ETH-USDT"};
          return r;
        },
        [](const ask_positions&) {
          position_list out;
          auto& p = out.data.emplace_back();
          p.pair = pair_name{"BTC-USDT"};
          p.held = quantity::of(2);
          p.venue_held = quantity::of(3);
          p.difference = quantity::of(-1);
          return out;
        },
        [](const ask_health&) { return health_reply{}; });
    h.feed = play<market_feed_actor>([](const ask_health&) { return health_reply{}; });
    h.ledger = play<ledger_actor>([this](const ask_health&) {
      return store_ill ? health_reply{{{"store", "the disk is full"}}} : health_reply{};
    });
    h.alert_sink = play<alert_sink_actor>([this](const change_alert& what) {
      alerts.add(what);
      alert a;
      a.id = what.id;
      a.status = what.status;
      return a;
    });
    h.retry_queue = play<retry_queue_actor>([this](const change_job& what) {
      jobs.add(what);
      retry_job j;
      j.id = what.id;
      return j;
    });
    h.market_store = play<market_store_actor>(
        [this](const candles_request& what) {
          candles.add(what);
          return candle_rows{{candle_row{}}};
        },
        [](const ask_health&) { return health_reply{}; });
  }
};

inline std::vector<std::string> refused_fields(const got& answer) {
  std::vector<std::string> out;
  const auto body = body_of(answer);
  for (const auto& d : body.value("details", json::array())) out.push_back(d["field"]);
  return out;
}
using strings = std::vector<std::string>;

}  // namespace rltrader::testing

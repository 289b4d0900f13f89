// Every route over a loopback socket, in front of stub actors: good calls, bad calls, dead and silent actors.
#include "domain/sha256.hpp"
#include "http/routes.hpp"
#include "tests/http/stub_desk.hpp"

#include <gtest/gtest.h>

using namespace rltrader;
using rltrader::testing::body_of;
using rltrader::testing::fetch;
using rltrader::testing::front;
using rltrader::testing::got;
using rltrader::testing::heard;
using rltrader::testing::stub_desk;

namespace {

pair_view running_pair(const char* pair, std::int64_t started_ms, run_status status = run_status::running) {
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

trade open_trade(const char* id, const char* pair, std::int64_t held) {
  trade t;
  t.id = trade_id{id};
  t.instrument = pair_name{pair};
  t.side = position_side::long_side;
  t.status = trade_status::filled;
  t.position_size = quantity::of(held);
  return t;
}

execution_view execution(const char* id, const char* kind, const char* state) {
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
          return run_rows{{agent_run{}}};
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
        });
    h.reconciler = play<reconciler_actor>(
        [this](const reconcile_now& what) {
          reconciled.add(what);
          reconcile_report r;
          r.checked = 5;
          r.quarantined = {"ETH-USDT"};
          return r;
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
    h.market_store = play<market_store_actor>([this](const candles_request& what) {
      candles.add(what);
      return candle_rows{{candle_row{}}};
    });
  }
};

std::vector<std::string> refused_fields(const got& answer) {
  std::vector<std::string> out;
  const auto body = body_of(answer);
  for (const auto& d : body.value("details", json::array())) out.push_back(d["field"]);
  return out;
}
using strings = std::vector<std::string>;

}  // namespace

// ---- health ---------------------------------------------------------------------------------------------------------

TEST(health_routes, say_ok_and_ready_when_all_is_well) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.get("/health").body, R"({"status":"ok"})");
  EXPECT_EQ(f.get("/health/live").status, 200);
  const auto ready = f.get("/health/ready");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.body,
            R"({"ready":true,"reasons":[],"role":"all","version":"9.8.7","started_at":"2025-01-01T12:00:00.000Z"})");
}

TEST(health_routes, give_reasons_when_something_is_ill_dead_or_silent) {
  good_desk desk;
  desk.store_ill = true;
  desk.handles().feed = desk.dead<market_feed_actor>();
  desk.handles().risk = desk.silent<risk_actor>();
  front f(desk);
  const auto answer = f.get("/health/ready");
  EXPECT_EQ(answer.status, 503);
  const auto body = body_of(answer);
  EXPECT_EQ(body["ready"], false);
  std::map<std::string, std::string> reasons;
  for (const auto& r : body["reasons"]) reasons[r["check"]] = r["problem"];
  EXPECT_EQ(reasons,
            (std::map<std::string, std::string>{{"store", "the disk is full"},
                                                {"feeds", "market_feed is down; it is being restarted"},
                                                {"breaker", "risk did not answer in time; the outcome is not known"}}));
}

TEST(health_routes, show_metrics_version_document_and_page) {
  good_desk desk;
  front f(desk);
  const auto metrics = f.get("/metrics");
  EXPECT_EQ(metrics.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(metrics.body.find("rltrader_build_info{version=\"9.8.7\",commit=\"abcdef\",build_type=\"test\"} 1\n"),
            std::string::npos);
  EXPECT_NE(metrics.body.find("process_open_fds "), std::string::npos);
  EXPECT_EQ(f.get("/version").body,
            R"({"version":"9.8.7","commit":"abcdef","build_type":"test","backends":["memory"]})");
  EXPECT_EQ(body_of(f.get("/openapi.json"))["openapi"], "3.1.0");
  const auto docs = f.get("/docs");
  EXPECT_EQ(docs.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_TRUE(docs.body.starts_with("<!doctype html>"));
  EXPECT_NE(
      f.get("/metrics").body.find("rltrader_http_requests_total{method=\"GET\",route=\"/docs\",status=\"200\"} 1\n"),
      std::string::npos);
}

// ---- trading --------------------------------------------------------------------------------------------------------

TEST(trading_routes, reconcile_all_or_the_pairs_named_in_any_spelling) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.post("/ops/trading/reconcile").status, 200);
  const auto answer = f.post("/ops/trading/reconcile", R"({"pairs":["btc/usdt","GOLD"]})", {{"X-Actor", "alice"}});
  EXPECT_EQ(body_of(answer)["checked"], 5);
  EXPECT_EQ(body_of(answer)["quarantined"], json::array({"ETH-USDT"}));
  const auto asked = desk.reconciled.all();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_TRUE(asked[0].pairs.empty());
  EXPECT_EQ(asked[1].pairs, (strings{"BTC-USDT", "XAUTUSDT"}));
  EXPECT_EQ(asked[1].who, "alice");
  const auto wrong = f.post("/ops/trading/reconcile", R"({"pairs":["DOGE"]})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(body_of(wrong)["error"], "unsupported_pair");
  EXPECT_NE(body_of(wrong)["detail"].get<std::string>().find("XAUTUSDT, PAXGUSDT, BTC-USDT"), std::string::npos);
}

TEST(trading_routes, show_risk_as_the_contract_spells_it) {
  good_desk desk;
  front f(desk);
  const auto body = body_of(f.get("/ops/trading/risk"));
  EXPECT_EQ(body["policy"]["max_total_exposure"], "100");
  EXPECT_EQ(body["state"]["status"], "ok");
  EXPECT_EQ(body["snapshot"]["exposureByInstrument"], json::parse(R"({"BTC-USDT":"5"})"));
}

TEST(trading_routes, set_the_breaker_with_a_reason) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(body_of(f.post("/ops/trading/halt", R"({"reason":"fire"})"))["state"]["status"], "halted");
  EXPECT_EQ(body_of(f.post("/ops/trading/reduce", R"({"reason":"smoke","pairs":["eth"]})"))["code"],
            "unsupported_pair");
  EXPECT_EQ(f.post("/ops/trading/reduce", R"({"reason":"smoke","pairs":["ethusdt"]})").status, 200);
  EXPECT_EQ(body_of(f.post("/ops/trading/resume", R"({"reason":"over"})"))["sends_in_flight"], json::array({"rl1"}));
  const auto asked = desk.breaker.all();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].level, breaker_level::halted);
  EXPECT_EQ(asked[0].who, "local");
  EXPECT_EQ(asked[1].pairs, strings{"ETH-USDT"});
  EXPECT_EQ(asked[2].level, breaker_level::active);
}

TEST(trading_routes, name_every_violation_of_a_breaker_body) {
  good_desk desk;
  front f(desk);
  const auto answer = f.post("/ops/trading/halt", R"({"reason":7,"pairs":"all","colour":"red"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(refused_fields(answer), (strings{"reason", "pairs", "colour"}));
  EXPECT_EQ(refused_fields(f.post("/ops/trading/halt")), strings{"reason"});
  EXPECT_EQ(refused_fields(f.post("/ops/trading/halt", R"({"reason":"  "})")), strings{"reason"});
  EXPECT_TRUE(desk.breaker.all().empty());
}

TEST(trading_routes, let_a_policy_be_loosened_by_admins_alone_where_a_tokens_file_is_used) {
  good_desk desk;
  http::server_options options;
  options.tokens_text = "ops:operator:" + sha256_hex("o") + ":\nroot:admin:" + sha256_hex("r") + ":\n";
  front f(desk, options);
  const auto put = [&](const char* token, const char* body) {
    return fetch(
        f.port(),
        {.verb = "PUT", .target = "/ops/trading/risk/policy", .body = body, .headers = {{"Authorization", token}}});
  };
  EXPECT_EQ(put("Bearer o", R"({"max_total_exposure":"50"})").status, 200);
  EXPECT_EQ(put("Bearer o", R"({"max_total_exposure":"101"})").status, 403);
  EXPECT_EQ(put("Bearer r", R"({"max_total_exposure":"101"})").status, 200);
  EXPECT_EQ(desk.policies.all().size(), 2U);
}

TEST(trading_routes, bound_a_policy) {
  good_desk desk;
  front f(desk);
  const auto put = [&](const char* body) {
    return fetch(f.port(), {.verb = "PUT", .target = "/ops/trading/risk/policy", .body = body});
  };
  EXPECT_EQ(put(R"({"max_total_exposure":101})").status, 200);
  EXPECT_EQ(
      refused_fields(put(R"({"max_total_exposure":-1,"max_leverage":"126","cooldown_minutes":1.5,"nonsense":1})")),
      (strings{"max_total_exposure", "cooldown_minutes", "max_leverage", "nonsense"}));
  EXPECT_EQ(put("{}").status, 400);
}

TEST(trading_routes, flatten_every_open_trade_and_say_what_could_not_be_closed) {
  good_desk desk;
  front f(desk);
  const auto answer = f.post("/ops/trading/flatten", R"({"reason":"storm"})");
  EXPECT_EQ(answer.status, 202);
  const auto body = body_of(answer);
  EXPECT_EQ(body["orders"].size(), 1U);
  EXPECT_EQ(body["orders"][0]["client_order_id"], "close-1");
  EXPECT_EQ(
      body["refused"],
      json::parse(
          R"([{"trade_id":"t-flat","pair":"ETH-USDT","why":"trade t-flat holds nothing that could be closed"}])"));
  EXPECT_EQ(desk.entry_cancels.all().size(), 1U);
  ASSERT_EQ(desk.closes.all().size(), 2U);
  EXPECT_EQ(desk.closes.all()[0].reason, "storm");
  EXPECT_EQ(f.post("/ops/trading/flatten", R"({"reason":"x","pairs":["XRP-USDT"]})").body,
            R"({"orders":[],"refused":[]})");
  EXPECT_EQ(f.post("/ops/trading/flatten", R"({"reason":"x","include_external":true})").status, 422);
}

TEST(trading_routes, refuse_to_arm_live_trading) {
  good_desk desk;
  front f(desk);
  for (const auto* target : {"/ops/trading/arm", "/ops/trading/disarm"}) {
    const auto answer = f.post(target, R"({"pair":"BTC-USDT","maxNotional":100})");
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(body_of(answer)["code"], "live_not_offered");
  }
}

TEST(trading_routes, show_figures_and_their_series_apart) {
  good_desk desk;
  front f(desk);
  const auto summary = body_of(f.get("/ops/trading/summary"));
  EXPECT_EQ(summary["trade_count"], 3);
  EXPECT_FALSE(summary.contains("series"));
  const auto series = body_of(f.get("/ops/trading/metrics"));
  EXPECT_EQ(series["series"].size(), 1U);
  EXPECT_EQ(series.size(), 2U);
}

// ---- ops ------------------------------------------------------------------------------------------------------------

TEST(ops_routes, list_alerts_and_jobs_as_bare_arrays) {
  good_desk desk;
  front f(desk);
  EXPECT_TRUE(body_of(f.get("/ops/alerts?status=open&severity=high&since=2025-01-01T00:00:00Z&limit=10")).is_array());
  EXPECT_TRUE(body_of(f.get("/ops/retry-queue")).is_array());
  const auto asked = desk.lists.all();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].status, "open");
  EXPECT_EQ(asked[0].severity, "high");
  EXPECT_EQ(asked[0].limit, 10);
  EXPECT_EQ(asked[1].limit, 50);
  EXPECT_EQ(refused_fields(f.get("/ops/alerts?status=shut&severity=7&limit=1001")),
            (strings{"status", "severity", "limit"}));
}

TEST(ops_routes, change_alerts_and_jobs_by_id) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(body_of(f.post("/ops/alerts/a%201/acknowledge"))["status"], "acknowledged");
  EXPECT_EQ(body_of(f.post("/ops/alerts/a2/resolve"))["status"], "resolved");
  EXPECT_EQ(body_of(f.post("/ops/retry-queue/j1/requeue"))["id"], "j1");
  EXPECT_EQ(body_of(fetch(f.port(), {.verb = "DELETE", .target = "/ops/retry-queue/j2"}))["id"], "j2");
  EXPECT_EQ(desk.alerts.all().at(0).id, "a 1");
  EXPECT_EQ(desk.jobs.all().at(0).verb, job_verb::requeue);
  EXPECT_EQ(desk.jobs.all().at(1).verb, job_verb::drop);
}

TEST(ops_routes, page_audit_decisions_and_orders) {
  good_desk desk;
  front f(desk);
  const auto audit = body_of(f.get("/ops/audit?page=2&page_size=10"));
  EXPECT_EQ(audit["total"], 12);
  EXPECT_EQ(audit["data"][0]["id"], "12");
  EXPECT_EQ(audit["data"][0]["sequence"], 12);
  EXPECT_EQ(body_of(f.get("/ops/decisions?pair=btcusdt"))["total"], 1);
  EXPECT_EQ(body_of(f.get("/ops/orders?status=unknown&trade_id=t1"))["data"].size(), 1U);
  const auto asked = desk.lists.all();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].page, 2);
  EXPECT_EQ(asked[0].page_size, 10);
  EXPECT_EQ(asked[1].pair, "BTC-USDT");
  EXPECT_EQ(asked[1].page_size, 25);
  EXPECT_EQ(asked[2].run, "t1");
  EXPECT_EQ(refused_fields(f.get("/ops/audit?page=0&page_size=251")), (strings{"page", "page_size"}));
  EXPECT_EQ(refused_fields(f.get("/ops/audit?start=2025-01-02T00:00:00Z&end=2025-01-01T00:00:00Z")), strings{"end"});
}

TEST(ops_routes, show_positions_pairs_settings_and_why) {
  good_desk desk;
  http::server_options options;
  options.configuration = [] { return json{{"PORT", "8787"}}; };
  front f(desk, options);
  EXPECT_EQ(body_of(f.get("/ops/positions"))["data"][0]["held"], "2");
  EXPECT_EQ(body_of(f.get("/ops/pairs"))["total"], 3);
  EXPECT_EQ(f.get("/ops/config").body, R"({"PORT":"8787"})");
  EXPECT_EQ(body_of(f.get("/ops/why/rl9"))["orders"][0]["id"], "rl9");
  EXPECT_EQ(f.get("/ops/why/none").status, 404);
}

// ---- agents ---------------------------------------------------------------------------------------------------------

TEST(agent_routes, list_the_fleet_and_one_agent_a_pair) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(body_of(f.get("/agents")), json::parse(R"([{"id":"gold-rl-agent","name":"All agents","status":"paused"},
      {"id":"agent-btcusdt","name":"BTC-USDT agent","status":"running"},
      {"id":"agent-ethusdt","name":"ETH-USDT agent","status":"paused"},
      {"id":"agent-solusdt","name":"SOL-USDT agent","status":"stopped"}])"));
}

TEST(agent_routes, show_an_agent_and_the_fleet_by_its_last_started_run) {
  good_desk desk;
  front f(desk);
  const auto one = body_of(f.get("/agents/agent-btcusdt"));
  EXPECT_EQ(one["currentRun"]["id"], "run-BTC-USDT");
  EXPECT_EQ(one["activeVersion"]["id"], "v1");
  EXPECT_EQ(one["killSwitchEnabled"], true);
  EXPECT_EQ(one["promotionGateStatus"], "pass");
  EXPECT_EQ(body_of(f.get("/agents/gold-rl-agent"))["currentRun"]["id"], "run-ETH-USDT");
  EXPECT_EQ(body_of(f.get("/agents/agent-solusdt"))["currentRun"], nullptr);
  EXPECT_EQ(f.get("/agents/agent-dogeusdt").status, 404);
}

TEST(agent_routes, start_a_run) {
  good_desk desk;
  front f(desk);
  const auto answer = f.post(
      "/agents/gold-rl-agent/start",
      R"({"mode":"paper","pair":"btc_usdt","riskLimitSetId":"baseline","learningEnabled":true,"on_position":"adopt"})");
  EXPECT_EQ(answer.status, 200);
  const auto asked = desk.commands.all().at(0);
  EXPECT_EQ(asked.pair, pair_name{"BTC-USDT"});
  EXPECT_EQ(asked.verb, run_verb::start);
  EXPECT_EQ(asked.on_position, disposition::adopt);
  EXPECT_EQ(asked.learning_enabled, true);
  EXPECT_EQ(
      f.post("/agents/agent-btcusdt/start", R"({"mode":"paper","pair":"BTC-USDT","riskLimitSetId":"baseline"})").status,
      200);
}

TEST(agent_routes, refuse_to_start_what_may_not_run) {
  good_desk desk;
  front f(desk);
  struct row {
    const char* agent;
    const char* body;
    int status;
    const char* code;
  };
  const std::array table{
      row{"gold-rl-agent", "{}", 400, "out_of_bounds"},
      row{"gold-rl-agent", R"({"mode":"paper","pair":"DOGE","riskLimitSetId":"baseline"})", 400, "unsupported_pair"},
      row{"gold-rl-agent", R"({"mode":"demo","pair":"BTC-USDT","riskLimitSetId":"baseline"})", 400, "out_of_bounds"},
      row{"gold-rl-agent", R"({"mode":"live","pair":"BTC-USDT","riskLimitSetId":"baseline"})", 422, "live_not_offered"},
      row{"gold-rl-agent", R"({"mode":"paper","pair":"ETH-USDT","riskLimitSetId":"baseline"})", 422,
          "pair_not_allowed"},
      row{"gold-rl-agent", R"({"mode":"paper","pair":"BTC-USDT","riskLimitSetId":"old"})", 400, "out_of_bounds"},
      row{"agent-ethusdt", R"({"mode":"paper","pair":"BTC-USDT","riskLimitSetId":"baseline"})", 400, "out_of_bounds"},
      row{"nobody", R"({"mode":"paper","pair":"BTC-USDT","riskLimitSetId":"baseline"})", 404, "not_found"},
  };
  for (const auto& r : table) {
    const auto answer = f.post(std::string("/agents/") + r.agent + "/start", r.body);
    EXPECT_EQ(answer.status, r.status) << r.body;
    EXPECT_EQ(body_of(answer)["code"], r.code) << r.body;
  }
  EXPECT_TRUE(desk.commands.all().empty());
}

TEST(agent_routes, pause_resume_stop_and_configure_the_present_run) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.post("/agents/gold-rl-agent/pause").status, 200);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/resume").status, 200);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", R"({"reason":"done","on_position":"flatten"})").status, 200);
  EXPECT_EQ(
      fetch(f.port(),
            {.verb = "PATCH", .target = "/agents/agent-btcusdt/config", .body = R"({"learningWindowMinutes":60})"})
          .status,
      200);
  const auto asked = desk.commands.all();
  ASSERT_EQ(asked.size(), 4U);
  EXPECT_EQ(asked[0].pair, pair_name{"ETH-USDT"});
  EXPECT_EQ(asked[0].verb, run_verb::pause);
  EXPECT_EQ(asked[0].on_pause, pause_policy::reduce) << "as the run has it";
  EXPECT_EQ(asked[2].on_position, disposition::flatten);
  EXPECT_EQ(asked[2].reason, "done");
  EXPECT_EQ(asked[3].verb, run_verb::configure);
  EXPECT_EQ(asked[3].learning_window_minutes, 60);
  EXPECT_EQ(asked[3].risk_limit_set_id, "baseline");
  EXPECT_EQ(f.post("/agents/agent-solusdt/pause").status, 404);
  EXPECT_EQ(f.post("/agents/agent-dogeusdt/pause").status, 404);
  EXPECT_EQ(fetch(f.port(),
                  {.verb = "PATCH", .target = "/agents/agent-btcusdt/config", .body = R"({"riskLimitSetId":"none"})"})
                .status,
            400);
}

TEST(agent_routes, list_runs_and_versions) {
  good_desk desk;
  front f(desk);
  EXPECT_TRUE(body_of(f.get("/agents/agent-btcusdt/runs?status=running")).is_array());
  EXPECT_TRUE(body_of(f.get("/agents/gold-rl-agent/runs")).is_array());
  EXPECT_EQ(body_of(f.get("/agents/agent-btcusdt/versions"))[0]["id"], "v1");
  EXPECT_EQ(desk.lists.all().at(0).pair, "BTC-USDT");
  EXPECT_EQ(desk.lists.all().at(1).pair, std::nullopt);
  EXPECT_EQ(f.get("/agents/nobody/runs").status, 404);
}

TEST(configuration_routes, lay_given_fields_over_the_fleets_row) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(body_of(f.get("/agent/config"))["promotion_min_trades"], 7);
  const auto put =
      fetch(f.port(), {.verb = "PUT",
                       .target = "/agent/config",
                       .body = R"({"min_confidence_score":0.5,"allowed_instruments":["gold"],"extra":1})"});
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(put.headers.at("warning"), "199 rltrader \"ignored unknown fields: extra\"");
  EXPECT_EQ(f.post("/agent/disable").status, 200);
  EXPECT_EQ(f.post("/agent/enable").status, 200);
  const auto asked = desk.configurations.all();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].wanted.promotion_min_trades, 7);
  EXPECT_EQ(asked[0].wanted.min_confidence_score, 0.5);
  EXPECT_EQ(asked[0].wanted.allowed_instruments, strings{"XAUTUSDT"});
  EXPECT_EQ(asked[1].wanted.enabled, false);
  EXPECT_EQ(asked[2].wanted.enabled, true);
  EXPECT_EQ(fetch(f.port(), {.verb = "PUT", .target = "/agent/config", .body = R"({"min_confidence_score":2})"}).status,
            400);
}

TEST(configuration_routes, make_list_and_patch_limit_sets) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(body_of(f.get("/risk-limits")).size(), 2U);
  EXPECT_EQ(body_of(f.get("/risk-limits?active=true")).size(), 1U);
  const auto made = f.post(
      "/risk-limits",
      R"({"name":"tight","maxPositionSize":100,"leverageCap":2,"maxDailyLoss":"10.5","maxDrawdown":0.1,"maxOpenPositions":2})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(body_of(made)["max_daily_loss"], "10.5");
  EXPECT_EQ(refused_fields(f.post("/risk-limits", R"({"name":"x","maxDrawdown":2})")),
            (strings{"maxPositionSize", "leverageCap", "maxDailyLoss", "maxDrawdown", "maxOpenPositions"}));
  const auto patched =
      fetch(f.port(), {.verb = "PATCH", .target = "/risk-limits/baseline", .body = R"({"maxOpenPositions":4})"});
  EXPECT_EQ(body_of(patched)["max_open_positions"], 4);
  EXPECT_EQ(body_of(patched)["max_position_size"], "1000");
  EXPECT_EQ(fetch(f.port(), {.verb = "PATCH", .target = "/risk-limits/none", .body = "{}"}).status, 404);
}

// ---- trades and market data -----------------------------------------------------------------------------------------

TEST(trade_routes, list_and_show_round_trips) {
  good_desk desk;
  front f(desk);
  const auto list = body_of(f.get("/trades?status=filled&mode=paper&instrument=BTCUSDT&side=long&page=2&page_size=20"));
  EXPECT_EQ(list["total"], 41);
  const auto asked = desk.lists.all().at(0);
  EXPECT_EQ(asked.instrument, "BTC-USDT");
  EXPECT_EQ(asked.side, "long");
  EXPECT_EQ(asked.page_size, 20);
  const auto one = body_of(f.get("/trades/t1"));
  EXPECT_EQ(one["id"], "t1");
  EXPECT_EQ(one["executions"][0]["id"], "rl-entry");
  EXPECT_EQ(f.get("/trades/none").status, 404);
  EXPECT_EQ(f.get("/trades/a%20b").status, 400);
  EXPECT_EQ(refused_fields(f.get("/trades?status=lost&mode=x&side=up&page_size=1000")),
            (strings{"status", "mode", "side", "page_size"}));
}

TEST(trade_routes, cancel_an_open_entry_and_refuse_what_is_done) {
  good_desk desk;
  front f(desk);
  const auto answer = f.post("/trades/t1/cancel", R"({"reason":"changed my mind"})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body_of(answer)["execution"]["client_order_id"], "rl-entry");
  EXPECT_EQ(desk.cancels.all().at(0).reason, "changed my mind");
  EXPECT_EQ(f.post("/trades/t-done/cancel").status, 409);
  EXPECT_EQ(f.post("/trades/none/cancel").status, 404);
}

TEST(trade_routes, close_what_is_held) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.post("/trades/t1/close", R"({"quantity":0.5,"clientOrderId":"mine","reason":"enough"})").status, 200);
  EXPECT_EQ(f.post("/trades/t1/close").status, 200);
  const auto asked = desk.closes.all();
  EXPECT_EQ(asked.at(0).quantity, quantity::parse("0.5"));
  EXPECT_EQ(asked.at(0).client_key, "mine");
  EXPECT_EQ(asked.at(1).quantity, std::nullopt);
  EXPECT_EQ(asked.at(1).client_key, "");
  EXPECT_EQ(f.post("/trades/t-flat/close").status, 409);
  for (const auto* bad :
       {R"({"quantity":0})", R"({"quantity":-1})", R"({"quantity":"much"})", R"({"clientOrderId":"a\nb"})"})
    EXPECT_EQ(f.post("/trades/t1/close", bad).status, 400) << bad;
}

TEST(market_routes, list_candles_pairs_and_freshness) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(body_of(f.get("/bingx/market-data/candles"))["total"], 1);
  EXPECT_EQ(f.get("/bingx/market-data/candles?pair=eth-usdt&interval=5m&limit=1000").status, 200);
  EXPECT_EQ(desk.candles.all().at(0).pair, pair_name{"XAUTUSDT"});
  EXPECT_EQ(desk.candles.all().at(0).limit, 500);
  EXPECT_EQ(desk.candles.all().at(1).interval, interval::m5);
  EXPECT_EQ(refused_fields(f.get("/bingx/market-data/candles?interval=7m&limit=0")), (strings{"interval", "limit"}));
  EXPECT_EQ(body_of(f.get("/bingx/market-data/candles?pair=DOGE"))["code"], "unsupported_pair");
  EXPECT_EQ(body_of(f.get("/bingx/market-data/pairs"))["total"], 8);
  EXPECT_EQ(body_of(f.get("/bingx/market-data/pairs?section=gold"))["data"].size(), 2U);
  const auto status = body_of(f.get("/bingx/market-data/status?pair=BTCUSDT"));
  ASSERT_EQ(status.size(), 1U);
  EXPECT_EQ(status[0]["status"], "ok");
}

// ---- rules for all --------------------------------------------------------------------------------------------------

TEST(every_route, answers_503_without_a_desk_and_never_hangs) {
  good_desk desk;
  front f(desk);
  f.server().set_directory(std::nullopt);
  EXPECT_EQ(f.get("/health").status, 200);
  EXPECT_EQ(f.get("/health/ready").status, 503);
  EXPECT_EQ(body_of(f.get("/health/ready"))["reasons"][0]["check"], "desk");
  const auto answer = f.get("/ops/trading/risk");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(body_of(answer)["detail"], "the desk is being reopened; try again in a moment");
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  f.server().set_directory(desk.handles());
  EXPECT_EQ(f.get("/ops/trading/risk").status, 200);
}

TEST(every_route, answers_503_for_a_dead_actor_and_504_for_a_silent_one) {
  good_desk desk;
  desk.handles().risk = desk.dead<risk_actor>();
  desk.handles().reader = desk.silent<reader_actor>();
  desk.handles().alert_sink = alert_sink_actor{};
  http::server_options options;
  options.request_timeout = milliseconds{100};
  front f(desk, options);
  EXPECT_EQ(f.get("/ops/trading/risk").status, 503);
  EXPECT_EQ(f.get("/trades").status, 504);
  EXPECT_EQ(body_of(f.get("/trades"))["code"], "timed_out");
  EXPECT_EQ(f.post("/ops/alerts/a/resolve").status, 503);
}

TEST(every_route, ends_calls_that_wait_when_the_desk_is_reopened) {
  good_desk desk;
  std::atomic<bool> asked{false};
  desk.handles().reader = desk.play<reader_actor>([&](const find_trades&) {
    asked = true;
    return caf::delegated<trade_page>{};
  });
  http::server_options options;
  options.request_timeout = hours{1};
  front f(desk, options);
  rltrader::testing::connection c(f.port());
  c.send(rltrader::testing::request_text({.target = "/trades"}));
  while (!asked) std::this_thread::yield();
  f.server().set_directory(std::nullopt);
  EXPECT_EQ(c.receive().status, 503);
}

TEST(every_route, needs_a_token_of_its_role) {
  good_desk desk;
  http::server_options options;
  options.tokens_text = "eye:viewer:" + sha256_hex("v") + ":\nhand:operator:" + sha256_hex("o") + ":\n";
  front f(desk, options);
  for (const auto& row : http::all_routes()) {
    if (row.needs == http::access::everyone) continue;
    auto target = std::string(row.path);
    for (auto at = target.find('{'); at != std::string::npos; at = target.find('{'))
      target.replace(at, target.find('}') - at + 1, "x");
    const auto verb = std::string(text_of(row.verb));
    const auto status = [&](const char* token) {
      return fetch(f.port(), {.verb = verb, .target = target, .headers = {{"Authorization", token}}}).status;
    };
    EXPECT_EQ(fetch(f.port(), {.verb = verb, .target = target, .headers = {{"X-Role", "admin"}}}).status, 401)
        << verb << target;
    if (row.needs == http::access::operators) {
      EXPECT_EQ(status("Bearer v"), 403) << verb << " " << target;
    }
    const auto allowed = status(row.needs == http::access::viewers ? "Bearer v" : "Bearer o");
    EXPECT_TRUE(allowed != 401 && allowed != 403) << verb << " " << target << " " << allowed;
  }
}

TEST(every_route, is_locked_to_an_address_after_ten_wrong_tokens) {
  good_desk desk;
  http::server_options options;
  options.api_token = "right";
  front f(desk, options);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(f.get("/ops/trading/risk", {{"Authorization", "Bearer wrong"}}).status, 401);
  const auto answer = f.get("/ops/trading/risk", {{"Authorization", "Bearer right"}});
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.headers.at("retry-after"), "60");
  EXPECT_EQ(f.get("/health/ready").status, 200);
}

TEST(every_route, follows_reloaded_tokens) {
  good_desk desk;
  http::server_options options;
  options.api_token = "old";
  front f(desk, options);
  EXPECT_EQ(f.get("/agents", {{"Authorization", "Bearer old"}}).status, 200);
  EXPECT_FALSE(f.server().set_credentials("", "broken line"));
  EXPECT_EQ(f.get("/agents", {{"Authorization", "Bearer old"}}).status, 200);
  EXPECT_TRUE(f.server().set_credentials("new", std::nullopt));
  EXPECT_EQ(f.get("/agents", {{"Authorization", "Bearer old"}}).status, 401);
  EXPECT_EQ(f.get("/agents", {{"Authorization", "Bearer new"}}).status, 200);
}

TEST(every_route, answers_404_405_and_options) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.get("/nowhere").status, 404);
  const auto wrong = fetch(f.port(), {.verb = "DELETE", .target = "/trades"});
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(fetch(f.port(), {.verb = "TRACE", .target = "/trades"}).status, 405);
  const auto options = fetch(f.port(), {.verb = "OPTIONS", .target = "/agent/config"});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at("allow"), "GET, HEAD, OPTIONS, PUT");
  const auto head = fetch(f.port(), {.verb = "HEAD", .target = "/health"});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "15");
}

TEST(every_route, answers_malformed_bodies_by_name) {
  good_desk desk;
  front f(desk);
  const auto path = "/ops/trading/halt";
  EXPECT_EQ(f.post(path, R"({"reason":)").status, 400);
  EXPECT_EQ(f.post(path, "[]").status, 400);
  EXPECT_EQ(f.post(path, "\xff\xfe").status, 400);
  EXPECT_EQ(f.post(path, std::string(100, '[')).status, 400);
  EXPECT_EQ(f.post(path, R"({"reason":"a"})", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(f.post(path, R"({"reason":")" + std::string(2 << 20, 'x') + "\"}").status, 413);
  EXPECT_EQ(f.post(path, R"({"reason":")" + std::string(501, 'x') + "\"}").status, 400);
  EXPECT_EQ(f.get("/trades/%ff").status, 400);
  EXPECT_EQ(f.get("/trades?page=%zz").status, 400);
  EXPECT_TRUE(desk.breaker.all().empty());
}

TEST(every_route, echoes_a_request_id_or_makes_one) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.get("/health", {{"X-Request-Id", "abc-1"}}).headers.at("x-request-id"), "abc-1");
  const auto first = f.get("/health").headers.at("x-request-id");
  const auto second = f.get("/health", {{"X-Request-Id", "bad id\"<"}}).headers.at("x-request-id");
  EXPECT_EQ(first.size(), 18U);
  EXPECT_EQ(second.size(), 18U);
  EXPECT_NE(first, second);
}

TEST(every_route, serves_browsers_of_named_origins_alone) {
  good_desk desk;
  http::server_options options;
  options.cors_origin = "https://desk.example, https://other.example";
  front f(desk, options);
  const auto named = f.get("/agents", {{"Origin", "https://desk.example"}});
  EXPECT_EQ(named.headers.at("access-control-allow-origin"), "https://desk.example");
  EXPECT_FALSE(f.get("/agents", {{"Origin", "https://evil.example"}}).headers.contains("access-control-allow-origin"));
  const auto preflight =
      fetch(f.port(), {.verb = "OPTIONS", .target = "/trades", .headers = {{"Origin", "https://other.example"}}});
  EXPECT_NE(preflight.headers.at("access-control-allow-headers").find("Idempotency-Key"), std::string::npos);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", "", {{"Origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", "", {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", "", {{"Origin", "http://localhost"}}).status, 200);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", "", {{"Origin", "https://desk.example"}}).status, 200);
}

TEST(every_route, is_not_given_to_a_page_that_rebinds_its_name_where_no_token_is_asked) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.get("/agents", {{"Host", "evil.example:8787"}}).status, 403);
  EXPECT_EQ(f.get("/agents", {{"Host", "127.0.0.1:8787"}}).status, 200);
  EXPECT_EQ(f.get("/agents", {{"Host", "[::1]:8787"}}).status, 200);
  EXPECT_EQ(f.get("/health", {{"Host", "evil.example"}}).status, 200);
}

TEST(http_server, refuses_to_listen_beyond_loopback_without_a_token) {
  good_desk desk;
  http::metrics_registry metrics;
  http::server_options options;
  options.bind = "0.0.0.0";
  options.port = 0;
  options.wall_now = options.market_now = [] { return instant{}; };
  options.stopwatch = [] { return 0.0; };
  http::http_server open(desk.system(), metrics, options);
  EXPECT_EQ(open.start().error().code, errc::refused);
  options.tokens_text = "nonsense";
  http::http_server broken(desk.system(), metrics, options);
  EXPECT_EQ(broken.start().error().code, errc::malformed);
}

TEST(http_server, stops_under_load_without_losing_its_mind) {
  good_desk desk;
  desk.handles().reader = desk.silent<reader_actor>();
  std::vector<rltrader::testing::connection> waiting;
  {
    front f(desk);
    for (int i = 0; i < 50; ++i) {
      waiting.emplace_back(f.port());
      waiting.back().send(rltrader::testing::request_text({.target = "/trades"}));
      waiting.back().send(rltrader::testing::request_text({.verb = "POST",
                                                           .target = "/ops/trading/resume",
                                                           .body = R"({"reason":"x"})",
                                                           .headers = {{"Idempotency-Key", std::to_string(i)}}}));
    }
    EXPECT_EQ(f.get("/health").status, 200);
  }
  for (auto& c : waiting) {
    const auto answer = c.receive();  // none, or that the daemon stops; never a hang
    EXPECT_TRUE(answer.status == 0 || answer.status == 503) << answer.status;
  }
}

// /agents and /agent/config: runs, their configuration and limits.
#include "tests/http/good_desk.hpp"

using namespace rltrader;
using namespace rltrader::testing;

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

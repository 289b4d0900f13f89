// POST /agents/{id}/runs/{run}/decisions: how a posted market is read, whom it reaches, and what refuses it.
#include "tests/http/good_desk.hpp"

using namespace rltrader;
using namespace rltrader::testing;

namespace {

constexpr auto its_run = "/agents/agent-btcusdt/runs/run-BTC-USDT/decisions";
constexpr auto one_candle =
    R"({"timestamp":"2025-01-01T12:00:00Z","open":100,"high":"101.5","low":99,"close":100.25,"volume":7})";

std::string body_with(const std::string& more = "", const std::string& of_market = "") {
  return std::string(R"({"market":{"candles":[)") + one_candle + "]" + of_market + "}" + more + "}";
}

front with_simulation(stub_desk& desk) {
  http::server_options o;
  o.simulation_allowed = true;
  return front(desk, std::move(o));
}

}  // namespace

TEST(decision_routes, read_a_market_and_its_voices_exactly) {
  good_desk desk;
  front f(desk);
  const auto answer =
      f.post(its_run, body_with(R"(,"ideas":[{"source":"a","timestamp":"2025-01-01T11:59:00Z","score":0.5}],
                    "news":[{"source":"b","timestamp":"2025-01-01T11:58:00Z","score":-1,"confidence":0.25}],
                    "recentTrades":[{"executedAt":"2025-01-01T11:00:00Z","side":"close","quantity":1,"price":99}])",
                                R"(,"lastPrice":100.5,"spread":0.25)"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(body_of(answer), json::parse(R"({"decision":{"action":"long","confidenceScore":0.75,"size":"2",
      "reason":"because","riskCheckResult":"approved","policyVersion":"rule/test/1"},"tradeDecisionId":"d-1",
      "tradeId":"t-1","tradeExecutionStatus":"submitted","warnings":["candles_unsorted"]})"));
  const auto asked = desk.posted.all().at(0);
  EXPECT_EQ(asked.pair, pair_name{"BTC-USDT"});
  EXPECT_EQ(asked.run, run_id{"run-BTC-USDT"});
  ASSERT_EQ(asked.market.candles.size(), 1U);
  EXPECT_EQ(asked.market.candles[0], (candle{instant_of_ms(1'735'732'800'000), price::of(100), *price::parse("101.5"),
                                             price::of(99), *price::parse("100.25"), quantity::of(7)}));
  EXPECT_EQ(asked.market.last_price, price::parse("100.5"));
  EXPECT_EQ(asked.market.spread, price::parse("0.25"));
  ASSERT_EQ(asked.market.signals.size(), 2U);
  EXPECT_EQ(asked.market.signals[0].kind, signal_kind::idea);
  EXPECT_EQ(asked.market.signals[1].kind, signal_kind::news);
  EXPECT_EQ(asked.market.signals[1].signal_score, -1);
  EXPECT_EQ(asked.market.signals[1].confidence, 0.25);
  EXPECT_FALSE(asked.simulate);
}

TEST(decision_routes, name_every_field_that_is_wrong) {
  good_desk desk;
  front f(desk);
  struct row {
    const char* body;
    std::vector<std::string> fields;
  };
  const std::vector<row> table{
      {"{}", {"market"}},
      {R"({"market":{}})", {"market.candles"}},
      {R"({"market":{"candles":[{"timestamp":"yesterday","open":0,"high":-1,"low":"x","close":null,"volume":-1}]}})",
       {"market.candles[0].timestamp", "market.candles[0].open", "market.candles[0].high", "market.candles[0].low",
        "market.candles[0].close", "market.candles[0].volume"}},
      {R"({"market":{"candles":[{"timestamp":"2025-01-01T12:00:00Z"}]}})",
       {"market.candles[0].open", "market.candles[0].high", "market.candles[0].low", "market.candles[0].close",
        "market.candles[0].volume"}},
      {R"({"market":{"candles":[],"lastPrice":0,"spread":-1}})", {"market.lastPrice", "market.spread"}},
      {R"({"market":{"candles":[]},"ideas":[{"source":"a","timestamp":"2025-01-01T12:00:00Z","score":1.5}],
           "ocr":[{"source":"a","timestamp":"2025-01-01T12:00:00Z","score":null,"confidence":2}]})",
       {"ideas[0].score", "ocr[0].score", "ocr[0].confidence"}},
      {R"({"market":{"candles":[]},"recentTrades":[{"executedAt":"2025-01-01T12:00:00Z","side":"up","quantity":1,
           "price":1}],"simulateExecutionStatus":"lost"})",
       {"recentTrades[0].side", "simulateExecutionStatus"}},
  };
  for (const auto& r : table) {
    const auto answer = f.post(its_run, r.body);
    EXPECT_EQ(answer.status, 400) << r.body;
    EXPECT_EQ(refused_fields(answer), r.fields) << r.body;
  }
  std::string many = one_candle;
  for (int i = 0; i < 5'000; ++i) many += std::string(",") + one_candle;
  EXPECT_EQ(refused_fields(f.post(its_run, R"({"market":{"candles":[)" + many + "]}}")), strings{"market.candles"});
  EXPECT_TRUE(desk.posted.all().empty());
}

TEST(decision_routes, reach_a_run_by_its_agent_or_by_the_fleet) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.post("/agents/gold-rl-agent/runs/run-BTC-USDT/decisions", body_with()).status, 200);
  EXPECT_EQ(f.post("/agents/gold-rl-agent/runs/run-ETH-USDT/decisions", body_with()).status, 200);
  ASSERT_EQ(desk.posted.all().size(), 2U);
  EXPECT_EQ(desk.posted.all()[1].pair, pair_name{"ETH-USDT"});
}

TEST(decision_routes, say_404_of_what_never_was_and_409_of_what_has_ended) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/runs/run-none/decisions", body_with()).status, 404);
  EXPECT_EQ(f.post("/agents/agent-ethusdt/runs/run-BTC-USDT/decisions", body_with()).status, 404) << "another's run";
  EXPECT_EQ(f.post("/agents/nobody/runs/run-BTC-USDT/decisions", body_with()).status, 404);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/runs/run-ended/decisions", body_with()).status, 409);
  EXPECT_TRUE(desk.posted.all().empty());
}

TEST(decision_routes, refuse_stopped_and_live_runs) {
  good_desk desk;
  auto stopped = running_pair("SOL-USDT", 1, run_status::stopped);
  auto live = running_pair("BTC-USDT", 1);
  live.run.mode = trading_mode::live;
  desk.handles().pairs = desk.play<pair_supervisor_actor>([stopped, live](const ask_health&) {
    return pair_list{{stopped, live}};
  });
  front f(desk);
  EXPECT_EQ(f.post("/agents/agent-solusdt/runs/run-SOL-USDT/decisions", body_with()).status, 409);
  const auto refused = f.post(its_run, body_with());
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(body_of(refused)["code"], "live_run");
}

TEST(decision_routes, simulate_only_where_that_is_allowed) {
  good_desk desk;
  {
    front f(desk);
    const auto refused = f.post(its_run, body_with(R"(,"simulateExecutionStatus":"filled")"));
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(body_of(refused)["code"], "simulation_not_allowed");
    EXPECT_TRUE(desk.posted.all().empty());
  }
  auto f = with_simulation(desk);
  const auto said = body_of(f.post(its_run, body_with(R"(,"simulateExecutionStatus":"partial")")));
  EXPECT_EQ(said["tradeExecutionStatus"], "partial");
  EXPECT_EQ(said["tradeId"], nullptr);
  EXPECT_EQ(said["decision"]["riskCheckResult"], "simulated");
  EXPECT_EQ(desk.posted.all().at(0).simulate, simulated_execution::partial);
}

TEST(decision_routes, pass_on_why_the_pair_could_not) {
  good_desk desk;
  front f(desk);
  const auto answer = f.post(its_run, R"({"market":{"candles":[]}})");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(body_of(answer)["code"], "store_failed");
}

TEST(decision_routes, need_an_operator) {
  good_desk desk;
  http::server_options o;
  o.api_token = "secret-of-at-least-some-length";
  front f(desk, std::move(o));
  EXPECT_EQ(f.post(its_run, body_with()).status, 401);
}

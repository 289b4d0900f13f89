// /ops/trading: reconcile, limits, breaker, flatten, figures.
#include "domain/sha256.hpp"
#include "tests/http/good_desk.hpp"

using namespace rltrader;
using namespace rltrader::testing;

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

TEST(trading_routes, rebase_the_peak_by_admins_alone_where_a_tokens_file_is_used) {
  good_desk desk;
  http::server_options options;
  options.tokens_text = "ops:operator:" + sha256_hex("o") + ":\nroot:admin:" + sha256_hex("r") + ":\n";
  front f(desk, options);
  const auto post = [&](const char* token, const char* body) {
    return fetch(
        f.port(),
        {.verb = "POST", .target = "/ops/trading/rebase", .body = body, .headers = {{"Authorization", token}}});
  };
  EXPECT_EQ(post("Bearer o", R"({"reason":"a new quarter"})").status, 403);
  EXPECT_EQ(refused_fields(post("Bearer r", R"({"reason":" "})")), strings{"reason"});
  const auto said = body_of(post("Bearer r", R"({"reason":"a new quarter"})"));
  EXPECT_EQ(said["peak_before"], "110");
  EXPECT_EQ(said["peak"], "100");
  EXPECT_EQ(said["state"]["status"], "ok");
  ASSERT_EQ(desk.rebases.all().size(), 1U);
  EXPECT_EQ(desk.rebases.all()[0].who, "root");
  front open(desk);
  EXPECT_EQ(open.post("/ops/trading/rebase", R"({"reason":"one token, one person"})").status, 200);
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

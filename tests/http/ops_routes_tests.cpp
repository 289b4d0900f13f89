// /ops: alerts, queue, audit, lists, why.
#include "tests/http/good_desk.hpp"

using namespace rltrader;
using namespace rltrader::testing;

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

TEST(ops_routes, end_an_unknown_order_with_the_one_word_there_is) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(refused_fields(f.post("/ops/orders/rl1/resolve", R"({"outcome":"filled","reason":"I saw it"})")),
            strings{"outcome"});
  EXPECT_EQ(refused_fields(f.post("/ops/orders/rl1/resolve", R"({"outcome":"not_placed"})")), strings{"reason"});
  EXPECT_EQ(refused_fields(f.post("/ops/orders/rl1/resolve", R"({"reason":"why"})")), strings{"outcome"});
  EXPECT_TRUE(desk.endings.all().empty());
  const auto said = f.post("/ops/orders/rl1/resolve", R"({"outcome":"not_placed","reason":"not in its history"})");
  EXPECT_EQ(said.status, 200);
  EXPECT_EQ(body_of(said)["state"], "not_placed");
  EXPECT_EQ(desk.endings.all().at(0).reason, "not in its history");
  const auto refused = f.post("/ops/orders/rl-seen/resolve", R"({"outcome":"not_placed","reason":"gone"})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(std::string(body_of(refused)["detail"]).find("it is filled"), std::string::npos);
}

TEST(ops_routes, show_positions_pairs_settings_and_why) {
  good_desk desk;
  http::server_options options;
  options.configuration = [] { return json{{"PORT", "8787"}}; };
  front f(desk, options);
  EXPECT_EQ(body_of(f.get("/ops/positions"))["data"][0]["held"], "2");
  EXPECT_EQ(body_of(f.get("/ops/positions"))["data"][0]["difference"], "-1");
  EXPECT_EQ(body_of(f.get("/ops/pairs"))["total"], 3);
  EXPECT_EQ(f.get("/ops/config").body, R"({"PORT":"8787"})");
  EXPECT_EQ(body_of(f.get("/ops/why/rl9"))["orders"][0]["id"], "rl9");
  EXPECT_EQ(f.get("/ops/why/none").status, 404);
}

// /trades and /bingx/market-data.
#include "tests/http/good_desk.hpp"

using namespace rltrader;
using namespace rltrader::testing;

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

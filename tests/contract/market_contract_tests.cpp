// The contracts of the market store and of the venue's journal, kept by every backend.
#include "tests/contract/ops_contract.hpp"

namespace rltrader::contract {
namespace {

class market_store : public on_every_backend {
 protected:
  void open() override {
    store.reset();
    store = home.open_market();
  }
  std::unique_ptr<ports::market_store> store;
};

INSTANTIATE_TEST_SUITE_P(every_backend, market_store, every_backend(), name_of_backend);

bar a_bar(int minute, std::int64_t close = 100, const pair_name& pair = btc(), interval length = interval::m1) {
  return {pair,
          length,
          {at_minute(minute), price::of(99), price::of(200), price::of(1), price::of(close), quantity::of_raw(123)}};
}
std::vector<candle> candles_of(const std::vector<bar>& bars) {
  std::vector<candle> out;
  for (const auto& b : bars) out.push_back(b.candle);
  return out;
}

TEST_P(market_store, gives_the_newest_candles_oldest_first) {
  ASSERT_TRUE(store->append_bars({a_bar(3), a_bar(1), a_bar(2), a_bar(4)}, "sim"));
  EXPECT_EQ(valued(store->candles({.pair = btc(), .interval = interval::m1, .limit = 3})),
            candles_of({a_bar(2), a_bar(3), a_bar(4)}));
  EXPECT_EQ(
      valued(store->candles({.pair = btc(), .interval = interval::m1, .start = at_minute(2), .end = at_minute(4)})),
      candles_of({a_bar(2), a_bar(3)}));
  EXPECT_EQ(
      valued(store->candles({.pair = btc(), .interval = interval::m1, .start = at_minute(4), .end = at_minute(2)})),
      std::vector<candle>{});
}

TEST_P(market_store, keeps_series_apart) {
  ASSERT_TRUE(store->append_bars({a_bar(1), a_bar(1, 50, eth()), a_bar(0, 70, btc(), interval::m5)}, "sim"));
  EXPECT_EQ(valued(store->candles({.pair = eth(), .interval = interval::m1})), candles_of({a_bar(1, 50, eth())}));
  EXPECT_EQ(valued(store->candles({.pair = btc(), .interval = interval::m5})), candles_of({a_bar(0, 70)}));
  EXPECT_EQ(valued(store->candles({.pair = eth(), .interval = interval::h1})), std::vector<candle>{});
}

TEST_P(market_store, takes_the_newer_content_of_a_bar) {
  ASSERT_TRUE(store->append_bars({a_bar(1), a_bar(1)}, "sim"));
  ASSERT_TRUE(store->append_bars({a_bar(1, 120)}, "bingx"));
  EXPECT_EQ(valued(store->candles({.pair = btc(), .interval = interval::m1})), candles_of({a_bar(1, 120)}));
}

TEST_P(market_store, keeps_funding_by_time) {
  const funding first{btc(), at_minute(0), bps(1)};
  const funding second{btc(), at_minute(480), bps(-2)};
  const funding corrected{btc(), at_minute(480), bps(-3)};
  ASSERT_TRUE(store->append_funding({second, first, {eth(), at_minute(0), bps(9)}}, "bingx"));
  ASSERT_TRUE(store->append_funding({corrected}, "bingx"));
  EXPECT_EQ(valued(store->funding_rates(btc(), std::nullopt, 10)), (std::vector{first, corrected}));
  EXPECT_EQ(valued(store->funding_rates(btc(), at_minute(1), 10)), std::vector{corrected});
  EXPECT_EQ(valued(store->funding_rates(btc(), std::nullopt, 1)), std::vector{corrected});
}

TEST_P(market_store, keeps_what_it_has_over_a_restart) {
  if (home.forgets()) GTEST_SKIP() << "memory forgets when it is closed";
  ASSERT_TRUE(store->append_bars({a_bar(1)}, "sim"));
  open();
  ASSERT_TRUE(store->append_bars({a_bar(2)}, "sim"));
  EXPECT_EQ(valued(store->candles({.pair = btc(), .interval = interval::m1})), candles_of({a_bar(1), a_bar(2)}));
}

class venue_journal : public testing::TestWithParam<backend> {
 protected:
  scratch_folder folder;
};

INSTANTIATE_TEST_SUITE_P(every_backend, venue_journal, testing::Values(backend::memory, backend::sqlite),
                         name_of_backend);

TEST_P(venue_journal, replaces_rows_of_a_key_and_loads_them_in_order) {
  const auto open = [&] {
    return GetParam() == backend::memory ? storage::make_memory_journal()
                                         : valued(storage::open_sqlite_journal(folder.file("venue.db")));
  };
  auto journal = open();
  ASSERT_TRUE(journal->write({{"orders", "2", "{}"}, {"orders", "1", "{\"a\":1}"}, {"accounts", "9", "x"}}));
  ASSERT_TRUE(journal->write({{"orders", "2", "changed"}}));
  if (GetParam() == backend::sqlite) {
    journal.reset();
    journal = open();
  }
  std::string all;
  for (const auto& row : valued(journal->load())) all += row.table + "/" + row.key + "=" + row.content + ";";
  EXPECT_EQ(all, "accounts/9=x;orders/1={\"a\":1};orders/2=changed;");
}

}  // namespace
}  // namespace rltrader::contract

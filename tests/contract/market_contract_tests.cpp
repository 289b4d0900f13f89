// The contracts of the market store and of the venue's journal, kept by every backend.
#include "tests/contract/ops_contract.hpp"
#include "tests/support/generated.hpp"

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

template <class... Rows, class F>
void each_kind(const std::variant<Rows...>*, F&& f) {
  (f(Rows{}), ...);
}
constexpr const ports::market_row* every_kind = nullptr;

TEST_P(market_store, gives_back_rows_of_every_kind_as_they_were_written) {
  constexpr std::uint64_t seed = 51;
  std::mt19937_64 chance(seed);
  for (const auto present : {testing_support::presence::always, testing_support::presence::by_chance}) {
    store.reset();
    home.wipe();
    open();
    std::vector<ports::market_row> rows;
    each_kind(every_kind, [&]<class Row>(Row) { rows.push_back(testing_support::generated<Row>(chance, present)); });
    ASSERT_TRUE(store->append(rows));
    ASSERT_TRUE(store->append(rows));  // the same again changes nothing
    for (const auto& row : rows)
      std::visit(
          [&](const auto& r) {
            const auto kept = valued(store->list<std::decay_t<decltype(r)>>({}));
            ASSERT_EQ(kept.total, 1);
            EXPECT_TRUE(testing_support::same(kept.rows.at(0), r)) << std::decay_t<decltype(r)>::type_name;
          },
          row);
  }
}

candle_record growing(int minute, std::int64_t close, bool closed) {
  candle_record c;
  c.pair = btc();
  c.interval = interval::m1;
  c.open_time = at_minute(minute);
  c.close_time = at_minute(minute + 1);
  c.close = price::of(close);
  c.closed = closed;
  c.source = "bingx";
  return c;
}

TEST_P(market_store, never_lets_an_open_bar_take_the_place_of_a_closed_one) {
  ASSERT_TRUE(store->append({growing(1, 100, false)}));
  EXPECT_EQ(valued(store->candles({.pair = btc(), .interval = interval::m1})), std::vector<candle>{});
  ASSERT_TRUE(store->append({growing(1, 101, true)}));
  ASSERT_TRUE(store->append({growing(1, 102, false)}));
  ASSERT_TRUE(store->append({growing(2, 103, false), growing(2, 104, true), growing(2, 105, false)}));
  const auto kept = valued(store->candles({.pair = btc(), .interval = interval::m1}));
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].close, price::of(101));
  EXPECT_EQ(kept[1].close, price::of(104));
  ASSERT_TRUE(store->append({growing(1, 106, true)}));  // a correction
  EXPECT_EQ(valued(store->candles({.pair = btc(), .interval = interval::m1}))[0].close, price::of(106));
}

TEST_P(market_store, keeps_a_trade_as_it_was_first_seen) {
  market_trade t;
  t.pair = btc();
  t.trade_id = "9223372036854775807";
  t.executed_at = at_minute(1);
  t.price = price::of(10);
  auto other = t;
  other.price = price::of(11);
  ASSERT_TRUE(store->append({t, other}));
  ASSERT_TRUE(store->append({other}));
  const auto kept = valued(store->list<market_trade>({.pair = "BTC-USDT"}));
  ASSERT_EQ(kept.total, 1);
  EXPECT_EQ(kept.rows[0].price, price::of(10));
}

TEST_P(market_store, writes_all_of_a_batch_or_nothing) {
  if (GetParam() == backend::memory || GetParam() == backend::sqlite)
    GTEST_SKIP() << "times are integers here, so every row of market data fits";
  // The bar's table is written first, and is there already when the other one fails.
  mark_index_price no_time;
  no_time.pair = btc();
  no_time.captured_at = instant_of_ms(std::numeric_limits<std::int64_t>::max());
  const auto done = store->append({growing(2, 100, true), no_time});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::conflict) << done.error().what;
  EXPECT_EQ(valued(store->list<candle_record>({})).total, 0);
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

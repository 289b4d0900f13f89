// Money in the simulated venue: positions by cost, fees, funding, margin, liquidation, ids, rows.
#include "tests/sim/venue_fixture.hpp"

namespace rltrader::sim::testing {

namespace {

std::vector<std::string> kinds_of(const venue_step& step) {
  std::vector<std::string> out;
  for (const auto& event : step.events)
    out.push_back(std::visit([](const auto& e) { return std::string(std::decay_t<decltype(e)>::type_name); }, event));
  return out;
}

/// Trades one market order after the other, each at its own tick.
void trade(desk& d, order_content c, const char* at) {
  ASSERT_TRUE(d.place(std::move(c)));
  ASSERT_EQ(fills_of(d.tick_at(at)).size(), 1u);
}

}  // namespace

TEST(venue_positions, add_reduce_and_flip_by_cost) {
  desk d;
  d.tick_at("100");
  trade(d, market(buy, "1"), "100");
  trade(d, market(buy, "3"), "104");
  EXPECT_EQ(d.held().entry, px("103"));
  trade(d, market(sell, "1"), "105");
  EXPECT_EQ(d.held().realised, usd("2"));
  EXPECT_EQ(d.held().entry, px("103"));
  trade(d, market(sell, "5"), "101");
  const auto p = d.held();
  EXPECT_EQ(p.held, qty("-2"));
  EXPECT_EQ(p.entry, px("101"));
  EXPECT_EQ(p.realised, usd("-4"));
  EXPECT_EQ(p.margin, usd("20.2"));
  EXPECT_EQ(p.bought, qty("4"));
  EXPECT_EQ(p.sold, qty("6"));
  EXPECT_EQ(p.opened_at, d.now());
}

TEST(venue_positions, takers_and_makers_pay_their_own_fee) {
  desk d;
  d.tick_at("100");
  trade(d, market(buy, "10"), "100");
  EXPECT_EQ(d.venue.account().fees, usd("0.5"));  // 5 bps of 1,000
  ASSERT_TRUE(d.place(limit(sell, "10", "110")));
  d.tick_at("100");
  ASSERT_EQ(fills_of(d.tick_at("111")), told{"sell 10 @ 110 maker"});
  EXPECT_EQ(d.venue.account().fees, usd("0.72"));  // and 2 bps of 1,100
  EXPECT_EQ(d.venue.account().wallet, usd("10099.28"));
}

TEST(venue_positions, the_balance_values_them_at_the_mark) {
  desk d;
  d.tick_at("100");
  trade(d, market(sell, "10"), "100");
  d.tick_at("90", "95");
  ASSERT_TRUE(d.place(limit(sell, "2", "100")));
  const auto b = d.venue.balance();
  EXPECT_EQ(b.wallet, usd("9999.5"));
  EXPECT_EQ(b.unrealised, usd("50"));
  EXPECT_EQ(b.equity, usd("10049.5"));
  EXPECT_EQ(b.used_margin, usd("100"));
  EXPECT_EQ(b.frozen, usd("20"));
  EXPECT_EQ(b.available, usd("9879.5"));
}

TEST(venue_events, a_fill_is_told_before_what_it_changed) {
  desk d;
  d.tick_at("100");
  const auto placed = d.place(market(buy, "1"), "entry");
  EXPECT_EQ(kinds_of(placed.step), told{"order_updated"});
  const auto step = d.tick_at("100");
  const told expected{"venue_fill", "order_updated", "position_changed", "balance_changed"};
  EXPECT_EQ(kinds_of(step), expected);
  EXPECT_EQ(step.changes.orders, std::vector{d.order("entry")});
  EXPECT_EQ(step.changes.positions, std::vector{d.held()});
  EXPECT_EQ(step.changes.account, d.venue.account());
  EXPECT_EQ(step.changes.books, std::vector{*d.venue.book_of(btc)});
}

TEST(venue_funding, longs_pay_and_shorts_receive_once_for_each_time) {
  for (const auto side : {buy, sell}) {
    desk d;
    d.tick_at("100");
    trade(d, market(side, "10"), "100");
    const auto before = d.venue.account().wallet;
    d.tick_at("200", "105");
    const funding due{.pair = btc, .at = d.now(), .rate = frac("0.0001")};
    const auto step = d.venue.on_funding(due);
    const auto amount = side == buy ? usd("-0.105") : usd("0.105");
    EXPECT_EQ(d.venue.account().wallet, before + amount);
    EXPECT_EQ(d.held().funding_received, amount);
    ASSERT_EQ(step.changes.income.size(), 1u);
    EXPECT_EQ(step.changes.income[0].amount, amount);
    EXPECT_EQ(d.venue.on_funding(due), venue_step{});
    EXPECT_EQ(d.venue.income_since(0).size(), 1u);
  }
}

TEST(venue_funding, nothing_is_due_without_a_position) {
  desk d;
  d.tick_at("100");
  EXPECT_EQ(d.venue.on_funding({.pair = btc, .at = d.now(), .rate = frac("0.01")}), venue_step{});
}

TEST(venue_liquidation, closes_at_the_mark_once_the_margin_is_below_maintenance) {
  desk d;  // leverage 10, maintenance 1 %
  d.tick_at("100");
  trade(d, market(buy, "10"), "100");
  // 100 + 10 (p - 100) = 0.01 x 10 p  at  p = 900 / 9.9 = 90.909...
  EXPECT_EQ(d.held().liquidation, px("90.90909091"));
  EXPECT_EQ(fills_of(d.tick_at("90", "91")), told{});
  EXPECT_EQ(fills_of(d.tick_at("95", "90.9")), told{"sell 10 @ 90.9 taker liquidation"});
  EXPECT_EQ(d.held().held, quantity{});
  const auto f = d.venue.fills_since(1)[0].trade;
  EXPECT_TRUE(f.order.empty());
  EXPECT_FALSE(f.venue_order.empty());
  EXPECT_EQ(d.venue.account().insurance, money{});
}

TEST(venue_liquidation, of_a_short_lies_above) {
  desk d;
  d.tick_at("100");
  trade(d, market(sell, "10"), "100");
  EXPECT_EQ(d.held().liquidation, px("108.91089108"));  // 1,100 / 10.1
  EXPECT_EQ(fills_of(d.tick_at("108.9")), told{});
  EXPECT_EQ(fills_of(d.tick_at("109")), told{"buy 10 @ 109 taker liquidation"});
}

TEST(venue_liquidation, costs_no_more_than_the_margin_even_through_a_gap) {
  desk d;
  d.tick_at("100");
  trade(d, market(buy, "10"), "100");
  const auto before = d.venue.account().wallet;
  const auto step = d.tick_at("50");
  EXPECT_EQ(fills_of(step), told{"sell 10 @ 50 taker liquidation"});
  EXPECT_EQ(d.venue.account().wallet, before - usd("100"));
  EXPECT_EQ(d.venue.account().insurance, usd("400.25"));  // 500 lost and a fee of 0.25 beyond 100
  ASSERT_EQ(step.changes.income.size(), 1u);
  EXPECT_EQ(step.changes.income[0].what, income_kind::insurance_clear);
}

TEST(venue_liquidation, happens_on_a_bars_path_after_the_stop_that_comes_first) {
  for (const auto* trigger : {"95", "80"}) {
    desk d;
    d.bar_of("100", "100", "100", "100");
    ASSERT_TRUE(d.place(market(buy, "10")));
    d.bar_of("100", "100", "100", "100");
    ASSERT_TRUE(d.place(stop(sell, "10", trigger)));
    const auto step = d.bar_of("100", "100", "70", "100");
    EXPECT_EQ(fills_of(step),
              std::string(trigger) == "95" ? told{"sell 10 @ 95 taker"} : told{"sell 10 @ 90.9 taker liquidation"});
  }
}

TEST(venue_liquidation, leverage_one_long_is_never_liquidated) {
  auto settings = plain_settings();
  settings.leverage_by_pair = {{"BTC-USDT", 1}};
  desk d{settings};
  d.tick_at("100");
  trade(d, market(buy, "10"), "100");
  EXPECT_EQ(d.held().liquidation, price{});
  EXPECT_EQ(d.tick_at("0.1"), venue_step{});
}

TEST(venue_ids, order_ids_carry_their_time_and_grow) {
  desk d;
  d.tick_at("100");
  const auto first = d.place(limit(buy, "1", "99"));
  const auto second = d.place(limit(buy, "1", "99"));
  EXPECT_EQ((first.order.number >> 22) + 1'288'834'974'657, ms_of(d.now()));
  EXPECT_EQ(first.order.id.text(), std::to_string(first.order.number));
  EXPECT_EQ(second.order.number, first.order.number + 1);
}

TEST(venue_reads, orders_are_found_by_either_id_and_fills_by_cursor) {
  desk d;
  d.tick_at("100");
  const auto placed = d.place(market(buy, "1"), "mine");
  EXPECT_EQ(d.venue.query({.pair = btc, .client = {}, .id = placed.order.id})->client, order_id{"mine"});
  EXPECT_EQ(d.venue.open_orders().size(), 1u);
  EXPECT_EQ(d.venue.open_orders(eth).size(), 0u);
  d.tick_at("100");
  EXPECT_EQ(d.venue.open_orders().size(), 0u);
  EXPECT_EQ(d.venue.closed_orders(d.now()).size(), 1u);
  EXPECT_EQ(d.venue.fills_since(0).size(), 1u);
  EXPECT_EQ(d.venue.fills_since(1).size(), 0u);
  EXPECT_EQ(d.venue.fills_since(d.now()).size(), 1u);
  EXPECT_FALSE(d.venue.query({.pair = eth, .client = {}, .id = placed.order.id}));
}

TEST(venue_reads, pruning_forgets_what_is_closed_and_old) {
  desk d;
  d.tick_at("100");
  trade(d, market(buy, "1"), "100");
  ASSERT_TRUE(d.place(limit(buy, "1", "99"), "resting"));
  ++d.minute;
  d.venue.prune(d.now());
  EXPECT_EQ(d.venue.fills_since(0).size(), 0u);
  EXPECT_EQ(d.venue.closed_orders({}).size(), 0u);
  EXPECT_EQ(d.order("resting").state, order_state::accepted);
  EXPECT_EQ(d.held().held, qty("1"));
}

TEST(venue_rows_kept, a_pair_that_is_no_longer_listed_keeps_its_position) {
  desk d;
  d.tick_at("100");
  trade(d, market(buy, "1"), "100");
  auto fewer = plain_settings();
  fewer.instruments.erase(fewer.instruments.begin());
  const auto again = venue_core::restore(fewer, d.venue.snapshot());
  EXPECT_EQ(again.positions().size(), 1u);
  EXPECT_EQ(again.snapshot(), d.venue.snapshot());
}

}  // namespace rltrader::sim::testing

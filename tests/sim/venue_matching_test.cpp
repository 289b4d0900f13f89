// How orders meet prices in the simulated venue: ticks, opens, paths of bars, volume, slippage.
#include "tests/sim/venue_fixture.hpp"

namespace rltrader::sim::testing {

namespace {

venue_settings with_slippage(const char* fraction) {
  auto s = plain_settings();
  s.slippage = frac(fraction);
  return s;
}

/// An order may take a tenth of the volume and nothing else.
venue_settings with_thin_volume() {
  auto s = plain_settings();
  s.volume_share = frac("0.1");
  s.least_depth = {};
  return s;
}

/// A desk that is long or short one coin from 100, in bars.
desk holding(const char* signed_quantity, venue_settings s = plain_settings()) {
  desk d{std::move(s)};
  d.bar_of("100", "100", "100", "100");
  const auto wanted = qty(signed_quantity);
  auto c = market(wanted.positive() ? buy : sell, "1");
  c.quantity = wanted.abs();
  EXPECT_TRUE(d.place(c));
  EXPECT_EQ(fills_of(d.bar_of("100", "100", "100", "100")).size(), 1u);
  return d;
}

}  // namespace

TEST(venue_ticks, a_market_order_fills_at_the_next_tick_and_never_at_the_one_seen) {
  desk d;
  d.tick_at("100");
  const auto answer = d.place(market(buy, "2"), "entry");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.order.state, order_state::accepted);
  EXPECT_EQ(fills_of(answer.step), told{});
  EXPECT_EQ(fills_of(d.tick_at("101.3")), told{"buy 2 @ 101.3 taker"});
  EXPECT_EQ(d.order("entry").state, order_state::filled);
}

TEST(venue_ticks, a_tick_older_than_the_order_does_not_fill_it) {
  desk d;
  d.tick_at("100");
  d.minute += 5;
  ASSERT_TRUE(d.place(market(buy, "1")));
  EXPECT_EQ(d.venue.on_tick({.pair = btc, .at = minute_at(3), .last = px("100"), .mark = px("100")}), venue_step{});
  EXPECT_EQ(fills_of(d.venue.on_tick({.pair = btc, .at = minute_at(6), .last = px("102"), .mark = px("102")})),
            told{"buy 1 @ 102 taker"});
}

TEST(venue_ticks, slippage_goes_against_the_order_and_ends_on_a_tick_against_it) {
  desk d{with_slippage("0.0001")};
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(buy, "1")));
  EXPECT_EQ(fills_of(d.tick_at("100")), told{"buy 1 @ 100.1 taker"});  // 100.01 is no tick
  ASSERT_TRUE(d.place(market(sell, "1")));
  EXPECT_EQ(fills_of(d.tick_at("100")), told{"sell 1 @ 99.9 taker"});
}

TEST(venue_ticks, a_limit_that_is_marketable_on_arrival_takes_within_its_limit) {
  desk d{with_slippage("0.01")};
  d.tick_at("100");
  ASSERT_TRUE(d.place(limit(buy, "1", "102")));
  EXPECT_EQ(fills_of(d.tick_at("100")), told{"buy 1 @ 101 taker"});
  ASSERT_TRUE(d.place(limit(buy, "1", "100.5")));
  EXPECT_EQ(fills_of(d.tick_at("100")), told{"buy 1 @ 100.5 taker"});
}

TEST(venue_ticks, a_resting_limit_makes_when_the_price_trades_through_it_and_not_at_a_touch) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(limit(buy, "1", "99")));
  EXPECT_EQ(fills_of(d.tick_at("100")), told{});
  EXPECT_EQ(fills_of(d.tick_at("99")), told{});
  EXPECT_EQ(fills_of(d.tick_at("98.7")), told{"buy 1 @ 99 maker"});
}

TEST(venue_ticks, a_stop_is_triggered_by_the_mark_and_fills_at_the_next_tick) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(buy, "1")));
  d.tick_at("100");
  ASSERT_TRUE(d.place(stop(sell, "1", "95"), "stop"));
  EXPECT_EQ(fills_of(d.tick_at("94", "96")), told{});  // the last price alone triggers nothing
  EXPECT_EQ(fills_of(d.tick_at("96", "95")), told{});
  EXPECT_TRUE(d.order("stop").triggered);
  EXPECT_EQ(fills_of(d.tick_at("93.5", "97")), told{"sell 1 @ 93.5 taker"});
}

TEST(venue_ticks, a_take_profit_is_triggered_on_the_other_side) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(sell, "1")));
  d.tick_at("100");
  ASSERT_TRUE(d.place(take_profit(buy, "1", "95")));
  EXPECT_EQ(fills_of(d.tick_at("96")), told{});
  d.tick_at("94");
  EXPECT_EQ(fills_of(d.tick_at("94.5")), told{"buy 1 @ 94.5 taker"});
}

TEST(venue_ticks, what_the_volume_does_not_allow_rests_for_the_next_tick) {
  desk d{with_thin_volume()};
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(buy, "5"), "big"));
  EXPECT_EQ(fills_of(d.tick_at("100", qty("20"))), told{"buy 2 @ 100 taker"});
  EXPECT_EQ(d.order("big").state, order_state::partial);
  EXPECT_EQ(fills_of(d.tick_at("101", qty("0"))), told{});
  EXPECT_EQ(fills_of(d.tick_at("102", qty("20.0009"))), told{"buy 2 @ 102 taker"});  // whole steps
  EXPECT_EQ(fills_of(d.tick_at("103", qty("1000"))), told{"buy 1 @ 103 taker"});
  EXPECT_EQ(d.order("big").average, px("101.4"));
}

TEST(venue_ticks, prices_that_cannot_be_are_ignored) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(buy, "1")));
  EXPECT_EQ(d.tick_at("0", "100"), venue_step{});
  EXPECT_EQ(d.tick_at("100", "-1"), venue_step{});
  EXPECT_EQ(fills_of(d.tick_at("100")), told{"buy 1 @ 100 taker"});
}

TEST(venue_bars, a_market_order_fills_at_the_next_open) {
  desk d;
  d.bar_of("100", "101", "99", "100.5");
  ASSERT_TRUE(d.place(market(buy, "1")));
  const auto step = d.bar_of("102", "103", "101", "101.5");
  EXPECT_EQ(fills_of(step), told{"buy 1 @ 102 taker"});
  EXPECT_EQ(step.changes.fills[0].trade.at, minute_at(1));
}

TEST(venue_bars, the_same_bar_again_changes_nothing) {
  desk d;
  d.bar_of("100", "101", "99", "100");
  ASSERT_TRUE(d.place(limit(buy, "1", "99.5")));
  --d.minute;
  EXPECT_EQ(d.bar_of("100", "101", "99", "100"), venue_step{});
}

TEST(venue_bars, an_order_placed_within_a_bar_waits_for_the_next_one) {
  desk d;
  d.bar_of("100", "101", "99", "100");
  ASSERT_TRUE(d.venue.place({.client = {}, .content = market(buy, "1"), .at = minute_at(1) + seconds{30}}));
  EXPECT_EQ(fills_of(d.bar_of("100", "105", "95", "104")), told{});
  EXPECT_EQ(fills_of(d.bar_of("104", "105", "103", "104")), told{"buy 1 @ 104 taker"});
}

TEST(venue_bars, an_open_told_early_is_met_once) {
  desk d;
  d.bar_of("100", "101", "99", "100");
  ASSERT_TRUE(d.place(market(buy, "1")));
  EXPECT_EQ(fills_of(d.venue.on_bar_open({.pair = btc, .at = d.now(), .price = px("102")})), told{"buy 1 @ 102 taker"});
  ASSERT_TRUE(d.place(market(sell, "1")));  // seen after the open: waits for the next one
  ASSERT_TRUE(d.place(stop(sell, "1", "101")));
  EXPECT_EQ(fills_of(d.bar_of("102", "103", "100", "102")), told{"sell 1 @ 101 taker"});
}

TEST(venue_bars, a_limit_that_arrives_after_the_open_rests_or_waits_for_the_next_open) {
  desk d;
  d.bar_of("100", "100", "100", "100");
  d.venue.on_bar_open({.pair = btc, .at = d.now(), .price = px("100")});
  ASSERT_TRUE(d.place(limit(buy, "1", "99")));
  ASSERT_TRUE(d.place(limit(buy, "2", "110")));
  EXPECT_EQ(fills_of(d.bar_of("100", "101", "98", "100")), told{"buy 1 @ 99 maker"});
  EXPECT_EQ(fills_of(d.bar_of("101", "101", "101", "101")), told{"buy 2 @ 101 taker"});
}

TEST(venue_bars, a_resting_limit_makes_at_its_price_when_the_bar_trades_through) {
  desk d;
  d.bar_of("100", "100", "100", "100");
  ASSERT_TRUE(d.place(limit(buy, "1", "99")));
  EXPECT_EQ(fills_of(d.bar_of("100", "101", "99", "100")), told{});  // a touch
  EXPECT_EQ(fills_of(d.bar_of("100", "101", "98", "100")), told{"buy 1 @ 99 maker"});
}

TEST(venue_bars, a_stop_fills_at_its_trigger_on_the_way) {
  auto d = holding("1", with_slippage("0.001"));
  ASSERT_TRUE(d.place(stop(sell, "1", "95")));
  EXPECT_EQ(fills_of(d.bar_of("99", "100", "90", "97")), told{"sell 1 @ 94.9 taker"});
}

TEST(venue_bars, a_gap_through_a_stop_fills_at_the_open) {
  auto d = holding("1");
  ASSERT_TRUE(d.place(stop(sell, "1", "95")));
  EXPECT_EQ(fills_of(d.bar_of("93", "96", "90", "95")), told{"sell 1 @ 93 taker"});
}

TEST(venue_bars, what_hurts_a_long_comes_first) {
  auto d = holding("1");
  ASSERT_TRUE(d.place(stop(sell, "1", "95"), "stop"));
  ASSERT_TRUE(d.place(take_profit(sell, "1", "105"), "profit"));
  EXPECT_EQ(fills_of(d.bar_of("100", "110", "90", "109")), told{"sell 1 @ 95 taker"});
  EXPECT_EQ(d.order("profit").state, order_state::expired);  // reached after the stop, with nothing left to close
}

TEST(venue_bars, what_hurts_a_short_comes_first) {
  auto d = holding("-1");
  ASSERT_TRUE(d.place(stop(buy, "1", "105"), "stop"));
  ASSERT_TRUE(d.place(take_profit(buy, "1", "95"), "profit"));
  EXPECT_EQ(fills_of(d.bar_of("100", "110", "90", "91")), told{"buy 1 @ 105 taker"});
}

TEST(venue_bars, orders_on_the_way_are_met_in_the_order_of_their_prices) {
  desk d;
  d.bar_of("100", "100", "100", "100");
  ASSERT_TRUE(d.place(limit(buy, "1", "95")));
  ASSERT_TRUE(d.place(limit(buy, "2", "98")));
  const told expected{"buy 2 @ 98 maker", "buy 1 @ 95 maker"};
  EXPECT_EQ(fills_of(d.bar_of("100", "100", "90", "100")), expected);
}

TEST(venue_bars, an_order_takes_its_share_of_a_bar_once) {
  desk d{with_thin_volume()};
  d.bar_of("100", "100", "100", "100");
  ASSERT_TRUE(d.place(limit(buy, "5", "98"), "big"));
  EXPECT_EQ(fills_of(d.bar_of("100", "101", "90", "95", "20")), told{"buy 2 @ 98 maker"});
  EXPECT_EQ(fills_of(d.bar_of("95", "99", "90", "95", "10")), told{"buy 1 @ 98 maker"});
}

TEST(venue_bars, depth_that_is_always_there_fills_where_a_recording_has_no_volume) {
  auto settings = with_thin_volume();
  settings.least_depth = usd("150");
  desk d{settings};
  d.bar_of("100", "100", "100", "100");
  ASSERT_TRUE(d.place(market(buy, "2")));
  EXPECT_EQ(fills_of(d.bar_of("100", "100", "100", "100", "0")), told{"buy 1.5 @ 100 taker"});
}

TEST(venue_bars, legs_of_a_hedge_each_meet_what_hurts_them_first) {
  desk d{plain_settings(position_mode::hedge)};
  d.bar_of("100", "100", "100", "100");
  ASSERT_TRUE(d.place(on_leg(market(buy, "1"), position_side::long_side)));
  ASSERT_TRUE(d.place(on_leg(market(sell, "1"), position_side::short_side)));
  d.bar_of("100", "100", "100", "100");
  ASSERT_TRUE(d.place(on_leg(stop(sell, "1", "95"), position_side::long_side)));
  ASSERT_TRUE(d.place(on_leg(take_profit(sell, "1", "105"), position_side::long_side)));
  ASSERT_TRUE(d.place(on_leg(stop(buy, "1", "105"), position_side::short_side)));
  ASSERT_TRUE(d.place(on_leg(take_profit(buy, "1", "95"), position_side::short_side)));
  const told expected{"sell 1 @ 95 taker", "buy 1 @ 105 taker"};
  EXPECT_EQ(fills_of(d.bar_of("100", "110", "90", "100")), expected);
}

TEST(venue_bars, a_broken_bar_is_ignored) {
  desk d;
  d.bar_of("100", "100", "100", "100");
  ASSERT_TRUE(d.place(market(buy, "1")));
  EXPECT_EQ(d.bar_of("100", "99", "98", "98.5"), venue_step{});
  EXPECT_EQ(d.bar_of("100", "100", "0", "100"), venue_step{});
  EXPECT_EQ(fills_of(d.bar_of("100", "100", "100", "100")), told{"buy 1 @ 100 taker"});
}

TEST(venue_reduce_only, an_order_shrinks_to_what_is_held_and_never_flips) {
  auto d = holding("1");
  ASSERT_TRUE(d.place(stop(sell, "1", "95"), "stop"));
  ASSERT_TRUE(d.place(reducing(market(sell, "0.6"))));
  d.bar_of("100", "100", "100", "100");
  EXPECT_EQ(fills_of(d.bar_of("100", "100", "90", "90")), told{"sell 0.4 @ 95 taker"});
  EXPECT_EQ(d.order("stop").state, order_state::cancelled);
  EXPECT_EQ(d.held().held, quantity{});
}

TEST(venue_reduce_only, a_stop_left_behind_expires_instead_of_opening) {
  auto d = holding("1");
  ASSERT_TRUE(d.place(stop(sell, "1", "95"), "stop"));
  ASSERT_TRUE(d.place(reducing(market(sell, "1"))));
  d.bar_of("100", "100", "100", "100");
  EXPECT_EQ(fills_of(d.bar_of("100", "100", "90", "90")), told{});
  EXPECT_EQ(d.order("stop").state, order_state::expired);
}

TEST(venue_reduce_only, the_whole_remainder_below_the_minimum_may_be_closed) {
  auto d = holding("0.02");
  ASSERT_TRUE(d.place(reducing(market(sell, "0.02"))));
  d.bar_of("90", "90", "90", "90");  // 1.80 USDT, below 2
  EXPECT_EQ(d.held().held, quantity{});
}

}  // namespace rltrader::sim::testing

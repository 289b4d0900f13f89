// Each refusal of the simulated venue, with BingX's number, and that a refusal changes nothing.
#include "tests/sim/venue_fixture.hpp"

namespace rltrader::sim::testing {

namespace {

struct refusal_case {
  const char* name;
  int code;
  order_content content;
  position_mode mode = position_mode::one_way;
  const char* held = "0";  ///< bought before at 100
  void (*adjust)(venue_settings&) = nullptr;
  const char* client = "";
};

order_content without_limit() {
  auto c = limit(buy, "1", "100");
  c.limit.reset();
  return c;
}
order_content without_trigger() {
  auto c = stop(sell, "1", "90");
  c.trigger.reset();
  return c;
}
order_content of_pair(const char* pair) { return market(buy, "1", pair_name{pair}); }

const refusal_case refusals[] = {
    {"unknown symbol", 109425, of_pair("DOGE-USDT")},
    {"symbol without a price", 101415, of_pair("ETH-USDT")},
    {"leg in one-way mode", 109400, on_leg(market(buy, "1"), position_side::long_side)},
    {"both in hedge mode", 109400, market(buy, "1"), position_mode::hedge},
    {"reduce-only in hedge mode", 109400, reducing(on_leg(market(buy, "1"), position_side::long_side)),
     position_mode::hedge},
    {"nothing wanted", 109400, market(buy, "0")},
    {"less than nothing wanted", 109400, market(buy, "-1")},
    {"limit without a price", 109400, without_limit()},
    {"limit of zero", 109400, limit(buy, "1", "0")},
    {"stop without a trigger", 109400, without_trigger(), position_mode::one_way, "1"},
    {"quantity too fine", 110425, market(buy, "0.12345")},
    {"limit between ticks", 110425, limit(buy, "1", "99.95")},
    {"trigger between ticks", 110425, stop(sell, "1", "90.05"), position_mode::one_way, "1"},
    {"quantity below the minimum", 101400, market(buy, "0.0001"), position_mode::one_way, "0",
     [](venue_settings& s) { s.instruments[0].minimum = qty("0.001"); }},
    {"notional below the minimum", 110425, market(buy, "0.0199")},
    {"cut to nothing", 109400, market(buy, "0.00001"), position_mode::one_way, "0",
     [](venue_settings& s) { s.precision = excess_precision::truncate; }},
    {"limit too high", 101211, limit(buy, "1", "120.1")},
    {"limit too low", 101211, limit(buy, "1", "79.9")},
    {"stop of a long above the market", 110411, stop(sell, "1", "100"), position_mode::one_way, "1"},
    {"stop of a short below the market", 110412, stop(buy, "1", "100"), position_mode::one_way, "-1"},
    {"profit of a long below the market", 110413, take_profit(sell, "1", "100"), position_mode::one_way, "1"},
    {"profit of a short above the market", 110414, take_profit(buy, "1", "100"), position_mode::one_way, "-1"},
    {"reduce-only without a position", 101290, reducing(market(sell, "1"))},
    {"reduce-only that would add", 101290, reducing(market(buy, "1")), position_mode::one_way, "1"},
    {"reduce-only beyond the position", 101290, reducing(market(sell, "1.5")), position_mode::one_way, "1"},
    {"closing a leg that is not held", 101205, on_leg(market(sell, "1"), position_side::long_side),
     position_mode::hedge},
    {"closing more than a leg", 101205, on_leg(market(sell, "1.5"), position_side::long_side), position_mode::hedge,
     "1"},
    {"stop that would open a leg", 101205, on_leg(stop(buy, "1", "110"), position_side::long_side),
     position_mode::hedge, "1"},
    {"stop without a position", 101290, stop(sell, "1", "90")},
    {"position too large", 101209, market(buy, "60000")},
    {"quantity beyond all bounds", 101209, market(buy, "89000000000")},
    {"insufficient margin", 101204, market(buy, "1100")},
    {"small close where dust is refused", 110425, reducing(market(sell, "0.0199")), position_mode::one_way, "0.02",
     [](venue_settings& s) { s.remainder = small_close::reject; }},
    {"too many open orders", 80013, limit(buy, "1", "99"), position_mode::one_way, "0",
     [](venue_settings& s) { s.open_orders_most = 0; }},
    {"client id with a strange letter", 109400, market(buy, "1"), position_mode::one_way, "0", nullptr, "a_b"},
    {"client id too long", 109400, market(buy, "1"), position_mode::one_way, "0", nullptr,
     "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddX"},
};

desk desk_holding(const refusal_case& row) {
  auto settings = plain_settings(row.mode);
  desk d{settings};
  d.tick_at("100");
  const auto held = qty(row.held);
  if (!held.is_zero()) {
    auto entry = market(held.positive() ? buy : sell, "1");
    entry.quantity = held.abs();
    if (row.mode == position_mode::hedge) entry.leg_side = position_side::long_side;
    EXPECT_TRUE(d.place(entry));
    d.tick_at("100");
  }
  if (!row.adjust) return d;
  row.adjust(settings);
  d.venue = venue_core::restore(settings, d.venue.snapshot());
  return d;
}

class venue_refusals : public ::testing::TestWithParam<refusal_case> {};

}  // namespace

TEST_P(venue_refusals, has_its_number_and_changes_nothing) {
  const auto& row = GetParam();
  auto d = desk_holding(row);
  const auto before = d.venue.snapshot();

  const auto answer = d.place(row.content, row.client);

  ASSERT_TRUE(answer.refused) << row.name;
  EXPECT_EQ(answer.refused->code, row.code) << row.name << ": " << answer.refused->message;
  EXPECT_FALSE(answer.refused->message.empty());
  EXPECT_EQ(answer.step, venue_step{});
  EXPECT_EQ(d.venue.snapshot(), before);
}

INSTANTIATE_TEST_SUITE_P(table, venue_refusals, ::testing::ValuesIn(refusals), [](const auto& param_info) {
  std::string name = param_info.param.name;
  for (auto& c : name)
    if (c == ' ' || c == '-') c = '_';
  return name;
});

TEST(venue_rejections, a_client_id_is_never_taken_twice_even_after_the_first_order_has_ended) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(buy, "1"), "rl0Abc"));
  EXPECT_EQ(d.place(market(buy, "1"), "RL0aBC").refused->code, 101481);
  d.tick_at("100");
  ASSERT_EQ(d.order("rl0abc").state, order_state::filled);
  EXPECT_EQ(d.place(market(buy, "1"), "rl0abc").refused->code, 101481);
}

TEST(venue_rejections, excess_digits_are_cut_where_the_venue_is_as_lenient_as_the_real_one) {
  auto settings = plain_settings();
  settings.precision = excess_precision::truncate;
  desk d{settings};
  d.tick_at("100");
  const auto answer = d.place(limit(buy, "0.123456", "99.99"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.order.content.quantity, qty("0.1234"));
  EXPECT_EQ(answer.order.content.limit, px("99.9"));
}

TEST(venue_rejections, reduce_only_in_hedge_mode_is_dropped_where_the_venue_ignores_it) {
  auto settings = plain_settings(position_mode::hedge);
  settings.in_hedge = hedge_reduce_only::ignore;
  desk d{settings};
  d.tick_at("100");
  auto content = on_leg(market(buy, "1"), position_side::long_side);
  content.reduce_only = true;
  const auto answer = d.place(content);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer.order.content.reduce_only);
}

TEST(venue_rejections, stops_together_never_exceed_the_position) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(buy, "1")));
  d.tick_at("100");
  ASSERT_TRUE(d.place(stop(sell, "0.7", "90")));
  EXPECT_EQ(d.place(stop(sell, "0.4", "80")).refused->code, 110406);
  ASSERT_TRUE(d.place(take_profit(sell, "1", "110")));
  EXPECT_EQ(d.place(take_profit(sell, "0.1", "120")).refused->code, 110407);
}

TEST(venue_rejections, closing_orders_together_never_exceed_the_position) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(buy, "1")));
  d.tick_at("100");
  ASSERT_TRUE(d.place(reducing(limit(sell, "0.7", "101"))));
  EXPECT_EQ(d.place(reducing(market(sell, "0.4"))).refused->code, 101212);
  EXPECT_TRUE(d.place(reducing(market(sell, "0.3"))));
}

TEST(venue_rejections, orders_that_wait_reserve_their_margin) {
  desk d;  // 10,000 USDT at leverage 10
  d.tick_at("100");
  ASSERT_TRUE(d.place(limit(buy, "900", "99")));
  EXPECT_EQ(d.place(limit(buy, "120", "99")).refused->code, 101204);
}

TEST(venue_rejections, what_is_not_open_cannot_be_cancelled) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(market(buy, "1"), "once"));
  d.tick_at("100");
  EXPECT_EQ(d.venue.cancel({.pair = btc, .client = order_id{"once"}}, d.now()).refused->code, 109422);
  EXPECT_EQ(d.venue.cancel({.pair = btc, .client = order_id{"never"}}, d.now()).refused->code, 109421);
  EXPECT_EQ(d.venue.cancel({.pair = eth, .client = order_id{"once"}}, d.now()).refused->code, 109421);
}

TEST(venue_rejections, the_mode_is_fixed_while_anything_is_open) {
  desk d;
  d.tick_at("100");
  ASSERT_TRUE(d.place(limit(buy, "1", "99"), "resting"));
  EXPECT_EQ(d.venue.set_mode(position_mode::hedge, d.now()).refused->code, 109401);
  ASSERT_TRUE(d.venue.cancel({.pair = btc, .client = order_id{"resting"}}, d.now()));
  EXPECT_TRUE(d.venue.set_mode(position_mode::hedge, d.now()));
  EXPECT_EQ(d.venue.mode(), position_mode::hedge);
}

TEST(venue_rejections, leverage_stays_within_the_contracts_cap) {
  desk d;
  EXPECT_EQ(d.venue.set_leverage(btc, 51, d.now()).refused->code, 101414);
  EXPECT_EQ(d.venue.set_leverage(btc, 0, d.now()).refused->code, 109400);
  EXPECT_TRUE(d.venue.set_leverage(btc, 50, d.now()));
  EXPECT_EQ(d.venue.book_of(btc)->leverage, 50);
}

TEST(venue_rejections, more_than_what_is_available_cannot_be_withdrawn) {
  desk d;
  EXPECT_EQ(d.venue.transfer(usd("-10000.00000001"), d.now()).refused->code, 101204);
  EXPECT_TRUE(d.venue.transfer(usd("-10000"), d.now()));
  EXPECT_EQ(d.venue.balance().wallet, money{});
}

}  // namespace rltrader::sim::testing

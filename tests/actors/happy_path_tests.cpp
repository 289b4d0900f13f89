// From a closed bar to a booked fill and back to flat, on a desk where nothing goes wrong.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader::testing_support {
namespace {

TEST(desk, decides_on_bars_and_holds_when_the_policy_holds) {
  test_desk desk;
  desk.open();
  desk.bars(3);
  const auto made = desk.decisions(btc);
  ASSERT_EQ(made.size(), 4u);  // the newest bar of the past, and three more
  for (const auto& d : made) {
    EXPECT_TRUE(d.gate_passed) << d.reason << ' ' << lines(d.warnings);
    EXPECT_EQ(d.choice, action::hold);
  }
  EXPECT_TRUE(desk.orders().empty());
  EXPECT_EQ(lines(desk.violations()), "");
}

// I2, I6, I7, I14: a round trip leaves a durable decision, intent, fills, position, trade and one audit note a transition.
TEST(desk, carries_a_decision_to_a_fill_at_the_next_price_and_back_to_flat) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  const auto open = desk.market.bars(btc, interval::m1).back();
  const auto bought = desk.orders_of(btc);
  ASSERT_EQ(bought.size(), 1u);
  EXPECT_EQ(bought[0].state, order_state::filled) << bought[0].status_reason;
  EXPECT_EQ(bought[0].intent.reference, open.close);
  EXPECT_NE(bought[0].average, open.close);  // never the price that was seen
  EXPECT_TRUE(desk.held_by_us(btc).positive());

  desk.order(btc, action::close);
  desk.bars();
  EXPECT_TRUE(desk.held_by_us(btc).is_zero());
  const auto round = desk.trades();
  ASSERT_EQ(round.size(), 1u);
  EXPECT_EQ(round[0].status, trade_status::closed);
  EXPECT_TRUE(round[0].closed_at.has_value());
  const auto exit = desk.orders_of(btc).at(1);
  EXPECT_EQ(exit.intent.slot.leg, order_leg::exit);
  EXPECT_TRUE(exit.content().reduce_only);
  EXPECT_EQ(exit.intent.trade, round[0].id);
  const auto steps = desk.kept->events_of_order(exit.id);
  std::vector<order_state> path;
  for (const auto& e : steps->rows) path.push_back(e.after);
  EXPECT_EQ(path, (std::vector{order_state::intent, order_state::sent, order_state::accepted, order_state::filled}));
  EXPECT_EQ(lines(desk.violations()), "");
}

}  // namespace
}  // namespace rltrader::testing_support

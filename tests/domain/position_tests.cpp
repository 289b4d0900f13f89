// Fills and funding move a position, and nothing is lost on the way (I6).
#include "domain/position.hpp"

#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

namespace rltrader {
namespace {

using namespace testing;

fill trade_of(order_side side, const char* amount, const char* at, position_side leg = position_side::both) {
  fill f;
  f.id = fill_id{"f"};
  f.pair = btc;
  f.side = side;
  f.leg_side = leg;
  f.price = p(at);
  f.quantity = q(amount);
  f.at = noon;
  return f;
}
constexpr auto buy = order_side::buy;
constexpr auto sell = order_side::sell;

position flat(position_side leg = position_side::both) {
  position x;
  x.pair = btc;
  x.leg_side = leg;
  return x;
}

TEST(position, follows_fills_through_opening_adding_reducing_and_flipping) {
  struct row {
    order_side side;
    const char *amount, *at, *held, *entry, *realised;
  };
  const std::vector<row> rows{
      {buy, "1", "100", "1", "100", "0"},         // opens long
      {buy, "1", "110", "2", "105", "0"},         // adds, averages
      {sell, "0.5", "115", "1.5", "105", "5"},    // reduces, realises, keeps the entry
      {sell, "2.5", "100", "-1", "100", "-2.5"},  // through flat: closes 1.5, opens 1 short
      {sell, "1", "90", "-2", "95", "-2.5"},      // adds to the short
      {buy, "1", "85", "-1", "95", "7.5"},        // reduces it with a gain
      {buy, "1", "97", "0", "0", "5.5"},          // flat
  };
  auto x = flat();
  for (const auto& r : rows) {
    x = apply(x, trade_of(r.side, r.amount, r.at));
    SCOPED_TRACE(std::string(r.amount) + " at " + r.at);
    EXPECT_EQ(x.held, q(r.held));
    EXPECT_EQ(x.entry, p(r.entry));
    EXPECT_EQ(x.realised, usdt(r.realised));
  }
  EXPECT_FALSE(x.opened_at);
}

TEST(position, remembers_when_it_was_opened_and_anew_when_it_flips) {
  auto first = trade_of(buy, "1", "100");
  auto more = trade_of(buy, "1", "100");
  more.at = noon + seconds{1};
  auto flip = trade_of(sell, "3", "100");
  flip.at = noon + seconds{2};
  auto x = apply(apply(flat(), first), more);
  EXPECT_EQ(x.opened_at, noon);
  x = apply(x, flip);
  EXPECT_EQ(x.opened_at, noon + seconds{2});
  EXPECT_EQ(x.updated_at, noon + seconds{2});
}

TEST(position, is_dated_by_its_newest_fill_also_when_an_older_one_comes_late) {
  auto newer = trade_of(buy, "1", "100");
  newer.at = noon + seconds{5};
  EXPECT_EQ(apply(apply(flat(), newer), trade_of(buy, "1", "100")).updated_at, noon + seconds{5});
}

TEST(position, pays_fees_apart_from_what_it_realises) {
  auto f = trade_of(buy, "1", "100");
  f.fee = usdt("0.05");
  const auto x = apply(flat(), f);
  EXPECT_EQ(x.fees, usdt("0.05"));
  EXPECT_EQ(x.realised, money{});
}

TEST(position, lets_longs_pay_positive_funding_and_shorts_receive_it) {
  const funding f{btc, noon, bps(1)};
  const auto long_one = apply(apply(flat(), trade_of(buy, "2", "100")), f, price::of(110));
  const auto short_one = apply(apply(flat(), trade_of(sell, "2", "100")), f, price::of(110));
  EXPECT_EQ(long_one.funding_received, usdt("-0.022"));
  EXPECT_EQ(short_one.funding_received, usdt("0.022"));
  EXPECT_EQ(apply(flat(), f, price::of(110)), flat());
}

TEST(position, measures_what_closing_would_realise) {
  EXPECT_EQ(unrealised(apply(flat(), trade_of(buy, "2", "100")), price::of(103)), usdt("6"));
  EXPECT_EQ(unrealised(apply(flat(), trade_of(sell, "2", "100")), price::of(103)), usdt("-6"));
  EXPECT_EQ(unrealised(flat(), price::of(103)), money{});
}

TEST(position, holds_a_fill_at_price_zero_or_of_another_pair_or_leg_for_a_defect) {
  EXPECT_THROW((void)apply(flat(), trade_of(buy, "1", "0")), std::logic_error);
  EXPECT_THROW((void)apply(flat(), trade_of(buy, "0", "1")), std::logic_error);
  EXPECT_THROW((void)apply(flat(), trade_of(buy, "1", "1", position_side::long_side)), std::logic_error);
  auto other = trade_of(buy, "1", "1");
  other.pair = eth;
  EXPECT_THROW((void)apply(flat(), other), std::logic_error);
}

// What was paid and received is all there is: cash flow + value held = realised + unrealised, but for the rounding of the entry.
TEST(position, conserves_money_and_coins_in_generated_histories) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    dice d(seed);
    auto x = flat();
    quantity sum;
    money cash;
    money error;
    for (int i = 0; i < 40; ++i) {
      auto f = trade_of(d.one_in(2) ? buy : sell, "1", "1");
      f.quantity = quantity::of_raw(d.between(1, 500'000) * 100'000LL);
      f.price = price::of_raw(d.between(1, 2'000'000'000) * 100LL);
      const auto flow = f.side == buy ? f.quantity : -f.quantity;
      sum += flow;
      cash -= value_of(f.price, flow);
      x = apply(x, f);
      error += money::of_raw(x.held.abs().raw() / fixed_scale +
                             3);  // half a unit of the entry x held, and the products' own
      ASSERT_EQ(x.held, sum) << "I6";
      ASSERT_EQ(x.held.is_zero(), x.entry.is_zero());
      const auto mark = price::of(10);
      const auto ours = x.realised + unrealised(x, mark);
      const auto theirs = cash + value_of(mark, x.held);
      ASSERT_LE((ours - theirs).abs(), error);
    }
  }
}

}  // namespace
}  // namespace rltrader

// Names of slots and fingerprints of contents, sides and sizes.
#include "domain/order.hpp"

#include "domain/side_table.hpp"
#include "domain/sizing.hpp"
#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace rltrader {
namespace {

using namespace testing;

TEST(order_id, is_rl_and_28_of_the_letters_and_digits_the_venue_takes) {
  const auto text = order_id_of(intent_of().slot).text();
  EXPECT_EQ(text.size(), 30U);
  EXPECT_EQ(text.substr(0, 2), "rl");
  EXPECT_EQ(text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"), std::string::npos);
}

// A change here renames every open order of every installation: it must never happen unseen.
TEST(order_id, of_a_known_slot_never_changes) {
  EXPECT_EQ(order_id_of(intent_of().slot).text(), "rllcrrqlkeejfn49e0o4dhw0yvnh7f");
}

TEST(order_id, differs_when_any_part_of_the_slot_differs) {
  const auto base = intent_of().slot;
  std::set<std::string> seen{order_id_of(base).text()};
  const std::vector<std::function<void(order_slot&)>> changes{[](auto& s) { s.installation = "other"; },
                                                              [](auto& s) { s.account = "other"; },
                                                              [](auto& s) { s.mode = trading_mode::live; },
                                                              [](auto& s) { s.pair = eth; },
                                                              [](auto& s) { s.bar_open += milliseconds{1}; },
                                                              [](auto& s) { s.leg = order_leg::exit; },
                                                              [](auto& s) { s.ordinal = 1; },
                                                              [](auto& s) {
                                                                s.installation = "installm";
                                                                s.account = "ain";
                                                              }};
  for (const auto& change : changes) {
    auto slot = base;
    change(slot);
    EXPECT_TRUE(seen.insert(order_id_of(slot).text()).second);
  }
}

TEST(order_id, is_the_same_for_another_spelling_of_the_pair) {
  auto spelled = intent_of().slot;
  spelled.pair = pair_name{"btcusdt"};
  EXPECT_EQ(order_id_of(spelled), order_id_of(intent_of().slot)) << "I1: one slot, one order";
}

TEST(fingerprint, differs_when_any_part_of_the_content_differs) {
  const auto base = intent_of().content;
  std::set<std::string> seen{fingerprint_of(base)};
  EXPECT_EQ(seen.begin()->size(), 64U);
  const std::vector<std::function<void(order_content&)>> changes{[](auto& c) { c.pair = eth; },
                                                                 [](auto& c) { c.side = order_side::sell; },
                                                                 [](auto& c) { c.leg_side = position_side::long_side; },
                                                                 [](auto& c) { c.type = order_type::limit; },
                                                                 [](auto& c) { c.quantity = q("1.001"); },
                                                                 [](auto& c) { c.limit = price::of(1); },
                                                                 [](auto& c) { c.trigger = price::of(1); },
                                                                 [](auto& c) { c.reduce_only = true; }};
  for (const auto& change : changes) {
    auto content = base;
    change(content);
    EXPECT_TRUE(seen.insert(fingerprint_of(content)).second) << "I3";
  }
}

TEST(side_table, says_what_opens_and_closes_in_both_modes) {
  struct row {
    position_mode mode;
    position_side which;
    order_sides opens, closes;
  };
  using enum position_side;
  const std::vector<row> rows{
      {position_mode::one_way, long_side, {order_side::buy, both, false}, {order_side::sell, both, true}},
      {position_mode::one_way, short_side, {order_side::sell, both, false}, {order_side::buy, both, true}},
      {position_mode::hedge, long_side, {order_side::buy, long_side, false}, {order_side::sell, long_side, false}},
      {position_mode::hedge, short_side, {order_side::sell, short_side, false}, {order_side::buy, short_side, false}}};
  for (const auto& r : rows) {
    EXPECT_EQ(opening_sides(r.which, r.mode), r.opens);
    EXPECT_EQ(closing_sides(r.which, r.mode), r.closes);
    EXPECT_EQ(leg_of(r.which, r.mode), r.opens.leg_side);
    EXPECT_TRUE(fits(r.opens.leg_side, r.mode));
  }
  EXPECT_FALSE(fits(both, position_mode::hedge));
  EXPECT_FALSE(fits(long_side, position_mode::one_way));
  EXPECT_THROW((void)closing_sides(both, position_mode::hedge), std::logic_error);
}

TEST(side_table, names_the_direction_of_what_is_held) {
  EXPECT_EQ(direction_of(q("0.1")), position_side::long_side);
  EXPECT_EQ(direction_of(q("-0.1")), position_side::short_side);
  EXPECT_EQ(direction_of(quantity{}), std::nullopt);
}

sizing_answer sized(const char* largest, const char* fraction, const char* at) {
  return size_of_entry({plain_instrument(btc), usdt(largest), *rate::parse(fraction), p(at)});
}

TEST(sizing, takes_the_fraction_of_the_largest_position_down_to_the_step) {
  const auto answer = sized("1000", "0.25", "99.9");
  EXPECT_EQ(answer.size, q("2.502"));
  EXPECT_EQ(answer.arithmetic, "0.25 of 1000 USDT at 99.9 is 2.502 in steps of 0.001");
}

TEST(sizing, counts_a_fraction_above_one_as_one) { EXPECT_EQ(sized("1000", "7", "100").size, q("10")); }

TEST(sizing, refuses_what_is_below_three_minimums_with_the_arithmetic) {
  EXPECT_EQ(sized("6", "1", "100").size, q("0.06"));
  const auto answer = sized("5.99", "1", "100");
  EXPECT_EQ(answer.size, std::nullopt);
  EXPECT_EQ(
      answer.arithmetic,
      "1 of 5.99 USDT at 100 is 0.059 in steps of 0.001, below 0.06: three times the minimum of 0.001 and of 2 USDT");
}

TEST(sizing, takes_the_larger_of_both_minimums) {
  EXPECT_EQ(least_entry(plain_instrument(btc), price::of(100)), q("0.06"));
  EXPECT_EQ(least_entry(plain_instrument(btc), price::of(100'000)), q("0.003"));
  EXPECT_EQ(least_entry(plain_instrument(btc), price::of(7)), q("0.858")) << "6 USDT at 7, rounded up to the step";
}

TEST(sizing, refuses_nothing_of_something_and_prices_that_are_none) {
  EXPECT_EQ(sized("1000", "0", "100").size, std::nullopt);
  EXPECT_EQ(sized("1000", "-0.5", "100").size, std::nullopt);
  EXPECT_EQ(sized("0", "1", "100").size, std::nullopt);
  EXPECT_EQ(sized("1000", "1", "0").size, std::nullopt);
}

TEST(sizing, never_gives_more_than_was_asked_nor_less_than_can_be_closed) {
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    dice d(seed);
    const sizing_question asked{plain_instrument(btc), money::of_raw(d.between(0, 2'000'000'000) * 100LL),
                                rate::of_raw(d.between(0, 100) * (fixed_scale / 100)),
                                price::of_raw(d.between(1, 2'000'000'000) * 1'000LL)};
    const auto answer = size_of_entry(asked);
    if (!answer.size) continue;
    EXPECT_EQ(answer.size->raw() % asked.instrument.step.raw(), 0) << "I12";
    EXPECT_LE(value_of(asked.at, *answer.size, rounding::down), part_of(asked.largest, asked.fraction)) << "I12";
    EXPECT_GE(*answer.size, q("0.003"));
    EXPECT_GE(value_of(asked.at, *answer.size), money::of(6));
  }
}

}  // namespace
}  // namespace rltrader

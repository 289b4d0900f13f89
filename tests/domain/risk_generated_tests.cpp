// Generated markets of approvals, fills, silences and cancels: limits hold at each approval, reductions only reduce (I8, I10).
#include "domain/order_machine.hpp"
#include "domain/risk.hpp"
#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader {
namespace {

using namespace testing;
namespace on = order_events;

/// A desk without actors: a book, a venue that fills what it likes when it likes, and its own count of the worst case.
class market {
 public:
  market(std::uint64_t seed, position_mode mode) : dice_(seed), book_(plain_book(mode)), mode_(mode) {
    book_.policy.max_open_positions = dice_.between(1, 3);
    book_.policy.max_instrument_exposure = money::of(dice_.between(500, 4'000));
    book_.policy.max_total_exposure = money::of(dice_.between(500, 8'000));
    book_.policy.max_daily_loss = book_.policy.circuit_breaker_loss = money::of(100'000);
    book_.policy.max_drawdown = rate::of(1);
    if (dice_.one_in(3)) {
      risk_limit_set set;
      set.max_position_size = money::of(dice_.between(300, 3'000));
      set.leverage_cap = percent(dice_.between(10, 100));
      set.max_daily_loss = money::of(100'000);
      set.max_drawdown = rate::of(1);
      set.max_open_positions = 3;
      for (auto& [name, pair] : book_.pairs) pair.limits = set;
    }
  }

  void step() {
    switch (dice_.below(8)) {
      case 0:
      case 1:
      case 2: ask(); break;
      case 3: move_mark(); break;
      case 4: say(on::no_word{"time-out"}); break;
      case 5: say(on::venue_cancelled{"user", {}}); break;
      default: fill_some(); break;
    }
  }
  int approvals = 0;
  int reductions = 0;
  int refusals = 0;

 private:
  const pair_name& any_pair() {
    static constexpr int pairs = 3;
    const pair_name* names[pairs] = {&btc, &eth, &sol};
    return *names[dice_.below(pairs)];
  }

  void ask() {
    const bool closing = dice_.one_in(3);
    intent_terms t;
    t.pair = any_pair();
    t.mode = mode_;
    t.leg = closing ? (dice_.one_in(4) ? order_leg::stop : order_leg::exit) : order_leg::entry;
    t.which = dice_.one_in(2) ? position_side::long_side : position_side::short_side;
    t.ordinal = ++ordinal_;
    auto intent = intent_of(t);
    intent.content.quantity = quantity::of_raw(dice_.between(1, 30'000) * 100'000LL);
    const auto held = book_.pairs[t.pair].positions[leg_of(t.which, mode_)].held.abs();
    if (closing && held.positive() && dice_.one_in(2))
      intent.content.quantity = quantity::of_raw(dice_.between(1, static_cast<int>(held.raw() / 100'000)) * 100'000LL);
    const auto said = review(book_, intent, noon, {}, dice_.one_in(4));
    const auto* yes = std::get_if<approved_order>(&said);
    if (yes == nullptr) {
      ++refusals;
      return;
    }
    ASSERT_EQ(yes->intent().content, intent.content);
    ++approvals;
    note_order(book_, order_of(yes->intent(), noon, ""));
    if (closing) {
      ++reductions;
      check_reductions(t.pair);
    } else {
      check_limits(t.pair);
    }
  }

  /// The worst case, counted here by the sentences of docs/risk.md and not by the code under test.
  money exposure(const pair_exposure& pair) const {
    std::int64_t up = 0;
    std::int64_t down = 0;
    for (const auto& [leg, x] : pair.positions) (x.held.raw() > 0 ? up : down) += std::abs(x.held.raw());
    if (mode_ == position_mode::one_way) {
      const auto held = up - down;
      std::int64_t buys = 0;
      std::int64_t sells = 0;
      for (const auto& [id, o] : pair.open_orders)
        if (!o.content().reduce_only) (o.content().side == order_side::buy ? buys : sells) += open(o);
      return worth(std::max(std::max<std::int64_t>(0, held + buys), std::max<std::int64_t>(0, sells - held)), pair);
    }
    for (const auto& [id, o] : pair.open_orders) {
      if (o.content().leg_side == position_side::long_side && o.content().side == order_side::buy) up += open(o);
      if (o.content().leg_side == position_side::short_side && o.content().side == order_side::sell) down += open(o);
    }
    return worth(up + down, pair);
  }
  static std::int64_t open(const order& o) { return (o.content().quantity - o.filled).raw(); }
  static money worth(std::int64_t units, const pair_exposure& pair) {
    return value_of(pair.mark->mark, quantity::of_raw(units));
  }

  void check_limits(const pair_name& name) const {
    money total;
    int open_pairs = 0;
    for (const auto& [other, pair] : book_.pairs) {
      total += exposure(pair);
      if (other == name || exposure(pair) >= money::of(2)) ++open_pairs;
    }
    const auto& pair = book_.pairs.at(name);
    ASSERT_LE(exposure(pair), book_.policy.max_instrument_exposure) << "I10";
    ASSERT_LE(total, book_.policy.max_total_exposure) << "I10";
    ASSERT_LE(open_pairs, book_.policy.max_open_positions) << "I10";
    ASSERT_LE(total, part_of(measure(book_, noon).equity, book_.policy.max_leverage)) << "I10";
    if (pair.limits) {
      ASSERT_LE(exposure(pair), pair.limits->max_position_size) << "I10";
    }
  }

  void check_reductions(const pair_name& name) const {
    const auto& pair = book_.pairs.at(name);
    for (const auto& [leg, x] : pair.positions) {
      std::int64_t closing = 0;
      for (const auto& [id, o] : pair.open_orders)
        if (o.intent.slot.leg == order_leg::exit && o.content().leg_side == leg) closing += open(o);
      ASSERT_LE(closing, std::abs(x.held.raw())) << "I10: reductions in flight never exceed what is held";
    }
  }

  order* any_order() {
    std::vector<order*> all;
    for (auto& [name, pair] : book_.pairs)
      for (auto& [id, o] : pair.open_orders) all.push_back(&o);
    return all.empty() ? nullptr : all[static_cast<std::size_t>(dice_.below(static_cast<int>(all.size())))];
  }

  void say(const order_event& event) {
    const auto* o = any_order();
    if (o == nullptr) return;
    const auto step = advance(*o, event, noon);
    if (step) note_order(book_, step->after);
  }

  void fill_some() {
    const auto* o = any_order();
    if (o == nullptr) return;
    const auto c = o->content();
    const auto leg_of_order = o->intent.slot.leg;
    auto& pair = book_.pairs[c.pair];
    const auto before = pair.positions[c.leg_side].held;
    auto amount = dice_.one_in(2) ? o->open_quantity() : quantity::of_raw(dice_.between(1, 3'000) * 100'000LL);
    amount = std::min(amount, o->open_quantity());
    if (c.type == order_type::stop_market)
      return;  // stops rest; so nothing but approvals keeps a close within what is held
    if (!amount.positive()) return;
    fill f = fill_of(*o, std::to_string(++fills_).c_str(), "1");
    f.quantity = amount;
    f.price = pair.mark->mark;
    const auto event = on::filled{f};
    const auto step = advance(*o, event, noon);
    ASSERT_TRUE(step) << step.error().what;
    note_fill(book_, f);
    note_order(book_, step->after);
    const auto after = pair.positions[c.leg_side].held;
    if (leg_of_order != order_leg::exit) return;
    ASSERT_LE(after.abs(), before.abs()) << "I8";
    ASSERT_TRUE(after.is_zero() || after.positive() == before.positive()) << "I8: it never flips";
  }

  void move_mark() {
    const auto& name = any_pair();
    const auto at = price::of(dice_.between(80, 120));
    note_tick(book_, {name, noon, at, at});
  }

  dice dice_;
  risk_book book_;
  position_mode mode_;
  int ordinal_ = 0;
  int fills_ = 0;
};

void run(position_mode mode) {
  int approvals = 0;
  int reductions = 0;
  int refusals = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    market m(seed, mode);
    for (int i = 0; i < 120; ++i) {
      m.step();
      if (::testing::Test::HasFatalFailure()) return;
    }
    approvals += m.approvals;
    reductions += m.reductions;
    refusals += m.refusals;
  }
  EXPECT_GT(approvals, 2'000) << "the histories trade";
  EXPECT_GT(reductions, 500) << "and reduce";
  EXPECT_GT(refusals, 2'000) << "and are refused";
}

TEST(review_in_generated_markets, keeps_limits_and_reduces_only_in_one_way_mode) { run(position_mode::one_way); }
TEST(review_in_generated_markets, keeps_limits_and_reduces_only_in_hedge_mode) { run(position_mode::hedge); }

}  // namespace
}  // namespace rltrader

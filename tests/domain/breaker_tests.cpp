// What opens the breaker, at which level, in which scope, and what one outlying mark may do (I9).
#include "domain/breaker_causes.hpp"
#include "tests/domain/breaker_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace rltrader {
namespace {

using namespace testing;
namespace on = breaker_events;
using enum breaker_level;

struct opening_case {
  const char* about;
  std::function<void(desk&)> arrange;
  breaker_level level;
  const char* cause;
};

TEST(breaker, opens_within_the_one_measure_that_shows_a_breach) {
  const std::vector<opening_case> cases{
      {"nothing wrong", [](desk& d) { d.mark(100); }, active, ""},
      {"daily loss at its limit", [](desk& d) { d.mark(90); }, active, ""},
      {"daily loss over it", [](desk& d) { d.mark(89); }, reducing, "daily_loss"},
      {"daily loss over the configuration's",
       [](desk& d) {
         d.book.configuration.daily_loss_limit = money::of(50);
         d.mark(97);
       },
       reducing, "daily_loss"},
      {"hard loss by one mark: reducing only", [](desk& d) { d.mark(70); }, reducing, "daily_loss"},
      {"hard loss by the wallet",
       [](desk& d) {
         d.book.wallet = usdt("9599.99");
         d.mark(100);
       },
       halted, "hard_loss"},
      {"drawdown",
       [](desk& d) {
         d.account().peak_equity = money::of(11'000);
         d.mark(100);
       },
       reducing, "drawdown"},
      {"leverage",
       [](desk& d) {
         d.book.policy.max_leverage = percent(19);
         d.mark(100);
       },
       reducing, "leverage"},
      {"total exposure",
       [](desk& d) {
         d.book.policy.max_total_exposure = money::of(1'999);
         d.mark(100);
       },
       reducing, "exposure"},
      {"no equity",
       [](desk& d) {
         d.book.wallet = {};
         d.mark(100);
       },
       halted, "no_equity"},
      {"a second daemon", [](desk& d) { d.say(on::second_daemon{"rl..."}); }, halted, "second_daemon"},
  };
  for (const auto& c : cases) {
    desk d;
    c.arrange(d);
    EXPECT_EQ(d.row("account").level, c.level) << c.about;
    EXPECT_EQ(d.row("account").cause, c.cause) << c.about;
    EXPECT_EQ(level_for(d.book, btc), c.level) << c.about;
  }
}

TEST(breaker, opens_a_pair_alone_for_what_concerns_the_pair_alone) {
  const std::vector<opening_case> cases{
      {"exposure moved by marks",
       [](desk& d) {
         d.book.policy.max_instrument_exposure = money::of(1'999);
         d.mark(100);
       },
       reducing, "exposure"},
      {"stale mark",
       [](desk& d) {
         d.say(on::measured{measure(d.book, d.now), {"BTC-USDT"}, false});
       },
       reducing, "stale_mark"},
      {"foreign order",
       [](desk& d) {
         d.say(on::measured{measure(d.book, d.now), {}, true, {"BTC-USDT"}});
       },
       reducing, "foreign_order"},
      {"liquidation",
       [](desk& d) {
         d.say(on::foreign_close{btc, "liquidation"});
       },
       halted, "liquidation"},
      {"adl",
       [](desk& d) {
         d.say(on::foreign_close{btc, "adl"});
       },
       halted, "adl"},
      {"another close",
       [](desk& d) {
         d.say(on::foreign_close{btc, "delisting"});
       },
       halted, "foreign_close"},
      {"operator", [](desk& d) { d.operator_says(halted, "BTC-USDT"); }, halted, "operator"},
  };
  for (const auto& c : cases) {
    desk d;
    c.arrange(d);
    EXPECT_EQ(d.row("BTC-USDT").level, c.level) << c.about;
    EXPECT_EQ(d.row("BTC-USDT").cause, c.cause) << c.about;
    EXPECT_EQ(level_for(d.book, btc), c.level) << c.about;
    EXPECT_EQ(level_for(d.book, eth), active) << c.about;
  }
}

TEST(breaker, says_what_changed_and_cancels_resting_entries_first_when_it_opens) {
  desk d;
  const auto before = d.account();
  const auto step = d.mark(89);
  ASSERT_EQ(step.changes.size(), 1U);
  const auto& change = step.changes[0];
  EXPECT_EQ(change.before, before);
  EXPECT_EQ(change.after, d.account()) << "the book has the new row";
  EXPECT_TRUE(change.cancel_resting_entries);
  EXPECT_TRUE(change.urgent);
  EXPECT_EQ(change.after.reason, "the day's loss is 220 USDT, the limit is 200 USDT");
  EXPECT_EQ(change.after.triggered_at, noon);
  EXPECT_TRUE(d.mark(89).changes.empty()) << "said once";
}

TEST(breaker, takes_its_time_to_store_a_new_peak_alone) {
  desk d;
  const auto step = d.mark(110);
  ASSERT_EQ(step.changes.size(), 1U);
  EXPECT_EQ(step.changes[0].after.peak_equity, money::of(10'200));
  EXPECT_FALSE(step.changes[0].urgent);
  EXPECT_FALSE(step.changes[0].cancel_resting_entries);
}

TEST(breaker, begins_the_first_day_with_the_equity_it_finds) {
  desk d;
  d.book.breakers.clear();
  const auto step = d.mark(110);
  ASSERT_EQ(step.changes.size(), 1U);
  EXPECT_TRUE(step.changes[0].urgent);
  EXPECT_EQ(d.account().day, day_of(noon));
  EXPECT_EQ(d.account().day_opening_equity, money::of(10'200));
  EXPECT_EQ(d.account().peak_equity, money::of(10'200));
}

// ---- one outlying mark

TEST(breaker, halts_for_a_hard_loss_at_the_second_mark_a_second_later) {
  desk d;
  d.mark(70);
  d.now += milliseconds{999};
  d.mark(70);
  EXPECT_EQ(d.account().level, reducing) << "too soon";
  d.now += milliseconds{1};
  const auto step = d.mark(70);
  EXPECT_EQ(d.account().level, halted);
  EXPECT_EQ(d.account().cause, "hard_loss");
  EXPECT_EQ(d.account().cooldown_until, d.now + minutes{30});
  EXPECT_TRUE(step.changes.at(0).cancel_resting_entries);
}

TEST(breaker, does_not_take_the_same_mark_for_a_second_one) {
  desk d;
  d.mark(70);
  d.now += seconds{5};
  d.say(on::measured{measure(d.book, d.now), {}, true});
  EXPECT_EQ(d.account().level, reducing) << "a check without a new mark proves nothing";
  d.now += seconds{5};
  d.say(on::measured{measure(d.book, d.now), {}, true});
  EXPECT_EQ(d.account().level, halted) << "ten seconds without a better mark do";
}

TEST(breaker, forgets_an_outlying_mark_when_the_next_one_is_sound) {
  desk d;
  d.mark(70);
  d.now += seconds{1};
  d.mark(95);
  EXPECT_FALSE(d.account().suspected_at);
  d.now += seconds{1};
  d.mark(70);
  EXPECT_EQ(d.account().level, reducing) << "it starts anew";
}

TEST(breaker, is_not_hurried_by_a_mark_that_is_dated_ahead) {
  desk d;
  note_tick(d.book, {btc, d.now + seconds{3}, price::of(70), price::of(70)});
  d.say(on::measured{measure(d.book, d.now), {}, false});
  d.now += milliseconds{999};
  d.say(on::measured{measure(d.book, d.now), {}, false});
  EXPECT_EQ(d.account().level, reducing);
}

}  // namespace
}  // namespace rltrader

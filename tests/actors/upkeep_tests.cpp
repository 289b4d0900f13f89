// Alerts, scheduler, and a ledger that fails for a while.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader::testing_support {
namespace {

desk_options quick_retries() {
  desk_options options;
  options.adjust = [](desk_terms& t) {
    t.job_waits = {.base = seconds{10}, .most = seconds{40}};
    t.sweep_every = seconds{5};
  };
  return options;
}

TEST(an_alert, folds_with_its_like_and_is_acknowledged_and_resolved) {
  test_desk desk;
  desk.open();
  const alarm what{"test_alarm", severity::medium, "BTC-USDT", "count", 1, 0, {{"why", "because"}}};
  for (int i = 0; i < 3; ++i) desk.raise(what);
  auto rows = desk.alerts("test_alarm");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].count, 3);
  const auto delivered = [&] {
    return std::count_if(desk.channel.delivered.begin(), desk.channel.delivered.end(),
                         [](const alert& a) { return a.category == "test_alarm"; });
  };
  EXPECT_EQ(delivered(), 1);
  ASSERT_TRUE(desk.change_alert(rows[0].id, alert_status::acknowledged));
  EXPECT_EQ(desk.alerts("test_alarm")[0].status, alert_status::acknowledged);
  desk.run_for(hours{1});
  desk.raise(what);
  EXPECT_EQ(delivered(), 1);  // acknowledged: it is known
  auto worse = what;
  worse.severity = severity::high;
  desk.raise(worse);
  EXPECT_EQ(delivered(), 2);
  ASSERT_TRUE(desk.change_alert(rows[0].id, alert_status::resolved));
  EXPECT_FALSE(desk.change_alert(rows[0].id, alert_status::resolved));
  desk.close();
  desk.open();
  desk.raise(what);
  EXPECT_EQ(desk.alerts("test_alarm").size(), 2u);
  EXPECT_EQ(desk.audit("alert.acknowledged").size(), 1u);
  EXPECT_EQ(desk.audit("alert.resolved").size(), 1u);
}

TEST(an_alert, whose_channel_is_down_is_delivered_by_the_queue_later) {
  test_desk desk(quick_retries());
  desk.open();
  desk.channel.broken = true;
  desk.raise({"test_alarm", severity::high, "", "count", 1, 0, {}});
  desk.run_for(seconds{30});
  EXPECT_TRUE(desk.channel.delivered.empty());
  desk.channel.broken = false;
  desk.run_for(minutes{2});
  ASSERT_EQ(desk.channel.delivered.size(), 1u);
  EXPECT_EQ(desk.channel.delivered[0].category, "test_alarm");
  EXPECT_TRUE(desk.kept->jobs({.status = "pending"})->rows.empty());
}

// A channel that is gone for good must not make alerts about alerts without end.
TEST(an_alert, whose_channel_never_comes_back_ends_as_one_dead_letter) {
  test_desk desk(quick_retries());
  desk.open();
  desk.channel.broken = true;
  desk.raise({"test_alarm", severity::high, "", "count", 1, 0, {}});
  desk.run_for(hours{2});
  EXPECT_EQ(desk.alerts("job_dead").size(), 1u);
  EXPECT_LE(desk.kept->jobs({.limit = 1'000})->rows.size(), 10u);
}

TEST(the_scheduler, does_what_was_missed_once_after_a_standstill) {
  test_desk desk;
  desk.open();
  desk.bars(2);
  const auto before = desk.venue->asked["books"];
  desk.stand_still(hours{3});
  EXPECT_EQ(desk.venue->asked["books"] - before, 1);
  desk.run_for(seconds{100});
  EXPECT_EQ(desk.venue->asked["books"] - before, 1);
  desk.run_for(minutes{10});
  EXPECT_EQ(desk.venue->asked["books"] - before, 3);
}

// I2: what is not durable does not happen.
TEST(a_failing_ledger, lets_no_intent_through_and_says_so) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(desk.venue->asked["place"], 0);
  bool told = false;
  for (const auto& p : desk.health()) told = told || p.check == "store";
  EXPECT_TRUE(told);
  desk.ops->fate_of = {};
  desk.bars();
  for (const auto& p : desk.health()) ADD_FAILURE() << p.check << ": " << p.problem;
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_TRUE(desk.held_there(btc).positive());
  EXPECT_EQ(lines(desk.violations()), "");
}

TEST(an_alert, that_the_store_did_not_take_is_kept_as_soon_as_it_works_again_and_once) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  const auto say = [&](double value) {
    desk.raise({.category = "test",
                .severity = severity::high,
                .pair = "",
                .metric = "m",
                .value = value,
                .threshold = 0,
                .metadata = {}});
    desk.run_for(seconds{2});
  };
  say(1);
  say(2);
  EXPECT_TRUE(desk.alerts("test").empty());
  desk.ops->fate_of = {};
  desk.run_for(seconds{2});
  auto kept = desk.alerts("test");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].count, 2);
  say(3);
  kept = desk.alerts("test");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].count, 3);
}

// Only the write of the intent itself fails: the decision was durable, the order never leaves.
TEST(a_failing_ledger, drops_an_approved_order_whose_intent_it_does_not_take) {
  for (const auto how : {commit_fate::fails, commit_fate::lies, commit_fate::stalls}) {
    test_desk desk;
    desk.open();
    desk.bars();
    bool once = true;
    desk.ops->fate_of = [&](std::size_t, const ports::write_batch& rows) {
      for (const auto& row : rows)
        if (const auto* o = std::get_if<rltrader::order>(&row); o && o->state == order_state::intent && once) {
          once = false;
          return how;
        }
      return commit_fate::well;
    };
    desk.order(btc, action::go_long);
    desk.bars();
    desk.run_for(seconds{20});
    EXPECT_EQ(desk.venue->asked["place"], 0);
    EXPECT_TRUE(desk.risk().snapshot.total_exposure.is_zero());
    EXPECT_EQ(desk.alerts("intent_not_durable").size(), 1u);
    desk.bars();
    desk.order(btc, action::go_long);
    desk.bars();
    EXPECT_TRUE(desk.held_there(btc).positive());
    desk.bars(11);
    EXPECT_EQ(lines(desk.violations()), "");
  }
}

// I6, I7: fills that come while the ledger is down are kept and saved when it is back.
TEST(a_failing_ledger, loses_no_fill) {
  desk_options options;
  options.at_venue = [](sim::venue_settings& v) {
    v.least_depth = money::of(150);
    v.volume_share = rate::of_raw(1);
  };
  test_desk desk(std::move(options));
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.order(eth, action::go_short);
  desk.bars();
  const auto before = desk.held_by_us(btc);
  desk.ops->fate_of = [](std::size_t nth, const ports::write_batch&) {
    constexpr std::array ways{commit_fate::fails, commit_fate::lies, commit_fate::stalls};
    return ways[nth % 3];
  };
  desk.bars(3);
  EXPECT_GT(desk.held_there(btc), before);
  bool told = false;
  for (const auto& p : desk.health()) told = told || p.check == "ledger";
  EXPECT_TRUE(told);
  desk.ops->fate_of = {};
  desk.bars(12);
  EXPECT_EQ(desk.held_by_us(btc), desk.held_there(btc));
  EXPECT_EQ(lines(desk.violations()), "");
  for (const auto& p : desk.health()) ADD_FAILURE() << p.check << ": " << p.problem;
}

}  // namespace
}  // namespace rltrader::testing_support

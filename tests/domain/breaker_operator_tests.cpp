// What operators say to the breaker, and what a restart makes of its rows.
#include "domain/breaker_causes.hpp"
#include "tests/domain/breaker_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader {
namespace {

using namespace testing;
namespace on = breaker_events;
using enum breaker_level;

// ---- operators

TEST(breaker, does_not_resume_while_an_order_of_the_scope_is_unknown) {
  desk d;
  d.operator_says(halted);
  d.operator_says(halted, "ETH-USDT");
  const auto o = order_in(order_state::unknown);
  rest(d.book, o);
  EXPECT_EQ(d.operator_says(active).refused->what,
            "account stays open: order " + o.id.text() + " of BTC-USDT is UNKNOWN");
  EXPECT_FALSE(d.operator_says(active, "ETH-USDT").refused) << "another pair's order is none of its business";
}

TEST(breaker, changes_only_the_reason_of_a_halt_said_again) {
  desk d;
  d.operator_says(halted);
  d.now += minutes{1};
  const auto step = d.say(on::operator_said{halted, "account", "another reason", "bob"});
  ASSERT_EQ(step.changes.size(), 1U);
  auto expected = step.changes[0].before;
  expected.reason = "another reason (bob)";
  EXPECT_EQ(step.changes[0].after, expected);
  EXPECT_FALSE(step.changes[0].cancel_resting_entries);
}

TEST(a_rebase, is_refused_while_equity_or_what_was_lost_is_not_settled) {
  struct refusal_case {
    const char* what;
    void (*happens)(desk&);
    const char* says;
  };
  const refusal_case all[]{
      {"a halt", [](desk& d) { d.operator_says(halted); }, "the account is halted: because (ann)"},
      {"a loss of the day",
       [](desk& d) {
         d.book.policy.max_daily_loss = money::of(50);
         d.mark(97);
       },
       "daily_loss stands"},
      {"an UNKNOWN order", [](desk& d) { rest(d.book, order_in(order_state::unknown)); }, "is UNKNOWN"},
      {"a stale mark",
       [](desk& d) {
         d.mark(100);
         d.say(on::measured{measure(d.book, d.now), {"BTC-USDT"}, false});
       },
       "the mark of BTC-USDT is stale"},
  };
  for (const auto& c : all) {
    desk d;
    c.happens(d);
    const auto peak = d.account().peak_equity;
    const auto step = d.say(on::peak_rebased{"ann", "why"});
    ASSERT_TRUE(step.refused) << c.what;
    EXPECT_NE(step.refused->what.find(c.says), std::string::npos) << step.refused->what;
    EXPECT_EQ(d.account().peak_equity, peak) << c.what;
    EXPECT_TRUE(step.changes.empty()) << c.what;
  }
}

TEST(breaker, lets_an_operator_go_from_halt_to_reduce_and_back) {
  desk d;
  EXPECT_TRUE(d.operator_says(reducing).changes.at(0).cancel_resting_entries);
  EXPECT_EQ(d.account().level, reducing);
  EXPECT_TRUE(d.operator_says(halted).changes.at(0).cancel_resting_entries);
  EXPECT_EQ(d.account().standing, (std::vector<std::string>{"operator_halt"}));
  EXPECT_FALSE(d.operator_says(reducing).changes.at(0).cancel_resting_entries);
  EXPECT_EQ(d.account().level, reducing);
}

TEST(breaker, is_one_state_with_the_kill_switch) {
  desk d;
  EXPECT_TRUE(d.operator_says(halted).configuration_changed);
  EXPECT_TRUE(d.book.configuration.kill_switch);
  EXPECT_EQ(d.book.configuration.kill_switch_reason, "because");
  EXPECT_TRUE(d.operator_says(active).configuration_changed);
  EXPECT_FALSE(d.book.configuration.kill_switch);

  d.book.configuration.kill_switch = true;
  EXPECT_EQ(level_for(d.book, btc), halted) << "set through the configuration";
  const auto resumed = d.operator_says(active);
  EXPECT_TRUE(resumed.configuration_changed);
  EXPECT_FALSE(resumed.refused);
  EXPECT_EQ(level_for(d.book, btc), active);
}

TEST(breaker, says_nothing_to_resume_when_nothing_is_open_and_refuses_scopes_that_are_none) {
  desk d;
  rest(d.book, order_in(order_state::unknown));
  const auto step = d.operator_says(active);
  EXPECT_TRUE(step.changes.empty());
  EXPECT_FALSE(step.refused);
  EXPECT_EQ(d.operator_says(halted, "DOGE-USDT").refused->code, errc::not_found);
}

TEST(breaker, speaks_the_older_words_of_the_api) {
  breaker_row row;
  EXPECT_EQ(api_word(row), "ok");
  row.level = reducing;
  EXPECT_EQ(api_word(row), "reducing");
  row.level = halted;
  EXPECT_EQ(api_word(row), "cooldown");
  row.by_operator = true;
  EXPECT_EQ(api_word(row), "halted");
}

// ---- the row is all that a restart knows

TEST(breaker, goes_on_from_its_rows_after_a_restart) {
  desk d;
  d.mark(89);
  d.operator_says(reducing, "ETH-USDT");
  desk again;
  again.book.breakers = d.book.breakers;
  again.clean_checks(5);
  EXPECT_EQ(again.account().cause, "daily_loss");
  EXPECT_EQ(level_for(again.book, eth), reducing);
  EXPECT_TRUE(again.operator_says(active).refused);
}

TEST(breaker, keeps_open_what_an_older_row_or_an_unknown_cause_holds_open) {
  desk d;
  d.account().level = halted;  // a row that names one cause only
  d.account().cause = "hard_loss";
  d.clean_checks(3);
  EXPECT_EQ(d.account().standing, (std::vector<std::string>{"hard_loss"}));
  d.account().standing = {"moon_phase"};
  d.clean_checks(3);
  EXPECT_EQ(d.account().level, halted) << "a cause this program does not know fails closed";
  EXPECT_EQ(d.account().cause, "moon_phase");
}

TEST(breaker, has_a_level_and_an_ending_for_each_cause_the_worst_first) {
  auto former = halted;
  for (const auto& c : breaker_causes()) {
    EXPECT_LE(c.level, former) << c.word;
    former = c.level;
    EXPECT_NE(c.level, active);
    EXPECT_EQ(cause_of(c.word).word, c.word);
    EXPECT_FALSE(c.sentence.empty());
  }
}

}  // namespace
}  // namespace rltrader

// The breaker: what opens it, how each cause ends, scopes, operators; and generated days in which it never closes too early (I9).
#include "domain/breaker.hpp"

#include "domain/breaker_causes.hpp"
#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace rltrader {
namespace {

using namespace testing;
namespace on = breaker_events;
using enum breaker_level;

/// A desk of 10,000 USDT on a day that opened with as much; a holding of 20 BTC at 100.
struct desk {
  risk_book book = plain_book();
  instant now = noon;

  desk() {
    hold(book, btc, "20");
    auto& row = book.breakers["account"];
    row.scope = "account";
    row.day = day_of(noon);
    row.day_opening_equity = row.peak_equity = money::of(10'000);
  }
  breaker_row& account() { return book.breakers["account"]; }
  breaker_row row(const std::string& scope) const {
    const auto found = book.breakers.find(scope);
    return found == book.breakers.end() ? breaker_row{} : found->second;
  }
  breaker_step say(const breaker_event& event) { return step_breaker(book, event, now); }
  /// Measures at a mark of BTC; a holding of 20 moves equity by 20 for each USDT.
  breaker_step mark(std::int64_t at, bool check = false) {
    note_tick(book, {btc, now, price::of(at), price::of(at)});
    return say(on::measured{measure(book, now), {}, check});
  }
  breaker_step operator_says(breaker_level wanted, const std::string& scope = "account") {
    return say(on::operator_said{wanted, scope, "because", "ann"});
  }
  void clean_checks(int n, milliseconds apart = seconds{30}) {
    for (int i = 0; i < n; ++i) {
      now += apart;
      mark(100, true);
    }
  }
  void next_day() { now = day_of(now) + hours{24} + seconds{1}; }
};

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

// ---- closing

TEST(breaker, closes_by_two_clean_checks_and_not_by_measures_between_them) {
  desk d;
  d.book.policy.max_total_exposure = money::of(1'999);
  d.mark(100);
  d.book.policy.max_total_exposure = money::of(8'000);
  for (int i = 0; i < 10; ++i) d.mark(100);
  EXPECT_EQ(d.account().level, reducing) << "measures alone are no checks";
  d.clean_checks(1);
  EXPECT_EQ(d.account().level, reducing);
  d.clean_checks(1);
  EXPECT_EQ(d.account().level, active);
  EXPECT_EQ(d.account().cause, "");
  EXPECT_EQ(d.account().reason, "exposure has cleared");
  EXPECT_EQ(d.account().triggered_at, noon) << "when it was last triggered stays known";
}

TEST(breaker, counts_clean_checks_from_the_start_when_the_cause_comes_back_between_them) {
  desk d;
  d.book.policy.max_total_exposure = money::of(2'000);
  d.mark(101);
  d.clean_checks(1);
  d.mark(101);
  d.clean_checks(1);
  EXPECT_EQ(d.account().level, reducing);
  d.clean_checks(1);
  EXPECT_EQ(d.account().level, active);
}

TEST(breaker, stays_open_until_the_cooldown_has_passed) {
  desk d;
  d.book.wallet = {};
  d.mark(100);
  ASSERT_EQ(d.account().cause, "no_equity");
  d.book.wallet = money::of(20'000);
  d.account().standing = {"no_equity"};  // the losses that came with it are another test
  d.clean_checks(5);
  EXPECT_EQ(d.account().level, halted);
  d.clean_checks(1, minutes{30});
  EXPECT_EQ(d.account().level, active);
}

TEST(breaker, clears_a_daily_loss_by_the_next_day_and_an_operator_only) {
  desk d;
  d.mark(89);
  d.clean_checks(5);
  EXPECT_EQ(d.account().cause, "daily_loss") << "not by checks";
  const auto refused = d.operator_says(active);
  ASSERT_TRUE(refused.refused);
  EXPECT_EQ(*refused.refused,
            (failure{errc::conflict, "account stays open: daily_loss stands until the next UTC day"}));
  d.next_day();
  d.mark(100);
  EXPECT_EQ(d.account().cause, "daily_loss_past");
  d.clean_checks(5);
  EXPECT_EQ(d.account().level, reducing) << "not by the day alone";
  EXPECT_FALSE(d.operator_says(active).refused);
  EXPECT_EQ(d.account().level, active);
  EXPECT_EQ(d.account().reason, "resumed: because (ann)");
}

TEST(breaker, waits_for_the_day_when_its_turn_was_not_told) {
  desk d;
  d.mark(89);
  d.next_day();
  EXPECT_FALSE(d.operator_says(active).refused) << "the operator's word finds the day over";
  EXPECT_EQ(d.account().level, active);
  EXPECT_EQ(d.account().day, day_of(d.now));
}

TEST(breaker, does_not_take_the_former_days_loss_for_a_loss_of_the_new_day) {
  desk d;
  d.mark(89);
  d.next_day();
  d.mark(89);
  EXPECT_EQ(d.account().day_opening_equity, money::of(9'780));
  EXPECT_EQ(d.account().standing, (std::vector<std::string>{"daily_loss_past"}));
  d.mark(78);
  EXPECT_EQ(d.account().standing, (std::vector<std::string>{"daily_loss", "daily_loss_past"}))
      << "220 more on this day";
}

TEST(breaker, begins_a_day_once_and_takes_a_rebuilt_opening) {
  desk d;
  d.say(on::day_rolled{});
  EXPECT_EQ(d.account().day_opening_equity, money::of(10'000)) << "said again on the same day: nothing";
  d.say(on::day_rolled{money::of(10'050)});
  EXPECT_EQ(d.account().day_opening_equity, money::of(10'050));
  d.next_day();
  d.say(on::day_rolled{money::of(9'990)});
  EXPECT_EQ(d.account().day_opening_equity, money::of(9'990));
  EXPECT_EQ(d.account().day, day_of(d.now));
}

TEST(breaker, clears_a_drawdown_by_a_rebase_only) {
  desk d;
  d.account().peak_equity = money::of(11'000);
  d.mark(100);
  d.clean_checks(5);
  EXPECT_EQ(d.operator_says(active).refused->what, "account stays open: drawdown stands until the peak is rebased");
  d.next_day();
  d.mark(100);
  EXPECT_EQ(d.account().level, reducing) << "the peak survives midnight";
  d.say(on::peak_rebased{"ann"});
  EXPECT_EQ(d.account().level, active);
  EXPECT_EQ(d.account().peak_equity, money::of(10'000));
  EXPECT_EQ(d.account().reason, "peak rebased by ann");
}

TEST(breaker, falls_to_the_level_of_what_still_stands) {
  desk d;
  d.book.policy.max_total_exposure = money::of(1'999);
  d.mark(100);
  d.operator_says(halted);
  EXPECT_EQ(d.account().standing, (std::vector<std::string>{"operator_halt", "exposure"}));
  EXPECT_EQ(d.operator_says(active).refused->what,
            "account stays open: exposure stands, it clears by two clean checks");
  EXPECT_EQ(d.account().level, halted) << "a refused resume changes nothing";
  d.book.policy.max_total_exposure = money::of(8'000);
  d.clean_checks(2);
  EXPECT_EQ(d.account().standing, (std::vector<std::string>{"operator_halt"}));
  EXPECT_FALSE(d.operator_says(active).refused);
  EXPECT_EQ(d.account().level, active);
}

TEST(breaker, halts_over_a_loss_that_had_opened_it_already) {
  desk d;
  d.mark(89);
  d.book.wallet = usdt("9500");
  const auto step = d.mark(100);
  EXPECT_EQ(d.account().standing, (std::vector<std::string>{"hard_loss", "daily_loss"}));
  EXPECT_TRUE(step.changes.at(0).cancel_resting_entries);
  d.next_day();
  d.mark(100);
  EXPECT_EQ(d.account().standing, (std::vector<std::string>{"hard_loss_past", "daily_loss_past"}));
  EXPECT_EQ(d.account().level, halted);
  EXPECT_FALSE(d.operator_says(active).refused);
}

TEST(breaker, does_not_resume_from_a_halt_before_its_cooldown) {
  desk d;
  d.say(on::foreign_close{btc, "liquidation"});
  d.now += minutes{29} + seconds{59};
  EXPECT_EQ(d.operator_says(active, "BTC-USDT").refused->what, "BTC-USDT stays open: it cools down for another 1 s");
  d.now += seconds{1};
  EXPECT_FALSE(d.operator_says(active, "BTC-USDT").refused);
  EXPECT_EQ(d.row("BTC-USDT").level, active);
}

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
  EXPECT_FALSE(d.operator_says(active).refused);
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

// ---- generated days

/// What must hold of a row at any time.
void check_row(const breaker_row& row) {
  ASSERT_EQ(row.level == active, row.standing.empty());
  ASSERT_EQ(row.cause.empty(), row.standing.empty());
  auto level = active;
  for (const auto& w : row.standing) level = std::max(level, cause_of(w).level);
  ASSERT_EQ(row.level, level);
}

TEST(breaker_in_generated_days, opens_within_one_measure_and_never_closes_while_a_cause_stands) {
  int opened = 0;
  int closed = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    dice random(seed);
    desk d;
    d.book.policy.max_total_exposure = money::of(2'100);
    std::int64_t at = 100;
    int checks_since_trouble = 0;
    for (int i = 0; i < 150; ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", event " + std::to_string(i));
      d.now += random.one_in(40) ? milliseconds{hours{7}} : milliseconds{random.between(100, 20'000)};
      const auto before = d.row("account");
      const auto what = random.below(12);
      const bool rolls = before.day && day_of(d.now) > *before.day;
      if (what == 0) {
        d.operator_says(static_cast<breaker_level>(random.below(3)));
      } else if (what == 1) {
        d.say(on::peak_rebased{"ann"});
      } else {
        at = std::max<std::int64_t>(60, std::min<std::int64_t>(130, at + random.between(-5, 5)));
        const bool check = random.one_in(3);
        d.mark(at, check);
        const auto m = measure(d.book, d.now);
        const bool excess =
            m.total_exposure > d.book.policy.max_total_exposure || m.leverage > d.book.policy.max_leverage;
        const bool trouble =
            excess || m.daily_loss > d.book.policy.max_daily_loss || m.drawdown > d.book.policy.max_drawdown;
        if (trouble) {
          ASSERT_NE(d.account().level, active) << "I9: within one measure";
        }
        if (excess) {
          checks_since_trouble = 0;
        } else if (check) {
          ++checks_since_trouble;
        }
      }
      const auto after = d.row("account");
      check_row(after);
      if (before.level == active && after.level != active) ++opened;
      if (before.level == active || after.level != active) continue;
      ++closed;
      ASSERT_FALSE(has_cause(before, "operator_halt") && what != 0) << "an operator's halt ends by an operator";
      ASSERT_FALSE(has_cause(before, "drawdown") && what != 1) << "a drawdown ends by a rebase";
      ASSERT_FALSE(has_cause(before, "daily_loss") && !(rolls && what == 0))
          << "a loss ends by a new day and an operator";
      ASSERT_FALSE(has_cause(before, "exposure") && what > 1 && checks_since_trouble < 2) << "two clean checks";
    }
  }
  EXPECT_GT(opened, 300);
  EXPECT_GT(closed, 200);
}

}  // namespace
}  // namespace rltrader

// Waits, restarts, absence and the folding of alerts.
#include "domain/absence.hpp"
#include "domain/alerting.hpp"
#include "domain/backoff.hpp"

#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rltrader {
namespace {

using namespace testing;

// ---- backoff

TEST(backoff, doubles_up_to_its_bound) {
  const backoff_terms terms{seconds{300}, seconds{3'600}};
  const std::vector<std::int64_t> expected{300, 600, 1'200, 2'400, 3'600, 3'600};
  for (std::size_t n = 0; n < expected.size(); ++n)
    EXPECT_EQ(wait_before(static_cast<int>(n) + 1, terms, 0), seconds{expected[n]});
}

TEST(backoff, adds_at_most_half_by_chance) {
  const backoff_terms terms{seconds{300}, seconds{3'600}};
  EXPECT_EQ(wait_before(1, terms, 1U << 31), seconds{375});
  EXPECT_EQ(wait_before(1, terms, 0xffffffff), milliseconds{449'999});
}

TEST(backoff, keeps_its_bounds_for_any_terms_and_chance) {
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    dice d(seed);
    const backoff_terms terms{milliseconds{d.between(1, 1'000'000)},
                              milliseconds{std::int64_t{d.between(1, 2'000'000'000)} * d.between(1, 4'000)}};
    const int n = d.one_in(9) ? std::numeric_limits<int>::max() : d.between(1, 80);
    const auto chance = static_cast<std::uint32_t>(d.below(2'147'483'647)) * 2U + 1U;
    const long double exact =
        std::min(static_cast<long double>(terms.most.count()),
                 static_cast<long double>(terms.base.count()) * std::pow(2.0L, std::min(n - 1, 200)));
    const auto w = static_cast<std::int64_t>(exact);
    const auto wait = wait_before(n, terms, chance).count();
    EXPECT_GE(wait, w) << "I13";
    EXPECT_LE(wait, w + w / 2) << "I13";
    const auto uniform = static_cast<long double>(w / 2) * chance / 4'294'967'296.0L;
    EXPECT_NEAR(static_cast<double>(wait - w), static_cast<double>(uniform), 2.0 + static_cast<double>(w) / 2e9);
  }
}

TEST(backoff, takes_a_try_before_the_first_for_the_first) {
  EXPECT_EQ(wait_before(0, {}, 0), wait_before(1, {}, 0));
  EXPECT_EQ(wait_before(-5, {}, 0), wait_before(1, {}, 0));
}

// ---- restarts

TEST(restart_schedule, waits_longer_after_each_death_and_gives_up_after_too_many) {
  restart_schedule schedule;
  const std::vector<std::int64_t> waits{100, 200, 400, 800, 1'600};
  for (std::size_t i = 0; i < waits.size(); ++i)
    EXPECT_EQ(schedule.died(noon + seconds{static_cast<int>(i)}), milliseconds{waits[i]});
  EXPECT_EQ(schedule.died(noon + seconds{6}), std::nullopt);
  EXPECT_EQ(schedule.died(noon + seconds{7}), std::nullopt);
}

TEST(restart_schedule, forgets_deaths_that_are_a_window_old) {
  restart_schedule schedule;
  for (int i = 0; i < 5; ++i) (void)schedule.died(noon);
  EXPECT_EQ(schedule.died(noon + milliseconds{59'999}), std::nullopt);
  restart_schedule other;
  for (int i = 0; i < 5; ++i) (void)other.died(noon);
  EXPECT_EQ(other.died(noon + seconds{60}), milliseconds{100});
  EXPECT_EQ(other.deaths(), 1);
}

TEST(restart_schedule, never_allows_more_than_its_number_in_any_window) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    dice d(seed);
    const restart_terms terms{d.between(0, 6), seconds{d.between(1, 60)}, milliseconds{100}, seconds{10}};
    restart_schedule schedule(terms);
    std::vector<instant> restarts;
    auto now = noon;
    for (int i = 0; i < 100; ++i) {
      now += milliseconds{d.between(0, 8'000)};
      const auto wait = schedule.died(now);
      if (!wait) continue;
      restarts.push_back(now);
      EXPECT_LE(*wait, terms.most);
      const auto within =
          std::count_if(restarts.begin(), restarts.end(), [&](auto t) { return now - t < terms.window; });
      EXPECT_LE(within, terms.most_deaths);
    }
    EXPECT_LE(schedule.deaths(), terms.most_deaths + 1) << "what it remembers is bounded";
  }
}

// ---- absence

const absence_terms absence;
absence_case sent_at_noon() { return {noon, 0, {}, 0}; }

TEST(absence, does_not_count_denials_before_everything_has_arrived_that_can) {
  auto c = sent_at_noon();
  c.denied(noon + seconds{12}, absence);
  EXPECT_EQ(c.denials, 0) << "2 s window + 10 s: not past it yet";
  c.denied(noon + seconds{12} + milliseconds{1}, absence);
  EXPECT_EQ(c.denials, 1);
}

TEST(absence, counts_denials_that_are_two_seconds_apart) {
  auto c = sent_at_noon();
  c.denied(noon + seconds{20}, absence);
  c.denied(noon + milliseconds{21'999}, absence);
  EXPECT_EQ(c.denials, 1);
  c.denied(noon + seconds{22}, absence);
  EXPECT_EQ(c.denials, 2);
}

TEST(absence, is_proved_by_three_denials_and_agreeing_books) {
  auto c = sent_at_noon();
  for (const int s : {20, 22, 24}) {
    EXPECT_FALSE(c.proved(noon + seconds{s}, true, absence));
    c.denied(noon + seconds{s}, absence);
  }
  EXPECT_FALSE(c.proved(noon + seconds{24}, false, absence)) << "the books must agree";
  EXPECT_TRUE(c.proved(noon + seconds{24}, true, absence));
}

TEST(absence, needs_an_operator_after_an_hour) {
  auto c = sent_at_noon();
  for (const int s : {20, 22, 24}) c.denied(noon + seconds{s}, absence);
  EXPECT_TRUE(c.proved(noon + hours{1}, true, absence));
  EXPECT_FALSE(c.proved(noon + hours{1} + milliseconds{1}, true, absence));
  EXPECT_TRUE(c.needs_operator(noon + hours{1} + milliseconds{1}, absence));
}

TEST(absence, is_not_proved_by_errors_however_many) {
  auto c = sent_at_noon();
  for (int i = 0; i < 100; ++i) c.unanswered();
  EXPECT_FALSE(c.proved(noon + minutes{5}, true, absence)) << "I4: an error is not an answer";
  EXPECT_TRUE(c.silent());
}

TEST(absence, is_silent_after_three_tries_in_a_row_without_an_answer) {
  auto c = sent_at_noon();
  c.unanswered();
  c.unanswered();
  c.denied(noon + seconds{1}, absence);
  c.unanswered();
  c.unanswered();
  EXPECT_FALSE(c.silent()) << "a denial, early as it is, is an answer";
  c.unanswered();
  EXPECT_TRUE(c.silent());
}

TEST(absence, looks_again_each_second_then_when_a_denial_counts_and_ever_later_in_silence) {
  auto c = sent_at_noon();
  EXPECT_EQ(c.next_look(noon, absence), noon + seconds{1});
  EXPECT_EQ(c.next_look(noon + milliseconds{11'900}, absence), noon + milliseconds{12'001});
  c.denied(noon + seconds{13}, absence);
  EXPECT_EQ(c.next_look(noon + seconds{13}, absence), noon + seconds{14});
  EXPECT_EQ(c.next_look(noon + seconds{14}, absence), noon + seconds{15});
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
    c.unanswered();
    EXPECT_EQ(c.next_look(noon + minutes{1}, absence), noon + minutes{1} + seconds{wait});
  }
}

TEST(absence, comes_to_an_end_when_the_venue_only_denies) {
  auto c = sent_at_noon();
  auto now = noon;
  int looks = 0;
  while (!c.proved(now, true, absence) && looks < 100) {
    const auto next = c.next_look(now, absence);
    ASSERT_GT(next, now);
    now = next;
    c.denied(now, absence);
    ++looks;
  }
  EXPECT_LE(now, noon + seconds{20});
  EXPECT_LT(looks, 30);
}

// ---- alerts

alarm alarm_of(severity how, const std::string& category = "order_unknown", const std::string& pair = "BTC-USDT",
               double value = 1) {
  return {category, how, pair, "age_s", value, 3, {}};
}
using enum severity;

TEST(alert_folder, opens_a_row_for_a_new_alarm_and_has_it_delivered) {
  alert_folder folder;
  const auto got = folder.fold(alarm_of(medium), noon);
  EXPECT_TRUE(got.deliver);
  EXPECT_FALSE(got.counted_only);
  EXPECT_EQ(got.row.id.substr(0, 2), "al");
  EXPECT_EQ(got.row.category, "order_unknown");
  EXPECT_EQ(got.row.severity, medium);
  EXPECT_EQ(got.row.status, alert_status::open);
  EXPECT_EQ(got.row.count, 1);
  EXPECT_EQ(got.row.triggered_at, noon);
  EXPECT_EQ(got.row.runbook, "order_unknown");
  EXPECT_EQ(got.row.metadata, (std::map<std::string, std::string>{{"pair", "BTC-USDT"}}));
}

TEST(alert_folder, folds_equal_alarms_and_keeps_others_apart) {
  alert_folder folder;
  const auto first = folder.fold(alarm_of(low), noon);
  const auto second = folder.fold(alarm_of(low, "order_unknown", "BTC-USDT", 7), noon + seconds{1});
  EXPECT_EQ(second.row.id, first.row.id);
  EXPECT_EQ(second.row.count, 2);
  EXPECT_EQ(second.row.value, 7);
  EXPECT_EQ(second.row.triggered_at, noon);
  EXPECT_EQ(second.row.last_seen_at, noon + seconds{1});
  EXPECT_FALSE(second.deliver);
  EXPECT_NE(folder.fold(alarm_of(low, "order_unknown", "ETH-USDT"), noon).row.id, first.row.id);
  EXPECT_NE(folder.fold(alarm_of(low, "pair_restarted"), noon).row.id, first.row.id);
  EXPECT_EQ(folder.open().size(), 3U);
}

TEST(alert_folder, delivers_again_when_worse_or_after_the_silence) {
  alert_folder folder(minutes{30});
  folder.fold(alarm_of(low), noon);
  EXPECT_TRUE(folder.fold(alarm_of(high), noon + seconds{1}).deliver) << "worse";
  const auto milder = folder.fold(alarm_of(medium), noon + seconds{2});
  EXPECT_FALSE(milder.deliver);
  EXPECT_EQ(milder.row.severity, high) << "the gravest one seen";
  EXPECT_FALSE(folder.fold(alarm_of(high), noon + seconds{1} + minutes{30} - milliseconds{1}).deliver);
  EXPECT_TRUE(folder.fold(alarm_of(high), noon + seconds{1} + minutes{30}).deliver);
}

TEST(alert_folder, leaves_an_acknowledged_alert_in_peace_unless_it_gets_worse) {
  alert_folder folder;
  const auto id = folder.fold(alarm_of(low), noon).row.id;
  ASSERT_EQ(folder.set_status(id, alert_status::acknowledged, noon)->status, alert_status::acknowledged);
  EXPECT_FALSE(folder.fold(alarm_of(low), noon + hours{5}).deliver);
  const auto worse = folder.fold(alarm_of(medium), noon + hours{6});
  EXPECT_TRUE(worse.deliver);
  EXPECT_EQ(worse.row.status, alert_status::open);
}

TEST(alert_folder, opens_anew_after_it_was_resolved) {
  alert_folder folder;
  const auto id = folder.fold(alarm_of(low), noon).row.id;
  const auto resolved = folder.set_status(id, alert_status::resolved, noon);
  EXPECT_EQ(resolved->status, alert_status::resolved);
  EXPECT_TRUE(folder.open().empty());
  EXPECT_EQ(folder.set_status(id, alert_status::resolved, noon), std::nullopt);
  const auto again = folder.fold(alarm_of(low), noon);
  EXPECT_TRUE(again.deliver);
  EXPECT_NE(again.row.id, id) << "another alert, though the same millisecond";
}

TEST(alert_folder, goes_on_from_what_the_store_has_open) {
  alert_folder before;
  const auto row = before.fold(alarm_of(medium), noon).row;
  alert_folder after;
  after.restore({row});
  const auto got = after.fold(alarm_of(medium), noon + minutes{1});
  EXPECT_EQ(got.row.id, row.id);
  EXPECT_EQ(got.row.count, 2);
  EXPECT_FALSE(got.deliver);
}

TEST(alert_folder, stays_bounded_and_gives_place_to_the_graver) {
  alert_folder folder;
  for (std::size_t i = 0; i < alert_folder::most_open; ++i)
    folder.fold(alarm_of(i == 0 ? low : medium, "c" + std::to_string(i)), noon + milliseconds{static_cast<int>(i)});
  const auto counted = folder.fold(alarm_of(low, "one more"), noon + hours{1});
  EXPECT_TRUE(counted.counted_only);
  EXPECT_FALSE(counted.deliver);
  EXPECT_EQ(folder.counted_only(), 1);
  EXPECT_TRUE(folder.fold(alarm_of(high, "grave"), noon + hours{1}).deliver);
  EXPECT_EQ(folder.open().size(), alert_folder::most_open);
  EXPECT_EQ(folder.open_by_severity(), (std::map<severity, int>{{low, 0}, {medium, 999}, {high, 1}}));
  EXPECT_FALSE(folder.fold(alarm_of(medium, "c1"), noon + hours{1}).row.id.empty()) << "folding goes on";
  EXPECT_EQ(folder.open().size(), alert_folder::most_open);
}

TEST(alert_folder, keeps_its_metadata_bounded) {
  alert_folder folder;
  auto talkative = alarm_of(low);
  for (int i = 0; i < 100; ++i) talkative.metadata["k" + std::to_string(i)] = "v";
  EXPECT_LE(folder.fold(talkative, noon).row.metadata.size(), 33U) << "32 and the pair";
}

TEST(slo_severity, grows_with_how_far_the_objective_is_missed) {
  EXPECT_EQ(slo_severity(99, 100), std::nullopt);
  EXPECT_EQ(slo_severity(100, 100), std::nullopt) << "met";
  EXPECT_EQ(slo_severity(100.1, 100), low);
  EXPECT_EQ(slo_severity(124.9, 100), low);
  EXPECT_EQ(slo_severity(125, 100), medium);
  EXPECT_EQ(slo_severity(199.9, 100), medium);
  EXPECT_EQ(slo_severity(200, 100), high);
  EXPECT_EQ(slo_severity(std::numeric_limits<double>::infinity(), 100), high);
  EXPECT_EQ(slo_severity(std::nan(""), 100), std::nullopt);
  EXPECT_EQ(slo_severity(5, 0), std::nullopt);
}

}  // namespace
}  // namespace rltrader

// Long stories: the same seed tells the same one, and in any order of delivery every rule holds.
#include "domain/sha256.hpp"
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

namespace rltrader::testing_support {
namespace {

/// What a policy says follows from what it sees alone, and changes often.
policy_answer moody(const pair_name& pair, const observation& seen) {
  sha256 hash;
  hash.update(pair.text())
      .update({reinterpret_cast<const char*>(seen.features.data()), seen.features.size() * sizeof(double)});
  const auto digest = hash.finish();
  constexpr std::array moods{action::go_long, action::go_short, action::close, action::hold, action::hold};
  return {moods[static_cast<std::size_t>(digest[0]) % moods.size()], 0.8, 0.3 + 0.7 * digest[1] / 255.0, "a mood"};
}

std::vector<std::string> told(std::uint64_t seed, int bars) {
  desk_options options;
  options.seed = seed;
  test_desk desk(std::move(options));
  desk.decide = moody;
  desk.open();
  desk.bars(bars);
  EXPECT_EQ(lines(desk.violations()), "");
  EXPECT_GT(desk.orders().size(), 20u);
  desk.close();
  std::vector<std::string> out;
  for (const auto& batch : desk.ops->history)
    for (auto& line : lines_of(batch)) out.push_back(std::move(line));
  return out;
}

// I20
TEST(the_same_seed, tells_the_same_story_row_for_row) {
  const auto first = told(7, 60);
  const auto second = told(7, 60);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) ASSERT_EQ(first[i], second[i]) << "row " << i;
  EXPECT_NE(first, told(8, 60));
}

// I1 .. I10, I14, I17, I22 in any order of delivery, with a venue that fails a fifth of the time.
TEST(any_order_of_delivery, keeps_every_rule) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    desk_options options;
    options.seed = seed;
    options.shuffled = seed;
    options.past_bars = 130;
    options.at_venue = [](sim::venue_settings& v) {
      v.least_depth = money::of(500);
      v.volume_share = rate::of_raw(1);
    };
    test_desk desk(std::move(options));
    std::mt19937_64 chance(seed);
    desk.decide = moody;
    desk.venue->fate_of = [&chance](std::string_view verb, const order_id&) {
      constexpr std::array bad{venue_fate::lost_request, venue_fate::lost_answer, venue_fate::late_request,
                               venue_fate::late_answer,  venue_fate::no_word,     venue_fate::done_no_word};
      if (chance() % 5 != 0) return venue_fate::well;
      const auto how = bad[chance() % bad.size()];
      const bool asks = verb == "look_up" || verb == "books";  // to ask again does no harm
      return asks && how == venue_fate::late_request ? venue_fate::lost_answer : how;
    };
    desk.venue->copies_of = [&chance](const ports::venue_event&) { return static_cast<int>(chance() % 3); };
    desk.open();
    desk.bars(30);
    EXPECT_EQ(lines(desk.violations(false)), "");
    desk.venue->fate_of = {};
    desk.venue->copies_of = {};
    desk.decide = [](const pair_name&, const observation&) -> policy_answer { return {action::hold, 1, 0, "quiet"}; };
    desk.bars(16);
    EXPECT_EQ(lines(desk.violations()), "");
    for (const auto& q : desk.risk().quarantined) ADD_FAILURE() << q.pair.text() << ": " << q.reason;
    EXPECT_TRUE(desk.failed().empty()) << desk.failed();
    if (HasFailure()) break;
  }
}

// The same with crashes at drawn writes.
TEST(any_order_of_delivery, keeps_every_rule_with_crashes) {
  int reopenings = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    desk_options options;
    options.seed = seed;
    options.shuffled = seed;
    options.past_bars = 130;
    test_desk desk(std::move(options));
    std::mt19937_64 chance(seed * 77);
    desk.decide = moody;
    desk.venue->fate_of = [&chance](std::string_view verb, const order_id&) {
      constexpr std::array bad{venue_fate::lost_request, venue_fate::lost_answer, venue_fate::late_answer};
      return chance() % 8 != 0 || verb == "books" ? venue_fate::well : bad[chance() % bad.size()];
    };
    desk.ops->fate_of = [&chance](std::size_t nth, const ports::write_batch&) {
      if (nth < 20 || chance() % 60 != 0) return commit_fate::well;
      return chance() % 2 == 0 ? commit_fate::crash_before : commit_fate::crash_after;
    };
    desk.open();
    for (int i = 0; i < 40; ++i) {
      desk.bars();
      desk.reopen_if_ended();
    }
    EXPECT_EQ(lines(desk.violations(false)), "");
    desk.ops->fate_of = {};
    desk.venue->fate_of = {};
    desk.decide = [](const pair_name&, const observation&) -> policy_answer { return {action::hold, 1, 0, "quiet"}; };
    desk.reopen_if_ended();
    desk.bars(16);
    reopenings += desk.openings() - 1;
    EXPECT_EQ(lines(desk.violations()), "");
    for (const auto& q : desk.risk().quarantined) ADD_FAILURE() << q.pair.text() << ": " << q.reason;
    if (HasFailure()) break;
  }
  EXPECT_GT(reopenings, 20) << "too few crashes to show anything";
}

}  // namespace
}  // namespace rltrader::testing_support

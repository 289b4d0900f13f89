// Which pairs may not enter, and what lifts it.
#include "domain/quarantine.hpp"
#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

namespace rltrader::testing {
namespace {

TEST(a_quarantine, of_the_start_ends_with_the_first_agreement_and_is_never_kept) {
  quarantine_board board;
  board.await_books({btc, eth}, noon);
  EXPECT_TRUE(board.holds(btc));
  EXPECT_TRUE(quarantine_board::waits_for_books(*board.find(btc)));
  EXPECT_TRUE(board.agree({btc}, noon).empty());
  EXPECT_FALSE(board.holds(btc));
  EXPECT_TRUE(board.holds(eth));
}

TEST(a_quarantine, with_a_cause_needs_two_agreeing_checks_in_a_row) {
  quarantine_board board;
  ASSERT_TRUE(board.impose(btc, "books_disagree", "ours 1, theirs 2", noon));
  EXPECT_TRUE(board.agree({btc}, noon + seconds{1}).empty());
  EXPECT_FALSE(board.impose(btc, "books_disagree", "ours 1, theirs 3", noon + seconds{2}));
  EXPECT_EQ(board.find(btc)->since, noon);
  EXPECT_EQ(board.find(btc)->reason, "ours 1, theirs 3");
  EXPECT_TRUE(board.agree({btc}, noon + seconds{3}).empty());
  const auto lifted = board.agree({btc}, noon + seconds{4});
  ASSERT_EQ(lifted.size(), 1u);
  EXPECT_FALSE(lifted.at(0).active);
  EXPECT_EQ(lifted.at(0).cause, "books_disagree");
  EXPECT_FALSE(board.holds(btc));
}

TEST(a_quarantine, with_another_cause_is_a_new_one) {
  quarantine_board board;
  board.impose(btc, "books_disagree", "why", noon);
  const auto again = board.impose(btc, "order_unknown", "why", noon + seconds{1});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->since, noon + seconds{1});
}

TEST(a_quarantine, that_an_earlier_life_left_is_not_ended_by_one_agreement) {
  quarantine_board board;
  quarantine kept{.pair = btc, .active = true, .cause = "too_many_restarts", .reason = "six", .since = noon};
  board.restore({kept});
  board.await_books({btc}, noon + seconds{1});
  EXPECT_EQ(board.find(btc)->cause, "too_many_restarts");
  EXPECT_TRUE(board.agree({btc}, noon + seconds{2}).empty());
  EXPECT_TRUE(board.holds(btc));
}

TEST(the_wallet, disagrees_only_the_second_time_in_a_row_and_at_quiet_points) {
  wallet_watch watch;
  using word = wallet_watch::word;
  EXPECT_EQ(watch.judge(usdt("1000"), usdt("1000.5"), true), word::agrees);
  EXPECT_EQ(watch.judge(usdt("1000"), usdt("1002"), true), word::unjudged);
  EXPECT_EQ(watch.judge(usdt("1000"), usdt("1002"), false), word::unjudged);
  EXPECT_EQ(watch.judge(usdt("1000"), usdt("1000"), true), word::agrees);
  EXPECT_EQ(watch.judge(usdt("1000"), usdt("1002"), true), word::unjudged);
  EXPECT_EQ(watch.judge(usdt("1000"), usdt("1002"), true), word::disagrees);
}

}  // namespace
}  // namespace rltrader::testing

// The rules of durable jobs, one claim after the other (I13).
#include "domain/job_rules.hpp"

#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rltrader {
namespace {

using namespace testing;

const backoff_terms waits{.base = seconds{10}, .most = seconds{40}};

retry_job a_job() {
  return new_job({.job_type = "order_lookup", .payload = {{"a", "b"}}, .dedupe_key = "k", .max_attempts = 3}, "here", 1,
                 noon);
}
retry_job claimed(int times = 1) {
  auto job = a_job();
  for (int i = 0; i < times; ++i) job = claimed_by(job, "w", noon, seconds{60});
  return job;
}

TEST(a_new_job, waits_for_its_time_under_its_key) {
  const auto job =
      new_job({.job_type = "t", .payload = {{"a", "b"}}, .dedupe_key = "k", .after = seconds{5}}, "here", 1, noon);
  EXPECT_EQ(job.status, job_status::pending);
  EXPECT_EQ(job.next_attempt_at, noon + seconds{5});
  EXPECT_EQ(job.created_at, noon);
  EXPECT_EQ(job.dedupe_key, "k");
  EXPECT_EQ(job.attempts, 0);
  EXPECT_EQ(job.max_attempts, 8);
  const auto unnamed = new_job({.job_type = "t", .payload = {}, .dedupe_key = ""}, "here", 1, noon);
  EXPECT_EQ(unnamed.dedupe_key, unnamed.id) << "it is its own key";
}

TEST(a_new_job, has_an_id_of_its_own_for_each_node_type_key_moment_and_number) {
  std::set<std::string> ids;
  for (const char* node : {"here", "there"})
    for (const char* type : {"t", "u"})
      for (const char* key : {"", "k"})
        for (const auto at : {noon, noon + milliseconds{1}})
          for (const int made : {1, 2})
            ids.insert(new_job({.job_type = type, .payload = {}, .dedupe_key = key}, node, made, at).id);
  EXPECT_EQ(ids.size(), 32u);
}

TEST(a_claim, takes_the_job_for_a_while_with_one_attempt_and_one_token_more) {
  const auto job = claimed_by(a_job(), "w", noon + seconds{1}, seconds{60});
  EXPECT_EQ(job.status, job_status::processing);
  EXPECT_EQ(job.locked_by, "w");
  EXPECT_EQ(job.locked_until, noon + seconds{61});
  EXPECT_EQ(job.attempts, 1);
  EXPECT_EQ(job.token, 1);
}

TEST(an_end, is_of_the_claim_that_stands_and_of_no_other) {
  const auto job = claimed(2);
  const auto end = well_done(job, noon);
  EXPECT_TRUE(is_theirs(job, end));
  auto wrong = end;
  wrong.token = 1;
  EXPECT_FALSE(is_theirs(job, wrong)) << "an older claim";
  wrong = end;
  wrong.worker = "v";
  EXPECT_FALSE(is_theirs(job, wrong)) << "another worker";
  EXPECT_FALSE(is_theirs(ended(job, end), end)) << "it has ended";
  EXPECT_FALSE(is_theirs(taken_back(job, noon), end));
}

TEST(an_end, that_went_well_keeps_nobody_and_the_last_error) {
  auto job = claimed();
  job.last_error = "the first time";
  const auto done = ended(job, well_done(job, noon + seconds{3}));
  EXPECT_EQ(done.status, job_status::succeeded);
  EXPECT_EQ(done.locked_by, "");
  EXPECT_EQ(done.locked_until, std::nullopt);
  EXPECT_EQ(done.updated_at, noon + seconds{3});
  EXPECT_EQ(done.last_error, "the first time");
  EXPECT_EQ(done.token, 1);
}

TEST(an_end, that_went_wrong_waits_longer_each_time_until_the_attempts_are_used_up) {
  for (int attempt = 1; attempt <= 4; ++attempt) {
    const auto job = claimed(attempt);
    const auto end = gone_wrong(job, "no", waits, 1U << 31, noon);
    const auto after = ended(job, end);
    EXPECT_EQ(after.last_error, "no");
    EXPECT_EQ(after.attempts, attempt);
    if (attempt < 3) {
      EXPECT_EQ(after.status, job_status::pending) << attempt;
      EXPECT_EQ(after.next_attempt_at, noon + wait_before(attempt, waits, 1U << 31)) << attempt;
    } else {
      EXPECT_EQ(after.status, job_status::failed) << attempt;
    }
  }
}

TEST(a_job_taken_back, is_due_at_once_and_ends_when_its_attempts_are_used_up) {
  const auto back = taken_back(claimed(2), noon + minutes{5});
  EXPECT_EQ(back.status, job_status::pending);
  EXPECT_EQ(back.next_attempt_at, noon + minutes{5});
  EXPECT_EQ(back.locked_until, std::nullopt);
  EXPECT_EQ(back.attempts, 2) << "a try is a try";
  EXPECT_EQ(back.token, 2);
  EXPECT_EQ(taken_back(claimed(3), noon).status, job_status::failed);
}

TEST(a_change_by_hand, knows_what_may_be_requeued_and_dropped) {
  const auto in = [](job_status status) {
    auto job = claimed(3);
    job.status = status;
    return job;
  };
  const auto code = [&](job_verb verb, std::optional<retry_job> stored, std::optional<std::string> same = {}) {
    const auto job = changed(verb, "j", stored, same, noon);
    return job ? errc::none : job.error().code;
  };
  using enum job_status;
  EXPECT_EQ(code(job_verb::requeue, in(failed)), errc::none);
  EXPECT_EQ(code(job_verb::requeue, in(pending)), errc::none);
  EXPECT_EQ(code(job_verb::requeue, in(processing)), errc::conflict);
  EXPECT_EQ(code(job_verb::requeue, in(succeeded)), errc::conflict);
  EXPECT_EQ(code(job_verb::requeue, in(failed), "j-2"), errc::conflict);
  EXPECT_EQ(code(job_verb::requeue, {}), errc::not_found);
  EXPECT_EQ(code(job_verb::drop, in(pending)), errc::none);
  EXPECT_EQ(code(job_verb::drop, in(processing)), errc::none);
  EXPECT_EQ(code(job_verb::drop, in(failed)), errc::not_found);
  EXPECT_EQ(code(job_verb::drop, in(succeeded)), errc::not_found);
  EXPECT_EQ(code(job_verb::drop, {}), errc::not_found);

  const auto again = changed(job_verb::requeue, "j", in(failed), {}, noon + hours{1});
  EXPECT_EQ(again->status, pending);
  EXPECT_EQ(again->attempts, 0);
  EXPECT_EQ(again->token, 3) << "the token goes on";
  EXPECT_EQ(again->next_attempt_at, noon + hours{1});
  const auto gone = changed(job_verb::drop, "j", in(processing), {}, noon);
  EXPECT_EQ(gone->status, failed);
  EXPECT_EQ(gone->locked_by, "");
  EXPECT_EQ(gone->last_error, "dropped by an operator");
}

}  // namespace
}  // namespace rltrader

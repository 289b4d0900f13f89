// The retry queue on a desk: claims, ends, dead letters, and what a store that fails or another node leave of them.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

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

retry_job job_of(test_desk& desk, const std::string& id) { return desk.kept->jobs({.id = id})->rows.at(0); }

// I13: one at a time has it, and it ends.
TEST(a_job, is_claimed_once_and_ends_done) {
  test_desk desk(quick_retries());
  desk.open();
  int done = 0;
  desk.work("test", [&](const retry_job&) -> std::optional<failure> {
    ++done;
    return std::nullopt;
  });
  const auto first = desk.enqueue({.job_type = "test", .payload = {{"k", "v"}}, .dedupe_key = "one"});
  ASSERT_TRUE(first) << first.error().what;
  const auto again = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one"});
  ASSERT_TRUE(again);
  EXPECT_EQ(first->id, again->id);  // one live job a key
  EXPECT_EQ(job_of(desk, first->id).status, job_status::pending);
  desk.sweep();
  desk.sweep();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(job_of(desk, first->id).status, job_status::succeeded);
}

// I13: attempts are bounded, each wait is within its bounds; the end is a dead letter with an alert.
TEST(a_job, that_always_fails_is_tried_with_growing_waits_and_ends_as_a_dead_letter_with_an_alert) {
  test_desk desk(quick_retries());
  desk.open();
  std::vector<instant> tries;
  desk.work("test", [&](const retry_job&) -> std::optional<failure> {
    tries.push_back(desk.clock.now());
    return failure{errc::unavailable, "no such luck"};
  });
  const auto job = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one", .max_attempts = 4});
  ASSERT_TRUE(job);
  desk.run_for(minutes{5});
  ASSERT_EQ(tries.size(), 4u);
  const milliseconds sweep = seconds{5};
  for (std::size_t n = 1; n < tries.size(); ++n) {
    const milliseconds w = std::min<milliseconds>(seconds{40}, seconds{10} * (1 << (n - 1)));
    EXPECT_GE(tries[n] - tries[n - 1], w) << n;
    EXPECT_LE(tries[n] - tries[n - 1], w + w / 2 + sweep) << n;
  }
  EXPECT_EQ(job_of(desk, job->id).status, job_status::failed);
  EXPECT_EQ(job_of(desk, job->id).last_error, "no such luck");
  const auto told = desk.alerts("job_dead");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].severity, severity::high);
  EXPECT_EQ(told[0].metadata.at("job_id"), job->id);

  // A dead one is requeued by hand, also after a restart of the desk, and may then succeed.
  desk.close();
  desk.open();
  desk.work("test", [](const retry_job&) -> std::optional<failure> { return std::nullopt; });
  const auto again = desk.change_job(job->id, job_verb::requeue);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->attempts, 0);
  desk.run_for(seconds{10});
  EXPECT_EQ(job_of(desk, job->id).status, job_status::succeeded);
  EXPECT_EQ(desk.audit("job.requeue").size(), 1u);
  EXPECT_FALSE(desk.change_job(job->id, job_verb::requeue));
}

TEST(a_job, is_dropped_by_hand) {
  test_desk desk(quick_retries());
  desk.open();
  const auto job = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one", .after = hours{1}});
  ASSERT_TRUE(job);
  ASSERT_TRUE(desk.change_job(job->id, job_verb::drop));
  EXPECT_EQ(job_of(desk, job->id).status, job_status::failed);
  EXPECT_EQ(desk.audit("job.drop").size(), 1u);
  EXPECT_FALSE(desk.change_job("j-none", job_verb::drop));
}

// I13: a claim is durable before the work begins; after a crash it is taken again with a higher token and an attempt more.
TEST(a_job, that_was_being_done_when_the_process_died_is_taken_again_with_a_new_token) {
  test_desk desk(quick_retries());
  desk.open();
  bool died = false;
  desk.work("test", [&](const retry_job&) -> std::optional<failure> {
    died = true;
    desk.ops->down = true;
    return std::nullopt;
  });
  const auto job = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one"});
  ASSERT_TRUE(job);
  desk.sweep();
  ASSERT_TRUE(died);
  ASSERT_TRUE(desk.reopen_if_ended());
  EXPECT_EQ(job_of(desk, job->id).status, job_status::processing);
  const auto before = job_of(desk, job->id).token;
  std::vector<retry_job> seen;
  desk.work("test", [&](const retry_job& j) -> std::optional<failure> {
    seen.push_back(j);
    return std::nullopt;
  });
  desk.run_for(seconds{20});
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].token, before + 1);
  EXPECT_EQ(seen[0].attempts, 2);
  EXPECT_EQ(job_of(desk, job->id).status, job_status::succeeded);
}

// The end of a job that the store did not take is told again; the work is not done twice.
TEST(a_job, whose_end_the_store_did_not_take_is_ended_later_and_done_once) {
  for (const auto how : {commit_fate::fails, commit_fate::lies}) {
    test_desk desk(quick_retries());
    desk.open();
    int done = 0, refused = 0;
    desk.work("test", [&](const retry_job&) -> std::optional<failure> {
      ++done;
      return std::nullopt;
    });
    desk.ops->fate_of_jobs = [&](const char* verb) {
      return std::string_view(verb) == "finish" && ++refused <= 2 ? how : commit_fate::well;
    };
    const auto job = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one"});
    ASSERT_TRUE(job);
    desk.sweep();
    desk.run_for(minutes{3});
    EXPECT_EQ(done, 1);
    EXPECT_GE(refused, 2);
    EXPECT_EQ(job_of(desk, job->id).status, job_status::succeeded);
  }
}

// A claim whose answer is lost may have taken place: the job comes back when its lease has run out.
TEST(a_job, whose_claim_was_not_answered_for_is_done_after_its_lease) {
  test_desk desk(quick_retries());
  desk.open();
  desk.run_for(seconds{10});
  std::vector<retry_job> seen;
  desk.work("test", [&](const retry_job& j) -> std::optional<failure> {
    seen.push_back(j);
    return std::nullopt;
  });
  bool once = true;
  desk.ops->fate_of_jobs = [&](const char* verb) {
    return std::string_view(verb) == "claim" && std::exchange(once, false) ? commit_fate::lies : commit_fate::well;
  };
  const auto job = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one"});
  ASSERT_TRUE(job);
  desk.sweep();
  EXPECT_EQ(job_of(desk, job->id).status, job_status::processing);
  desk.run_for(seconds{50});
  EXPECT_TRUE(seen.empty());
  desk.run_for(seconds{20});
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].token, 2);
  EXPECT_EQ(job_of(desk, job->id).status, job_status::succeeded);
}

// What another process holds is left alone, whatever this desk does, until its lease has run out.
TEST(a_job, that_another_node_holds_is_not_taken_from_it) {
  test_desk desk(quick_retries());
  desk.open();
  int done = 0;
  desk.work("test", [&](const retry_job&) -> std::optional<failure> {
    ++done;
    return std::nullopt;
  });
  const auto job = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one"});
  ASSERT_TRUE(job);
  const auto theirs =
      desk.kept->claim({.worker = "elsewhere", .now = desk.clock.now(), .lease = minutes{10}, .most = 10});
  ASSERT_TRUE(theirs);
  ASSERT_EQ(theirs->size(), 1u);
  desk.close();
  desk.open();
  desk.run_for(minutes{5});
  EXPECT_EQ(job_of(desk, job->id).locked_by, "elsewhere");
  EXPECT_EQ(done, 0);
  EXPECT_NE(desk.metrics.text().find("rltrader_retry_queue_depth{status=\"processing\"} 1"), std::string::npos);
  ASSERT_TRUE(*desk.kept->finish(well_done(theirs->at(0), desk.clock.now())));
  desk.run_for(minutes{10});
  EXPECT_EQ(done, 0);
}

// A dead letter that ended by its last lease is told of as well.
TEST(a_job, whose_last_lease_ran_out_is_a_dead_letter_with_an_alert) {
  test_desk desk(quick_retries());
  desk.open();
  const auto job = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one", .max_attempts = 1});
  ASSERT_TRUE(job);
  ASSERT_TRUE(desk.kept->claim({.worker = "elsewhere", .now = desk.clock.now(), .lease = minutes{1}, .most = 10}));
  desk.run_for(minutes{2});
  EXPECT_EQ(job_of(desk, job->id).status, job_status::failed);
  const auto told = desk.alerts("job_dead");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].metadata.at("job_id"), job->id);
}

// An earlier life made the same number in the same millisecond: the key is free again, the id is not.
TEST(a_job, gets_an_id_of_its_own_after_a_restart_in_the_same_millisecond) {
  test_desk desk(quick_retries());
  desk.open();
  const auto first = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one"});
  ASSERT_TRUE(first);
  ASSERT_TRUE(desk.change_job(first->id, job_verb::drop));
  desk.close();
  desk.open();
  const auto second = desk.enqueue({.job_type = "test", .payload = {}, .dedupe_key = "one"});
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_NE(second->id, first->id);
  EXPECT_EQ(job_of(desk, first->id).status, job_status::failed);
}

}  // namespace
}  // namespace rltrader::testing_support

// The contract of a job queue, kept by every backend (I13).
#include "adapters/storage/sql_ops.hpp"
#include "tests/contract/ops_contract.hpp"
#include "tests/support/generated.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace rltrader::contract {
namespace {

using testing_support::same;

constexpr milliseconds a_minute = std::chrono::seconds{60};

class job_queue : public on_every_backend {
 protected:
  void open() override {
    store.reset();
    store = home.open_ops();
  }
  void open_again() {
    if (!home.forgets()) open();
  }
  /// Another worker's way to the same store: its own connection, where there are connections.
  std::unique_ptr<ports::ops_store> another() {
    if (GetParam() == backend::sqlite) return valued(storage::open_sqlite_ops(home.folder().file("ops.db")));
    return std::make_unique<storage::sql_ops>(home.schema().connection());
  }
  retry_job put(const std::string& id, const std::string& key, int due = 0, int max_attempts = 8) {
    auto job = a_job(id, key);
    job.next_attempt_at = at_minute(due);
    job.max_attempts = max_attempts;
    return valued(store->enqueue(job));
  }
  std::vector<retry_job> claim(int minute, const std::string& worker = "a", std::size_t most = 100) {
    return valued(store->claim({.worker = worker, .now = at_minute(minute), .lease = a_minute, .most = most}));
  }
  retry_job stored(const std::string& id) { return valued(store->jobs({.id = id})).rows.at(0); }

  std::unique_ptr<ports::ops_store> store;
};

INSTANTIATE_TEST_SUITE_P(every_backend, job_queue, every_backend(), name_of_backend);

std::vector<std::string> ids(const std::vector<retry_job>& jobs) {
  std::vector<std::string> out;
  for (const auto& job : jobs) out.push_back(job.id);
  return out;
}
using names = std::vector<std::string>;

TEST_P(job_queue, keeps_a_job_as_it_was_given) {
  auto job = a_job("j-1", "k");
  job.next_attempt_at = at_minute(1);
  job.created_at = job.updated_at = at_minute(0);
  EXPECT_TRUE(same(valued(store->enqueue(job)), job));
  open_again();
  EXPECT_TRUE(same(stored("j-1"), job));
}

TEST_P(job_queue, answers_with_the_live_job_of_the_same_type_and_key) {
  put("j-1", "k");
  EXPECT_EQ(put("j-2", "k").id, "j-1");
  auto other_type = a_job("j-3", "k");
  other_type.job_type = "alert_delivery";
  EXPECT_EQ(valued(store->enqueue(other_type)).id, "j-3");
  EXPECT_EQ(put("j-4", "").id, "j-4");
  EXPECT_EQ(put("j-5", "").id, "j-5") << "an empty key dedupes nothing";
  ASSERT_EQ(claim(1).size(), 4u);
  EXPECT_EQ(put("j-6", "k").status, job_status::processing) << "what is being worked on is live";
  EXPECT_EQ(valued(store->jobs({})).total, 4);
}

TEST_P(job_queue, takes_a_key_anew_when_its_job_has_ended) {
  put("j-1", "k");
  const auto first = claim(1).at(0);
  ASSERT_TRUE(valued(store->finish(well_done(first, at_minute(1)))));
  EXPECT_EQ(put("j-2", "k").id, "j-2");
  EXPECT_EQ(stored("j-1").status, job_status::succeeded);
  auto dead = gone_wrong(claim(2).at(0), "no", {}, 0, at_minute(2));
  dead.status = job_status::failed;
  ASSERT_TRUE(valued(store->finish(dead)));
  EXPECT_EQ(put("j-3", "k").id, "j-3");
}

TEST_P(job_queue, never_takes_an_id_twice) {
  put("j-1", "k");
  ASSERT_TRUE(valued(store->finish(well_done(claim(1).at(0), at_minute(1)))));
  const auto again = store->enqueue(a_job("j-1", "x"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, errc::conflict);
  EXPECT_EQ(stored("j-1").status, job_status::succeeded);
}

TEST_P(job_queue, claims_what_is_due_earliest_first) {
  put("j-3", "3", 1);
  put("j-2", "2", 2);
  put("j-1", "1", 1);
  put("j-4", "4", 5);
  EXPECT_EQ(ids(claim(0)), names{});
  EXPECT_EQ(ids(claim(4, "a", 2)), (names{"j-1", "j-3"}));
  EXPECT_EQ(ids(claim(4)), names{"j-2"});
  EXPECT_EQ(ids(claim(4)), names{}) << "what is claimed is nobody else's";
  EXPECT_EQ(ids(claim(5, "a", 0)), names{});
  EXPECT_EQ(valued(store->depth()), (ports::job_depth{1, 3}));
}

TEST_P(job_queue, writes_down_who_has_a_job_for_how_long_and_under_which_token) {
  const auto before = put("j-1", "k");
  const auto got = claim(3, "worker-7").at(0);
  EXPECT_TRUE(same(got, claimed_by(before, "worker-7", at_minute(3), a_minute)));
  EXPECT_EQ(got.locked_by, "worker-7");
  EXPECT_EQ(got.locked_until, at_minute(4));
  EXPECT_EQ(got.attempts, 1);
  EXPECT_EQ(got.token, 1);
  open_again();
  EXPECT_TRUE(same(stored("j-1"), got)) << "durable before the work begins";
}

TEST_P(job_queue, ends_a_job_well) {
  put("j-1", "k");
  const auto got = claim(1).at(0);
  const auto end = well_done(got, at_minute(2));
  EXPECT_TRUE(valued(store->finish(end)));
  EXPECT_TRUE(same(stored("j-1"), ended(got, end)));
  EXPECT_FALSE(valued(store->finish(end))) << "an end counts once";
  EXPECT_EQ(valued(store->depth()), ports::job_depth{});
}

TEST_P(job_queue, puts_a_job_back_with_its_wait_until_its_attempts_are_used_up) {
  put("j-1", "k", 0, 3);
  const backoff_terms terms{.base = std::chrono::minutes{1}, .most = std::chrono::minutes{60}};
  int minute = 0;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto got = claim(minute);
    ASSERT_EQ(got.size(), 1u) << attempt;
    EXPECT_EQ(got[0].attempts, attempt);
    EXPECT_EQ(got[0].token, attempt);
    const auto end = gone_wrong(got[0], "no such luck", terms, 0, at_minute(minute));
    ASSERT_TRUE(valued(store->finish(end)));
    EXPECT_TRUE(same(stored("j-1"), ended(got[0], end)));
    if (attempt == 3) break;
    const int wait = 1 << (attempt - 1);
    EXPECT_EQ(ids(claim(minute + wait - 1)), names{}) << attempt;
    minute += wait;
  }
  EXPECT_EQ(stored("j-1").status, job_status::failed);
  EXPECT_EQ(stored("j-1").last_error, "no such luck");
  EXPECT_EQ(ids(claim(1'000)), names{});
}

TEST_P(job_queue, takes_back_what_is_held_beyond_its_lease_and_fences_off_its_holder) {
  put("j-1", "k");
  const auto slow = claim(1, "slow").at(0);
  EXPECT_EQ(ids(valued(store->reap({.now = at_minute(2) - milliseconds{1}, .gone = {}}))), names{});
  EXPECT_EQ(ids(claim(2, "quick")), names{}) << "the lease still stands";
  EXPECT_EQ(ids(valued(store->reap({.now = at_minute(2), .gone = {}}))), names{}) << "it is not dead";
  EXPECT_TRUE(same(stored("j-1"), taken_back(slow, at_minute(2))));
  EXPECT_FALSE(valued(store->finish(well_done(slow, at_minute(2))))) << "nobody has it now";
  const auto again = claim(2, "quick").at(0);
  EXPECT_EQ(again.token, slow.token + 1);
  EXPECT_EQ(again.attempts, 2);
  EXPECT_FALSE(valued(store->finish(well_done(slow, at_minute(2))))) << "another one has it now";
  EXPECT_EQ(stored("j-1").status, job_status::processing);
  EXPECT_TRUE(valued(store->finish(well_done(again, at_minute(3)))));
}

// The same worker again, which has claimed it anew meanwhile: the token alone tells its two claims apart.
TEST_P(job_queue, fences_off_an_older_claim_of_the_same_worker_and_another_worker_of_the_same_token) {
  put("j-1", "k");
  const auto first = claim(1).at(0);
  valued(store->reap({.now = at_minute(5), .gone = {}}));
  const auto second = claim(5).at(0);
  EXPECT_FALSE(valued(store->finish(well_done(first, at_minute(5)))));
  auto forged = well_done(second, at_minute(5));
  forged.worker = "b";
  EXPECT_FALSE(valued(store->finish(forged)));
  EXPECT_TRUE(valued(store->finish(well_done(second, at_minute(5)))));
}

TEST_P(job_queue, accepts_an_end_after_the_lease_while_nobody_has_taken_the_job) {
  put("j-1", "k");
  EXPECT_TRUE(valued(store->finish(well_done(claim(1).at(0), at_minute(60)))));
}

TEST_P(job_queue, gives_up_a_job_whose_workers_died_at_each_attempt) {
  put("j-1", "k", 0, 2);
  put("j-2", "l", 0, 3);
  claim(1);
  EXPECT_EQ(ids(valued(store->reap({.now = at_minute(2), .gone = {}}))), names{});
  ASSERT_EQ(claim(2).size(), 2u);
  const auto dead = valued(store->reap({.now = at_minute(3), .gone = {}}));
  ASSERT_EQ(ids(dead), names{"j-1"});
  EXPECT_EQ(dead[0].status, job_status::failed);
  EXPECT_EQ(dead[0].last_error, taken_back_because);
  EXPECT_TRUE(same(stored("j-1"), dead[0]));
  EXPECT_EQ(ids(claim(3)), names{"j-2"});
}

TEST_P(job_queue, takes_back_at_once_what_a_worker_held_that_is_known_to_be_gone) {
  put("j-1", "k");
  put("j-2", "l");
  const auto gone = claim(1, "gone", 1).at(0);
  const auto there = claim(1, "there", 1).at(0);
  open_again();
  EXPECT_EQ(ids(valued(store->reap({.now = at_minute(1), .gone = "gone"}))), names{});
  const auto again = claim(1, "gone");
  ASSERT_EQ(ids(again), names{gone.id});
  EXPECT_EQ(again[0].token, gone.token + 1);
  EXPECT_TRUE(valued(store->finish(well_done(there, at_minute(1)))));
}

TEST_P(job_queue, is_bounded) {
  ports::write_batch many;
  for (std::size_t n = 0; n < live_jobs_most - 1; ++n)
    many.emplace_back(a_job("j-" + std::to_string(n), "k" + std::to_string(n)));
  ASSERT_TRUE(store->commit(many));
  put("last", "last");
  const auto refused = store->enqueue(a_job("one-more", "one-more"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), queue_is_full());
  EXPECT_EQ(put("j", "k5").id, "j-5") << "what is there already is told still";
  ASSERT_TRUE(valued(store->finish(well_done(claim(1, "a", 1).at(0), at_minute(1)))));
  EXPECT_EQ(put("one-more", "one-more").id, "one-more");
}

TEST_P(job_queue, requeues_and_drops_with_a_note_in_the_same_transaction) {  // I14
  put("j-1", "k", 0, 1);
  ASSERT_TRUE(valued(store->finish(gone_wrong(claim(1).at(0), "no", {}, 0, at_minute(1)))));
  const auto change = [&](job_verb verb, const std::string& id) {
    return store->change({.id = id, .verb = verb, .now = at_minute(9), .note = a_note("job.changed", 9)});
  };
  const auto again = valued(change(job_verb::requeue, "j-1"));
  EXPECT_EQ(again.status, job_status::pending);
  EXPECT_EQ(again.attempts, 0);
  EXPECT_EQ(again.token, 1) << "the token goes on";
  EXPECT_EQ(valued(store->verify_audit()), 1);
  const auto claimed = claim(9).at(0);
  EXPECT_EQ(claimed.token, 2);
  EXPECT_EQ(change(job_verb::requeue, "j-1").error().code, errc::conflict) << "it is being worked on";
  EXPECT_EQ(valued(change(job_verb::drop, "j-1")).status, job_status::failed);
  EXPECT_FALSE(valued(store->finish(well_done(claimed, at_minute(9))))) << "dropped while it was worked on";
  put("j-2", "k");
  EXPECT_EQ(change(job_verb::requeue, "j-1").error().code, errc::conflict) << "its key is live again";
  EXPECT_EQ(change(job_verb::drop, "j-1").error().code, errc::not_found);
  EXPECT_EQ(change(job_verb::requeue, "none").error().code, errc::not_found);
  open_again();
  EXPECT_EQ(stored("j-1").last_error, "dropped by an operator");
  EXPECT_EQ(valued(store->verify_audit()), 2) << "what is refused leaves no note";
}

TEST_P(job_queue, gives_a_job_to_one_of_ten_claimers) {
  for (int n = 0; n < 200; ++n) put("j-" + std::to_string(n), "k" + std::to_string(n));
  std::vector<std::unique_ptr<ports::ops_store>> others;
  for (int n = 0; n < 10 && !home.forgets(); ++n) others.push_back(another());
  std::multiset<std::string> given;
  std::set<std::string> workers;
  for (std::size_t turn = 0; turn < 60; ++turn) {
    auto& asked = others.empty() ? *store : *others[turn % 10];
    const auto worker = "w" + std::to_string(turn % 10);
    for (const auto& job : valued(asked.claim({.worker = worker, .now = at_minute(1), .lease = a_minute, .most = 7}))) {
      given.insert(job.id);
      workers.insert(job.locked_by);
    }
  }
  EXPECT_EQ(given.size(), 200u);
  EXPECT_EQ(std::set<std::string>(given.begin(), given.end()).size(), 200u);
  EXPECT_EQ(workers.size(), 10u);
}

TEST_P(job_queue, keeps_texts_that_no_database_can_keep) {
  put("j-1", "k");
  const auto got = claim(1).at(0);
  ASSERT_TRUE(valued(store->finish(gone_wrong(got, std::string("a\0b\xff", 4), {}, 0, at_minute(1)))));
  EXPECT_EQ(stored("j-1").status, job_status::pending);
}

}  // namespace
}  // namespace rltrader::contract

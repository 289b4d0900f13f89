// Workers in processes of their own on one store: no job is done twice, and what a killed worker held is done by another.
#include "adapters/storage/sql_ops.hpp"
#include "tests/contract/ops_contract.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace rltrader::contract {
namespace {

constexpr milliseconds a_minute = std::chrono::seconds{60};
constexpr int jobs_to_do = 2'000;

/// A line of the log that workers append to while they do a job.
struct work_done {
  std::string worker;
  std::int64_t token = 0;
};

class job_workers : public on_every_backend {
 protected:
  void open() override { home.open_ops(); }  // the tables; the store's writer is gone when the workers come
  std::unique_ptr<ports::ops_store> connected() {
    if (GetParam() == backend::sqlite) return valued(storage::open_sqlite_ops(home.folder().file("ops.db")));
    return std::make_unique<storage::sql_ops>(home.schema().connection());
  }
  std::string log() const { return home.folder().file("work.log"); }

  void enqueue_all() {
    const auto store = connected();
    ports::write_batch all;
    for (int n = 0; n < jobs_to_do; ++n) all.emplace_back(a_job("j-" + std::to_string(n), "k" + std::to_string(n)));
    ASSERT_TRUE(store->commit(all));
  }

  /// Claims and does what is due until nothing is; what another process's write has kept it from is tried again. The first
  /// claim is made before anybody begins, so that all share the work.
  void do_all(const std::string& worker, instant now, int claimed, int go) {
    const auto store = connected();
    const int file = ::open(log().c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
    int refused = 0;
    const auto claim = [&] {
      const ports::job_claim what{.worker = worker, .now = now, .lease = a_minute, .most = 20};
      auto jobs = store->claim(what);
      for (; !jobs; jobs = store->claim(what)) must(++refused < 20, "the store takes claims");
      return std::move(*jobs);
    };
    auto jobs = claim();
    must(::write(claimed, "x", 1) == 1, "the parent listens");
    ::close(claimed);
    char none = 0;
    must(::read(go, &none, 1) == 0, "the parent closes its end");
    for (; !jobs.empty(); jobs = claim())
      for (const auto& job : jobs) {
        const auto line = job.id + " " + worker + " " + std::to_string(job.token) + "\n";
        must(::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()), "the log takes lines");
        for (auto ended = store->finish(well_done(job, now)); !ended || !*ended;
             ended = store->finish(well_done(job, now)))
          must(!ended && ++refused < 20, "its own job is ended by its worker");
      }
    ::close(file);
  }

  /// A process that ends when `work` does: with 0, or with 1 when something was thrown.
  template <class Work>
  pid_t in_a_process(Work&& work) {
    const auto child = ::fork();
    if (child != 0) return child;
    int code = 0;
    try {
      work();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "worker: %s\n", e.what());
      code = 1;
    }
    std::_Exit(code);
  }
  static int status_of(pid_t child) {
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
  }

  std::map<std::string, std::vector<work_done>> log_by_job() const {
    std::map<std::string, std::vector<work_done>> out;
    std::ifstream lines(log());
    std::string id;
    work_done done;
    while (lines >> id >> done.worker >> done.token) out[id].push_back(done);
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(every_server, job_workers,
                         testing::Values(backend::sqlite, backend::postgres, backend::timescale), name_of_backend);

TEST_P(job_workers, do_each_job_once_and_what_a_killed_one_held_under_a_higher_token) {
  enqueue_all();
  int heard[2];
  ASSERT_EQ(::pipe(heard), 0);
  const auto killed = in_a_process([&] {
    const auto store = connected();
    const auto held = valued(store->claim({.worker = "killed", .now = at_minute(1), .lease = a_minute, .most = 20}));
    must(held.size() == 20, "there is enough to claim");
    must(::write(heard[1], "x", 1) == 1, "the parent listens");
    for (;;) ::pause();
  });
  ::close(heard[1]);
  char byte = 0;
  const bool claimed = ::read(heard[0], &byte, 1) == 1;
  ::close(heard[0]);
  ::kill(killed, SIGKILL);
  EXPECT_TRUE(WIFSIGNALED(status_of(killed)));
  ASSERT_TRUE(claimed);

  const auto workers_at = [&](instant now) {
    int claims[2], go[2];
    must(::pipe(claims) == 0 && ::pipe(go) == 0, "there are pipes");
    std::vector<pid_t> workers;
    for (const char* name : {"w1", "w2", "w3", "w4"})
      workers.push_back(in_a_process([&] {
        ::close(go[1]);
        do_all(name, now, claims[1], go[0]);
      }));
    ::close(claims[1]);
    char one = 0;
    for (std::size_t n = 0; n < workers.size(); ++n) EXPECT_EQ(::read(claims[0], &one, 1), 1) << "a worker died";
    for (const int end : {claims[0], go[0], go[1]}) ::close(end);
    for (const auto worker : workers) EXPECT_EQ(status_of(worker), 0);
  };
  workers_at(at_minute(1));
  EXPECT_EQ(log_by_job().size(), std::size_t{jobs_to_do} - 20) << "the lease of the killed one still stands";
  const auto store = connected();
  EXPECT_EQ(valued(store->depth()), (ports::job_depth{0, 20}));
  valued(store->reap({.now = at_minute(2), .gone = {}}));
  workers_at(at_minute(2));

  const auto done = log_by_job();
  EXPECT_EQ(done.size(), std::size_t{jobs_to_do});
  std::set<std::string> who;
  int taken_over = 0;
  for (const auto& [id, times] : done) {
    EXPECT_EQ(times.size(), 1u) << id;
    who.insert(times[0].worker);
    if (times[0].token == 2) ++taken_over;
  }
  EXPECT_EQ(taken_over, 20);
  EXPECT_EQ(who, (std::set<std::string>{"w1", "w2", "w3", "w4"})) << "they shared the work";
  EXPECT_EQ(valued(store->depth()), ports::job_depth{});
  EXPECT_EQ(valued(store->jobs({.status = "succeeded"})).total, jobs_to_do);
}

}  // namespace
}  // namespace rltrader::contract

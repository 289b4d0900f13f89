// Durable jobs: claimed when due, handed to whoever does their type, ended or tried again.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "domain/job_table.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>

namespace rltrader {

namespace {

constexpr std::size_t dead_most = 1'000;

/// Splitmix64: the jitter's only source of chance.
std::uint32_t draw(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

class retry_queue : public retry_queue_actor::base {
  using super = retry_queue_actor::base;

 public:
  retry_queue(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger,
              const std::vector<retry_job>& known, backoff_terms terms, std::uint64_t seed, std::string node)
      : super(cfg),
        around_(around),
        ledger_(std::move(ledger)),
        jobs_(std::move(node), terms, seconds{60}),
        chance_(seed) {
    std::vector<retry_job> live;
    for (const auto& job : known)
      if (job.status == job_status::failed)
        bury(job);
      else
        live.push_back(job);
    jobs_.restore(live, around_.now());
  }

  behavior_type make_behavior() override {
    die_loudly(this, "retry_queue");
    return {[this](const enqueue_job& what) -> caf::result<retry_job> {
              auto job = jobs_.enqueue({what.job_type, what.payload, what.dedupe_key, what.max_attempts, what.after},
                                       around_.now());
              if (!job) return to_caf(job.error());
              return saved(*job, std::nullopt);
            },
            [this](const subscribe_jobs& what) { workers_.insert_or_assign(what.job_type, what.who); },
            [this](const subscribe_alarms& what) { alarmed_ = what.who; },
            [this](const change_job& what) -> caf::result<retry_job> {
              const auto dead = dead_.find(what.id);
              auto job = what.verb == job_verb::drop
                             ? jobs_.drop(what.id, around_.now())
                             : jobs_.requeue(what.id, dead == dead_.end() ? std::nullopt : std::optional{dead->second},
                                             around_.now());
              if (!job) return to_caf(job.error());
              if (what.verb == job_verb::drop)
                bury(*job);
              else if (dead != dead_.end())
                dead_.erase(dead);
              audit_note note{.actor = what.who,
                              .action = "job." + std::string(text_of(what.verb)),
                              .resource_type = "job",
                              .resource_id = what.id,
                              .metadata = {},
                              .created_at = around_.now()};
              return saved(*job, std::move(note));
            },
            [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "retry_queue"); },
            [this](const sweep_jobs&) { sweep(); }};
  }

  void on_exit() override {
    destroy(ledger_);
    workers_.clear();
    alarmed_ = nullptr;
  }

 private:
  caf::result<retry_job> saved(const retry_job& job, std::optional<audit_note> note) {
    ports::write_batch rows{job};
    if (note) rows.emplace_back(std::move(*note));
    auto promise = make_response_promise<retry_job>();
    request(ledger_, around_.request_timeout, write_rows{std::move(rows)})
        .then([promise, job](const written&) mutable { promise.deliver(job); },
              [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  void sweep() {
    if (around_.metrics)
      for (const auto& [status, count] : jobs_.depth())
        around_.metrics->set(http::metric::retry_queue_depth, {status}, count);
    for (auto& job : jobs_.claim(around_.now(), 32)) {
      // The claim is durable before the work begins, so that a restart knows that it was tried.
      request(ledger_, around_.request_timeout, write_rows{{job}})
          .then([this, job](const written&) { hand_out(job); },
                [this, job](const caf::error& e) { end(job, false, from_caf(e, "the ledger").what); });
    }
  }

  void hand_out(const retry_job& job) {
    const auto worker = workers_.find(job.job_type);
    if (worker == workers_.end()) return end(job, false, "nobody here does jobs of type " + job.job_type);
    request(worker->second, around_.request_timeout, do_job{job})
        .then([this, job](const job_done&) { end(job, true, ""); },
              [this, job](const caf::error& e) { end(job, false, from_caf(e, "the worker").what); });
  }

  void end(const retry_job& job, bool well, const std::string& why) {
    const auto row = well ? jobs_.succeeded(job.id, job.token, around_.now())
                          : jobs_.failed(job.id, job.token, why, draw(chance_), around_.now());
    if (!row) return;  // fenced off: a newer claim has it
    if (row->status == job_status::failed) {
      bury(*row);
      log_event(log_level::error, "job.dead", "", "retry_queue", row->id,
                row->job_type + " gave up after " + std::to_string(row->attempts) + " tries: " + why);
      if (alarmed_)
        send(alarmed_, alarm{"job_dead",
                             severity::high,
                             "",
                             row->job_type,
                             static_cast<double>(row->attempts),
                             static_cast<double>(row->max_attempts),
                             {{"job_id", row->id}, {"why", why}}});
    }
    request(ledger_, around_.request_timeout, write_rows{{*row}})
        .then([](const written&) {},
              [](const caf::error& e) {
                log_event(log_level::error, "job.not_kept", "", "retry_queue", "", from_caf(e, "the ledger").what);
              });
  }

  /// Dead letters are remembered for whoever requeues them: the newest thousand.
  void bury(const retry_job& job) {
    dead_.insert_or_assign(job.id, job);
    if (dead_.size() <= dead_most) return;
    dead_.erase(std::min_element(dead_.begin(), dead_.end(), [](const auto& a, const auto& b) {
      return a.second.updated_at < b.second.updated_at;
    }));
  }

  surroundings around_;
  ledger_actor ledger_;
  job_table jobs_;
  std::map<std::string, retry_job> dead_;
  alarm_listener alarmed_;
  std::uint64_t chance_;
  std::map<std::string, job_worker> workers_;
};

}  // namespace

retry_queue_actor spawn_retry_queue(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                    std::vector<retry_job> live, backoff_terms terms, std::uint64_t seed,
                                    std::string node) {
  return system.spawn<retry_queue>(around, std::move(ledger), std::move(live), terms, seed, std::move(node));
}

}  // namespace rltrader

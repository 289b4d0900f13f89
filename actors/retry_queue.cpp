// Durable jobs: claimed of the store when due, handed to whoever does their type, ended or tried again.
//
// The store says who has a job; nothing of the queue is kept here but the ends that the store has not taken yet.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "domain/job_rules.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace rltrader {

namespace {

constexpr std::size_t claimed_most = 32;
constexpr int ids_tried_most = 8;

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
  retry_queue(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, backoff_terms terms,
              std::uint64_t seed, std::string node)
      : super(cfg),
        around_(around),
        ledger_(std::move(ledger)),
        terms_(terms),
        chance_(seed),
        node_(std::move(node)),
        lease_(lease_of(around)) {}

  behavior_type make_behavior() override {
    die_loudly(this, "retry_queue");
    return {[this](const enqueue_job& what) { return enqueued(what); },
            [this](const subscribe_jobs& what) { workers_.insert_or_assign(what.job_type, what.who); },
            [this](const subscribe_alarms& what) { alarmed_ = what.who; },
            [this](const change_job& what) { return change(what); },
            [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "retry_queue"); },
            [this](const sweep_jobs&) { sweep(); }};
  }

  void on_exit() override {
    destroy(ledger_);
    workers_.clear();
    alarmed_ = nullptr;
  }

 private:
  /// Market time. Longer than a worker may take for its answer and the ledger for its own, however fast the market runs.
  static milliseconds lease_of(const surroundings& around) {
    const auto answers = std::chrono::duration<double, std::milli>(around.request_timeout).count() * around.time_scale;
    return std::max<milliseconds>(seconds{60}, milliseconds{static_cast<std::int64_t>(4 * answers)});
  }

  caf::result<retry_job> enqueued(const enqueue_job& what) {
    auto promise = make_response_promise<retry_job>();
    keep({what.job_type, what.payload, what.dedupe_key, what.max_attempts, what.after}, promise, 1);
    return promise;
  }

  /// An earlier life of this node may have given the same number in the same millisecond; then the next one is tried.
  void keep(const job_request& what, caf::typed_response_promise<retry_job> promise, int nth) {
    request(ledger_, around_.request_timeout, keep_job{new_job(what, node_, ++made_, around_.now())})
        .then([promise](retry_job& kept) mutable { promise.deliver(std::move(kept)); },
              [this, what, promise, nth](caf::error& e) mutable {
                if (nth < ids_tried_most && from_caf(e, "the ledger").code == errc::conflict)
                  return keep(what, promise, nth + 1);
                promise.deliver(std::move(e));
              });
  }

  caf::result<retry_job> change(const change_job& what) {
    ports::job_change change{.id = what.id,
                             .verb = what.verb,
                             .now = around_.now(),
                             .note = {.actor = what.who,
                                      .action = "job." + std::string(text_of(what.verb)),
                                      .resource_type = "job",
                                      .resource_id = what.id,
                                      .metadata = {},
                                      .created_at = around_.now()}};
    auto promise = make_response_promise<retry_job>();
    request(ledger_, around_.request_timeout, change_kept_job{std::move(change)})
        .then([promise](retry_job& changed) mutable { promise.deliver(std::move(changed)); },
              [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  void sweep() {
    for (const auto& [id, under_way] : std::exchange(unkept_, {})) end(under_way.job, under_way.end, telling::done);
    if (claiming_) return;
    claiming_ = true;
    // Before the first answer nobody works under this node's name: what an earlier life of it held is free.
    claim_jobs what{.claim = {.worker = node_, .now = around_.now(), .lease = lease_, .most = claimed_most},
                    .gone = first_ ? node_ : std::string()};
    request(ledger_, around_.request_timeout, std::move(what))
        .then(
            [this](const jobs_claimed& got) {
              claiming_ = first_ = false;
              show(got.before);
              for (const auto& job : got.dead) mourn(job, job.last_error);
              // The claim is durable before the work begins, so that a restart knows that it was tried.
              for (const auto& job : got.jobs) hand_out(job);
            },
            [this](const caf::error& e) {
              // What was claimed all the same is taken back when its lease has run out.
              claiming_ = false;
              log_event(log_level::error, "job.not_claimed", "", "retry_queue", "", from_caf(e, "the ledger").what);
            });
  }

  void show(const ports::job_depth& depth) {
    if (!around_.metrics) return;
    around_.metrics->set(http::metric::retry_queue_depth, {"pending"}, static_cast<double>(depth.pending));
    around_.metrics->set(http::metric::retry_queue_depth, {"processing"}, static_cast<double>(depth.processing));
  }

  void hand_out(const retry_job& job) {
    const auto worker = workers_.find(job.job_type);
    if (worker == workers_.end()) return failed(job, "nobody here does jobs of type " + job.job_type);
    request(worker->second, around_.request_timeout, do_job{job})
        .then([this, job](const job_done&) { end(job, well_done(job, around_.now()), telling::due); },
              [this, job](const caf::error& e) { failed(job, from_caf(e, "the worker").what); });
  }

  void failed(const retry_job& job, const std::string& why) {
    end(job, gone_wrong(job, why, terms_, draw(chance_), around_.now()), telling::due);
  }

  /// Whether a dead job is still to be told of.
  enum class telling : unsigned char { due, done };

  void end(const retry_job& job, const job_end& how, telling tell) {
    request(ledger_, around_.request_timeout, finish_job{how})
        .then(
            [this, job, how, tell](const job_finished& answer) {
              // Not kept: a newer claim has it, or a person has dropped it.
              if (answer.kept && tell == telling::due) tell_if_dead(job, how);
            },
            [this, job, how, tell](const caf::error& e) {
              log_event(log_level::error, "job.not_kept", "", "retry_queue", job.id, from_caf(e, "the ledger").what);
              if (tell == telling::due) tell_if_dead(job, how);  // its attempts are used up whoever ends it
              unkept_.insert_or_assign(job.id, not_kept{job, how});
            });
  }

  void tell_if_dead(const retry_job& job, const job_end& how) {
    if (how.status == job_status::failed) mourn(job, how.last_error);
  }

  void mourn(const retry_job& job, const std::string& why) {
    log_event(log_level::error, "job.dead", "", "retry_queue", job.id,
              job.job_type + " gave up after " + std::to_string(job.attempts) + " tries: " + why);
    if (alarmed_)
      send(alarmed_, alarm{"job_dead",
                           severity::high,
                           "",
                           job.job_type,
                           static_cast<double>(job.attempts),
                           static_cast<double>(job.max_attempts),
                           {{"job_id", job.id}, {"why", why}}});
  }

  /// An end that the store has not taken yet: told again at each sweep, until it is taken or somebody else has the job.
  struct not_kept {
    retry_job job;
    job_end end;
  };

  surroundings around_;
  ledger_actor ledger_;
  backoff_terms terms_;
  std::uint64_t chance_;
  std::string node_;
  milliseconds lease_;
  std::int64_t made_ = 0;
  bool first_ = true;
  bool claiming_ = false;
  std::map<std::string, not_kept> unkept_;
  alarm_listener alarmed_;
  std::map<std::string, job_worker> workers_;
};

}  // namespace

retry_queue_actor spawn_retry_queue(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                    backoff_terms terms, std::uint64_t seed, std::string node) {
  return system.spawn<retry_queue>(around, std::move(ledger), terms, seed, std::move(node));
}

}  // namespace rltrader

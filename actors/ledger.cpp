// The only writer of ops state: what waits in its mailbox becomes one transaction, and is answered after COMMIT.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <deque>
#include <iterator>
#include <utility>
#include <vector>

namespace rltrader {

namespace {

constexpr std::size_t batches_most = 4096;
constexpr std::size_t metrics_most = 1024;

class ledger : public ledger_actor::base {
  using super = ledger_actor::base;

 public:
  ledger(caf::actor_config& cfg, const surroundings& around, ports::ops_store& store)
      : super(cfg), around_(around), store_(store) {}

  behavior_type make_behavior() override {
    die_loudly(this, "ledger");
    tend_later();
    return {[this](const flush_rows&) { flush(); },
            [this](write_rows& what) -> caf::result<written> {
              if (waiting_.size() >= batches_most)
                return to_caf({errc::store_failed, "the ledger has 4096 batches waiting; nothing more is taken"});
              auto promise = make_response_promise<written>();
              waiting_.push_back({what.rows.size(), promise});
              if (rows_.empty())
                rows_ = std::move(what.rows);
              else
                std::move(what.rows.begin(), what.rows.end(), std::back_inserter(rows_));
              wake();
              return promise;
            },
            [this](metric_point& point) {
              if (metrics_.size() >= metrics_most) {
                metrics_.pop_front();
                if (around_.metrics) around_.metrics->add(http::metric::dropped, {"metric_points"});
              }
              metrics_.push_back(std::move(point));
              wake();
            },
            [this](const keep_job& what) { return answer_of(store_.enqueue(what.job)); },
            [this](const claim_jobs& what) { return answer_of(claim(what)); },
            [this](const finish_job& what) -> caf::result<job_finished> {
              const auto kept = store_.finish(what.end);
              if (!kept) return refused(kept.error());
              return job_finished{*kept};
            },
            [this](const change_kept_job& what) { return answer_of(store_.change(what.change)); },
            [this](const retain_rows& r) {
              if (const auto outcome = store_.retain(r.metrics_from, r.idempotency_from); !outcome)
                in_trouble(outcome.error().what);
            },
            [this](const tend_store&) {
              // A commit that has just worked has said the same.
              if (!std::exchange(committed_lately_, false)) {
                const auto outcome = store_.tend();
                outcome ? well() : in_trouble(outcome.error().what);
              }
              tend_later();
            },
            [this](const subscribe_alarms& what) { alarmed_ = what.who; },
            [this](const load_image&) -> caf::result<image_reply> {
              auto image = store_.load();
              if (!image) return to_caf(image.error());
              return image_reply{std::make_shared<const ports::desk_image>(std::move(*image))};
            },
            [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "ledger"); },
            [this](const ask_health&) {
              health_reply reply;
              if (!trouble_.empty()) reply.problems.push_back({"store", trouble_});
              return reply;
            }};
  }

  /// What has been taken is committed even when the desk closes.
  void on_exit() override {
    flush();
    alarmed_ = nullptr;
  }

 private:
  struct waiting {
    std::size_t rows;  ///< so many of rows_, after those of the batches before it
    caf::typed_response_promise<written> promise;
  };

  // Jobs are transactions of their own: who has one must be known at once, and a refusal spoils nobody's batch.
  result<jobs_claimed> claim(const claim_jobs& what) {
    jobs_claimed out;
    auto dead = store_.reap({what.claim.now, what.gone});
    if (!dead) return dead.error();
    out.dead = std::move(*dead);
    const auto depth = store_.depth();
    if (!depth) return depth.error();
    out.before = *depth;
    if (depth->pending == 0) return out;
    auto jobs = store_.claim(what.claim);
    if (!jobs) return jobs.error();
    out.jobs = std::move(*jobs);
    return out;
  }

  template <class T>
  caf::result<T> answer_of(result<T> outcome) {
    if (!outcome) return refused(outcome.error());
    return std::move(*outcome);
  }
  caf::error refused(const failure& why) {
    if (why.code == errc::store_failed) {
      in_trouble(why.what);
      if (around_.metrics) around_.metrics->add(http::metric::store_failures, {"ops"});
    }
    return to_caf(why);
  }

  void wake() {
    if (awake_) return;
    awake_ = true;
    send(this, flush_rows{});
  }
  void tend_later() {
    if (const auto every = store_.tended_every(); every.count() > 0) delayed_send(this, every, tend_store{});
  }

  void well() {
    if (trouble_.empty()) return;
    trouble_.clear();
    log_event(log_level::info, "store.back", "", "ledger", "", "the store takes writes again");
  }
  void in_trouble(const std::string& why) {
    if (trouble_.empty()) {
      log_event(log_level::error, "store.lost", "", "ledger", "", why);
      if (alarmed_) send(alarmed_, alarm{"ledger_down", severity::high, "", "store", 1, 0, {{"why", why}}});
    }
    trouble_ = why;
  }

  /// All that waits in one transaction. If that fails by one batch's own fault, each is tried alone.
  void flush() {
    awake_ = false;
    if (waiting_.empty() && metrics_.empty()) return;
    const auto batches = std::exchange(waiting_, {});
    auto rows = std::exchange(rows_, {});
    for (auto& m : metrics_) rows.emplace_back(std::move(m));
    metrics_.clear();
    const auto started = around_.stopwatch ? around_.stopwatch() : 0.0;
    const auto outcome = store_.commit(rows);
    if (around_.metrics && around_.stopwatch)
      around_.metrics->observe(http::metric::store_commit, around_.stopwatch() - started);
    if (outcome) {
      well();
      committed_lately_ = true;
      for (const auto& b : batches) answer(b, {});
    } else {
      refuse(batches, rows, outcome.error());
    }
  }

  void refuse(const std::vector<waiting>& batches, const ports::write_batch& rows, const failure& why) {
    const bool own_fault = why.code == errc::conflict && batches.size() > 1;
    auto first = rows.begin();
    for (const auto& b : batches) {
      const auto last = first + static_cast<std::ptrdiff_t>(b.rows);
      answer(b, own_fault ? store_.commit({first, last}) : why);
      first = last;
    }
    if (why.code != errc::conflict) in_trouble(why.what);
    if (around_.metrics) around_.metrics->add(http::metric::store_failures, {"ops"});
  }

  static void answer(waiting batch, const result<void>& outcome) {
    if (outcome)
      batch.promise.deliver(written{});
    else
      batch.promise.deliver(to_caf(outcome.error()));
  }

  surroundings around_;
  ports::ops_store& store_;
  std::vector<waiting> waiting_;
  ports::write_batch rows_;  ///< of all that wait, one batch after the other
  std::deque<metric_point> metrics_;
  bool awake_ = false;
  bool committed_lately_ = false;
  std::string trouble_;
  alarm_listener alarmed_;
};

}  // namespace

ledger_actor spawn_ledger(caf::actor_system& system, const surroundings& around, ports::ops_store& store) {
  return around.detached ? system.spawn<ledger, caf::detached>(around, store) : system.spawn<ledger>(around, store);
}

}  // namespace rltrader

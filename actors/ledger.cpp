// The only writer of ops state: what waits in its mailbox becomes one transaction, and is answered after COMMIT.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <deque>

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
    return {[this](const flush_rows&) { flush(); },
            [this](write_rows& what) -> caf::result<written> {
              if (waiting_.size() >= batches_most)
                return to_caf({errc::store_failed, "the ledger has 4096 batches waiting; nothing more is taken"});
              auto promise = make_response_promise<written>();
              waiting_.push_back({std::move(what.rows), promise});
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
            [this](const retain_rows& r) {
              if (const auto outcome = store_.retain(r.metrics_from, r.idempotency_from); !outcome)
                trouble_ = outcome.error().what;
            },
            [this](const load_image&) -> caf::result<image_reply> {
              auto image = store_.load();
              if (!image) return to_caf(image.error());
              return image_reply{std::make_shared<const ports::desk_image>(std::move(*image))};
            },
            [this](const ask_health&) {
              health_reply reply;
              if (!trouble_.empty()) reply.problems.push_back({"store", trouble_});
              return reply;
            }};
  }

  /// What has been taken is committed even when the desk closes.
  void on_exit() override { flush(); }

 private:
  struct waiting {
    ports::write_batch rows;
    caf::typed_response_promise<written> promise;
  };

  void wake() {
    if (awake_) return;
    awake_ = true;
    send(this, flush_rows{});
  }

  /// All that waits in one transaction. If that fails by one batch's own fault, each is tried alone.
  void flush() {
    awake_ = false;
    if (waiting_.empty() && metrics_.empty()) return;
    auto batches = std::exchange(waiting_, {});
    ports::write_batch all;
    for (const auto& b : batches) all.insert(all.end(), b.rows.begin(), b.rows.end());
    for (auto& m : metrics_) all.emplace_back(std::move(m));
    metrics_.clear();
    const auto started = around_.stopwatch ? around_.stopwatch() : 0.0;
    const auto outcome = store_.commit(all);
    if (around_.metrics && around_.stopwatch)
      around_.metrics->observe(http::metric::store_commit, around_.stopwatch() - started);
    if (outcome) {
      trouble_.clear();
      for (auto& b : batches) b.promise.deliver(written{});
      return;
    }
    const bool own_fault = outcome.error().code == errc::conflict && batches.size() > 1;
    for (auto& b : batches) {
      const auto alone = own_fault ? store_.commit(b.rows) : outcome;
      if (alone)
        b.promise.deliver(written{});
      else
        b.promise.deliver(to_caf(alone.error()));
    }
    if (outcome.error().code != errc::conflict) trouble_ = outcome.error().what;
    if (around_.metrics) around_.metrics->add(http::metric::store_failures, {"ops"});
  }

  surroundings around_;
  ports::ops_store& store_;
  std::deque<waiting> waiting_;
  std::deque<metric_point> metrics_;
  bool awake_ = false;
  std::string trouble_;
};

}  // namespace

ledger_actor spawn_ledger(caf::actor_system& system, const surroundings& around, ports::ops_store& store) {
  return around.detached ? system.spawn<ledger, caf::detached>(around, store) : system.spawn<ledger>(around, store);
}

}  // namespace rltrader

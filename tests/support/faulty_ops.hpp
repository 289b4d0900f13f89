// An ops store that fails as it is told: a commit that is not done, done without saying so, or too slow; and a crash at one.
#pragma once

#include "ports/ops_store.hpp"

#include <functional>
#include <string>
#include <vector>

namespace rltrader::testing_support {

enum class commit_fate : unsigned char {
  well,
  fails,         ///< nothing is written, and it says so
  lies,          ///< all is written, and it says that nothing was
  stalls,        ///< `stall` runs before it is written
  crash_before,  ///< the process ends before the write
  crash_after,   ///< the process ends after it
};

class faulty_ops final : public ports::ops_store {
 public:
  explicit faulty_ops(ports::ops_store& inner) : inner_(inner) {}

  /// What becomes of the n-th commit (1..); none: all is well.
  std::function<commit_fate(std::size_t nth, const ports::write_batch&)> fate_of;
  std::function<void()> stall;
  std::function<void()> on_crash;
  bool down = false;  ///< the process has crashed: nothing has an effect any more
  std::size_t commits = 0;
  std::vector<ports::write_batch> history;  ///< what is durable, batch by batch

  result<void> commit(const ports::write_batch& rows) override;
  result<ports::desk_image> load() override { return down ? dead<ports::desk_image>() : inner_.load(); }
  result<void> retain(instant m, instant i) override { return down ? result<void>{gone()} : inner_.retain(m, i); }
  std::string backend() const override { return inner_.backend(); }

  result<ports::page_of<decision>> decisions(const ports::list_query& q) override { return inner_.decisions(q); }
  result<ports::page_of<order>> orders(const ports::list_query& q) override { return inner_.orders(q); }
  result<ports::page_of<order>> orders_of_trade(const trade_id& id) override { return inner_.orders_of_trade(id); }
  result<ports::page_of<order>> orders_of_decision(const decision_id& id) override {
    return inner_.orders_of_decision(id);
  }
  result<ports::page_of<fill>> fills_of_order(const order_id& id) override { return inner_.fills_of_order(id); }
  result<ports::page_of<fill>> fills(const ports::list_query& q) override { return inner_.fills(q); }
  result<ports::page_of<state_event>> events_of_order(const order_id& id) override {
    return inner_.events_of_order(id);
  }
  result<ports::page_of<trade>> trades(const ports::list_query& q) override { return inner_.trades(q); }
  result<ports::page_of<agent_run>> runs(const ports::list_query& q) override { return inner_.runs(q); }
  result<ports::page_of<audit_event>> audit(const ports::list_query& q) override { return inner_.audit(q); }
  result<ports::page_of<alert>> alerts(const ports::list_query& q) override { return inner_.alerts(q); }
  result<ports::page_of<retry_job>> jobs(const ports::list_query& q) override { return inner_.jobs(q); }
  result<ports::page_of<agent_version>> versions(const ports::list_query& q) override { return inner_.versions(q); }
  result<ports::page_of<metric_point>> metrics(const ports::list_query& q) override { return inner_.metrics(q); }
  result<std::optional<idempotency_record>> idempotency(const std::string& key) override {
    return inner_.idempotency(key);
  }
  result<std::int64_t> verify_audit() override { return inner_.verify_audit(); }

 private:
  static failure gone() { return {errc::store_failed, "the process has crashed"}; }
  template <class T>
  static result<T> dead() {
    return gone();
  }
  result<void> write(const ports::write_batch& rows);

  ports::ops_store& inner_;
};

/// Every row of a batch as one line: its type and its JSON text.
std::vector<std::string> lines_of(const ports::write_batch& rows);

}  // namespace rltrader::testing_support

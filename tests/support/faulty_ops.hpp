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

  // The job queue: as it is told in `fate_of_jobs`; stalls count as well.
  std::function<commit_fate(const char* verb)> fate_of_jobs;
  result<retry_job> enqueue(const retry_job& j) override {
    return fated("enqueue", [&] { return inner_.enqueue(j); });
  }
  result<std::vector<retry_job>> claim(const ports::job_claim& c) override {
    return fated("claim", [&] { return inner_.claim(c); });
  }
  result<bool> finish(const job_end& e) override {
    return fated("finish", [&] { return inner_.finish(e); });
  }
  result<std::vector<retry_job>> reap(const ports::lease_check& c) override {
    return fated("reap", [&] { return inner_.reap(c); });
  }
  result<retry_job> change(const ports::job_change& c) override {
    return fated("change", [&] { return inner_.change(c); });
  }
  result<ports::job_depth> depth() override {
    return fated("depth", [&] { return inner_.depth(); });
  }

  result<std::int64_t> rows_of(const shape* record, const ports::list_query& q, ports::row_sink into) override {
    return inner_.rows_of(record, q, into);
  }
  result<std::int64_t> verify_audit() override { return inner_.verify_audit(); }

 private:
  static failure gone() { return {errc::store_failed, "the process has crashed"}; }
  template <class T>
  static result<T> dead() {
    return gone();
  }
  result<void> write(const ports::write_batch& rows);
  template <class Call>
  auto fated(const char* verb, Call&& call) -> decltype(call()) {
    if (down) return gone();
    const auto fate = fate_of_jobs ? fate_of_jobs(verb) : commit_fate::well;
    if (fate == commit_fate::fails) return failure{errc::store_failed, "the disk is full"};
    if (fate == commit_fate::crash_before) return crashed();
    if (fate == commit_fate::stalls && stall) stall();
    auto done = call();
    if (fate == commit_fate::crash_after) return crashed();
    if (fate == commit_fate::lies) return failure{errc::store_failed, "the connection was lost during the commit"};
    return done;
  }
  failure crashed();

  ports::ops_store& inner_;
};

/// Every row of a batch as one line: its type and its JSON text.
std::vector<std::string> lines_of(const ports::write_batch& rows);

}  // namespace rltrader::testing_support

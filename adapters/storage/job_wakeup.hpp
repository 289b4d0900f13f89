// Hears that somebody has enqueued a job, so that it need not wait for the next sweep. Only ever a wake-up: what is not heard (no
// connection, a pooler in transaction mode) is found by the sweep all the same.
#pragma once

#include "adapters/storage/postgres_connection.hpp"

#include <memory>

namespace rltrader::storage {

/// What enqueue says, within its transaction; the payload is the schema.
inline constexpr auto jobs_channel = "rltrader_jobs";

/// One connection of its own, used by one thread.
class job_wakeup {
 public:
  explicit job_wakeup(std::unique_ptr<postgres_connection> connection) : connection_(std::move(connection)) {}
  /// Whether a job was enqueued in this schema within `most`; false also when there is no connection, after a wait.
  bool wait(milliseconds most);

 private:
  std::unique_ptr<postgres_connection> connection_;
};

}  // namespace rltrader::storage

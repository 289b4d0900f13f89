// The job queue over a SQL connection: each call one transaction, each decision in the database, none in this process.
#pragma once

#include "adapters/storage/sql_connection.hpp"
#include "ports/job_queue.hpp"

namespace rltrader::storage {

class sql_jobs {
 public:
  explicit sql_jobs(sql_connection& connection) : connection_(connection) {}

  result<retry_job> enqueue(const retry_job& job);
  result<std::vector<retry_job>> claim(const ports::job_claim& what);
  result<bool> finish(const job_end& end);
  result<std::vector<retry_job>> reap(const ports::lease_check& what);
  result<retry_job> change(const ports::job_change& what);
  result<ports::job_depth> depth();

 private:
  result<std::optional<retry_job>> find(const std::string& condition, const std::vector<parameter>& parameters);
  result<std::optional<retry_job>> live_of_key(const retry_job& job);
  result<retry_job> enqueue_once(const retry_job& job);
  result<std::vector<retry_job>> rows_after(const std::string& update, const std::vector<parameter>& parameters);

  sql_connection& connection_;
};

}  // namespace rltrader::storage

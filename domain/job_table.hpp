// The retry queue's rules: claims with lease and fencing token, bounded attempts, growing waits, dead letters (I13).
#pragma once

#include "domain/backoff.hpp"
#include "domain/records.hpp"
#include "domain/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

struct job_request {
  std::string job_type;
  std::map<std::string, std::string> payload;
  std::string dedupe_key;
  int max_attempts = 8;
  milliseconds after{};
};

/// All live jobs, in memory and durable by the caller. Bound: 10,000.
class job_table {
 public:
  job_table(std::string node, backoff_terms terms, milliseconds lease)
      : node_(std::move(node)), terms_(terms), lease_(lease) {}
  /// Jobs of an earlier life: their leases are void, the fencing token goes on.
  void restore(const std::vector<retry_job>& live, instant now);
  /// A new job, or the live one of the same type and key.
  result<retry_job> enqueue(const job_request& what, instant now);
  /// What is due, claimed: processing, leased, one more attempt, a new token. Expired leases are claimed again.
  std::vector<retry_job> claim(instant now, std::size_t most);
  /// Ends a claimed job. A token that is not the newest changes nothing (none): somebody else has it now.
  std::optional<retry_job> succeeded(const std::string& id, std::int64_t token, instant now);
  /// Back to pending with its wait, or failed for good when its attempts are used up.
  std::optional<retry_job> failed(const std::string& id, std::int64_t token, const std::string& why,
                                  std::uint32_t chance, instant now);
  result<retry_job> requeue(const std::string& id, const std::optional<retry_job>& stored, instant now);
  result<retry_job> drop(const std::string& id, instant now);
  std::optional<instant> next_due() const;
  std::size_t size() const { return live_.size(); }
  std::map<std::string, int> depth() const;  ///< by status word

 private:
  std::string node_;
  backoff_terms terms_;
  milliseconds lease_;
  std::map<std::string, retry_job> live_;
  std::int64_t made_ = 0;
};

}  // namespace rltrader

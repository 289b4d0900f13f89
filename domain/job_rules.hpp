// The retry queue's rules: how a job is made, what becomes of it after a try, and when a person may change it (I13).
//
// A job is claimed with a lease and a token that grows with each claim. Whoever ends it names worker and token of the claim;
// if both still stand in the store the end counts, else somebody else has the job now and nothing changes.
#pragma once

#include "domain/backoff.hpp"
#include "domain/ops_records.hpp"
#include "domain/result.hpp"

#include <map>
#include <optional>
#include <string>

namespace rltrader {

/// Live jobs of one store; beyond it enqueuing is refused. Workers that enqueue at the same moment may pass it by a few.
inline constexpr std::size_t live_jobs_most = 10'000;

/// Pending or processing: still to be done.
constexpr bool live(job_status s) { return s == job_status::pending || s == job_status::processing; }
inline bool live(const retry_job& j) { return live(j.status); }

struct job_request {
  std::string job_type;
  std::map<std::string, std::string> payload;
  std::string dedupe_key;  ///< empty: the job's own id
  int max_attempts = 8;
  milliseconds after{};  ///< first wait
};

/// Why nothing more is enqueued.
failure queue_is_full();

/// The job of a request; its id is a hash of what it is and of `made`, a number that the node gives once.
retry_job new_job(const job_request& what, const std::string& node, std::int64_t made, instant now);

/// What became of a claimed job. Id, worker and token are those of the claim.
struct job_end {
  std::string id;
  std::string worker;
  std::int64_t token = 0;
  job_status status{};        ///< succeeded, pending (once more) or failed (for good)
  instant next_attempt_at{};  ///< of a pending one
  std::string last_error;
  instant at{};

  bool operator==(const job_end&) const = default;
};
job_end well_done(const retry_job& claimed, instant now);
/// Back to pending with its wait, or failed for good when its attempts are used up; `chance` as in wait_before().
job_end gone_wrong(const retry_job& claimed, const std::string& why, const backoff_terms& terms, std::uint32_t chance,
                   instant now);

/// Whether an end is that of the claim under which the job is processed now.
bool is_theirs(const retry_job& stored, const job_end& end);
retry_job ended(retry_job job, const job_end& end);
/// A claim: processing, leased, one more attempt, a new token.
retry_job claimed_by(retry_job job, const std::string& worker, instant now, milliseconds lease);
/// A job whose holder is gone or too slow: pending and due at once, or failed when its attempts are used up.
retry_job taken_back(retry_job job, instant now);
inline constexpr auto taken_back_because = "its worker did not end it within its lease";

enum class job_verb : unsigned char { requeue, drop };
constexpr auto words(job_verb) { return std::array{word{job_verb::requeue, "requeue"}, word{job_verb::drop, "drop"}}; }

/// The job as a person wants it. `same_key` is another live job of its type and key, if there is one. errc::not_found for a job
/// that is not there (to drop: not live), errc::conflict for one that may not be changed so.
result<retry_job> changed(job_verb verb, const std::string& id, const std::optional<retry_job>& stored,
                          const std::optional<std::string>& same_key, instant now);

}  // namespace rltrader

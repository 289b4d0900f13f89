// What the core needs of a store to have durable jobs done: each by one worker at a time, however many ask.
//
// The store decides who has a job, so that workers of several processes never run one twice. Time is the caller's: `now` is
// the desk's one clock, and workers that share a store share that clock, or their leases end when the fastest one says so.
// Nothing depends on a session with a server. Each call is one durable transaction; it fails with errc::store_failed when the
// store did not take it.
#pragma once

#include "domain/audit_records.hpp"
#include "domain/job_rules.hpp"

#include <string>
#include <vector>

namespace rltrader::ports {

struct job_claim {
  std::string worker;  ///< one name a worker, not empty
  instant now{};
  milliseconds lease{};
  std::size_t most = 0;  ///< so many jobs at once
};

/// Whose leases end: all that have run out, and all of a worker that is known to be gone.
struct lease_check {
  instant now{};
  std::string gone;  ///< a worker; empty: none
};

/// A person's wish, with the note that is written in the same transaction (I14).
struct job_change {
  std::string id;
  job_verb verb{};
  instant now{};
  audit_note note;
};

struct job_depth {
  std::int64_t pending = 0;
  std::int64_t processing = 0;

  bool operator==(const job_depth&) const = default;
};

struct job_queue {
  virtual ~job_queue() = default;
  /// Keeps a pending job, or answers with the live one of the same type and dedupe key. errc::conflict for an id that is there
  /// already, errc::unavailable when live_jobs_most are.
  virtual result<retry_job> enqueue(const retry_job& job) = 0;
  /// What is due, earliest first, as claimed_by() makes it.
  virtual result<std::vector<retry_job>> claim(const job_claim& what) = 0;
  /// Ends a claimed job. False: it is not theirs any more, and nothing was changed.
  virtual result<bool> finish(const job_end& end) = 0;
  /// Takes back jobs by taken_back(); returns those that failed for good.
  virtual result<std::vector<retry_job>> reap(const lease_check& what) = 0;
  /// Requeues or drops a job by changed().
  virtual result<retry_job> change(const job_change& what) = 0;
  /// How many jobs are live.
  virtual result<job_depth> depth() = 0;
};

}  // namespace rltrader::ports

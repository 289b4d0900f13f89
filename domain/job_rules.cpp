// Claims, waits and ends of durable jobs.
#include "domain/job_rules.hpp"

#include "domain/sha256.hpp"

namespace rltrader {

namespace {

void let_go(retry_job& job, instant now) {
  job.locked_by.clear();
  job.locked_until.reset();
  job.updated_at = now;
}

result<retry_job> requeued(const std::string& id, const std::optional<retry_job>& stored,
                           const std::optional<std::string>& same_key, instant now) {
  if (!stored) return {errc::not_found, "no job " + id};
  if (stored->status == job_status::processing) return {errc::conflict, "job " + id + " is being worked on"};
  if (stored->status == job_status::succeeded)
    return {errc::conflict, "job " + id + " has succeeded; only failed or waiting ones are requeued"};
  if (same_key) return {errc::conflict, "job " + *same_key + " of the same key is live already"};
  auto job = *stored;
  job.status = job_status::pending;
  job.attempts = 0;
  job.next_attempt_at = now;
  let_go(job, now);
  return job;
}

}  // namespace

failure queue_is_full() {
  return {errc::unavailable, "the retry queue holds 10,000 live jobs; nothing more is taken until some have ended"};
}

retry_job new_job(const job_request& what, const std::string& node, std::int64_t made, instant now) {
  retry_job job;
  job.id = "j-" + sha256_hex(node + '|' + what.job_type + '|' + what.dedupe_key + '|' + std::to_string(ms_of(now)) +
                             '|' + std::to_string(made))
                      .substr(0, 24);
  job.job_type = what.job_type;
  job.payload = what.payload;
  job.dedupe_key = what.dedupe_key.empty() ? job.id : what.dedupe_key;
  job.max_attempts = what.max_attempts;
  job.next_attempt_at = now + what.after;
  job.created_at = job.updated_at = now;
  return job;
}

job_end well_done(const retry_job& claimed, instant now) {
  return {.id = claimed.id,
          .worker = claimed.locked_by,
          .token = claimed.token,
          .status = job_status::succeeded,
          .next_attempt_at = claimed.next_attempt_at,
          .last_error = claimed.last_error,
          .at = now};
}

job_end gone_wrong(const retry_job& claimed, const std::string& why, const backoff_terms& terms, std::uint32_t chance,
                   instant now) {
  auto end = well_done(claimed, now);
  end.last_error = why;
  if (claimed.attempts >= claimed.max_attempts) {
    end.status = job_status::failed;
  } else {
    end.status = job_status::pending;
    end.next_attempt_at = now + wait_before(claimed.attempts, terms, chance);
  }
  return end;
}

bool is_theirs(const retry_job& stored, const job_end& end) {
  return stored.status == job_status::processing && stored.token == end.token && stored.locked_by == end.worker;
}

retry_job ended(retry_job job, const job_end& end) {
  job.status = end.status;
  job.next_attempt_at = end.next_attempt_at;
  job.last_error = end.last_error;
  let_go(job, end.at);
  return job;
}

retry_job claimed_by(retry_job job, const std::string& worker, instant now, milliseconds lease) {
  job.status = job_status::processing;
  ++job.attempts;
  ++job.token;
  job.locked_by = worker;
  job.locked_until = now + lease;
  job.updated_at = now;
  return job;
}

retry_job taken_back(retry_job job, instant now) {
  job.status = job.attempts >= job.max_attempts ? job_status::failed : job_status::pending;
  job.next_attempt_at = now;
  job.last_error = taken_back_because;
  let_go(job, now);
  return job;
}

result<retry_job> changed(job_verb verb, const std::string& id, const std::optional<retry_job>& stored,
                          const std::optional<std::string>& same_key, instant now) {
  if (verb == job_verb::requeue) return requeued(id, stored, same_key, now);
  if (!stored || !live(*stored)) return {errc::not_found, "no live job " + id};
  auto job = *stored;
  job.status = job_status::failed;
  job.last_error = "dropped by an operator";
  let_go(job, now);
  return job;
}

}  // namespace rltrader

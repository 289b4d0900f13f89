// Claims, leases and waits of durable jobs.
#include "domain/job_table.hpp"

#include "domain/sha256.hpp"

#include <algorithm>

namespace rltrader {

namespace {
constexpr std::size_t jobs_most = 10'000;
}

void job_table::restore(const std::vector<retry_job>& live, instant now) {
  for (auto job : live) {
    job.locked_until = now;  // whoever held it is gone
    live_.insert_or_assign(job.id, std::move(job));
  }
}

result<retry_job> job_table::enqueue(const job_request& what, instant now) {
  for (const auto& [id, job] : live_)
    if (job.job_type == what.job_type && job.dedupe_key == what.dedupe_key && !what.dedupe_key.empty()) return job;
  if (live_.size() >= jobs_most)
    return {errc::unavailable, "the retry queue holds 10,000 live jobs; nothing more is taken until some have ended"};
  retry_job job;
  job.id = "j-" + sha256_hex(node_ + '|' + what.job_type + '|' + what.dedupe_key + '|' + std::to_string(ms_of(now)) +
                             '|' + std::to_string(++made_))
                      .substr(0, 24);
  job.job_type = what.job_type;
  job.payload = what.payload;
  job.dedupe_key = what.dedupe_key.empty() ? job.id : what.dedupe_key;
  job.max_attempts = what.max_attempts;
  job.next_attempt_at = now + what.after;
  job.created_at = job.updated_at = now;
  live_.emplace(job.id, job);
  return job;
}

std::vector<retry_job> job_table::claim(instant now, std::size_t most) {
  std::vector<retry_job*> due;
  for (auto& [id, job] : live_) {
    const bool waiting = job.status == job_status::pending && job.next_attempt_at <= now;
    const bool abandoned = job.status == job_status::processing && (!job.locked_until || *job.locked_until <= now);
    if (waiting || abandoned) due.push_back(&job);
  }
  std::sort(due.begin(), due.end(), [](const retry_job* a, const retry_job* b) {
    return std::pair(a->next_attempt_at, a->id) < std::pair(b->next_attempt_at, b->id);
  });
  if (due.size() > most) due.resize(most);
  std::vector<retry_job> out;
  for (auto* job : due) {
    job->status = job_status::processing;
    ++job->attempts;
    ++job->token;
    job->locked_by = node_;
    job->locked_until = now + lease_;
    job->updated_at = now;
    out.push_back(*job);
  }
  return out;
}

std::optional<retry_job> job_table::succeeded(const std::string& id, std::int64_t token, instant now) {
  const auto it = live_.find(id);
  if (it == live_.end() || it->second.token != token || it->second.status != job_status::processing)
    return std::nullopt;
  auto job = it->second;
  live_.erase(it);
  job.status = job_status::succeeded;
  job.locked_until.reset();
  job.locked_by.clear();
  job.updated_at = now;
  return job;
}

std::optional<retry_job> job_table::failed(const std::string& id, std::int64_t token, const std::string& why,
                                           std::uint32_t chance, instant now) {
  const auto it = live_.find(id);
  if (it == live_.end() || it->second.token != token || it->second.status != job_status::processing)
    return std::nullopt;
  auto& job = it->second;
  job.last_error = why;
  job.locked_until.reset();
  job.locked_by.clear();
  job.updated_at = now;
  if (job.attempts >= job.max_attempts) {
    job.status = job_status::failed;
    auto dead = job;
    live_.erase(it);
    return dead;
  }
  job.status = job_status::pending;
  job.next_attempt_at = now + wait_before(job.attempts, terms_, chance);
  return job;
}

result<retry_job> job_table::requeue(const std::string& id, const std::optional<retry_job>& stored, instant now) {
  const auto it = live_.find(id);
  if (it == live_.end()) {
    if (!stored) return {errc::not_found, "no job " + id};
    if (stored->status != job_status::failed)
      return {errc::conflict, "job " + id + " has " + std::string(text_of(stored->status)) +
                                  "; only failed or waiting ones are requeued"};
    for (const auto& [other, job] : live_)
      if (job.job_type == stored->job_type && job.dedupe_key == stored->dedupe_key)
        return {errc::conflict, "job " + other + " of the same key is live already"};
  }
  if (it != live_.end() && it->second.status == job_status::processing)
    return {errc::conflict, "job " + id + " is being worked on"};
  auto job = it == live_.end() ? *stored : it->second;
  job.status = job_status::pending;
  job.attempts = 0;
  job.next_attempt_at = now;
  job.updated_at = now;
  live_.insert_or_assign(id, job);
  return job;
}

result<retry_job> job_table::drop(const std::string& id, instant now) {
  const auto it = live_.find(id);
  if (it == live_.end()) return {errc::not_found, "no live job " + id};
  auto job = it->second;
  live_.erase(it);
  job.status = job_status::failed;
  job.last_error = "dropped by an operator";
  job.updated_at = now;
  return job;
}

std::optional<instant> job_table::next_due() const {
  std::optional<instant> first;
  for (const auto& [id, job] : live_) {
    const auto at =
        job.status == job_status::pending ? job.next_attempt_at : job.locked_until.value_or(job.next_attempt_at);
    if (!first || at < *first) first = at;
  }
  return first;
}

std::map<std::string, int> job_table::depth() const {
  std::map<std::string, int> out{{"pending", 0}, {"processing", 0}};
  for (const auto& [id, job] : live_) ++out[std::string(text_of(job.status))];
  return out;
}

}  // namespace rltrader

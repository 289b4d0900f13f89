// The job queue in memory: the rules of domain/job_rules.hpp on the tables, one call after the other.
#include "adapters/storage/memory_tables.hpp"

namespace rltrader::storage {

template <class Which>
std::vector<retry_job> memory_ops::live_jobs(Which&& which) const {
  std::vector<retry_job> out;
  for (const auto& id : tables_->live_ids)
    if (const auto* job = tables_->of<retry_job>().find(id); which(*job)) out.push_back(*job);
  return out;
}

std::optional<retry_job> memory_ops::live_of_key(const retry_job& job) const {
  if (job.dedupe_key.empty()) return std::nullopt;
  const auto held = tables_->live_jobs.find(tables::job_key(job));
  if (held == tables_->live_jobs.end() || held->second == job.id) return std::nullopt;
  return *tables_->of<retry_job>().find(held->second);
}

result<retry_job> memory_ops::enqueue(const retry_job& job) {
  if (auto same = live_of_key(job)) return std::move(*same);
  if (tables_->of<retry_job>().find(job.id) != nullptr) return {errc::conflict, "job " + job.id + " is there already"};
  if (tables_->live_ids.size() >= live_jobs_most) return queue_is_full();
  tables_->write(job);
  return job;
}

result<std::vector<retry_job>> memory_ops::claim(const ports::job_claim& what) {
  auto due =
      live_jobs([&](const retry_job& j) { return j.status == job_status::pending && j.next_attempt_at <= what.now; });
  std::sort(due.begin(), due.end(), [](const retry_job& a, const retry_job& b) {
    return std::tie(a.next_attempt_at, a.id) < std::tie(b.next_attempt_at, b.id);
  });
  if (due.size() > what.most) due.resize(what.most);
  for (auto& job : due) {
    job = claimed_by(std::move(job), what.worker, what.now, what.lease);
    tables_->write(job);
  }
  return due;
}

result<bool> memory_ops::finish(const job_end& end) {
  const auto* stored = tables_->of<retry_job>().find(end.id);
  if (stored == nullptr || !is_theirs(*stored, end)) return false;
  tables_->write(ended(*stored, end));
  return true;
}

result<std::vector<retry_job>> memory_ops::reap(const ports::lease_check& what) {
  auto back = live_jobs([&](const retry_job& j) {
    return j.status == job_status::processing &&
           (!j.locked_until || *j.locked_until <= what.now || (!what.gone.empty() && j.locked_by == what.gone));
  });
  for (auto& job : back) {
    job = taken_back(std::move(job), what.now);
    tables_->write(job);
  }
  std::erase_if(back, [](const retry_job& j) { return live(j); });
  return back;
}

result<retry_job> memory_ops::change(const ports::job_change& what) {
  std::optional<retry_job> stored;
  if (const auto* found = tables_->of<retry_job>().find(what.id)) stored = *found;
  std::optional<std::string> same_key;
  if (stored)
    if (const auto other = live_of_key(*stored)) same_key = other->id;
  auto job = changed(what.verb, what.id, stored, same_key, what.now);
  if (!job) return job;
  if (const auto written = commit({*job, what.note}); !written) return written.error();
  return job;
}

result<ports::job_depth> memory_ops::depth() {
  ports::job_depth out;
  for (const auto& job : live_jobs([](const retry_job&) { return true; }))
    ++(job.status == job_status::pending ? out.pending : out.processing);
  return out;
}

}  // namespace rltrader::storage

// The statements of the job queue, the same for every database but for the locks that PostgreSQL takes on rows.
#include "adapters/storage/sql_jobs.hpp"

#include "adapters/storage/job_wakeup.hpp"

#include "adapters/storage/keepable.hpp"
#include "adapters/storage/sql_ops.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

constexpr auto is_live = "\"status\" IN ('pending','processing')";

const table& queue() { return table_of<retry_job>(); }

/// Another worker's lock on a row is waited for, so that what is read is what will be changed.
std::string locked(const sql_dialect& d) { return d.postgres() ? " FOR UPDATE" : ""; }

/// Runs `work` in a transaction and gives out what it found.
template <class Work>
auto transacted(sql_connection& connection, Work&& work) -> decltype(work()) {
  decltype(work()) out = failure{};
  const auto done = in_transaction(connection, [&]() -> result<void> {
    out = work();
    if (!out) return out.error();
    return {};
  });
  if (!done) return write_failure(done.error());
  return out;
}

}  // namespace

result<std::optional<retry_job>> sql_jobs::find(const std::string& condition,
                                                const std::vector<parameter>& parameters) {
  std::vector<retry_job> rows;
  const auto read = read_rows(connection_, queue(), " WHERE " + condition, sink_of(rows), parameters);
  if (!read) return read.error();
  if (rows.empty()) return std::optional<retry_job>{};
  return std::optional(std::move(rows.front()));
}

result<std::optional<retry_job>> sql_jobs::live_of_key(const retry_job& job) {
  if (job.dedupe_key.empty()) return std::optional<retry_job>{};
  return find(std::string("\"job_type\"=?1 AND \"dedupe_key\"=?2 AND \"id\"<>?3 AND ") + live_job_condition,
              {keepable(job.job_type), keepable(job.dedupe_key), keepable(job.id)});
}

result<retry_job> sql_jobs::enqueue(const retry_job& job) {
  // Somebody else may enqueue the same key between the look and the write; then the unique key refuses, and the next look finds
  // theirs. It may have ended by then, so that the third try is not in vain either.
  auto kept = enqueue_once(job);
  for (int again = 0; again < 2 && !kept && kept.error().code == errc::conflict; ++again) kept = enqueue_once(job);
  return kept;
}

result<retry_job> sql_jobs::enqueue_once(const retry_job& job) {
  using kept_job = std::optional<retry_job>;
  auto kept = transacted(connection_, [&]() -> result<kept_job> {
    const auto same = live_of_key(job);
    if (!same) return same.error();
    if (*same) return same;
    const auto taken = find("\"id\"=?1", {keepable(job.id)});
    if (!taken) return taken.error();
    if (*taken) return {errc::conflict, "job " + job.id + " is there already"};
    const auto waiting = connection_.integer_of("SELECT count(*) FROM " + connection_.dialect().name(queue().name) +
                                                " WHERE " + is_live);
    if (!waiting) return waiting.error();
    if (static_cast<std::size_t>(*waiting) >= live_jobs_most) return kept_job{};
    if (const auto written = write_row(connection_, queue(), &job); !written) return written.error();
    if (connection_.dialect().postgres()) {
      const auto said = connection_.value_of("SELECT pg_notify(?1,?2)::text",
                                             {parameter(jobs_channel), parameter(connection_.dialect().schema)});
      if (!said) return said.error();
    }
    return kept_job{job};
  });
  if (!kept) return kept.error();
  if (!*kept) return queue_is_full();
  return **std::move(kept);
}

result<std::vector<retry_job>> sql_jobs::rows_after(const std::string& update,
                                                    const std::vector<parameter>& parameters) {
  std::string names;
  for (const auto& c : queue().columns) names += (names.empty() ? "" : ",") + quoted_name(c.name);
  return transacted(connection_, [&]() -> result<std::vector<retry_job>> {
    std::vector<retry_job> rows;
    const auto changed = connection_.read(update + " RETURNING " + names, parameters, [&](std::span<const cell> cells) {
      return read_row(cells, queue(), &rows.emplace_back());
    });
    if (!changed) return changed.error();
    std::sort(rows.begin(), rows.end(), [](const retry_job& a, const retry_job& b) {
      return std::pair(a.next_attempt_at, std::string_view(a.id)) <
             std::pair(b.next_attempt_at, std::string_view(b.id));
    });
    return rows;
  });
}

result<std::vector<retry_job>> sql_jobs::claim(const ports::job_claim& what) {
  const auto& d = connection_.dialect();
  const auto jobs = d.name(queue().name);
  return rows_after(
      "WITH \"due\" AS (SELECT \"id\" FROM " + jobs +
          " WHERE \"status\"='pending' AND \"next_attempt_at\"<=?1 ORDER BY \"next_attempt_at\",\"id\" LIMIT ?2" +
          (d.postgres() ? " FOR UPDATE SKIP LOCKED" : "") + ") UPDATE " + jobs +
          " SET \"status\"='processing',\"attempts\"=\"attempts\"+1,\"token\"=\"token\"+1,\"locked_by\"=?3,"
          "\"locked_until\"=?4,\"updated_at\"=?1 WHERE \"id\" IN (SELECT \"id\" FROM \"due\")",
      {what.now, static_cast<std::int64_t>(what.most), keepable(what.worker), what.now + what.lease});
}

result<bool> sql_jobs::finish(const job_end& end) {
  return transacted(connection_, [&]() -> result<bool> {
    const auto touched = connection_.change(
        "UPDATE " + connection_.dialect().name(queue().name) +
            " SET \"status\"=?1,\"next_attempt_at\"=?2,\"last_error\"=?3,\"locked_by\"='',\"locked_until\"=NULL,"
            "\"updated_at\"=?4 WHERE \"id\"=?5 AND \"status\"='processing' AND \"token\"=?6 AND \"locked_by\"=?7",
        {std::string(text_of(end.status)), end.next_attempt_at, keepable(end.last_error), end.at, keepable(end.id),
         end.token, keepable(end.worker)});
    if (!touched) return touched.error();
    return *touched == 1;
  });
}

result<std::vector<retry_job>> sql_jobs::reap(const ports::lease_check& what) {
  auto back =
      rows_after("UPDATE " + connection_.dialect().name(queue().name) +
                     " SET \"status\"=CASE WHEN \"attempts\">=\"max_attempts\" THEN 'failed' ELSE 'pending' END,"
                     "\"next_attempt_at\"=?1,\"last_error\"=?3,\"locked_by\"='',\"locked_until\"=NULL,\"updated_at\"=?1"
                     " WHERE \"status\"='processing' AND (\"locked_until\" IS NULL OR \"locked_until\"<=?1"
                     " OR (?2<>'' AND \"locked_by\"=?2))",
                 {what.now, keepable(what.gone), taken_back_because});
  if (back) std::erase_if(*back, [](const retry_job& j) { return live(j); });
  return back;
}

result<retry_job> sql_jobs::change(const ports::job_change& what) {
  return transacted(connection_, [&]() -> result<retry_job> {
    const auto stored = find("\"id\"=?1" + locked(connection_.dialect()), {keepable(what.id)});
    if (!stored) return stored.error();
    std::optional<std::string> same_key;
    if (*stored) {
      const auto other = live_of_key(**stored);
      if (!other) return other.error();
      if (*other) same_key = (*other)->id;
    }
    auto job = changed(what.verb, what.id, *stored, same_key, what.now);
    if (!job) return job;
    if (const auto written = write_rows(connection_, {*job, what.note}); !written) return written.error();
    return job;
  });
}

result<ports::job_depth> sql_jobs::depth() {
  ports::job_depth out;
  const auto read = connection_.read("SELECT \"status\",count(*) FROM " + connection_.dialect().name(queue().name) +
                                         " WHERE " + is_live + " GROUP BY \"status\"",
                                     {}, [&](std::span<const cell> row) -> result<void> {
                                       const auto count = std::get<std::int64_t>(row[1]);
                                       (std::get<std::string>(row[0]) == "pending" ? out.pending : out.processing) =
                                           count;
                                       return {};
                                     });
  if (!read) return read.error();
  return out;
}

}  // namespace rltrader::storage

// Checks a batch, then writes it: nothing is changed before all of it is known to fit.
#include "adapters/storage/memory_ops.hpp"

#include "adapters/storage/memory_fits.hpp"
#include "adapters/storage/memory_tables.hpp"

#include <algorithm>
#include <map>

namespace rltrader::storage {

namespace {

template <class Tables, class Row>
result<void> fits(Tables& t, batch_so_far& batch, const Row& row) {
  return fits_by_rules(batch, t.template of<Row>(), row);
}
template <class Tables>
result<void> fits(Tables&, batch_so_far&, const audit_note&) {
  return {};
}
template <class Tables>
result<void> fits(Tables& t, batch_so_far& batch, const fill& f) {
  return fits_once(batch, t.template of<fill>(), f, f.pair.text() + " " + f.id.text());
}
template <class Tables>
result<void> fits(Tables& t, batch_so_far& batch, const state_event& e) {
  return fits_once(batch, t.template of<state_event>(), e, e.order.text() + " " + std::to_string(e.number));
}
template <class Tables>
result<void> fits(Tables& t, batch_so_far& batch, const retry_job& j) {
  if (!batch.live_jobs) batch.live_jobs = t.live_jobs;
  if (const auto* old = before(batch, t.template of<retry_job>(), j)) Tables::release(*batch.live_jobs, *old);
  if (!Tables::has_key(j)) return {};
  const auto [held, is_new] = batch.live_jobs->emplace(Tables::job_key(j), j.id);
  if (is_new || held->second == j.id) return {};
  return conflict("retry_queue", j.id, "job " + held->second + " has the same dedupe key and is not done");
}

}  // namespace

memory_ops::memory_ops(memory_limits limits) : tables_(std::make_unique<tables>(limits.rows_most)) {}
memory_ops::~memory_ops() = default;

result<void> memory_ops::commit(const ports::write_batch& rows) {
  batch_so_far batch;
  for (const auto& row : rows)
    if (auto checked = std::visit([&](const auto& r) { return fits(*tables_, batch, r); }, row); !checked)
      return checked;
  for (const auto& row : rows) std::visit([&](const auto& r) { tables_->write(r); }, row);
  return {};
}

namespace {

/// A page of one table; returns how many rows there are beside it.
template <class Stored>
std::int64_t page_of_table(const Stored& stored, const table& t, const list_request& request, ports::row_sink into) {
  using Row = typename Stored::row_type;
  std::vector<const Row*> found;
  for (const auto& row : stored.rows())
    if (std::all_of(request.conditions.begin(), request.conditions.end(),
                    [&](const condition& c) { return holds(c, t, &row); }))
      found.push_back(&row);
  // Rows of one moment stay in the order of their writing, turned with the list.
  const auto& time = t.columns[request.time_column];
  if (request.order == direction::newest_first) std::reverse(found.begin(), found.end());
  std::stable_sort(found.begin(), found.end(), [&](const Row* a, const Row* b) {
    const auto left = cell_of(time, a);
    const auto right = cell_of(time, b);
    return request.order == direction::newest_first ? right < left : left < right;
  });
  const auto first = std::min(static_cast<std::size_t>(request.offset), found.size());
  const auto last = std::min(first + static_cast<std::size_t>(request.limit), found.size());
  for (auto i = first; i < last; ++i) *static_cast<Row*>(into.grow(into.rows)) = *found[i];
  auto total = static_cast<std::int64_t>(found.size());
  if (request.conditions.empty()) total += static_cast<std::int64_t>(stored.forgotten());
  return total;
}

}  // namespace

result<std::int64_t> memory_ops::page_into(const table& t, const list_request& request, ports::row_sink into) {
  std::int64_t total = 0;
  std::apply(
      [&](auto&... stored) {
        const auto answer = [&](auto& from) {
          if (shape_of<typename std::decay_t<decltype(from)>::row_type>() != t.of) return false;
          total = page_of_table(from, t, request, into);
          return true;
        };
        (answer(stored) || ...);
      },
      tables_->rows);
  return total;
}

result<ports::desk_image> memory_ops::load() {
  ports::desk_image out;
  const auto copy = [](const auto& from, auto& to, auto&& which) {
    std::copy_if(from.rows().begin(), from.rows().end(), std::back_inserter(to), which);
  };
  const auto all = [](const auto&) { return true; };
  auto& t = *tables_;
  copy(t.of<order>(), out.open_orders, [](const order& o) { return !terminal(o.state); });
  copy(t.of<fill>(), out.open_order_fills, [&](const fill& f) {
    const auto* o = t.of<order>().find(f.order.text());
    return o != nullptr && !terminal(o->state);
  });
  copy(t.of<position>(), out.positions, all);
  copy(t.of<trade>(), out.open_trades, [](const trade& x) { return !trade_rules::done(x); });
  std::map<pair_name, const agent_run*> newest_runs;
  for (const auto& r : t.of<agent_run>().rows()) {
    auto& newest = newest_runs[r.pair];
    if (!newest || std::pair(r.started_at, r.id) > std::pair(newest->started_at, newest->id)) newest = &r;
  }
  for (const auto& [pair, run] : newest_runs) out.runs.push_back(*run);
  copy(t.of<risk_policy>(), out.policies, [](const risk_policy& p) { return p.active; });
  copy(t.of<breaker_row>(), out.breakers, all);
  copy(t.of<alert>(), out.open_alerts, [](const alert& a) { return a.status != alert_status::resolved; });
  copy(t.of<retry_job>(), out.live_jobs, [](const retry_job& j) { return live(j); });
  copy(t.of<risk_limit_set>(), out.limit_sets, all);
  copy(t.of<agent_configuration>(), out.configurations, all);
  copy(t.of<agent_version>(), out.versions, [](const agent_version& v) { return v.status != "retired"; });
  copy(t.of<quarantine>(), out.quarantines, [](const quarantine& q) { return q.active; });
  copy(t.of<desk_fact>(), out.facts, all);
  copy(t.of<decision>(), out.last_decisions, [&](const decision& d) {
    const auto newest = t.newest.find(d.pair.text());
    return newest != t.newest.end() && newest->second == &d;
  });
  return out;
}

result<void> memory_ops::retain(instant metrics_from, instant idempotency_from) {
  tables_->of<metric_point>().erase_if([&](const metric_point& m) { return m.recorded_at < metrics_from; });
  tables_->of<idempotency_record>().erase_if(
      [&](const idempotency_record& r) { return r.created_at < idempotency_from && r.status != 0; });
  return {};
}

result<std::int64_t> memory_ops::verify_audit() {
  const auto& events = tables_->of<audit_event>().rows();
  if (events.empty()) return std::int64_t{0};
  // What was forgotten was the chain's beginning; the first link that is kept vouches for it.
  audit_head at{events.front().sequence - 1, events.front().previous_hash};
  for (const auto& event : events) {
    const auto next = follow(at, event);
    if (!next) return next.error();
    at = *next;
  }
  if (at != tables_->head) return failure{errc::corrupt, "the audit chain does not end at its head"};
  return at.sequence;
}

}  // namespace rltrader::storage

// Writes batches, loads the desk's image and walks the audit chain.
#include "adapters/storage/sql_ops.hpp"

#include "adapters/storage/keepable.hpp"
#include "adapters/storage/sql_retention.hpp"

#include <array>

namespace rltrader::storage {

namespace {

// As lists of what is open, so that the index finds the few among the many that have ended.
constexpr auto order_is_open = "\"state\" IN ('intent','sent','accepted','partial','unknown')";
constexpr auto trade_is_open = "\"status\" IN ('proposed','placed','partial','filled','unknown')";

/// Reads the image table by table and remembers the first failure.
class image_reader {
 public:
  explicit image_reader(sql_connection& connection) : connection_(connection) {}
  template <class Row>
  void read(std::vector<Row>& rows, const std::string& condition) {
    if (!done) return;
    const auto where = condition.empty() ? std::string() : " WHERE " + condition;
    done = read_rows(connection_, table_of<Row>(), where + " ORDER BY \"_row\"", sink_of(rows));
  }
  result<void> done;

 private:
  sql_connection& connection_;
};

/// What a pair's own bars were decided last; a posted market is none of them. The pairs are found by jumping through the
/// index, not by reading all decisions.
std::string newest_decisions(const sql_dialect& d) {
  const auto decisions = d.name("trade_decisions");
  return "\"_row\" IN (WITH RECURSIVE p(pair) AS (SELECT min(\"pair\") FROM " + decisions +
         " UNION ALL SELECT (SELECT min(\"pair\") FROM " + decisions +
         " WHERE \"pair\">p.pair) FROM p WHERE p.pair IS NOT NULL) SELECT (SELECT d.\"_row\" FROM " + decisions +
         " d WHERE d.\"pair\"=p.pair AND d.\"source\"<>'posted' ORDER BY d.\"decided_at\" DESC, d.\"_row\" DESC LIMIT "
         "1) "
         "FROM p WHERE p.pair IS NOT NULL)";
}

/// A run per pair, the one that began last, whatever became of it.
std::string newest_runs(const sql_dialect& d) {
  return "NOT EXISTS (SELECT 1 FROM " + d.name("agent_runs") +
         " later WHERE later.\"pair\"=\"agent_runs\".\"pair\" AND "
         "(later.\"started_at\",later.\"id\")>(\"agent_runs\".\"started_at\",\"agent_runs\".\"id\"))";
}

}  // namespace

failure write_failure(failure why) {
  if (why.code == errc::locked || why.code == errc::unavailable) why.code = errc::store_failed;
  return why;
}

std::string audit_head_sql(const sql_dialect& d) {
  const auto text = type_name(d, column_type::text);
  const auto integer = type_name(d, column_type::integer);
  return "CREATE TABLE " + d.name("audit_head") + " (\"id\" " + integer +
         " PRIMARY KEY CHECK (\"id\"=1), \"sequence\" " + integer + " NOT NULL, \"hash\" " + text + " NOT NULL)" +
         (d.postgres() ? "" : " STRICT");
}

result<audit_head> audit_head_of(sql_connection& connection) {
  audit_head head;
  const auto asked = connection.read("SELECT \"sequence\",\"hash\" FROM " + connection.dialect().name("audit_head"), {},
                                     [&](std::span<const cell> row) -> result<void> {
                                       head = {std::get<std::int64_t>(row[0]), std::get<std::string>(row[1])};
                                       return {};
                                     });
  if (!asked) return asked.error();
  return head;
}

result<void> set_audit_head(sql_connection& connection, const audit_head& head) {
  const auto set = connection.change(
      "INSERT INTO " + connection.dialect().name("audit_head") +
          " (\"id\",\"sequence\",\"hash\") VALUES (1,?1,?2) "
          "ON CONFLICT (\"id\") DO UPDATE SET \"sequence\"=excluded.\"sequence\",\"hash\"=excluded.\"hash\"",
      {head.sequence, head.hash});
  if (!set) return set.error();
  return {};
}

result<std::int64_t> walk_audit(sql_connection& connection) {
  const auto& t = table_of<audit_event>();
  audit_head at;
  audit_event event;
  const auto walked =
      stream_rows(connection, select_sql(connection.dialect(), t) + " ORDER BY \"sequence\"",
                  [&](std::span<const cell> row) -> result<void> {
                    if (auto read = read_row(row, t, &event); !read)
                      return {errc::corrupt, "the audit chain is broken at sequence " +
                                                 std::to_string(at.sequence + 1) + ": " + read.error().what};
                    const auto next = follow(at, event);
                    if (!next) return next.error();
                    at = *next;
                    return {};
                  });
  if (!walked) return walked.error();
  const auto head = audit_head_of(connection);
  if (!head) return head.error();
  if (*head != at)
    return failure{errc::corrupt, "the audit chain is broken at sequence " + std::to_string(at.sequence + 1) +
                                      ": the head says " + std::to_string(head->sequence)};
  return at.sequence;
}

result<void> add_audit_note(sql_connection& connection, const audit_note& note) {
  const auto head = audit_head_of(connection);
  if (!head) return head.error();
  const auto event = chain(*head, keepable(note));
  if (auto written = write_row(connection, table_of<audit_event>(), &event); !written) return written;
  return set_audit_head(connection, {event.sequence, event.hash});
}

template <class Base>
result<std::int64_t> sql_reading<Base>::verify_audit() {
  std::int64_t length = 0;
  const auto done = in_transaction(
      *connection_,
      [&]() -> result<void> {
        const auto walked = walk_audit(*connection_);
        if (!walked) return walked.error();
        length = *walked;
        return {};
      },
      access::reads);
  if (!done) return done.error();
  return length;
}
template class sql_reading<ports::ops_store>;
template class sql_reading<ports::ops_reader>;

result<void> sql_ops::commit(const ports::write_batch& rows) {
  if (rows.empty()) return {};
  auto done = in_transaction(*connection_, [&] { return write_rows(*connection_, rows); });
  if (!done) return write_failure(done.error());
  return done;
}

result<void> write_rows(sql_connection& connection, const ports::write_batch& rows) {
  // Rows of different tables know nothing of each other, so each table's rows go together, in their order.
  std::array<std::vector<const void*>, std::variant_size_v<ports::ops_row>> by_table;
  std::vector<audit_event> events;
  std::optional<audit_head> head;
  for (const auto& row : rows) {
    const auto* note = std::get_if<audit_note>(&row);
    if (note == nullptr) {
      by_table[row.index()].push_back(std::visit([](const auto& r) -> const void* { return &r; }, row));
      continue;
    }
    if (!head) {
      const auto stored = audit_head_of(connection);
      if (!stored) return stored.error();
      head = *stored;
    }
    events.push_back(chain(*head, keepable(*note)));
    head = audit_head{events.back().sequence, events.back().hash};
  }
  for (std::size_t n = 0; n < by_table.size(); ++n)
    if (!by_table[n].empty())
      if (auto written = connection.write(ops_tables()[n], by_table[n]); !written) return written;
  if (!head) return {};
  std::vector<const void*> links;
  for (const auto& event : events) links.push_back(&event);
  if (auto written = connection.write(table_of<audit_event>(), links); !written) return written;
  return set_audit_head(connection, *head);
}

result<ports::desk_image> sql_ops::load() {
  ports::desk_image out;
  const auto& d = connection_->dialect();
  auto done = in_transaction(
      *connection_,
      [&]() -> result<void> {
        image_reader r(*connection_);
        r.read(out.open_orders, order_is_open);
        r.read(out.open_order_fills, "\"client_order_id\" IN (SELECT \"client_order_id\" FROM " +
                                         d.name("trade_executions") + " WHERE " + order_is_open + ")");
        r.read(out.positions, "");
        r.read(out.open_trades, trade_is_open);
        r.read(out.runs, newest_runs(d));
        r.read(out.policies, d.holds("active"));
        r.read(out.breakers, "");
        r.read(out.open_alerts, "\"status\"<>'resolved'");
        r.read(out.live_jobs, "\"status\" IN ('pending','processing')");
        r.read(out.limit_sets, "");
        r.read(out.configurations, "");
        r.read(out.versions, "\"status\"<>'retired'");
        r.read(out.quarantines, d.holds("active"));
        r.read(out.facts, "");
        r.read(out.last_decisions, newest_decisions(d));
        return r.done;
      },
      access::reads);
  if (!done) return done.error();
  return out;
}

result<void> sql_ops::retain(instant metrics_from, instant idempotency_from) {
  auto done = erase_older(*connection_, table_of<metric_point>(), "recorded_at", metrics_from, "");
  if (done)
    done = erase_older(*connection_, table_of<idempotency_record>(), "created_at", idempotency_from, "\"status\"<>0");
  if (!done) return write_failure(done.error());
  return done;
}

result<void> sql_ops::tend() {
  if (connection_->renewed_every().count() == 0) return {};
  auto done = in_transaction(*connection_, [] { return result<void>(); });
  if (!done) return write_failure(done.error());
  return done;
}

milliseconds sql_ops::tended_every() const { return connection_->renewed_every(); }

std::string sql_ops::backend() const { return connection_->version() + " " + connection_->place(); }

}  // namespace rltrader::storage

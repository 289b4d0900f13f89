// Writes batches, loads the desk's image and walks the audit chain in ops.db.
#include "adapters/storage/sqlite_ops.hpp"

#include "adapters/storage/sqlite_schema.hpp"

namespace rltrader::storage {

namespace {

// As lists of what is open, so that the index finds the few among the many that have ended.
constexpr auto order_is_open = "\"state\" IN ('intent','sent','accepted','partial','unknown')";
constexpr auto trade_is_open = "\"status\" IN ('proposed','placed','partial','filled','unknown')";

file_schema ops_schema() {
  file_schema out{.number = 1, .objects = {}, .tables = ops_tables()};
  for (const auto& t : out.tables)
    for (auto& object : objects_of(t)) out.objects.push_back(std::move(object));
  out.objects.push_back({"audit_head",
                         "CREATE TABLE \"audit_head\" (\"id\" INTEGER PRIMARY KEY CHECK (\"id\"=1), "
                         "\"sequence\" INTEGER NOT NULL, \"hash\" TEXT NOT NULL) STRICT"});
  return out;
}

result<audit_head> head_of(sqlite_connection& connection) {
  auto asked = connection.prepare("SELECT \"sequence\",\"hash\" FROM \"audit_head\"");
  if (!asked) return asked.error();
  const auto row = asked->step();
  if (!row) return row.error();
  if (!*row) return audit_head{};
  return audit_head{std::get<std::int64_t>(asked->at(0)), std::get<std::string>(asked->at(1))};
}

result<void> set_head(sqlite_connection& connection, const audit_head& head) {
  auto set = connection.prepare(
      "INSERT INTO \"audit_head\" (\"id\",\"sequence\",\"hash\") VALUES (1,?1,?2) "
      "ON CONFLICT (\"id\") DO UPDATE SET \"sequence\"=excluded.\"sequence\",\"hash\"=excluded.\"hash\"");
  if (!set) return set.error();
  set->set(1, head.sequence);
  set->set(2, head.hash);
  return set->run();
}

result<std::int64_t> walk_audit(sqlite_connection& connection) {
  const auto& t = table_of<audit_event>();
  auto rows = connection.prepare(select_sql(t) + " ORDER BY \"sequence\"");
  if (!rows) return rows.error();
  audit_head at;
  for (;;) {
    const auto row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    audit_event event;
    if (auto read = read_row(*rows, t, &event); !read)
      return failure{errc::corrupt, "the audit chain is broken at sequence " + std::to_string(at.sequence + 1) + ": " +
                                        read.error().what};
    const auto next = follow(at, event);
    if (!next) return next.error();
    at = *next;
  }
  const auto head = head_of(connection);
  if (!head) return head.error();
  if (*head != at)
    return failure{errc::corrupt, "the audit chain is broken at sequence " + std::to_string(at.sequence + 1) +
                                      ": the head says " + std::to_string(head->sequence)};
  return at.sequence;
}

/// A file that cannot be written to answers for itself: nothing was kept, whatever the reason.
failure write_failure(failure why) {
  if (why.code == errc::locked) why.code = errc::store_failed;
  return why;
}

result<void> erase_older(sqlite_connection& connection, const std::string& sql, instant from) {
  auto erase = connection.prepare(sql);
  if (!erase) return erase.error();
  erase->set(1, ms_of(from));
  return erase->run();
}

/// Reads the image table by table and remembers the first failure.
class image_reader {
 public:
  explicit image_reader(sqlite_connection& connection) : connection_(connection) {}
  template <class Row>
  void read(std::vector<Row>& rows, const std::string& condition) {
    if (!done) return;
    const auto where = condition.empty() ? std::string() : "WHERE " + condition + " ";
    done = read_rows(connection_, table_of<Row>(), where + "ORDER BY \"_row\"", sink_of(rows));
  }
  result<void> done;

 private:
  sqlite_connection& connection_;
};

/// What a pair's own bars were decided last; a posted market is none of them. The pairs are found by jumping through the index, not by reading all decisions.
constexpr auto newest_decisions =
    "\"_row\" IN (WITH RECURSIVE p(pair) AS (SELECT min(\"pair\") FROM \"trade_decisions\" UNION ALL "
    "SELECT (SELECT min(\"pair\") FROM \"trade_decisions\" WHERE \"pair\">p.pair) FROM p WHERE p.pair IS NOT NULL) "
    "SELECT (SELECT d.\"_row\" FROM \"trade_decisions\" d WHERE d.\"pair\"=p.pair AND d.\"source\"<>'posted' "
    "ORDER BY d.\"decided_at\" DESC, d.\"_row\" DESC LIMIT 1) FROM p WHERE p.pair IS NOT NULL)";

/// A run per pair, the one that began last, whatever became of it.
constexpr auto newest_runs =
    "NOT EXISTS (SELECT 1 FROM \"agent_runs\" later WHERE later.\"pair\"=\"agent_runs\".\"pair\" AND "
    "(later.\"started_at\",later.\"id\")>(\"agent_runs\".\"started_at\",\"agent_runs\".\"id\"))";

}  // namespace

template <class Base>
result<std::int64_t> sqlite_reading<Base>::verify_audit() {
  return walk_audit(connection_);
}
template class sqlite_reading<ports::ops_store>;
template class sqlite_reading<ports::ops_reader>;

result<std::unique_ptr<sqlite_ops>> sqlite_ops::open(const std::string& path) {
  auto connection = sqlite_connection::open({.path = path, .application_id = ops_application_id});
  if (!connection) return connection.error();
  if (auto ready = migrate(*connection, ops_schema()); !ready) return ready.error();
  return std::make_unique<sqlite_ops>(std::move(*connection));
}

result<void> sqlite_ops::commit(const ports::write_batch& rows) {
  if (rows.empty()) return {};
  auto done = in_transaction(connection_, [&] { return write_all(rows); });
  if (!done) return write_failure(done.error());
  return done;
}

result<void> sqlite_ops::write_all(const ports::write_batch& rows) {
  std::optional<audit_head> head;
  for (const auto& row : rows) {
    if (const auto* note = std::get_if<audit_note>(&row)) {
      if (!head) {
        const auto stored = head_of(connection_);
        if (!stored) return stored.error();
        head = *stored;
      }
      const auto event = chain(*head, *note);
      if (auto written = write_row(connection_, table_of<audit_event>(), &event); !written) return written;
      head = audit_head{event.sequence, event.hash};
      continue;
    }
    const auto& t = ops_tables()[row.index()];
    const auto* fields = std::visit([](const auto& r) -> const void* { return &r; }, row);
    if (auto written = write_row(connection_, t, fields); !written) return written;
  }
  return head ? set_head(connection_, *head) : result<void>{};
}

result<ports::desk_image> sqlite_ops::load() {
  ports::desk_image out;
  image_reader r(connection_);
  r.read(out.open_orders, order_is_open);
  r.read(out.open_order_fills,
         std::string("\"client_order_id\" IN (SELECT \"client_order_id\" FROM \"trade_executions\" WHERE ") +
             order_is_open + ")");
  r.read(out.positions, "");
  r.read(out.open_trades, trade_is_open);
  r.read(out.runs, newest_runs);
  r.read(out.policies, "\"active\"=1");
  r.read(out.breakers, "");
  r.read(out.open_alerts, "\"status\"<>'resolved'");
  r.read(out.live_jobs, "\"status\" IN ('pending','processing')");
  r.read(out.limit_sets, "");
  r.read(out.configurations, "");
  r.read(out.versions, "\"status\"<>'retired'");
  r.read(out.quarantines, "\"active\"=1");
  r.read(out.facts, "");
  r.read(out.last_decisions, newest_decisions);
  if (!r.done) return r.done.error();
  return out;
}

result<void> sqlite_ops::retain(instant metrics_from, instant idempotency_from) {
  auto done = in_transaction(connection_, [&]() -> result<void> {
    if (auto erased =
            erase_older(connection_, "DELETE FROM \"observability_metrics\" WHERE \"recorded_at\"<?1", metrics_from);
        !erased)
      return erased;
    return erase_older(connection_, "DELETE FROM \"idempotency_keys\" WHERE \"created_at\"<?1 AND \"status\"<>0",
                       idempotency_from);
  });
  if (!done) return write_failure(done.error());
  return done;
}

std::string sqlite_ops::backend() const { return "sqlite " + sqlite_version() + " " + connection_.path(); }

result<std::unique_ptr<sqlite_ops_reader>> sqlite_ops_reader::open(const std::string& path,
                                                                   std::function<bool()> give_up) {
  auto connection = sqlite_connection::open(
      {.path = path, .mode = access_mode::reader, .application_id = ops_application_id, .check = false});
  if (!connection) return connection.error();
  if (auto ready = expect_schema(*connection, ops_schema()); !ready) return ready.error();
  connection->give_up_when(std::move(give_up));
  return std::make_unique<sqlite_ops_reader>(std::move(*connection));
}

}  // namespace rltrader::storage

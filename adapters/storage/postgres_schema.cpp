// Plans and applies migrations, and notices what somebody else has changed.
#include "adapters/storage/postgres_schema.hpp"

#include "adapters/storage/market_tables.hpp"
#include "adapters/storage/sql_lease.hpp"
#include "adapters/storage/sql_ops.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace rltrader::storage {

namespace {

std::string migrations_sql(const sql_dialect& d) {
  return "CREATE TABLE IF NOT EXISTS " + d.name("migrations") +
         " (\"number\" bigint PRIMARY KEY,\"part\" text NOT NULL,\"schema\" bigint NOT NULL,\"name\" text NOT NULL,"
         "\"tables\" text NOT NULL,\"server\" bigint NOT NULL,\"applied_at\" timestamp with time zone NOT NULL DEFAULT "
         "clock_timestamp())";
}

std::string names_of(const schema_part& part) {
  std::string out;
  for (const auto& t : part.tables) out += (out.empty() ? "" : ",") + text_literal(t.name);
  return out;
}

/// A part's columns, unique keys and triggers as the server knows them, a line each. A plain index that an operator adds changes
/// nothing that counts.
result<std::vector<std::string>> lines_of(sql_connection& connection, const schema_part& part) {
  const auto of_ours = " FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace AND n.nspname=?1 ";
  const auto ours = " c.relname IN (" + names_of(part) + ")";
  const auto schema = parameter(connection.dialect().schema);
  return connection.texts_of(
      "SELECT line FROM (SELECT c.relname||'.'||a.attname||' '||format_type(a.atttypid,a.atttypmod)||CASE WHEN "
      "a.attnotnull THEN ' not null' ELSE '' END AS line" +
          std::string(of_ours) + "JOIN pg_attribute a ON a.attrelid=c.oid AND a.attnum>0 AND NOT a.attisdropped WHERE" +
          ours +
          " UNION ALL SELECT c.relname||' rule '||g.tgname||' '||g.tgenabled::text||' "
          "'||md5(pg_get_triggerdef(g.oid))" +
          of_ours + "JOIN pg_trigger g ON g.tgrelid=c.oid AND NOT g.tgisinternal AND left(g.tgname,3)<>'ts_' WHERE" +
          ours + " UNION ALL SELECT c.relname||' unique '||pg_get_indexdef(i.indexrelid)" + of_ours +
          "JOIN pg_index i ON i.indrelid=c.oid AND i.indisunique WHERE" + ours +
          ") all_lines ORDER BY line COLLATE \"C\"",
      {schema});
}

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

struct part_state {
  std::int64_t schema = 0;  ///< 0: not there
  std::string tables;
  std::int64_t server = 0;
};

result<bool> has_migrations(sql_connection& connection) {
  const auto found = connection.integer_of(
      "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname=?1 AND "
      "c.relname='migrations'",
      {parameter(connection.dialect().schema)});
  if (!found) return found.error();
  return *found > 0;
}

result<part_state> state_of(sql_connection& connection, const schema_part& part) {
  part_state state;
  const auto asked = connection.read(
      "SELECT \"schema\",\"tables\",\"server\" FROM " + connection.dialect().name("migrations") +
          " WHERE \"part\"=?1 ORDER BY \"number\" DESC LIMIT 1",
      {parameter(part.name)}, [&](std::span<const cell> row) -> result<void> {
        state = {std::get<std::int64_t>(row[0]), std::get<std::string>(row[1]), std::get<std::int64_t>(row[2])};
        return {};
      });
  if (!asked) return asked.error();
  return state;
}

result<std::int64_t> server_major(sql_connection& connection) {
  return connection.integer_of("SELECT current_setting('server_version_num')::bigint/10000");
}

/// The first line that one has and the other has not.
std::string difference(const std::string& before, const std::vector<std::string>& now) {
  std::set<std::string> old;
  for (std::size_t at = 0, end; (end = before.find('\n', at)) != before.npos; at = end + 1)
    old.insert(before.substr(at, end - at));
  for (const auto& line : now)
    if (old.erase(line) == 0) return "\"" + line + "\" is new or changed";
  return old.empty() ? "" : "\"" + *old.begin() + "\" is gone or changed";
}

result<void> unaltered(sql_connection& connection, const schema_part& part, const part_state& state) {
  const auto major = server_major(connection);
  if (!major) return major.error();
  if (*major != state.server) return {};  // another server spells definitions in its own way
  const auto now = lines_of(connection, part);
  if (!now) return now.error();
  const auto what = difference(state.tables, *now);
  if (what.empty()) return {};
  return {errc::corrupt, connection.place() + ": a table was altered by something else: " + what +
                             "; undo that, or restore a backup (docs/storage.md)"};
}

/// Columns by table, as they are.
result<std::map<std::string, std::set<std::string>>> columns_there(sql_connection& connection,
                                                                   const schema_part& part) {
  std::map<std::string, std::set<std::string>> out;
  const auto asked = connection.read(
      "SELECT c.relname::text,a.attname::text FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace AND "
      "n.nspname=?1 "
      "JOIN pg_attribute a ON a.attrelid=c.oid AND a.attnum>0 AND NOT a.attisdropped WHERE c.relkind IN ('r','p') AND "
      "c.relname IN (" +
          names_of(part) + ")",
      {parameter(connection.dialect().schema)}, [&](std::span<const cell> row) -> result<void> {
        out[std::get<std::string>(row[0])].insert(std::get<std::string>(row[1]));
        return {};
      });
  if (!asked) return asked.error();
  return out;
}

result<std::vector<std::string>> missing_parts(sql_connection& connection, const schema_part& part) {
  const auto& d = connection.dialect();
  const auto there = columns_there(connection, part);
  if (!there) return there.error();
  const auto names = connection.texts_of(
      "SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname=?1 UNION "
      "SELECT "
      "tgname::text FROM pg_trigger g JOIN pg_class c ON c.oid=g.tgrelid JOIN pg_namespace n ON n.oid=c.relnamespace "
      "WHERE n.nspname=?1",
      {parameter(d.schema)});
  if (!names) return names.error();
  const std::set<std::string> known(names->begin(), names->end());
  std::vector<std::string> out;
  for (const auto& object : part.objects)
    if (!known.contains(object.name)) out.push_back(object.sql);
  for (const auto& t : part.tables) {
    const auto found = there->find(t.name);
    if (found != there->end()) {
      for (const auto& name : found->second)
        if (!name.starts_with("_") &&
            std::none_of(t.columns.begin(), t.columns.end(), [&](const column& c) { return c.name == name; }))
          return failure{errc::refused, connection.place() + " is newer than this binary: its table " + t.name +
                                            " has a column " + name + "; run the binary that wrote it"};
      for (const auto& c : t.columns)
        if (!found->second.contains(c.name)) out.push_back(add_column_sql(d, t, c));
    }
    for (const auto& object : objects_of(d, t))
      if (!known.contains(object.name)) out.push_back(object.sql);
  }
  return out;
}

result<std::vector<migration>> plan_part(sql_connection& connection, const schema_part& part, bool any_before,
                                         const server_facts& facts) {
  part_state state;
  if (any_before) {
    const auto found = state_of(connection, part);
    if (!found) return found.error();
    state = *found;
  }
  if (state.schema > part.number)
    return failure{errc::refused, connection.place() + " is newer than this binary: its " + part.name + " schema is " +
                                      std::to_string(state.schema) + ", known is up to " + std::to_string(part.number) +
                                      "; run the binary that wrote it"};
  auto missing = missing_parts(connection, part);
  if (!missing) return missing.error();
  // Growing is noticed by what is missing; everything else that differs was somebody else.
  if (state.schema > 0)
    if (auto same = unaltered(connection, part, state); !same) return same.error();
  std::vector<migration> out;
  if (!missing->empty() || state.schema == 0) {
    const auto name = state.schema == 0 ? part.name + ": first tables"
                                        : part.name + ": grown by " + std::to_string(missing->size()) + " parts";
    out.push_back({0, part.name, part.number, name, "", std::move(*missing)});
  }
  migration series{0, part.name, part.number, part.name + ": hypertables", "", {}};
  for (const auto& t : part.tables)
    for (auto& sql : hypertable_sql(connection.dialect(), t, facts)) series.sql.push_back(std::move(sql));
  if (!series.sql.empty()) out.push_back(std::move(series));
  return out;
}

result<void> remember(sql_connection& connection, const schema_part& part, migration& m) {
  const auto lines = lines_of(connection, part);
  if (!lines) return lines.error();
  const auto major = server_major(connection);
  if (!major) return major.error();
  const auto number = connection.integer_of(
      "INSERT INTO " + connection.dialect().name("migrations") +
          " (\"number\",\"part\",\"schema\",\"name\",\"tables\",\"server\") SELECT "
          "coalesce(max(\"number\"),0)+1,?1,?2,?3,?4,?5 FROM " +
          connection.dialect().name("migrations") + " RETURNING \"number\"",
      {parameter(part.name), std::int64_t{part.number}, parameter(m.name), parameter(joined_lines(*lines)), *major});
  if (!number) return number.error();
  m.number = *number;
  return {};
}

/// The schema itself only where it is missing: IF NOT EXISTS would ask for the right to make one even where it is there.
result<std::vector<std::string>> beginnings(sql_connection& connection) {
  const auto& d = connection.dialect();
  const auto there = connection.integer_of("SELECT count(*) FROM pg_namespace WHERE nspname=?1", {parameter(d.schema)});
  if (!there) return there.error();
  std::vector<std::string> out;
  if (*there == 0) out.push_back("CREATE SCHEMA " + quoted_name(d.schema));
  out.push_back(migrations_sql(d));
  out.push_back(
      "CREATE OR REPLACE FUNCTION " + d.name("rltrader_refuse") +
      "() RETURNS trigger LANGUAGE plpgsql AS $rule$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE='RL001'; "
      "END $rule$");
  return out;
}

}  // namespace

schema_part ops_part(const sql_dialect& d) {
  return {"ops", 1, ops_tables(), {{"audit_head", audit_head_sql(d)}, {"leases", leases_sql(d)}}};
}

schema_part market_part(const sql_dialect&) { return {"market", 1, market_tables(), {}}; }

result<std::vector<migration>> plan_migrations(sql_connection& connection, const std::vector<schema_part>& parts) {
  const auto any = has_migrations(connection);
  if (!any) return any.error();
  const auto facts = facts_of(connection);
  if (!facts) return facts.error();
  std::vector<migration> out;
  for (const auto& part : parts) {
    auto of_part = plan_part(connection, part, *any, *facts);
    if (!of_part) return of_part.error();
    std::move(of_part->begin(), of_part->end(), std::back_inserter(out));
  }
  if (!out.empty() && !*any) {
    const auto first = beginnings(connection);
    if (!first) return first.error();
    out.front().sql.insert(out.front().sql.begin(), first->begin(), first->end());
  }
  return out;
}

result<std::vector<migration>> migrate(sql_connection& connection, const std::vector<schema_part>& parts) {
  std::vector<migration> applied;
  auto done = in_transaction(connection, [&]() -> result<void> {
    applied.clear();
    const auto locked = connection.value_of("SELECT pg_advisory_xact_lock(hashtextextended(?1,0))::text",
                                            {parameter("rltrader " + connection.dialect().schema)});
    if (!locked) return locked.error();
    auto plan = plan_migrations(connection, parts);
    if (!plan) return plan.error();
    for (auto& m : *plan) {
      for (const auto& sql : m.sql)
        if (auto run = connection.execute(sql); !run) return run;
      const auto part =
          std::find_if(parts.begin(), parts.end(), [&](const schema_part& p) { return p.name == m.part; });
      if (auto kept = remember(connection, *part, m); !kept) return kept;
    }
    applied = std::move(*plan);
    return {};
  });
  if (!done) return done.error();
  return applied;
}

result<std::vector<migration>> applied_migrations(sql_connection& connection) {
  const auto any = has_migrations(connection);
  if (!any) return any.error();
  std::vector<migration> out;
  if (!*any) return out;
  const auto asked = connection.read(
      "SELECT \"number\",\"part\",\"schema\",\"name\",to_char(\"applied_at\" AT TIME ZONE "
      "'UTC','YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM " +
          connection.dialect().name("migrations") + " ORDER BY \"number\"",
      {}, [&](std::span<const cell> row) -> result<void> {
        out.push_back({std::get<std::int64_t>(row[0]),
                       std::get<std::string>(row[1]),
                       static_cast<int>(std::get<std::int64_t>(row[2])),
                       std::get<std::string>(row[3]),
                       std::get<std::string>(row[4]),
                       {}});
        return {};
      });
  if (!asked) return asked.error();
  return out;
}

result<void> expect_schema(sql_connection& connection, const std::vector<schema_part>& parts) {
  const auto plan = plan_migrations(connection, parts);
  if (!plan) return plan.error();
  for (const auto& m : *plan)
    if (m.name.find("hypertables") == m.name.npos)
      return {errc::unavailable, connection.place() + " is older than this binary; run rltraderctl deploy"};
  return {};
}

}  // namespace rltrader::storage

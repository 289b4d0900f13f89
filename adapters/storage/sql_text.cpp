// Writes the SQL of tables: STRICT tables in SQLite, exact types in PostgreSQL, upserts, triggers for what must not change.
#include "adapters/storage/sql_text.hpp"

namespace rltrader::storage {

namespace {

/// What rows hold that were written before the column was there.
std::string empty_value(const sql_dialect& d, const column& c) {
  switch (c.of->is) {
    case kind::enumeration: return text_literal(c.of->words.front());
    case kind::list: return "'[]'";
    case kind::dictionary: return "'{}'";
    case kind::timestamp: return d.postgres() ? "'1970-01-01 00:00:00+00'" : "0";
    case kind::boolean: return d.postgres() ? "false" : "0";
    default: return c.type == column_type::text ? "''" : "0";
  }
}

std::string column_sql(const sql_dialect& d, const column& c) {
  return quoted_name(c.name) + " " + type_name(d, c.type) +
         (c.nullable ? "" : " NOT NULL DEFAULT " + empty_value(d, c));
}

std::string source_sql(const sql_dialect& d) {
  return "\"_source\" " + type_name(d, column_type::text) + " NOT NULL DEFAULT ''";
}

std::string create_sql(const sql_dialect& d, const table& t) {
  std::string inner;
  if (is_numbered(t))
    inner = d.postgres() ? "\"_row\" bigint GENERATED ALWAYS AS IDENTITY" : "\"_row\" INTEGER PRIMARY KEY";
  for (const auto& c : t.columns) inner += (inner.empty() ? "" : ", ") + column_sql(d, c);
  if (has_hidden_source(t)) inner += ", " + source_sql(d);
  if (!t.key.empty()) inner += (is_numbered(t) && !d.postgres() ? ", UNIQUE (" : ", PRIMARY KEY (") + key_list(t) + ")";
  const char* kind = d.postgres() ? "" : is_numbered(t) ? " STRICT" : " STRICT, WITHOUT ROWID";
  return "CREATE TABLE " + d.name(t.name) + " (" + inner + ")" + kind;
}

schema_object trigger(const sql_dialect& d, const table& t, const std::string& suffix, const char* event,
                      const std::string& when, const std::string& sentence) {
  const auto name = std::string(t.name) + "_" + suffix;
  const auto said = text_literal(std::string(t.name) + ": " + sentence);
  if (d.postgres())
    return {name, "CREATE TRIGGER " + quoted_name(name) + " BEFORE " + event + " ON " + d.name(t.name) +
                      " FOR EACH ROW " + (when.empty() ? "" : "WHEN (" + when + ") ") + "EXECUTE FUNCTION " +
                      d.name("rltrader_refuse") + "(" + said + ")"};
  return {name, "CREATE TRIGGER " + quoted_name(name) + " BEFORE " + event + " ON " + quoted_name(t.name) +
                    (when.empty() ? "" : " WHEN " + when) + " BEGIN SELECT RAISE(ABORT, " + said + "); END"};
}

/// Rows of rehearsals may go, whatever their table keeps.
constexpr auto not_a_rehearsal = "OLD.\"_source\" NOT IN ('sim','replay','fixture','mock')";

std::string changed_columns(const table& t, const char* of) {
  std::string out;
  for (const auto& c : t.columns) {
    bool in_key = c.name == t.source_column;
    for (const char* k : t.key) in_key = in_key || c.name == k;
    if (!in_key) out += (out.empty() ? "" : ",") + (of + ("." + quoted_name(c.name)));
  }
  return out;
}

}  // namespace

std::string sql_dialect::name(std::string_view plain) const {
  return schema.empty() ? quoted_name(plain) : quoted_name(schema) + "." + quoted_name(plain);
}
std::string sql_dialect::holds(std::string_view column_name) const {
  return quoted_name(column_name) + (postgres() ? "" : "=1");
}
std::string sql_dialect::inside(std::string_view column_name, std::string_view key) const {
  if (postgres()) return "(" + quoted_name(column_name) + "->>" + text_literal(key) + ")";
  return "json_extract(" + quoted_name(column_name) + "," + text_literal("$." + quoted_name(key)) + ")";
}

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string text_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string quoted_list(std::string_view names) {
  std::string out;
  while (!names.empty()) {
    const auto comma = names.find(',');
    out += (out.empty() ? "" : ",") + quoted_name(names.substr(0, comma));
    names = comma == names.npos ? std::string_view{} : names.substr(comma + 1);
  }
  return out;
}

std::string key_list(const table& t) {
  std::string out;
  for (const char* k : t.key) out += (out.empty() ? "" : ",") + quoted_name(k);
  return out;
}

bool is_numbered(const table& t) { return t.chunks.days == 0 || t.key.empty(); }
bool has_hidden_source(const table& t) { return t.source_column[0] == '\0'; }

std::string type_name(const sql_dialect& dialect, column_type type) {
  const bool pg = dialect.postgres();
  switch (type) {
    case column_type::integer: return pg ? "bigint" : "INTEGER";
    case column_type::amount: return pg ? "numeric(20,8)" : "INTEGER";
    case column_type::time: return pg ? "timestamp with time zone" : "INTEGER";
    case column_type::truth: return pg ? "boolean" : "INTEGER";
    case column_type::real: return pg ? "double precision" : "REAL";
    case column_type::text: return pg ? "text COLLATE \"C\"" : "TEXT";
    case column_type::json: return pg ? "jsonb" : "TEXT";
  }
  return "text";
}

std::vector<schema_object> objects_of(const sql_dialect& dialect, const table& t) {
  std::vector<schema_object> out{{t.name, create_sql(dialect, t)}};
  for (const char* columns : t.indexes) {
    auto name = std::string(t.name) + "_by_" + columns;
    for (char& c : name)
      if (c == ',') c = '_';
    out.push_back({name, "CREATE INDEX " + quoted_name(name) + " ON " + dialect.name(t.name) + " (" +
                             quoted_list(columns) + ")"});
  }
  if (t.unique.columns[0] != '\0') {
    const auto name = std::string(t.name) + "_once";
    out.push_back({name, "CREATE UNIQUE INDEX " + quoted_name(name) + " ON " + dialect.name(t.name) + " (" +
                             quoted_list(t.unique.columns) + ") WHERE " + t.unique.when});
  }
  if (t.rule == write_rule::append)
    out.push_back(trigger(dialect, t, "keep", "UPDATE", "", "what is written stays as it is"));
  if (!t.erasable)
    out.push_back(
        trigger(dialect, t, "keep_all", "DELETE", t.rehearsals_may_go ? not_a_rehearsal : "", "what is written stays"));
  int n = 0;
  for (const auto& g : t.guards)
    out.push_back(trigger(dialect, t, "guard_" + std::to_string(++n), "UPDATE", g.when, g.sentence));
  return out;
}

std::string add_column_sql(const sql_dialect& dialect, const table& t, const column& c) {
  return "ALTER TABLE " + dialect.name(t.name) + " ADD COLUMN " + column_sql(dialect, c);
}

std::string add_source_sql(const sql_dialect& dialect, const table& t) {
  return "ALTER TABLE " + dialect.name(t.name) + " ADD COLUMN " + source_sql(dialect);
}

std::vector<std::string> insert_columns(const table& t) {
  std::vector<std::string> out;
  for (const auto& c : t.columns) out.push_back(c.name);
  if (has_hidden_source(t)) out.emplace_back("_source");
  return out;
}

std::string on_conflict_sql(const sql_dialect& dialect, const table& t) {
  if (t.rule == write_rule::append) return "";
  const auto begin = " ON CONFLICT (" + key_list(t) + ") DO ";
  const auto differs = changed_columns(t, "\"kept\"");
  if (t.rule == write_rule::keep_first || differs.empty()) return begin + "NOTHING";
  std::string changes;
  for (const auto& name : insert_columns(t))
    changes.append(changes.empty() ? "" : ",").append(quoted_name(name)).append("=excluded.").append(quoted_name(name));
  auto sql = begin + "UPDATE SET " + changes + " WHERE (" + differs + ") IS " +
             (dialect.postgres() ? "DISTINCT FROM" : "NOT") + " (" + changed_columns(t, "excluded") + ")";
  if (t.closed_when[0] != '\0')
    sql += " AND NOT (\"kept\"." + dialect.holds(t.closed_when) + " AND NOT excluded." + dialect.holds(t.closed_when) +
           ")";
  return sql;
}

std::string select_sql(const sql_dialect& dialect, const table& t) {
  std::string names;
  for (const auto& c : t.columns) names += (names.empty() ? "" : ",") + quoted_name(c.name);
  return "SELECT " + names + " FROM " + dialect.name(t.name);
}

std::string where_sql(const sql_dialect& dialect, const table& t, const list_request& request) {
  std::string sql;
  int number = 0;
  for (const auto& c : request.conditions) {
    const auto mark = "?" + std::to_string(++number);
    const char* compares = c.how == comparison::equal ? "=" : c.how == comparison::before ? "<" : ">=";
    std::string any;
    for (const auto place : c.columns) {
      const auto& name = t.columns[place].name;
      const auto what = c.inside.empty() ? quoted_name(name) : dialect.inside(name, c.inside);
      any.append(any.empty() ? "" : " OR ").append(what).append(compares).append(mark);
    }
    sql += (sql.empty() ? " WHERE (" : " AND (") + any + ")";
  }
  return sql;
}

std::string order_sql(const table& t, const list_request& request) {
  const char* way = request.order == direction::newest_first ? " DESC" : "";
  const auto next = std::to_string(request.conditions.size() + 1);
  const auto last = std::to_string(request.conditions.size() + 2);
  std::string then;
  if (is_numbered(t))
    then = std::string(", \"_row\"") + way;
  else
    for (const char* k : t.key) then += ", " + quoted_name(k) + way;
  const auto& time = t.columns[request.time_column];
  // Rows without a time are the oldest, in every database.
  if (time.nullable) then = (request.order == direction::newest_first ? " NULLS LAST" : " NULLS FIRST") + then;
  return " ORDER BY " + quoted_name(time.name) + way + then + " LIMIT ?" + next + " OFFSET ?" + last;
}

std::string export_order_sql(const table& t) {
  return std::string(" ORDER BY ") + (is_numbered(t) ? "\"_row\"" : key_list(t));
}

}  // namespace rltrader::storage

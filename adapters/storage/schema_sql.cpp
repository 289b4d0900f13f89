// Writes the SQL of tables for SQLite: STRICT tables, upserts, triggers for what must not change.
#include "adapters/storage/schema_sql.hpp"

namespace rltrader::storage {

namespace {

/// "a,b" as "a","b".
std::string quoted_list(std::string_view names) {
  std::string out;
  while (!names.empty()) {
    const auto comma = names.find(',');
    out += (out.empty() ? "" : ",") + quoted(names.substr(0, comma));
    names = comma == names.npos ? std::string_view{} : names.substr(comma + 1);
  }
  return out;
}

std::string key_list(const table& t) {
  std::string out;
  for (const char* k : t.key) out += (out.empty() ? "" : ",") + quoted(k);
  return out;
}

std::string text_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

const char* type_name(column_type type) {
  switch (type) {
    case column_type::integer:
    case column_type::amount:
    case column_type::time:
    case column_type::truth: return "INTEGER";
    case column_type::real: return "REAL";
    case column_type::text:
    case column_type::json: return "TEXT";
  }
  return "TEXT";
}

/// What rows hold that were written before the column was there.
std::string empty_value(const column& c) {
  switch (c.of->is) {
    case kind::enumeration: return text_literal(c.of->words.front());
    case kind::list: return "'[]'";
    case kind::dictionary: return "'{}'";
    default: return std::string(type_name(c.type)) == "INTEGER" ? "0" : "''";
  }
}

std::string column_sql(const column& c) {
  return quoted(c.name) + " " + type_name(c.type) + (c.nullable ? "" : " NOT NULL DEFAULT " + empty_value(c));
}

std::string create_sql(const table& t) {
  std::string sql = "CREATE TABLE " + quoted(t.name) + " (\"_row\" INTEGER PRIMARY KEY";
  for (const auto& c : t.columns) sql += ", " + column_sql(c);
  if (!t.key.empty()) sql += ", UNIQUE (" + key_list(t) + ")";
  return sql + ") STRICT";
}

schema_object trigger(const table& t, const std::string& suffix, const char* event, const std::string& when,
                      const std::string& sentence) {
  const auto name = std::string(t.name) + "_" + suffix;
  return {name, "CREATE TRIGGER " + quoted(name) + " BEFORE " + event + " ON " + quoted(t.name) +
                    (when.empty() ? "" : " WHEN " + when) + " BEGIN SELECT RAISE(ABORT, " +
                    text_literal(std::string(t.name) + ": " + sentence) + "); END"};
}

}  // namespace

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::vector<schema_object> objects_of(const table& t) {
  std::vector<schema_object> out{{t.name, create_sql(t)}};
  for (const char* columns : t.indexes) {
    auto name = std::string(t.name) + "_by_" + columns;
    for (char& c : name)
      if (c == ',') c = '_';
    out.push_back({name, "CREATE INDEX " + quoted(name) + " ON " + quoted(t.name) + " (" + quoted_list(columns) + ")"});
  }
  if (t.unique.columns[0] != '\0') {
    const auto name = std::string(t.name) + "_once";
    out.push_back({name, "CREATE UNIQUE INDEX " + quoted(name) + " ON " + quoted(t.name) + " (" +
                             quoted_list(t.unique.columns) + ") WHERE " + t.unique.when});
  }
  if (t.rule == write_rule::append) out.push_back(trigger(t, "keep", "UPDATE", "", "what is written stays as it is"));
  if (!t.erasable) out.push_back(trigger(t, "keep_all", "DELETE", "", "what is written stays"));
  int n = 0;
  for (const auto& g : t.guards)
    out.push_back(trigger(t, "guard_" + std::to_string(++n), "UPDATE", g.when, g.sentence));
  return out;
}

std::string add_column_sql(const table& t, const column& c) {
  return "ALTER TABLE " + quoted(t.name) + " ADD COLUMN " + column_sql(c);
}

std::string insert_sql(const table& t) {
  std::string names, marks, changes;
  for (std::size_t i = 0; i < t.columns.size(); ++i) {
    const auto name = quoted(t.columns[i].name);
    const char* comma = i == 0 ? "" : ",";
    names += comma + name;
    marks += std::string(comma) + "?" + std::to_string(i + 1);
    changes.append(comma).append(name).append("=excluded.").append(name);
  }
  auto sql = "INSERT INTO " + quoted(t.name) + " (" + names + ") VALUES (" + marks + ")";
  switch (t.rule) {
    case write_rule::upsert: return sql + " ON CONFLICT (" + key_list(t) + ") DO UPDATE SET " + changes;
    case write_rule::keep_first: return sql + " ON CONFLICT (" + key_list(t) + ") DO NOTHING";
    case write_rule::append: return sql;
  }
  return sql;
}

std::string select_sql(const table& t) {
  std::string names;
  for (const auto& c : t.columns) names += (names.empty() ? "" : ",") + quoted(c.name);
  return "SELECT " + names + " FROM " + quoted(t.name);
}

std::string where_sql(const table& t, const list_request& request) {
  std::string sql;
  int parameter = 0;
  for (const auto& c : request.conditions) {
    const auto mark = "?" + std::to_string(++parameter);
    const char* compares = c.how == comparison::equal ? "=" : c.how == comparison::before ? "<" : ">=";
    std::string any;
    for (const auto place : c.columns) {
      auto what = quoted(t.columns[place].name);
      if (!c.inside.empty())
        what =
            std::string("json_extract(").append(what).append(",").append(text_literal("$." + quoted(c.inside))) + ")";
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
  return " ORDER BY " + quoted(t.columns[request.time_column].name) + way + ", \"_row\"" + way + " LIMIT ?" + next +
         " OFFSET ?" + last;
}

}  // namespace rltrader::storage

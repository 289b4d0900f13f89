// Writes records by unnest: a column is one array, a batch one statement.
#include "adapters/storage/postgres_connection.hpp"

#include "adapters/storage/postgres_values.hpp"

#include <algorithm>
#include <unordered_map>

namespace rltrader::storage {

namespace {

constexpr std::size_t rows_a_statement = 5000;

std::string insert_by_unnest(const sql_dialect& d, const table& t) {
  std::string names, arrays, taken;
  int number = 0;
  for (const auto& c : t.columns) {
    const char* comma = number == 0 ? "" : ",";
    names += comma + quoted_name(c.name);
    taken += comma + ("u." + quoted_name(c.name));
    arrays += std::string(comma) + "?" + std::to_string(++number);
  }
  auto filled = names;
  if (has_hidden_source(t)) {
    filled += ",\"_source\"";
    taken += ",?" + std::to_string(number + 1);
  }
  return "INSERT INTO " + d.name(t.name) + " AS \"kept\" (" + filled + ") SELECT " + taken + " FROM unnest(" + arrays +
         ") AS u(" + names + ")" + on_conflict_sql(d, t);
}

/// A row's key as one text.
std::string key_of(const table& t, const std::vector<std::size_t>& places, const void* row) {
  std::string out;
  for (const auto place : places) {
    const auto value = cell_of(t.columns[place], row);
    if (const auto* text = std::get_if<std::string>(&value))
      out.append(std::to_string(text->size())).append(":").append(*text);
    else if (const auto* integer = std::get_if<std::int64_t>(&value))
      out.append(std::to_string(*integer));
    out += '|';
  }
  return out;
}

using rows_list = std::vector<const void*>;

/// Statements cannot touch a row twice. Where a rule looks at each change, the second row of a key goes into a second statement;
/// elsewhere the last row stands for all of its key, but an open bar never for a closed one.
std::vector<rows_list> in_rounds(const table& t, std::span<const void* const> rows) {
  if (t.rule != write_rule::upsert || rows.size() == 1) return {rows_list(rows.begin(), rows.end())};
  std::vector<std::size_t> places;
  for (const char* k : t.key) places.push_back(t.column_at(k));
  const auto* closed = t.closed_when[0] != '\0' ? &t.columns[t.column_at(t.closed_when)] : nullptr;
  std::vector<rows_list> rounds(1);
  std::unordered_map<std::string, std::size_t> seen;
  if (!t.guards.empty() || t.unique.columns[0] != '\0') {
    for (const auto* row : rows) {
      const auto nth = seen[key_of(t, places, row)]++;
      if (nth == rounds.size()) rounds.emplace_back();
      rounds[nth].push_back(row);
    }
    return rounds;
  }
  const auto is_closed = [&](const void* row) {
    return closed == nullptr || cell_of(*closed, row) == cell{std::int64_t{1}};
  };
  for (const auto* row : rows) {
    const auto [place, is_new] = seen.emplace(key_of(t, places, row), rounds[0].size());
    if (is_new)
      rounds[0].push_back(row);
    else if (auto& older = rounds[0][place->second]; is_closed(row) || !is_closed(older))
      older = row;
  }
  return rounds;
}

}  // namespace

result<void> postgres_connection::write(const table& t, std::span<const void* const> rows) {
  for (const auto& round : in_rounds(t, rows))
    for (std::size_t at = 0; at < round.size(); at += rows_a_statement)
      if (auto done = write_once(t, std::span(round).subspan(at, std::min(rows_a_statement, round.size() - at))); !done)
        return done;
  return {};
}

result<void> postgres_connection::write_once(const table& t, std::span<const void* const> rows) {
  std::vector<std::uint32_t> types;
  std::vector<std::string> bytes;
  for (const auto& c : t.columns) {
    array_builder array(c.type, rows.size());
    for (const auto* row : rows)
      if (auto added = array.add(cell_of(c, row)); !added)
        return {added.error().code, std::string(t.name) + "." + c.name + ": " + added.error().what};
    types.push_back(array_number(c.type));
    bytes.push_back(std::move(array).take());
  }
  if (has_hidden_source(t)) {
    types.push_back(type_number(column_type::text));
    bytes.push_back(origin());
  }
  auto& sql = inserts_[&t];
  if (sql.empty()) sql = insert_by_unnest(dialect(), t);
  const auto done = run_bytes(sql, types, bytes, std::vector<bool>(types.size(), true));
  if (!done) return done.error();
  return {};
}

}  // namespace rltrader::storage

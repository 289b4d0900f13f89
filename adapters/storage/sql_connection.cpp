// Small questions to a database.
#include "adapters/storage/sql_connection.hpp"

namespace rltrader::storage {

result<cell> sql_connection::value_of(const std::string& sql, const std::vector<parameter>& parameters) {
  cell out;
  bool first = true;
  const auto done = read(sql, parameters, [&](std::span<const cell> row) -> result<void> {
    if (std::exchange(first, false) && !row.empty()) out = row[0];
    return {};
  });
  if (!done) return done.error();
  return out;
}

result<std::int64_t> sql_connection::integer_of(const std::string& sql, const std::vector<parameter>& parameters) {
  const auto value = value_of(sql, parameters);
  if (!value) return value.error();
  const auto* integer = std::get_if<std::int64_t>(&*value);
  return integer != nullptr ? *integer : std::int64_t{0};
}

result<std::vector<std::string>> sql_connection::texts_of(const std::string& sql,
                                                          const std::vector<parameter>& parameters) {
  std::vector<std::string> out;
  const auto done = read(sql, parameters, [&](std::span<const cell> row) -> result<void> {
    if (const auto* text = row.empty() ? nullptr : std::get_if<std::string>(&row[0])) out.push_back(*text);
    return {};
  });
  if (!done) return done.error();
  return out;
}

}  // namespace rltrader::storage

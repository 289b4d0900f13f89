// Whether a row fits after the rows of its batch that came before it: nothing is written before all of a batch is known to.
#pragma once

#include "adapters/storage/memory_table.hpp"

#include <map>
#include <set>
#include <string>

namespace rltrader::storage {

inline failure conflict(std::string_view table_name, std::string_view key, std::string_view why) {
  return {errc::conflict, std::string(table_name) + " " + std::string(key) + ": " + std::string(why)};
}

/// What the rows of a batch before this one would leave behind; made only for the kinds that can conflict.
struct batch_so_far {
  std::set<std::string> appended;
  std::map<const shape*, std::map<std::string, const void*, std::less<>>> newest;  ///< rows by key, of each kind
  std::optional<std::map<std::string, std::string>> live_jobs;
};

/// The newest row of a key: of the batch, else of the table. From now on it is this one.
template <class Stored, class Row>
const Row* before(batch_so_far& batch, const Stored& stored, const Row& row) {
  std::string scratch;
  const auto key = Stored::rules::key(row, scratch);
  auto& place = batch.newest[shape_of<Row>()][std::string(key)];
  const auto* old = place != nullptr ? static_cast<const Row*>(place) : stored.find(key);
  place = &row;
  return old;
}

template <class Stored, class Row>
result<void> fits_once(batch_so_far& batch, const Stored& stored, const Row& row, const std::string& key) {
  if (stored.find_same(row) == nullptr && batch.appended.insert(std::string(table_of<Row>().name) + key).second)
    return {};
  return conflict(table_of<Row>().name, key, "it is there already");
}

/// Another row that shares what only one may have. Looks at every row: those kinds come seldom.
template <class Stored, class Row>
result<void> fits_alone(const batch_so_far& batch, const Stored& stored, const Row& row) {
  using rules = typename Stored::rules;
  const auto wanted = rules::once(row);
  if (!wanted) return {};
  const auto& written = batch.newest.at(shape_of<Row>());
  std::string scratch;
  const Row* held = nullptr;
  for (const auto& other : stored.rows())
    if (rules::once(other) == wanted && !written.contains(rules::key(other, scratch))) held = &other;
  for (const auto& [key, other] : written)
    if (other != &row && rules::once(*static_cast<const Row*>(other)) == wanted) held = static_cast<const Row*>(other);
  if (held == nullptr) return {};
  const auto& t = table_of<Row>();
  return conflict(t.name, rules::key(row, scratch),
                  std::string(rules::key(*held, scratch)) + " has the same " + t.unique.columns);
}

/// By the rules of its kind.
template <class Stored, class Row>
result<void> fits_by_rules(batch_so_far& batch, const Stored& stored, const Row& row) {
  using rules = typename Stored::rules;
  constexpr bool guarded = requires { rules::refuses(row, row); };
  constexpr bool alone = requires { rules::once(row); };
  if constexpr (guarded || alone) {
    [[maybe_unused]] const auto* old = before(batch, stored, row);
    if constexpr (guarded) {
      std::string scratch;
      if (const char* why = old == nullptr ? nullptr : rules::refuses(*old, row))
        return conflict(table_of<Row>().name, rules::key(row, scratch), why);
    }
    if constexpr (alone) return fits_alone(batch, stored, row);
  }
  return {};
}

}  // namespace rltrader::storage

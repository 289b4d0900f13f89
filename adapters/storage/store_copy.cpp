// Two transactions: what is read is of one moment, what is written appears at once.
#include "adapters/storage/store_copy.hpp"

#include "adapters/storage/row_batch.hpp"
#include "adapters/storage/sql_ops.hpp"

namespace rltrader::storage {

namespace {

constexpr std::int64_t rows_between_copy_reports = 5000;

result<std::int64_t> count_of(const held_table& held) {
  return held.at->integer_of("SELECT count(*) FROM " + held.at->dialect().name(held.of->name));
}

result<std::int64_t> copy_table(const held_table& from, const held_table& to, const progress_listener& progress) {
  std::int64_t all = 0;
  if (progress) {
    const auto counted = count_of(from);
    if (!counted) return counted.error();
    all = *counted;
  }
  row_batch batch(*to.at, plainly(*to.of));
  auto copied = each_row(from, [&](any_row& row, const std::string& source) -> result<void> {
    batch.slot().swap(row);
    auto taken = batch.take(source);
    if (progress && batch.rows() % rows_between_copy_reports == 0) progress({from.of->name, batch.rows(), all});
    return taken;
  });
  if (copied) copied = batch.flush();
  if (!copied) return copied.error();
  if (progress) progress({from.of->name, batch.rows(), batch.rows()});
  return batch.rows();
}

result<void> copy_all(whole_store& from, whole_store& to, copy_outcome& out, const progress_listener& progress) {
  const auto sources = from.tables(), targets = to.tables();
  for (std::size_t n = 0; n < sources.size(); ++n) {
    const auto rows = copy_table(sources[n], targets[n], progress);
    if (!rows) return rows.error();
    out.rows.emplace_back(sources[n].of->name, *rows);
  }
  const auto head = audit_head_of(from.ops());
  if (!head) return head.error();
  return set_audit_head(to.ops(), *head);
}

/// What the target says it has now.
result<void> has_what_was_copied(whole_store& to, const copy_outcome& copied) {
  const auto tables = to.tables();
  for (std::size_t n = 0; n < tables.size(); ++n) {
    const auto there = count_of(tables[n]);
    if (!there) return there.error();
    if (*there != copied.rows[n].second)
      return {errc::corrupt, to.backend() + " has " + std::to_string(*there) + " rows of " + copied.rows[n].first +
                                 ", " + std::to_string(copied.rows[n].second) + " were copied; do not use it"};
  }
  return {};
}

}  // namespace

result<void> has_no_rows(whole_store& store) {
  for (const auto& held : store.tables()) {
    const auto any = held.at->integer_of("SELECT count(*) FROM (SELECT 1 FROM " +
                                         held.at->dialect().name(held.of->name) + " LIMIT 1) AS \"some\"");
    if (!any) return any.error();
    if (*any > 0)
      return {errc::conflict, held.at->place() + " is not empty: " + held.of->name +
                                  " has rows; name an empty schema (--schema=NAME), database or folder"};
  }
  return {};
}

result<std::int64_t> verify_chain(whole_store& store) {
  std::int64_t length = 0;
  const auto walked = store.in_one(access::reads, [&]() -> result<void> {
    const auto found = walk_audit(store.ops());
    if (!found) return found.error();
    length = *found;
    return {};
  });
  if (!walked) return walked.error();
  return length;
}

result<copy_outcome> copy_store(whole_store& from, whole_store& to, const progress_listener& progress) {
  copy_outcome out;
  const auto done = from.in_one(access::reads, [&] {
    return to.in_one(access::writes, [&]() -> result<void> {
      // The writer's lease is ours, so that nobody can fill it between this look and the end.
      if (auto empty = has_no_rows(to); !empty) return empty;
      return copy_all(from, to, out, progress);
    });
  });
  if (!done) return done.error();
  if (auto same = to.in_one(access::reads, [&] { return has_what_was_copied(to, out); }); !same) return same.error();
  const auto length = verify_chain(to);
  if (!length) return length.error();
  out.audit_length = *length;
  return out;
}

}  // namespace rltrader::storage

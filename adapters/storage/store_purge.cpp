// One condition a table, over the column that says where rows come from.
#include "adapters/storage/store_purge.hpp"

#include "adapters/storage/source_guard.hpp"
#include "adapters/storage/sql_ops.hpp"
#include "adapters/storage/store_import.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

/// "fixture:anything" is a fixture too, where the table lets such rows go.
std::string comes_from(const table& t, const std::string& source) {
  const auto name = has_hidden_source(t) ? std::string("\"_source\"") : quoted_name(t.source_column);
  const auto exactly = name + "=" + text_literal(source);
  return t.rehearsals_may_go ? exactly : "(" + exactly + " OR " + name + " LIKE " + text_literal(source + ":%") + ")";
}

result<void> purge_all(whole_store& of, const purge_terms& terms, purged_rows& out) {
  for (const auto& held : of.tables()) {
    if (is_record_of_deeds(*held.of)) continue;
    const auto rest =
        " FROM " + held.at->dialect().name(held.of->name) + " WHERE " + comes_from(*held.of, terms.source);
    const auto rows =
        terms.dry_run ? held.at->integer_of("SELECT count(*)" + rest) : held.at->change("DELETE" + rest, {});
    if (!rows) return rows.error();
    if (*rows > 0) out.emplace_back(held.of->name, *rows);
  }
  return {};
}

audit_note purge_note(const purge_terms& terms, const purged_rows& rows) {
  audit_note out{.actor = terms.actor,
                 .action = "store.purged",
                 .resource_type = "source",
                 .resource_id = terms.source,
                 .metadata = {},
                 .created_at = terms.now};
  for (const auto& [name, count] : rows) out.metadata[name] = std::to_string(count);
  return out;
}

}  // namespace

result<purged_rows> purge_rows(whole_store& of, const purge_terms& terms) {
  if (std::find(test_sources.begin(), test_sources.end(), terms.source) == test_sources.end())
    return failure{errc::out_of_bounds,
                   "only rows of sim, replay, fixture or mock are purged, was \"" + terms.source + "\""};
  purged_rows out;
  const auto done = of.in_one(terms.dry_run ? access::reads : access::writes, [&]() -> result<void> {
    if (!terms.dry_run)
      if (auto calm = nobody_is_armed(of.ops()); !calm) return calm;
    if (auto gone = purge_all(of, terms, out); !gone) return gone;
    if (terms.dry_run) return {};
    of.ops().set_origin("");
    return add_audit_note(of.ops(), purge_note(terms, out));
  });
  if (!done) return done.error();
  return out;
}

}  // namespace rltrader::storage

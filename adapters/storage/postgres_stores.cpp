// One connection a store; the first one migrates for all.
#include "adapters/storage/postgres_stores.hpp"

#include "adapters/storage/postgres_connection.hpp"
#include "adapters/storage/postgres_schema.hpp"
#include "adapters/storage/sql_lease.hpp"
#include "adapters/storage/sql_market.hpp"
#include "adapters/storage/sql_ops.hpp"

namespace rltrader::storage {

namespace {

/// Migrations wait for locks and move rows into chunks; this once, time is given.
constexpr milliseconds migrates_within{600'000};

std::unique_ptr<postgres_connection> connection_to(const postgres_target& target, const char* what, access mode,
                                                   bool synchronous, milliseconds within) {
  auto out = std::make_unique<postgres_connection>(postgres_options{.url = target.url,
                                                                    .schema = target.schema,
                                                                    .application = std::string("rltraderd ") + what,
                                                                    .mode = mode,
                                                                    .synchronous = synchronous,
                                                                    .within = within,
                                                                    .seconds = target.seconds});
  out->set_origin(target.origin);
  return out;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

result<void> bring_up(postgres_connection& connection, const postgres_target& target, postgres_stores& out) {
  const auto& d = connection.dialect();
  std::vector<schema_part> parts;
  if (target.ops) parts.push_back(ops_part(d));
  if (target.market) parts.push_back(market_part(d));
  const auto within = connection.options().within;
  connection.allow(migrates_within);
  if (const auto why = try_extension(connection); !why.empty()) out.warnings.push_back(why);
  const auto applied = migrate(connection, parts);
  if (!applied) return applied.error();
  connection.allow(within);
  const auto facts = facts_of(connection);
  if (!facts) return facts.error();
  out.notes.push_back(facts->version + " at " + connection.place());
  out.notes.push_back(facts->extension.empty()
                          ? "timescaledb is not there: plain tables"
                          : "timescaledb " + facts->extension + ", licence " + facts->licence +
                                ", hypertables: " + (facts->hypertables.empty() ? "none" : listed(facts->hypertables)));
  for (const auto& m : *applied)
    out.notes.push_back("migration " + std::to_string(m.number) + ": " + m.name + ", " + std::to_string(m.sql.size()) +
                        " statements");
  return {};
}

}  // namespace

int connections_of(const postgres_target& target) { return (target.ops ? 2 : 0) + (target.market ? 1 : 0); }

result<postgres_stores> open_postgres(const postgres_target& target) {
  postgres_stores out;
  auto first = connection_to(target, target.ops ? "ledger" : "market", access::writes, target.ops, target.write_within);
  if (target.ops) {
    // Who holds the schema is asked before anything in it is changed.
    const auto there = first->integer_of(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname=?1 AND "
        "c.relname='leases'",
        {parameter(target.schema)});
    if (!there) return there.error();
    if (*there == 0)
      if (auto up = bring_up(*first, target, out); !up) return up.error();
    auto lease = take_lease(*first, writer_lease_name, target.holder, target.lease_lasts, target.is_gone);
    if (!lease) return lease.error();
    if (*there != 0) {
      if (auto up = bring_up(*first, target, out); !up) {
        release_lease(*first, *lease);
        return up.error();
      }
    }
    first->hold(std::move(*lease));
    auto reader = connection_to(target, "reader", access::reads, true, target.read_within);
    if (auto answers = reader->execute("SELECT 1"); !answers) return answers.error();
    out.ops = std::make_unique<sql_ops>(std::move(first));
    out.reader = std::make_unique<sql_ops_reader>(std::move(reader));
    if (connections_of(target) < target.connections_most)
      out.wakeup =
          std::make_unique<job_wakeup>(connection_to(target, "wake-up", access::reads, true, target.read_within));
    if (!target.market) return out;
    // Connected at once, so that a server that allows no more connections is noticed now.
    auto market = connection_to(target, "market", access::writes, false, target.write_within);
    if (auto answers = market->execute("SELECT 1"); !answers) return answers.error();
    out.market = std::make_unique<sql_market>(std::move(market));
    return out;
  }
  if (auto up = bring_up(*first, target, out); !up) return up.error();
  out.market = std::make_unique<sql_market>(std::move(first));
  return out;
}

}  // namespace rltrader::storage

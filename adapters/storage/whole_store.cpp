// Opens files and server the same way for all commands.
#include "adapters/storage/whole_store.hpp"

#include "adapters/storage/market_tables.hpp"
#include "adapters/storage/sql_lease.hpp"
#include "adapters/storage/sql_rows.hpp"
#include "adapters/storage/sqlite_schema.hpp"

#include <filesystem>
#include <map>

namespace rltrader::storage {

namespace {

// Commands wait longer than a desk does: a statement may move a table.
constexpr milliseconds command_within{600'000};
// Long enough for the work between two transactions; a command that died is known to be gone on its own machine.
constexpr milliseconds command_lease{60'000};

struct file_terms {
  std::int32_t id;
  file_schema schema;
  durability synchronous;
};

result<std::unique_ptr<sql_connection>> open_store_file(const std::string& path, const file_terms& terms, opening how) {
  std::error_code none;
  if (how != opening::makes && !std::filesystem::exists(path, none))
    return failure{errc::not_found, path +
                                        " is not there: give the data folder (--data-dir=PATH; a demo's is data/demo), "
                                        "or make a new store with rltraderctl deploy"};
  auto connection =
      sqlite_connection::open({.path = path,
                               .mode = how == opening::reads ? access_mode::reader : access_mode::writer,
                               .synchronous = terms.synchronous,
                               .application_id = terms.id,
                               .check = how != opening::reads && terms.synchronous == durability::every_commit});
  if (!connection) return connection.error();
  auto ready = how == opening::reads ? expect_schema(*connection, terms.schema) : migrate(*connection, terms.schema);
  if (!ready) return ready.error();
  return std::unique_ptr<sql_connection>(std::make_unique<sqlite_connection>(std::move(*connection)));
}

/// A server's snapshot, and a file's, begins with the first look.
result<void> look(sql_connection& connection) {
  const auto seen = connection.integer_of("SELECT count(*) FROM " + connection.dialect().name("migrations"));
  if (!seen) return seen.error();
  return {};
}

}  // namespace

result<void> whole_store::open_server(const store_place& place, opening how) {
  auto made = std::make_unique<postgres_connection>(
      postgres_options{.url = place.url,
                       .schema = place.schema,
                       .application = "rltraderctl",
                       .mode = how == opening::reads ? access::reads : access::writes,
                       .within = command_within,
                       .seconds = place.seconds});
  server_ = made.get();
  (place.ops_on_server ? ops_ : market_) = std::move(made);
  std::vector<schema_part> parts;
  if (place.ops_on_server) parts.push_back(ops_part(server_->dialect()));
  if (place.market_on_server) parts.push_back(market_part(server_->dialect()));
  // Who holds the schema is asked before anything in it is changed.
  const bool leads = how != opening::reads && place.ops_on_server;
  if (leads)
    if (auto held = hold(*server_, place); !held) return held;
  if (how == opening::makes) {
    if (const auto why = try_extension(*server_); !why.empty()) notes_.push_back(why);
    const auto applied = migrate(*server_, parts);
    if (!applied) return applied.error();
    for (const auto& m : *applied) notes_.push_back("migration " + std::to_string(m.number) + ": " + m.name);
  } else if (auto ready = expect_schema(*server_, parts); !ready) {
    return ready;
  }
  if (leads && !lease_) return hold(*server_, place);
  return {};
}

result<std::unique_ptr<whole_store>> whole_store::open(const store_place& place, opening how) {
  std::unique_ptr<whole_store> out(new whole_store);
  if (place.any_on_server())
    if (auto opened = out->open_server(place, how); !opened) return opened.error();
  if (!place.ops_on_server) {
    auto file =
        open_store_file(place.folder + "/ops.db", {ops_application_id, ops_schema(), durability::every_commit}, how);
    if (!file) return file.error();
    out->ops_ = std::move(*file);
  }
  if (!place.market_on_server) {
    auto file = open_store_file(place.folder + "/market.db",
                                {market_application_id, market_schema(), durability::checkpoints}, how);
    if (!file) return file.error();
    out->market_ = std::move(*file);
  }
  return out;
}

whole_store::~whole_store() {
  if (!lease_) return;
  server_->let_go();
  release_lease(*server_, *lease_);
}

result<void> whole_store::hold(postgres_connection& server, const store_place& place) {
  const auto there = server.integer_of(
      "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname=?1 AND "
      "c.relname='leases'",
      {parameter(place.schema)});
  if (!there) return there.error();
  if (*there == 0) return {};
  auto taken = take_lease(server, writer_lease_name, place.holder, command_lease, place.is_gone);
  if (!taken) return taken.error();
  lease_ = *taken;
  server.hold(std::move(*taken));
  return {};
}

std::vector<held_table> whole_store::tables() {
  std::vector<held_table> out;
  for (const auto& t : ops_tables()) out.push_back({&t, &ops()});
  for (const auto& t : market_tables()) out.push_back({&t, &market()});
  return out;
}

result<held_table> whole_store::table_named(const std::string& name) {
  std::string names;
  for (const auto& held : tables()) {
    if (held.of->name == name) return held;
    names += (names.empty() ? "" : ", ") + std::string(held.of->name);
  }
  return failure{errc::not_found, "\"" + name + "\" is no table; there are " + names};
}

std::string whole_store::backend() const {
  auto out = ops_->version() + " " + ops_->place();
  if (market_) out += ", " + market_->version() + " " + market_->place();
  return out;
}

result<void> whole_store::begin(access how) {
  if (auto begun = ops_->begin(how); !begun) return begun;
  if (market_)
    if (auto begun = market_->begin(how); !begun) {
      ops_->roll_back();
      return begun;
    }
  auto seen = look(*ops_);
  if (seen && market_) seen = look(*market_);
  if (!seen) roll_back();
  return seen;
}

result<void> whole_store::commit() {
  if (market_)
    if (auto kept = market_->commit(); !kept) {
      ops_->roll_back();
      return kept;
    }
  auto kept = ops_->commit();
  if (!kept && market_)
    return {kept.error().code, kept.error().what + "; " + market_->place() + " has its part of the change already"};
  return kept;
}

void whole_store::roll_back() {
  ops_->roll_back();
  if (market_) market_->roll_back();
}

result<void> each_row(const held_table& from, const any_row_visitor& visit) {
  const auto& t = *from.of;
  const bool hidden = has_hidden_source(t);
  auto sql = "SELECT " + [&] {
    std::string names;
    for (const auto& name : insert_columns(t)) names += (names.empty() ? "" : ",") + quoted_name(name);
    return names;
  }();
  sql += " FROM " + from.at->dialect().name(t.name) + export_order_sql(t);
  any_row row(t);
  std::string source;
  return stream_rows(*from.at, sql, [&](std::span<const cell> cells) -> result<void> {
    row.clear();
    if (auto read = read_row(cells, t, row.get()); !read) return read;
    if (hidden) {
      const auto* text = std::get_if<std::string>(&cells.back());
      source = text == nullptr ? std::string() : *text;
    }
    return visit(row, source);
  });
}

const table& plainly(const table& t) {
  static const auto all = [] {
    std::map<const table*, table> out;
    const auto add = [&](const table& one) { out.emplace(&one, one).first->second.rule = write_rule::append; };
    for (const auto& one : ops_tables()) add(one);
    for (const auto& one : market_tables()) add(one);
    return out;
  }();
  return all.at(&t);
}

}  // namespace rltrader::storage

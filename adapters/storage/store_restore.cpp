// Everything that could refuse is asked before the first byte is written; market.json, by which a folder counts as used, comes last.
#include "adapters/storage/store_restore.hpp"

#include "adapters/storage/durable_file.hpp"
#include "adapters/storage/postgres_tools.hpp"
#include "adapters/storage/sql_lease.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace rltrader::storage {

namespace {

namespace fs = std::filesystem;

constexpr milliseconds restore_within{600'000};
constexpr auto list_file = "postgres.list";

const char* place_words(bool on_server) { return on_server ? "on a server" : "in files"; }

result<void> same_kind_of_store(const backup_manifest& manifest, const store_place& to) {
  if (manifest.ops_on_server != to.ops_on_server)
    return {errc::refused, std::string("the backup has ops state ") + place_words(manifest.ops_on_server) +
                               ", the settings want it " + place_words(to.ops_on_server) +
                               ": set TIMESCALE_RL_OPS_ENABLED as it was, and rltraderctl copy afterwards"};
  if (manifest.market_on_server != to.market_on_server)
    return {errc::refused, std::string("the backup has market data ") + place_words(manifest.market_on_server) +
                               ", the settings want them " + place_words(to.market_on_server) +
                               ": set TIMESCALE_MARKET_DATA_ENABLED as it was, and rltraderctl copy afterwards"};
  if (to.any_on_server() && manifest.schema != to.schema)
    return {errc::refused, "the backup is of the schema " + manifest.schema + ", TIMESCALE_SCHEMA is " + to.schema +
                               ": they must be the same"};
  return {};
}

class restoring {
 public:
  restoring(const store_place& to, const restore_terms& terms, const backup_manifest& manifest)
      : to_(to), terms_(terms), manifest_(manifest) {}

  result<void> run() {
    auto done = nothing_in_the_way();
    if (done && to_.any_on_server()) done = server_is_ready();
    if (!done) return done;
    done = write_files();
    if (done && to_.any_on_server()) done = fill_server();
    if (!done) take_back();
    return done;
  }

 private:
  std::string place_of_file(const std::string& file) const {
    const std::string_view beneath = artifacts_of_backup;
    if (file.starts_with(beneath)) return terms_.artifact_dir + "/" + file.substr(beneath.size());
    return to_.folder + "/" + file;
  }

  result<void> nothing_in_the_way() {
    std::error_code none;
    for (const auto* name :
         {"ops.db", "market.db", "venue.db", "market.json", "HALTED", "ops.db-wal", "market.db-wal", "venue.db-wal"})
      if (fs::exists(fs::symlink_status(to_.folder + "/" + name, none)))
        return {errc::conflict,
                to_.folder + "/" + name + " is there already; name a data folder without a store (--data-dir=PATH)"};
    for (const auto& file : manifest_.files) {
      const auto path = place_of_file(file.file);
      if (file.file == postgres_dump_file) continue;
      if (!fs::exists(fs::symlink_status(path, none))) {
        wanted_.push_back(&file);
        continue;
      }
      // An artifact that is there already is named by its digest, as a rule.
      const auto there =
          measured_backup_file(fs::path(path).parent_path().string(), fs::path(path).filename().string());
      if (!there) return there.error();
      if (there->sha256 != file.sha256)
        return {errc::conflict, path + " is there already and is another one; name an empty folder (RL_ARTIFACT_DIR)"};
    }
    std::stable_partition(wanted_.begin(), wanted_.end(), [](const auto* f) { return f->file != "market.json"; });
    return {};
  }

  result<void> server_is_ready() {
    server_ = std::make_unique<postgres_connection>(postgres_options{.url = to_.url,
                                                                     .schema = to_.schema,
                                                                     .application = "rltraderctl",
                                                                     .mode = access::writes,
                                                                     .within = restore_within,
                                                                     .seconds = to_.seconds});
    const auto there = server_->texts_of(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname=?1 AND "
        "c.relkind IN ('r','p','v','m','f') ORDER BY 1 LIMIT 1",
        {parameter(to_.schema)});
    if (!there) return there.error();
    if (!there->empty())
      return {errc::conflict, server_->place() + " is not empty: it has " + there->front() +
                                  "; drop that schema, or restore into an empty database"};
    const auto schema =
        server_->integer_of("SELECT count(*) FROM pg_namespace WHERE nspname=?1", {parameter(to_.schema)});
    if (!schema) return schema.error();
    has_schema_ = *schema > 0;
    return manifest_.timescaledb.empty() ? result<void>() : timescale_is_ready();
  }

  result<void> timescale_is_ready() {
    const auto super = server_->integer_of("SELECT count(*) FROM pg_roles WHERE rolname=current_user AND rolsuper");
    if (!super) return super.error();
    if (*super == 0)
      return {errc::refused,
              "the backup is of a whole database with TimescaleDB, which only a superuser can restore: let "
              "TIMESCALE_URL name one for this command. Without one, restore the data by rltraderctl copy "
              "from a store that has them"};
    if (const auto why = try_extension(*server_); !why.empty()) return {errc::refused, why};
    const auto facts = facts_of(*server_);
    if (!facts) return facts.error();
    if (facts->extension == manifest_.timescaledb) {
      extension_schema_ = facts->extension_schema;
      return {};
    }
    return {errc::refused, "the backup is of TimescaleDB " + manifest_.timescaledb + ", the database has " +
                               (facts->extension.empty() ? "none" : facts->extension) +
                               ": the extension must have the same version there"};
  }

  result<void> write_files() {
    for (const auto* file : wanted_) {
      const auto path = place_of_file(file->file);
      if (auto copied = copy_file_durably(terms_.folder + "/" + file->file, path); !copied) return copied;
      written_.push_back(path);
    }
    return {};
  }

  /// The dump's list of contents without what the database has already.
  result<std::string> list_of_contents() {
    const auto path = to_.folder + "/" + list_file;
    const auto dump = terms_.folder + "/" + postgres_dump_file;
    written_.push_back(path);
    if (auto listed = run_postgres_tool("pg_restore", {"--list", "--file=" + path, dump}); !listed)
      return listed.error();
    std::ifstream in(path);
    std::string kept;
    for (std::string line; std::getline(in, line);) {
      const bool extension = line.find(" EXTENSION - timescaledb ") != line.npos;
      const bool schema = has_schema_ && line.find(" SCHEMA - " + to_.schema + " ") != line.npos;
      if (!extension && !schema) kept += line + "\n";
    }
    in.close();
    auto file = durable_file::create(path);
    if (!file) return file.error();
    if (auto written = file->write(kept); !written) return written.error();
    if (auto finished = file->finish(); !finished) return finished.error();
    return path;
  }

  result<void> timescale(const char* function) {
    if (manifest_.timescaledb.empty()) return {};
    const auto called = server_->value_of("SELECT " + quoted_name(extension_schema_) + "." + function + "()::text");
    if (!called) return called.error();
    return {};
  }

  result<void> fill_server() {
    const auto list = list_of_contents();
    if (!list) return list.error();
    if (auto begun = timescale("timescaledb_pre_restore"); !begun) return begun;
    std::vector<std::string> arguments{"--exit-on-error", "--single-transaction", "--use-list=" + *list};
    // A superuser's restore gives each table back to its owner; an ordinary role becomes the owner of all.
    if (manifest_.timescaledb.empty()) arguments.insert(arguments.end(), {"--no-owner", "--no-privileges"});
    arguments.push_back(terms_.folder + "/" + postgres_dump_file);
    auto filled = run_postgres_tool("pg_restore", std::move(arguments), to_.url);
    auto ended = timescale("timescaledb_post_restore");
    if (filled && !ended) filled = ended;
    std::error_code none;
    fs::remove(*list, none);
    if (!filled) return filled;
    return end_leases();
  }

  /// Whoever held the store when it was backed up does not hold this one.
  result<void> end_leases() {
    if (!manifest_.ops_on_server) return {};
    const auto ended =
        server_->change("UPDATE " + server_->dialect().name("leases") +
                            " SET \"expires_at\"=clock_timestamp() WHERE \"expires_at\">clock_timestamp()",
                        {});
    if (!ended) return ended.error();
    return {};
  }

  void take_back() {
    std::error_code none;
    for (const auto& path : written_) fs::remove(path, none);
  }

  const store_place& to_;
  const restore_terms& terms_;
  const backup_manifest& manifest_;
  std::unique_ptr<postgres_connection> server_;
  bool has_schema_ = false;
  std::string extension_schema_;
  std::vector<const backup_file*> wanted_;
  std::vector<std::string> written_;
};

}  // namespace

result<backup_manifest> restore_store(const store_place& to, const restore_terms& terms) {
  auto manifest = read_backup_manifest(terms.folder);
  if (!manifest) return manifest.error();
  if (auto same = same_kind_of_store(*manifest, to); !same) return same.error();
  if (auto whole = check_backup_files(terms.folder, *manifest); !whole) return whole.error();
  if (auto done = restoring(to, terms, *manifest).run(); !done) return done.error();
  return manifest;
}

}  // namespace rltrader::storage

// One moment: transactions are begun on every file and on the server, and count if ops state did not change meanwhile.
#include "adapters/storage/store_backup.hpp"

#include "adapters/storage/durable_file.hpp"
#include "adapters/storage/postgres_tools.hpp"
#include "adapters/storage/sql_lease.hpp"
#include "adapters/storage/sqlite_schema.hpp"
#include "adapters/storage/store_export.hpp"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace rltrader::storage {

namespace {

namespace fs = std::filesystem;

constexpr int moments_tried = 50;  // each takes under a millisecond; a desk writes some tens of times a second at most
constexpr milliseconds backup_within{600'000};

result<sqlite_connection> open_for_backup(const std::string& path, std::int32_t id) {
  return sqlite_connection::open({.path = path, .mode = access_mode::reader, .application_id = id, .check = false});
}

/// A small file that its writer replaces by renaming; nothing when it is not there.
result<std::optional<std::string>> small_file(const std::string& path) {
  std::error_code none;
  if (!fs::exists(path, none)) return std::optional<std::string>();
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) return failure{errc::store_failed, path + " cannot be read"};
  return std::optional(std::move(text));
}

result<void> write_small_file(const std::string& path, const std::string& text) {
  auto file = durable_file::create(path);
  if (!file) return file.error();
  if (auto written = file->write(text); !written) return written;
  return file->finish();
}

class backing_up {
 public:
  backing_up(const store_place& place, const backup_terms& terms) : place_(place), terms_(terms) {}

  result<backup_manifest> run() {
    if (auto opened = open_all(); !opened) return opened.error();
    if (auto ready = empty_folder(terms_.folder); !ready) return ready.error();
    if (auto found = find_moment(); !found) return found.error();
    auto done = dump_server();
    if (done) done = copy_files();
    if (done) done = copy_artifacts();
    if (done) done = measure();
    end_transactions();
    if (!done) return done.error();
    if (auto written = write_backup_manifest(terms_.folder, out_); !written) return written.error();
    return std::move(out_);
  }

 private:
  struct open_file {
    std::string name;
    sqlite_connection connection;
  };

  result<void> open_file_named(const std::string& name, std::int32_t id, bool must_be_there) {
    const auto path = place_.folder + "/" + name;
    std::error_code none;
    if (!fs::exists(path, none)) {
      if (!must_be_there) return {};
      return {errc::not_found, path + " is not there: give the data folder (--data-dir=PATH; a demo's is data/demo)"};
    }
    auto connection = open_for_backup(path, id);
    if (!connection) return connection.error();
    files_.push_back({name, std::move(*connection)});
    return {};
  }

  std::unique_ptr<postgres_connection> connect() const {
    return std::make_unique<postgres_connection>(postgres_options{.url = place_.url,
                                                                  .schema = place_.schema,
                                                                  .application = "rltraderctl",
                                                                  .mode = access::reads,
                                                                  .within = backup_within,
                                                                  .seconds = place_.seconds});
  }

  result<void> open_all() {
    out_ = {.moment = terms_.moment,
            .backend = {},
            .tool_version = terms_.tool_version,
            .ops_on_server = place_.ops_on_server,
            .market_on_server = place_.market_on_server,
            .schema = place_.any_on_server() ? place_.schema : std::string(),
            .timescaledb = {},
            .files = {}};
    result<void> opened;
    if (place_.any_on_server()) opened = open_server();
    if (opened && !place_.ops_on_server) opened = open_file_named("ops.db", ops_application_id, true);
    if (opened && !place_.market_on_server) opened = open_file_named("market.db", market_application_id, false);
    if (opened) opened = open_file_named("venue.db", journal_application_id, false);
    if (!opened || place_.ops_on_server) return opened;
    auto watch = open_for_backup(place_.folder + "/ops.db", ops_application_id);
    if (!watch) return watch.error();
    watch_ = std::make_unique<sqlite_connection>(std::move(*watch));
    return {};
  }

  result<void> open_server() {
    server_ = connect();
    std::vector<schema_part> parts;
    if (place_.ops_on_server) parts.push_back(ops_part(server_->dialect()));
    if (place_.market_on_server) parts.push_back(market_part(server_->dialect()));
    if (auto ready = expect_schema(*server_, parts); !ready) return ready;
    const auto facts = facts_of(*server_);
    if (!facts) return facts.error();
    out_.timescaledb = facts->extension;
    out_.backend = facts->version + " " + server_->place();
    if (place_.ops_on_server) watch_ = connect();
    return {};
  }

  /// What differs after each change of ops state: SQLite's own count, or the number that each transaction leaves in the lease.
  result<std::string> state_of_ops() {
    if (!place_.ops_on_server) {
      const auto version = watch_->integer_of("PRAGMA data_version");
      if (!version) return version.error();
      return std::to_string(*version);
    }
    const auto numbers = watch_->texts_of(
        "SELECT \"token\"::text||' '||\"batch\"::text FROM " + watch_->dialect().name("leases") + " WHERE \"name\"=?1",
        {parameter(writer_lease_name)});
    if (!numbers) return numbers.error();
    return numbers->empty() ? std::string() : numbers->front();
  }

  void end_transactions() {
    for (auto& file : files_) file.connection.roll_back();
    if (server_) server_->roll_back();
  }

  result<void> begin_transactions() {
    if (server_) {
      if (auto begun = server_->begin(access::reads); !begun) return begun;
      auto names = server_->texts_of("SELECT pg_export_snapshot()");
      if (!names) return names.error();
      snapshot_ = names->front();
    }
    for (auto& file : files_) {
      if (auto begun = file.connection.begin(access::reads); !begun) return begun;
      // A file's moment is that of the first look.
      const auto seen = file.connection.integer_of("SELECT count(*) FROM sqlite_schema");
      if (!seen) return seen.error();
    }
    auto market = small_file(place_.folder + "/market.json");
    if (!market) return market.error();
    market_json_ = std::move(*market);
    auto halted = small_file(place_.folder + "/HALTED");
    if (!halted) return halted.error();
    halted_ = std::move(*halted);
    return {};
  }

  result<void> find_moment() {
    for (int n = 0; n < moments_tried; ++n) {
      const auto before = state_of_ops();
      if (!before) return before.error();
      auto begun = begin_transactions();
      const auto after = begun ? state_of_ops() : result<std::string>(begun.error());
      if (after && *after == *before) return {};
      end_transactions();
      if (!after) return after.error();
    }
    return {errc::locked, "ops state changed at each of " + std::to_string(moments_tried) +
                              " attempts to look at all parts of the store at one moment; try again when the desk "
                              "writes less, or stop the daemon"};
  }

  result<void> dump_server() {
    if (!server_) return {};
    const auto path = terms_.folder + "/" + postgres_dump_file;
    // Made here, so that nobody else can read it; pg_dump writes into it.
    if (const file_handle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)); !file)
      return system_failure(path + " cannot be made", errno);
    std::vector<std::string> arguments{"--format=custom", "--snapshot=" + snapshot_, "--file=" + path};
    // The chunks of hypertables lie in schemas of the extension.
    if (out_.timescaledb.empty()) arguments.push_back("--schema=\"" + place_.schema + "\"");
    if (auto dumped = run_postgres_tool("pg_dump", std::move(arguments), place_.url); !dumped) return dumped;
    names_.emplace_back(postgres_dump_file);
    return sync_file(path);
  }

  result<void> copy_files() {
    for (auto& file : files_) {
      const auto path = terms_.folder + "/" + file.name;
      if (auto copied = file.connection.copy_to(path); !copied) return copied;
      if (auto synced = sync_file(path); !synced) return synced;
      names_.push_back(file.name);
      out_.backend += (out_.backend.empty() ? "" : ", ") + file.connection.version() + " " + file.connection.place();
    }
    for (const auto& [name, text] : {std::pair("market.json", &market_json_), std::pair("HALTED", &halted_)}) {
      if (!text->has_value()) continue;
      if (auto written = write_small_file(terms_.folder + "/" + name, **text); !written) return written;
      names_.emplace_back(name);
    }
    return {};
  }

  /// After the moment, for a file is there before a row names it.
  result<void> copy_artifacts() {
    std::error_code problem;
    if (!fs::exists(terms_.artifact_dir, problem)) return {};
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator at(terms_.artifact_dir, problem), end; !problem && at != end;
         at.increment(problem)) {
      const bool hidden = at->path().filename().string().starts_with(".");
      if (hidden && at->is_directory()) at.disable_recursion_pending();
      if (!hidden && at->symlink_status().type() == fs::file_type::regular)
        found.push_back(at->path().lexically_relative(terms_.artifact_dir).generic_string());
    }
    if (problem) return {errc::store_failed, terms_.artifact_dir + " cannot be read: " + problem.message()};
    for (const auto& name : found) {
      const auto to = artifacts_of_backup + name;
      if (auto copied = copy_file_durably(terms_.artifact_dir + "/" + name, terms_.folder + "/" + to); !copied)
        return copied;
      names_.push_back(to);
    }
    return {};
  }

  result<void> measure() {
    for (const auto& name : names_) {
      auto file = measured_backup_file(terms_.folder, name);
      if (!file) return file.error();
      out_.files.push_back(std::move(*file));
    }
    return {};
  }

  const store_place& place_;
  const backup_terms& terms_;
  backup_manifest out_;
  std::vector<open_file> files_;
  std::unique_ptr<postgres_connection> server_;
  std::unique_ptr<sql_connection> watch_;  ///< sees each change of ops state
  std::string snapshot_;
  std::optional<std::string> market_json_;
  std::optional<std::string> halted_;
  std::vector<std::string> names_;
};

}  // namespace

result<backup_manifest> back_up_store(const store_place& place, const backup_terms& terms) {
  return backing_up(place, terms).run();
}

}  // namespace rltrader::storage

// SQLite's C interface behind results; the only file that knows it.
#include "adapters/storage/sqlite_connection.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace rltrader::storage {

namespace {

/// Statements kept prepared; list queries have few forms, so this is never reached but by a defect.
constexpr std::size_t prepared_most = 256;
/// Virtual machine steps between two questions whether to give up, about 0.1 ms.
constexpr int steps_between_questions = 10'000;

failure failure_of(sqlite3* handle, int code) {
  const char* name = sqlite3_db_filename(handle, "main");
  const std::string what = std::string(name != nullptr ? name : "store") + ": " + sqlite3_errmsg(handle);
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT: return {errc::conflict, what};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {errc::corrupt, what + "; restore a backup of the data folder"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {errc::locked, what + "; another process writes to it"};
    case SQLITE_INTERRUPT: return {errc::unavailable, "the statement took too long and was stopped"};
    case SQLITE_FULL: return {errc::store_failed, what + "; make room on the disk"};
    default: {
      // "disk I/O error" helps nobody; the system knows more.
      const int error = sqlite3_system_errno(handle);
      if (error == 0) return {errc::store_failed, what};
      return {errc::store_failed, what + ": " + std::generic_category().message(error) +
                                      (error == ENOSPC ? "; make room on the disk" : "")};
    }
  }
}

void set_all(statement& to, const std::vector<parameter>& parameters) {
  int number = 0;
  for (const auto& p : parameters) to.set(++number, p.value);
}

/// One parameter a column, in their order.
std::string insert_sql(const sql_dialect& dialect, const table& t) {
  std::string names, marks;
  int number = 0;
  for (const auto& name : insert_columns(t)) {
    const char* comma = number == 0 ? "" : ",";
    names += comma + quoted_name(name);
    marks += std::string(comma) + "?" + std::to_string(++number);
  }
  return "INSERT INTO " + quoted_name(t.name) + " AS \"kept\" (" + names + ") VALUES (" + marks + ")" +
         on_conflict_sql(dialect, t);
}

}  // namespace

statement::~statement() {
  if (prepared_ != nullptr) again();
}

void statement::again() {
  sqlite3_reset(prepared_);
  sqlite3_clear_bindings(prepared_);
}

void statement::set(int parameter, const cell& value) {
  int code = SQLITE_OK;
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    code = sqlite3_bind_int64(prepared_, parameter, *integer);
  else if (const auto* real = std::get_if<double>(&value))
    code = sqlite3_bind_double(prepared_, parameter, *real);
  else if (const auto* text = std::get_if<std::string>(&value))
    code = sqlite3_bind_text64(prepared_, parameter, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  else
    code = sqlite3_bind_null(prepared_, parameter);
  must(code != SQLITE_RANGE && code != SQLITE_MISUSE, "a statement got a parameter that it does not have");
  if (code == SQLITE_NOMEM) throw std::bad_alloc();
  must(code == SQLITE_OK, "a statement refused a parameter");
}

result<bool> statement::step() {
  const int code = sqlite3_step(prepared_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure_of(sqlite3_db_handle(prepared_), code);
}

result<void> statement::run() {
  for (;;) {
    const auto more = step();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

int statement::columns() const { return sqlite3_column_count(prepared_); }

cell statement::at(int column) const {
  switch (sqlite3_column_type(prepared_, column)) {
    case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(prepared_, column)};
    case SQLITE_FLOAT: return sqlite3_column_double(prepared_, column);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared_, column));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column)));
    }
    default: return std::monostate{};
  }
}

void sqlite_connection::closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
void sqlite_connection::finalizer::operator()(sqlite3_stmt* prepared) const { sqlite3_finalize(prepared); }

sqlite_connection::sqlite_connection(sqlite3* handle, std::string path)
    : sql_connection({.is = database::sqlite}), path_(std::move(path)), handle_(handle) {}
sqlite_connection::sqlite_connection(sqlite_connection&&) noexcept = default;
sqlite_connection& sqlite_connection::operator=(sqlite_connection&&) noexcept = default;
sqlite_connection::~sqlite_connection() = default;

result<sqlite_connection> sqlite_connection::open(const open_options& options) {
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
      (options.mode == access_mode::writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, flags, nullptr);
  if (handle == nullptr) throw std::bad_alloc();
  sqlite_connection out(handle, options.path);
  if (code != SQLITE_OK) {
    auto why = failure_of(handle, code);
    if (!why.what.starts_with(options.path)) why.what = options.path + ": " + why.what;
    return why;
  }
  if (options.mode == access_mode::writer) {
    // SQLite opens what may not be written for reading alone, and says nothing until the first write.
    if (sqlite3_db_readonly(handle, "main") == 1)
      return failure{errc::store_failed, options.path + " cannot be written: this user has no right to"};
    // Until all is found well: a file that is refused stays as it was, and so does what waits in its log.
    std::error_code none;
    if (const auto waiting = std::filesystem::file_size(options.path + "-wal", none); !none && waiting > 0)
      sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  if (auto prepared = out.prepare_file(options); !prepared) return prepared.error();
  return out;
}

result<void> sqlite_connection::prepare_file(const open_options& options) {
  // A column that is not there is an error, and no text of that name.
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_busy_timeout(handle_.get(), 5000);
  // Read first: a file that is not ours must not be touched.
  const auto owner = integer_of("PRAGMA application_id");
  if (!owner) return owner.error();
  const auto tables = integer_of("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*owner != options.application_id && *tables > 0)
    return {errc::refused, path_ + " is not a file of this kind: its application id is " + std::to_string(*owner) +
                               ", expected " + std::to_string(options.application_id)};
  std::string pragmas =
      "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
      "PRAGMA trusted_schema=OFF;";
  if (options.mode == access_mode::writer) {
    pragmas += "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=67108864;";
    pragmas +=
        options.synchronous == durability::every_commit ? "PRAGMA synchronous=FULL;" : "PRAGMA synchronous=NORMAL;";
    if (*tables == 0) pragmas += "PRAGMA application_id=" + std::to_string(options.application_id) + ";";
  } else {
    pragmas += "PRAGMA query_only=ON;";
  }
  if (auto set = execute(pragmas); !set) return set;
  // SQLite stays silent when a file system cannot share memory and the journal is another one.
  const auto journal = text_of_pragma("journal_mode");
  if (!journal) return journal.error();
  if (*journal != "wal")
    return {errc::store_failed,
            path_ + " cannot have a write-ahead log here (it has " + *journal + "); put it on a local file system"};
  if (!options.check || *tables == 0) return {};
  const auto checked = text_of_pragma("quick_check(1)");
  if (!checked) return checked.error();
  if (*checked != "ok")
    return {errc::corrupt, path_ + " is damaged: " + *checked + "; restore a backup of the data folder"};
  return {};
}

void sqlite_connection::accept() { sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr); }

result<std::string> sqlite_connection::text_of_pragma(const std::string& pragma) {
  auto asked = prepare("PRAGMA " + pragma);
  if (!asked) return asked.error();
  const auto row = asked->step();
  if (!row) return row.error();
  const auto value = *row ? asked->at(0) : cell{};
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}

result<void> sqlite_connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure_of(handle_.get(), code);
  return {};
}

result<statement> sqlite_connection::prepare(const std::string& sql) {
  if (const auto found = prepared_.find(sql); found != prepared_.end()) return statement{found->second.get()};
  if (prepared_.size() >= prepared_most)
    std::erase_if(prepared_, [](const auto& entry) { return sqlite3_stmt_busy(entry.second.get()) == 0; });
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.c_str(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) return failure_of(handle_.get(), code);
  prepared_.emplace(sql, made);
  return statement{made};
}

result<void> sqlite_connection::read(const std::string& sql, const std::vector<parameter>& parameters,
                                     const row_visitor& row) {
  auto select = prepare(sql);
  if (!select) return select.error();
  set_all(*select, parameters);
  std::vector<cell> cells;
  for (;;) {
    const auto there = select->step();
    if (!there) return there.error();
    if (!*there) return {};
    cells.resize(static_cast<std::size_t>(select->columns()));
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = select->at(static_cast<int>(i));
    if (auto taken = row(cells); !taken) return taken;
  }
}

result<std::int64_t> sqlite_connection::change(const std::string& sql, const std::vector<parameter>& parameters) {
  auto changing = prepare(sql);
  if (!changing) return changing.error();
  set_all(*changing, parameters);
  const auto before = sqlite3_total_changes64(handle_.get());
  if (auto done = changing->run(); !done) return done.error();
  return std::int64_t{sqlite3_total_changes64(handle_.get()) - before};
}

result<void> sqlite_connection::write(const table& t, std::span<const void* const> rows) {
  auto& sql = inserts_[&t];
  if (sql.empty()) sql = insert_sql(dialect(), t);
  auto insert = prepare(sql);
  if (!insert) return insert.error();
  const bool hidden_source = has_hidden_source(t);
  for (const auto* row : rows) {
    int number = 0;
    for (const auto& c : t.columns) insert->set(++number, cell_of(c, row));
    if (hidden_source) insert->set(++number, origin());
    if (auto done = insert->run(); !done) return done;
    insert->again();
  }
  return {};
}

result<void> sqlite_connection::begin(access how) {
  return execute(how == access::writes ? "BEGIN IMMEDIATE" : "BEGIN");
}

result<void> sqlite_connection::commit() {
  auto done = execute("COMMIT");
  if (!done) roll_back();
  return done;
}

void sqlite_connection::roll_back() {
  // Some failures have rolled back already; then there is nothing to do.
  if (sqlite3_get_autocommit(handle_.get()) == 0) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void sqlite_connection::give_up_when(std::function<bool()> give_up) {
  if (!give_up) {
    sqlite3_progress_handler(handle_.get(), 0, nullptr, nullptr);
    give_up_.reset();
    return;
  }
  give_up_ = std::make_unique<std::function<bool()>>(std::move(give_up));
  sqlite3_progress_handler(
      handle_.get(), steps_between_questions,
      [](void* asked) { return (*static_cast<std::function<bool()>*>(asked))() ? 1 : 0; }, give_up_.get());
}

result<void> sqlite_connection::copy_to(const std::string& path) {
  std::error_code none;
  if (std::filesystem::exists(path, none)) return {errc::conflict, path + " is there already"};
  sqlite3* made = nullptr;
  const int opened = sqlite3_open_v2(
      path.c_str(), &made, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
      nullptr);
  if (made == nullptr) throw std::bad_alloc();
  const sqlite_connection target(made, path);
  if (opened != SQLITE_OK) return {errc::store_failed, path + ": " + sqlite3_errmsg(made)};
  // In one step it reads the transaction that is open here, whatever others write meanwhile.
  auto* copying = sqlite3_backup_init(made, "main", handle_.get(), "main");
  if (copying == nullptr) return {errc::store_failed, path + ": " + sqlite3_errmsg(made)};
  const int stepped = sqlite3_backup_step(copying, -1);
  const int ended = sqlite3_backup_finish(copying);
  if (stepped == SQLITE_DONE && ended == SQLITE_OK) return {};
  return {errc::store_failed, path + " cannot be copied from " + path_ + ": " + sqlite3_errmsg(made)};
}

std::string sqlite_connection::version() const { return "sqlite " + sqlite_version(); }

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace rltrader::storage

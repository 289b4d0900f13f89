// One SQLite connection: opened and closed with its owner, statements prepared once, errors as failures with SQLite's words.
//
// A connection belongs to one actor; SQLite's own locking is off. Nothing here knows a table.
#pragma once

#include "adapters/storage/sql_connection.hpp"

#include <functional>
#include <memory>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace rltrader::storage {

enum class access_mode : unsigned char { writer, reader };
enum class durability : unsigned char {
  every_commit,  ///< WAL and FULL: on disk when COMMIT returns
  checkpoints,   ///< WAL and NORMAL: a power cut may lose the newest commits, never the file
};

struct open_options {
  std::string path;
  access_mode mode = access_mode::writer;
  durability synchronous = durability::every_commit;
  std::int32_t application_id = 0;  ///< a file of another one is refused
  bool check = true;                ///< quick_check before anything is believed
};

/// A prepared statement in use; it is reset when this goes away.
class statement {
 public:
  explicit statement(sqlite3_stmt* prepared) : prepared_(prepared) {}
  statement(statement&& other) noexcept : prepared_(std::exchange(other.prepared_, nullptr)) {}
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  statement& operator=(statement&&) = delete;
  ~statement();

  /// Parameters are counted from 1, columns from 0.
  void set(int parameter, const cell& value);
  /// Whether there is a row. Before the first call all parameters are set.
  result<bool> step();
  /// Steps to the end; rows are ignored.
  result<void> run();
  cell at(int column) const;
  int columns() const;
  /// Makes it ready for the next set of parameters.
  void again();

 private:
  sqlite3_stmt* prepared_;
};

class sqlite_connection final : public sql_connection {
 public:
  /// Opens, sets the pragmas and checks the file. errc::corrupt, locked, not_found (a reader's file that is not there),
  /// store_failed; each names the file.
  static result<sqlite_connection> open(const open_options& options);

  sqlite_connection(sqlite_connection&&) noexcept;
  sqlite_connection& operator=(sqlite_connection&&) noexcept;
  ~sqlite_connection() override;

  std::string place() const override { return path_; }
  std::string version() const override;
  result<void> execute(const std::string& sql) override;
  result<void> read(const std::string& sql, const std::vector<parameter>& parameters, const row_visitor& row) override;
  result<std::int64_t> change(const std::string& sql, const std::vector<parameter>& parameters) override;
  result<void> write(const table& t, std::span<const void* const> rows) override;
  result<void> begin(access how) override;
  result<void> commit() override;
  void roll_back() override;

  /// The one prepared statement of a text; it must not be in use.
  result<statement> prepare(const std::string& sql);

  /// Long statements ask this now and then and stop with errc::unavailable when it says so; empty: they never stop.
  void give_up_when(std::function<bool()> give_up);
  /// A writer's file is found well. Before this, closing leaves the file and its log exactly as they were found.
  void accept();
  const std::string& path() const { return path_; }
  /// Copies the whole database into a new file while others go on: as the open transaction sees it, or as it is now.
  /// errc::conflict when the file is there already. The copy is not yet durable.
  result<void> copy_to(const std::string& path);

 private:
  sqlite_connection(sqlite3* handle, std::string path);
  result<void> prepare_file(const open_options& options);
  result<std::string> text_of_pragma(const std::string& pragma);

  struct closer {
    void operator()(sqlite3* handle) const;
  };
  struct finalizer {
    void operator()(sqlite3_stmt* prepared) const;
  };
  std::string path_;
  std::unique_ptr<std::function<bool()>> give_up_;
  std::unique_ptr<sqlite3, closer> handle_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, finalizer>> prepared_;
  std::unordered_map<const table*, std::string> inserts_;
};

/// Of the library that is linked.
std::string sqlite_version();

}  // namespace rltrader::storage

// A whole store for commands: every table of ops and market with the connection to where it lies, in files or on a server.
//
// One transaction spans both databases: it begins in both before anything is read or written, and the market's part is committed
// before that of ops. Where both lie on one server it is one transaction in truth.
#pragma once

#include "adapters/storage/any_row.hpp"
#include "adapters/storage/postgres_connection.hpp"
#include "adapters/storage/postgres_schema.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rltrader::storage {

/// Where a store lies: on a server what is said to, the rest in a folder.
struct store_place {
  std::string folder;
  std::string url;
  std::string schema;
  bool ops_on_server = false;
  bool market_on_server = false;
  std::function<double()> seconds;  ///< a clock that only goes forward
  std::string holder;               ///< who takes the writer's lease of a server's ops, for whoever comes second
  std::function<bool(const std::string& holder)> is_gone;

  bool any_on_server() const { return ops_on_server || market_on_server; }
  bool any_in_files() const { return !ops_on_server || !market_on_server; }
};

enum class opening : unsigned char {
  reads,   ///< the tables are there and stay as they are
  writes,  ///< the tables are there; a server's lease is taken
  makes,   ///< tables are made and grown; a server's lease is taken
};

/// A table and the connection to where it lies.
struct held_table {
  const table* of;
  sql_connection* at;
};

class whole_store {
 public:
  /// errc::not_found or unavailable when tables are missing and may not be made; errc::locked names who holds a server's ops. Who
  /// uses the files of a folder is asked by its lock, not here.
  static result<std::unique_ptr<whole_store>> open(const store_place& place, opening how);
  whole_store(const whole_store&) = delete;
  whole_store& operator=(const whole_store&) = delete;
  ~whole_store();

  sql_connection& ops() { return *ops_; }
  sql_connection& market() { return market_ ? *market_ : *ops_; }
  /// The server's connection; null when all lies in files.
  postgres_connection* server() { return server_; }
  /// Of ops, then of the market.
  std::vector<held_table> tables();
  /// errc::not_found lists the names.
  result<held_table> table_named(const std::string& name);
  /// Where everything lies, for people.
  std::string backend() const;
  /// What opening has changed, and what it could not.
  const std::vector<std::string>& notes() const { return notes_; }

  /// Does all of `work` in one transaction as of one moment.
  template <class Work>
  result<void> in_one(access how, Work&& work) {
    if (auto begun = begin(how); !begun) return begun;
    result<void> done = [&]() -> result<void> {
      try {
        return work();
      } catch (...) {
        roll_back();
        throw;
      }
    }();
    if (done) return commit();
    roll_back();
    return done;
  }

 private:
  whole_store() = default;
  result<void> hold(postgres_connection& server, const store_place& place);
  result<void> open_server(const store_place& place, opening how);
  result<void> begin(access how);
  result<void> commit();
  void roll_back();

  std::unique_ptr<sql_connection> ops_;
  std::unique_ptr<sql_connection> market_;  ///< null: beside ops
  postgres_connection* server_ = nullptr;
  std::optional<writer_lease> lease_;
  std::vector<std::string> notes_;
};

/// Hands over every row of a table in its order of export, with where it comes from (an empty text where the row itself says so).
using any_row_visitor = std::function<result<void>(any_row& row, const std::string& source)>;
result<void> each_row(const held_table& from, const any_row_visitor& visit);
/// The same table, one of ops or the market, when it takes new rows alone: a key that is there already is a conflict.
const table& plainly(const table& t);

/// How far a long command is: of which table, and how many of how many rows.
struct table_progress {
  const char* table;
  std::int64_t rows;
  std::int64_t of;
};
using progress_listener = std::function<void(const table_progress&)>;

}  // namespace rltrader::storage

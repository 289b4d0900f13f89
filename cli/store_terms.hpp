// What the commands of the store share: their settings, progress for people, and how a failure ends them.
#pragma once

#include "adapters/storage/whole_store.hpp"
#include "cli/session.hpp"
#include "runtime/store_access.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rltrader::cli {

/// The exit code of a failure of the store.
exit_code exit_of(errc code);
exit_code fail_store(const session& s, const failure& why);
/// Wrong settings that say where the store is, printed; nothing when all is well.
std::optional<exit_code> wrong_store_settings(const session& s);
/// "rltraderctl import" as whoever comes second reads it.
std::string command_text(const session& s);
/// Who did it, for the audit chain: rltraderctl:USER.
std::string actor_text(const session& s);
/// Reads the option `name` as names between commas.
std::vector<std::string> names_of(const session& s, std::string_view name);

/// A bar that fills on a terminal, a line a table elsewhere; nothing under --json.
class progress_bar {
 public:
  explicit progress_bar(session& s) : s_(s) {}
  /// For commands that go from table to table. The bar must outlive it.
  storage::progress_listener listener();
  /// Takes the bar away.
  void end();

 private:
  void show(const storage::table_progress& at);
  session& s_;
  std::size_t shown_ = 0;
};

}  // namespace rltrader::cli

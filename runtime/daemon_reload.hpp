// The settings of a running daemon: what is in force, what is shown of it, and what SIGHUP changes.
#pragma once

#include "http/http.hpp"
#include "runtime/desk_loop.hpp"
#include "runtime/load_settings.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace rltrader {

/// The content of the tokens file, where one is named; a file that cannot be read is a failure, never "no tokens" (I18).
result<std::optional<std::string>> tokens_of(const settings& values);

class settings_in_force {
 public:
  /// `line` is read again by each reload.
  settings_in_force(command_line line, loaded first);

  /// Reads the settings again; what is reloadable takes effect, what needs a restart is named, and after any violation all stays
  /// as it was. A pair that may not leave the list stays on it, and the next reload asks again. Needs an open desk.
  void reload(desk_loop& loop, http::http_server& server, caf::actor_system& system);
  /// All settings with origin, secrets masked; from any thread.
  json shown() const { return *shown_.load(); }

 private:
  void change_credentials(http::http_server& server) const;
  void change_pairs_of(const reload_plan& plan, const directory& desk, caf::actor_system& system);
  void show();

  command_line line_;
  loaded state_;  ///< the values that are in force, and where each came from
  std::atomic<std::shared_ptr<const json>> shown_;
};

}  // namespace rltrader

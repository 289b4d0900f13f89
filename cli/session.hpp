// One command on its way: what was given, the daemon to ask, and what is printed.
#pragma once

#include "cli/arguments.hpp"
#include "cli/client.hpp"

#include <functional>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace rltrader::cli {

class session {
 public:
  session(const process& world, const invocation& given, const loaded& settings, client_terms terms)
      : world_(world),
        given_(given),
        settings_(settings),
        daemon_(world, std::move(terms)),
        out_(world.out, world.on) {}

  const process& world() const { return world_; }
  const invocation& given() const { return given_; }
  const loaded& settings() const { return settings_; }
  const client& daemon() const { return daemon_; }
  screen& out() { return out_; }
  bool wants_json() const { return given_.has("json"); }

  /// The Idempotency-Key of this run: as given, else its own.
  std::string key() const { return given_.option("idempotency-key").value_or("rltraderctl-" + world_.unique); }
  /// A changing call under that key.
  outcome change(const std::string& target, const json& body) { return change("POST", target, body); }
  outcome change(const std::string& method, const std::string& target, const json& body) {
    return daemon_.change(method, target, body, key());
  }

  /// Prints why not, on standard error.
  exit_code fail(const trouble& why) const;
  exit_code misused(const std::string& why) const;
  /// Prints the answer's own bytes, or what `render` makes of it; fails where there is none.
  exit_code show(const outcome& got, const std::function<void(const json&)>& render);
  void print_json(std::string_view document);

 private:
  const process& world_;
  const invocation& given_;
  const loaded& settings_;
  client daemon_;
  screen out_;
};

/// "?pair=BTC-USDT&limit=5" of those options that were given, each under the query's own name.
std::string query_of(const invocation& given,
                     std::initializer_list<std::pair<const char*, const char*>> option_and_name);

/// Where the daemon is and who asks: options, then the environment, then the settings.
std::variant<client_terms, trouble> terms_of(const process& world, const invocation& given, const loaded& settings);

}  // namespace rltrader::cli

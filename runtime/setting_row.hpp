// A setting is a row: key, member, bounds, default, sentence, secret?, reloadable? The whole table is walked from here.
//
// The example file, the reference page, --help, `config show` and the reading of every source come from these rows.
#pragma once

#include "domain/describe.hpp"
#include "runtime/settings.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader {

struct setting_row;

/// How one member is read from text, shown and compared; one per member, made by slot_of (setting_slot.hpp).
struct value_slot {
  const char* what;  ///< "a whole number", "yes or no": what a text must be
  bool yes_or_no;    ///< a flag without a value means yes
  bool ordered;      ///< its bounds are of the value; else of the length of the text
  /// Puts the text's value into the member. Empty: done. Else what the text must be, the member untouched.
  std::string (*read)(settings&, std::string_view text, const setting_row&);
  std::string (*show)(const settings&);
  bool (*same)(const settings&, const settings&);
  void (*copy)(settings& to, const settings& from);
  std::vector<std::string_view> (*words)();  ///< null: not one of a list
};

/// What a text must look like beyond its type.
enum class text_form : unsigned char { any, web_url, socket_url, postgres_url, identifier };

enum class secrecy : unsigned char { open, secret };  ///< a secret is masked everywhere and refused as a flag
enum class reload : unsigned char { needs_restart, takes_effect };

struct setting_row {
  const char* key = "";
  value_slot slot{};
  const char* fallback = "";  ///< the default, as it would be written
  const char* sentence = "";
  const char* unit = "";
  rule bounds{};
  text_form form = text_form::any;
  secrecy discretion = secrecy::open;
  reload reloads = reload::needs_restart;

  bool is_secret() const { return discretion == secrecy::secret; }
  bool is_reloadable() const { return reloads == reload::takes_effect; }
};

/// Rows that belong together, under a heading.
struct setting_group {
  const char* title;
  std::span<const setting_row> rows;
};

std::span<const setting_group> daemon_settings();    ///< the daemon, HTTP, stores, paper trading
std::span<const setting_group> market_settings();    ///< exchange, market data, jobs, alerts
std::span<const setting_group> learning_settings();  ///< gates, learning, sources of ideas

/// Every group, in the order of the reference page.
std::vector<setting_group> setting_groups();
/// Every row, in the order of the reference page.
std::vector<const setting_row*> setting_rows();
/// The row of a key; null when there is none. Keys are upper case and matched exactly.
const setting_row* find_setting(std::string_view key);
/// How a key is spelled on the command line.
std::string flag_of(std::string_view key);        ///< "PORT" -> "--port"
std::string short_flag_of(std::string_view key);  ///< "RLTRADER_SEED" -> "--seed"; else as flag_of

/// "a whole number from 1 to 65535", "one of text, json": what a value of this row must be.
std::string expectation_of(const setting_row& row);

/// Each member at its default.
settings default_settings();

/// A key of the older system that has no meaning here, and why.
struct retired_setting {
  const char* key;
  const char* reason;
};
std::span<const retired_setting> retired_settings();
/// The reason, or an empty text.
std::string_view retired_reason(std::string_view key);

/// The known key with the fewest changed letters, when few enough to be a slip; else empty.
std::string_view nearest_key(std::string_view unknown);

}  // namespace rltrader

// From the sources to one struct: overlay, read, settle, check; nothing stops at the first violation.
#include "runtime/load_settings.hpp"

#include "runtime/dotenv.hpp"
#include "runtime/setting_row.hpp"
#include "runtime/settings_checks.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace rltrader {

namespace {

constexpr std::string_view masked = "********";
constexpr std::string_view file_suffix = "_FILE";

/// A value as a source gave it.
struct candidate {
  std::string text;
  origin from;
  bool names_file = false;
};
using candidates = std::map<std::string, candidate, std::less<>>;

struct mode_default {
  start_mode mode;
  const char* key;
  const char* text;
};
// Pairs and demo's interval follow other settings and are settled in settings_checks.cpp.
constexpr std::array mode_defaults{
    mode_default{start_mode::demonstration, "RLTRADER_DATA_DIR", "data/demo"},
    mode_default{start_mode::demonstration, "DISABLE_TEST_DATA_IN_DB", "false"},
    mode_default{start_mode::demonstration, "RL_ONLINE_LEARNING_ENABLED", "true"},
    mode_default{start_mode::demonstration, "RLTRADER_POLICY", "ema_trend"},
    mode_default{start_mode::replaying, "RLTRADER_POLICY", "ema_trend"},
};

struct preset_default {
  const char* key;
  const char* text;
};
// The older system's windows: 6 hours to learn, 2 to judge, 500 steps.
constexpr std::array reference_defaults{
    preset_default{"RL_ONLINE_LEARNING_TRAIN_WINDOW_MIN", "360"},
    preset_default{"RL_ONLINE_LEARNING_EVAL_WINDOW_MIN", "120"},
    preset_default{"RL_ONLINE_LEARNING_TIMESTEPS", "500"},
};

std::string did_you_mean(std::string_view key) {
  const auto nearest = nearest_key(key);
  return nearest.empty() ? "is not a setting" : "is not a setting; did you mean " + std::string(nearest) + "?";
}

class loader {
 public:
  explicit loader(const load_request& request) : request_(request) {}

  loaded run() {
    out_.mode = request_.mode;
    out_.values = default_settings();
    out_.violations = request_.line.violations;
    out_.warnings = request_.line.warnings;
    for (const auto* row : setting_rows()) out_.origins[row->key] = origin{};
    take_flags();
    take_environment();
    take_file();
    apply_mode();
    for (const auto* row : setting_rows()) apply_sources(*row);
    apply_preset();
    settle_settings(out_);
    for (auto& violation : check_settings(out_)) out_.violations.push_back(std::move(violation));
    for (auto& warning : warn_of_settings(out_)) out_.warnings.push_back(std::move(warning));
    return std::move(out_);
  }

 private:
  void refuse(std::string key, std::string value, std::string where, std::string problem) {
    out_.violations.push_back({std::move(key), std::move(value), std::move(where), std::move(problem)});
  }

  void take_flags() {
    for (const auto& flag : request_.line.given)
      flags_[flag.key] = {flag.value, {origin_kind::by_flag, flag.spelled, {}}, flag.names_file};
  }

  void take_environment() {
    for (const auto* row : setting_rows()) {
      const std::string key = row->key;
      const auto plain = request_.environment.find(key);
      const auto named = request_.environment.find(key + std::string(file_suffix));
      const bool own_row = find_setting(key + std::string(file_suffix)) != nullptr;
      const bool has_named = named != request_.environment.end() && !own_row && key != "RLTRADER_CONFIG";
      const bool has_plain = plain != request_.environment.end();
      if (has_plain && has_named) refuse(key, {}, "environment", "is given both as itself and as " + named->first);
      if (has_plain)
        environment_[key] = {plain->second, {origin_kind::by_environment, "environment", {}}, false};
      else if (has_named)
        environment_[key] = {named->second, {origin_kind::by_environment, "environment", {}}, true};
    }
    warn_of_environment();
  }

  // Other programs' variables are none of ours, so only near misses and retired keys deserve a word.
  void warn_of_environment() {
    constexpr std::size_t shortest = 8;
    for (const auto& [name, value] : request_.environment) {
      if (find_setting(name) != nullptr || name.size() < shortest || name.starts_with("OPEN")) continue;
      if (const auto reason = retired_reason(name); !reason.empty()) {
        out_.warnings.push_back(name + " in the environment has no meaning here: " + std::string(reason));
        continue;
      }
      const auto nearest = nearest_key(name);
      if (!nearest.empty() && edit_distance(nearest, name) <= 2)
        out_.warnings.push_back(name + " in the environment is not a setting; did you mean " + std::string(nearest) +
                                "?");
    }
  }

  // The file's own name can only come from outside the file.
  void take_file() {
    const auto* row = find_setting("RLTRADER_CONFIG");
    apply_sources(*row);
    const std::string path = out_.values.config_file;
    if (path.empty()) return;
    const auto text = request_.read(path);
    if (!text) return refuse(row->key, in_quotes(path), origin_text(out_.origin_of(row->key)), text.error().what);
    const auto parsed = parse_dotenv(*text);
    for (const auto& problem : parsed.problems) {
      const auto where = path + ":" + std::to_string(problem.line);
      refuse(problem.key.empty() ? "line " + std::to_string(problem.line) : problem.key, {}, where, problem.what);
    }
    for (const auto& entry : parsed.entries) take_file_entry(entry, path + ":" + std::to_string(entry.line));
  }

  void take_file_entry(const dotenv_entry& entry, const std::string& where) {
    std::string key = entry.key;
    bool names_file = false;
    if (find_setting(key) == nullptr && key.ends_with(file_suffix)) {
      key.resize(key.size() - file_suffix.size());
      names_file = true;
    }
    if (key == "RLTRADER_CONFIG") return refuse(entry.key, {}, where, "cannot be set in the configuration file itself");
    if (find_setting(key) == nullptr) return unknown_in_file(entry.key, where);
    const auto [earlier, is_new] =
        file_.try_emplace(key, candidate{entry.value, {origin_kind::by_file, where, {}}, names_file});
    if (!is_new)
      refuse(key, {}, where, "is given both as itself and as " + key + "_FILE (" + earlier->second.from.where + ")");
  }

  void unknown_in_file(const std::string& key, const std::string& where) {
    if (const auto reason = retired_reason(key); !reason.empty())
      out_.warnings.push_back(key + " (" + where + ") has no meaning here: " + std::string(reason));
    else if (++unknown_ <= unknown_most)
      refuse(key, {}, where, did_you_mean(key));
    else if (unknown_ == unknown_most + 1)
      refuse(key, {}, where, "and further keys are not settings");
  }

  void apply_mode() {
    for (const auto& row : mode_defaults)
      if (row.mode == request_.mode)
        set(*find_setting(row.key), row.text, {origin_kind::by_mode, std::string(text_of(row.mode)), {}});
  }

  void apply_preset() {
    if (out_.values.preset != preset_choice::reference_preset) return;
    for (const auto& row : reference_defaults) {
      const auto from = out_.origin_of(row.key).from;
      if (from == origin_kind::by_default || from == origin_kind::by_mode)
        set(*find_setting(row.key), row.text, {origin_kind::by_preset, "reference", {}});
    }
  }

  void apply_sources(const setting_row& row) {
    for (const auto* source : {&flags_, &environment_, &file_}) {
      const auto found = source->find(row.key);
      if (found == source->end()) continue;
      apply(row, found->second);
      break;
    }
    note_covered(row);
  }

  void note_covered(const setting_row& row) {
    const auto in_file = file_.find(row.key);
    const auto from = out_.origin_of(row.key).from;
    if (in_file == file_.end() || (from != origin_kind::by_flag && from != origin_kind::by_environment)) return;
    // The same value in both places needs no word.
    auto as_in_file = default_settings();
    const bool readable = !in_file->second.names_file && row.slot.read(as_in_file, in_file->second.text, row).empty();
    if (readable && row.slot.same(as_in_file, out_.values)) return;
    out_.covered.push_back({row.key, in_file->second.from.where, out_.origin_of(row.key).where});
  }

  void apply(const setting_row& row, const candidate& given) {
    auto from = given.from;
    if (!given.names_file) return set(row, given.text, from);
    from.through = given.text;
    const auto text = request_.read(given.text);
    if (!text) return refuse(row.key, {}, origin_text(from), "cannot be read: " + text.error().what);
    set(row, *text, from);
  }

  void set(const setting_row& row, std::string_view text, const origin& from) {
    out_.origins[row.key] = from;
    const auto shown = row.is_secret() ? std::string(masked) : in_quotes(text);
    if (text.find('\0') != std::string_view::npos) return refuse(row.key, shown, origin_text(from), "holds a NUL byte");
    if (!is_utf8(text)) return refuse(row.key, shown, origin_text(from), "is not UTF-8");
    if (auto wrong = row.slot.read(out_.values, text, row); !wrong.empty())
      refuse(row.key, shown, origin_text(from), std::move(wrong));
  }

  static constexpr std::size_t unknown_most = 50;
  const load_request& request_;
  loaded out_;
  candidates flags_;
  candidates environment_;
  candidates file_;
  std::size_t unknown_ = 0;
};

}  // namespace

std::string origin_text(const origin& o) {
  const auto through = o.through.empty() ? std::string{} : ", read from " + o.through;
  switch (o.from) {
    case origin_kind::by_default: return "default";
    case origin_kind::by_mode: return "default of " + o.where;
    case origin_kind::by_preset: return "preset " + o.where;
    case origin_kind::by_file:
    case origin_kind::by_environment: return o.where + through;
    case origin_kind::by_flag: return "flag " + o.where + through;
  }
  return {};
}

std::string violation_text(const setting_violation& v) {
  return v.key + (v.value.empty() ? "" : " = " + v.value) + (v.where.empty() ? "" : " (" + v.where + ")") + " " +
         v.problem;
}

std::string violations_text(const loaded& result) {
  if (result.violations.empty()) return {};
  std::string out = "the configuration is refused, " + std::to_string(result.violations.size()) +
                    (result.violations.size() == 1 ? " violation:\n" : " violations:\n");
  for (const auto& v : result.violations) out += "  " + violation_text(v) + "\n";
  return out;
}

loaded load_settings(const load_request& request) { return loader(request).run(); }

std::vector<pair_name> supported_pairs(const settings& values) {
  auto out = values.gold_pairs;
  out.insert(out.end(), values.crypto_pairs.begin(), values.crypto_pairs.end());
  return out;
}

std::string shown_value(const settings& values, std::string_view key) {
  const auto* row = find_setting(key);
  must(row != nullptr, "no setting has this key");
  auto text = row->slot.show(values);
  return row->is_secret() && !text.empty() ? std::string(masked) : text;
}

std::vector<std::string> secret_values(const settings& values) {
  std::vector<std::string> out;
  for (const auto* row : setting_rows()) {
    if (!row->is_secret()) continue;
    const auto text = row->slot.show(values);
    if (text.empty()) continue;
    out.push_back(text);
    // scheme://user:password@host: the password alone must not show either.
    const auto scheme = text.find("://");
    const auto at = text.rfind('@');
    if (scheme == std::string::npos || at == std::string::npos || at < scheme) continue;
    const auto colon = text.find(':', scheme + 3);
    if (colon != std::string::npos && colon + 1 < at) out.push_back(text.substr(colon + 1, at - colon - 1));
  }
  return out;
}

}  // namespace rltrader

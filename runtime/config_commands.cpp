// Prints settings from their table; nothing here knows a key by name.
#include "runtime/config_commands.hpp"

#include "runtime/setting_row.hpp"
#include "runtime/settings_checks.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>
#include <ostream>

namespace rltrader {

namespace {

constexpr int exit_usage = 2;
constexpr std::size_t page_width = 120;

// Lines of at most `width`, each begun with the prefix.
void print_wrapped(std::ostream& out, std::string_view prefix, std::string_view text, std::size_t width) {
  while (!text.empty()) {
    auto length = text.size();
    if (prefix.size() + length > width) {
      const auto space = text.rfind(' ', width - prefix.size());
      length = space == std::string_view::npos ? length : space;
    }
    out << prefix << text.substr(0, length) << '\n';
    text.remove_prefix(std::min(text.size(), length + 1));
  }
}

std::string bounds_text(const setting_row& row) {
  auto text = expectation_of(row);
  if (row.unit[0] != '\0') text += ", in " + std::string(row.unit);
  return text;
}

// A value that a dotenv reader would cut or misread is put in double quotes.
std::string dotenv_text(const std::string& value) {
  const bool plain = trim(value) == value && value.find_first_of("#'\"\n\r\t\\") == std::string::npos;
  if (plain) return value;
  std::string out = "\"";
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, 1, '\\');
  return text;
}

void print_page_row(const setting_row& row, std::ostream& out) {
  const std::string fallback = row.fallback;
  out << "| `" << row.key << "` | " << (fallback.empty() ? "-" : "`" + cell(fallback) + "`") << " | "
      << cell(bounds_text(row)) << " | " << cell(row.sentence);
  if (row.is_secret()) out << " Secret.";
  if (row.is_reloadable()) out << " Reloadable.";
  out << " |\n";
}

}  // namespace

std::vector<setting_view> view_settings(const loaded& state) {
  std::vector<setting_view> out;
  for (const auto* row : setting_rows())
    out.push_back({row->key, shown_value(state.values, row->key), origin_text(state.origin_of(row->key)), row->sentence,
                   row->is_secret(), row->is_reloadable()});
  return out;
}

int run_check_config(const loaded& state, std::ostream& out, std::ostream& err) {
  for (const auto& warning : state.warnings) err << "warning: " << warning << '\n';
  if (!state.ok()) {
    err << violations_text(state);
    return exit_configuration;
  }
  for (const auto& feature : without_effect(state.values)) err << "warning: " << feature.sentence << '\n';
  const auto missing = not_built_in(state.values);
  for (const auto& feature : missing) err << "error: " << feature.sentence << '\n';
  if (!missing.empty()) return exit_configuration;
  const auto set = std::count_if(state.origins.begin(), state.origins.end(),
                                 [](const auto& entry) { return entry.second.from >= origin_kind::by_file; });
  out << "the configuration is sound: " << state.origins.size() << " settings, " << set << " of them set\n";
  return 0;
}

void print_settings(const loaded& state, origin_column origins, std::ostream& out) {
  for (const auto& view : view_settings(state)) {
    const auto line = view.key + "=" + dotenv_text(view.value);
    out << line;
    if (origins == origin_column::shown) {
      constexpr std::size_t column = 56;
      out << std::string(line.size() < column ? column - line.size() : 2, ' ') << "# " << view.origin;
    }
    out << '\n';
  }
}

void print_example(std::ostream& out) {
  out << "# Every setting of rltrader with its default, commented out. Made by: rltraderd config print-example\n"
         "#\n"
         "# Sources, strongest first: command-line flag, environment, this file (--config or RLTRADER_CONFIG), "
         "default.\n"
         "# Any NAME may be given as NAME_FILE=path. Quotes: 'as it is', \"with \\n \\t \\\\ \\\"\"; # begins a "
         "comment.\n"
         "# Yes and no: 1 true yes on, 0 false no off. [r]: SIGHUP takes it in; the others need a restart.\n";
  for (const auto& group : setting_groups()) {
    out << "\n# ---- " << group.title << " ----\n";
    for (const auto& row : group.rows) {
      out << '\n';
      const std::string mark = row.is_reloadable() ? " [r]" : "";
      print_wrapped(out, "# ", std::string(row.sentence) + mark, page_width);
      print_wrapped(out, "# ", "Must be " + bounds_text(row) + ".", page_width);
      out << '#' << row.key << '=' << dotenv_text(row.fallback) << '\n';
    }
  }
}

void print_page(std::ostream& out) {
  out << "# Settings\n\n"
         "Made from the table of settings by `rltraderd config print-page`; the same table makes "
         "`config/rltrader.env`,\n"
         "`--help` and `rltraderd config show --origin`.\n\n"
         "Sources, strongest first:\n\n"
         "1. a command-line flag: `--port=8787`, `--PORT=8787` or `--set PORT=8787`; `RLTRADER_SEED` also as `--seed`\n"
         "2. the environment\n"
         "3. the file named by `--config` or `RLTRADER_CONFIG`: `KEY=VALUE` lines, `#` comments, quotes, `export` "
         "tolerated\n"
         "4. the default: of the preset, of the mode (`demo`, `replay`), of this page\n\n"
         "Any `NAME` may be given as `NAME_FILE=path`. Secrets are masked wherever settings are shown, and are not "
         "taken\n"
         "from the command line, which every user of the machine can read. Yes and no are `1 true yes on` and\n"
         "`0 false no off`. A key that is not known is refused with the nearest one that is; everything that is wrong "
         "is\n"
         "named at once, and the daemon ends with exit code 78.\n\n"
         "SIGHUP reads the sources again: what is marked *Reloadable* takes effect, what else changed is named as "
         "needing\n"
         "a restart. A value that came from a flag or the environment stays; a file given as `NAME_FILE` is read "
         "again.\n";
  for (const auto& group : setting_groups()) {
    out << "\n## " << group.title << "\n\n| key | default | must be | what it does |\n|---|---|---|---|\n";
    for (const auto& row : group.rows) print_page_row(row, out);
  }
  out << "\n## Keys of the older system without a meaning here\n\nThey warn, and the daemon goes on.\n\n"
         "| key | why |\n|---|---|\n";
  for (const auto& row : retired_settings()) out << "| `" << row.key << "` | " << row.reason << " |\n";
}

void print_flags(std::ostream& out) {
  for (const auto& group : setting_groups()) {
    out << '\n' << group.title << ":\n";
    for (const auto& row : group.rows) {
      const std::string fallback = row.fallback;
      out << "  " << short_flag_of(row.key) << (row.is_secret() ? "-file=PATH" : "")
          << (fallback.empty() ? "" : " [" + fallback + "]") << '\n';
      print_wrapped(out, "      ", row.sentence, page_width);
    }
  }
}

int run_config_command(std::span<const std::string> words, const loaded& state, std::ostream& out, std::ostream& err) {
  const auto is = [&](std::initializer_list<const char*> wanted) {
    return std::equal(words.begin(), words.end(), wanted.begin(), wanted.end());
  };
  if (is({"print-example"})) return print_example(out), 0;
  if (is({"print-page"})) return print_page(out), 0;
  if (is({"check"})) return run_check_config(state, out, err);
  const bool with_origin = is({"show", "--origin"});
  if (!with_origin && !is({"show"})) {
    err << "usage: config show [--origin] | config check | config print-example | config print-page\n";
    return exit_usage;
  }
  // What stands is shown even when something is wrong, for that is when one looks.
  print_settings(state, with_origin ? origin_column::shown : origin_column::hidden, out);
  for (const auto& warning : state.warnings) err << "warning: " << warning << '\n';
  if (state.ok()) return 0;
  err << violations_text(state);
  return exit_configuration;
}

}  // namespace rltrader

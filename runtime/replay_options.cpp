// Words of the replay, each with its own complaint.
#include "runtime/replay_options.hpp"

#include "runtime/terms.hpp"
#include "wire/rfc3339.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace rltrader {

namespace {

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

failure usage(std::string what) { return {errc::malformed, std::move(what)}; }

std::string interval_list() {
  std::string out;
  for (const auto& w : words(interval{})) out += (out.empty() ? "" : " ") + std::string(w.text);
  return out;
}

result<void> take_word(std::string_view name, const std::string& value, replay_options& out) {
  if (name == "--pair") {
    out.pair = value;
  } else if (name == "--interval") {
    out.interval = value_of<interval>(value);
    if (!out.interval) return usage("--interval must be one of " + interval_list() + ", was '" + value + "'");
  } else if (name == "--speed") {
    const auto speed = value == "max" ? std::optional(0.0) : number_of<double>(value);
    // The comparison is false for NaN too.
    if (!speed || !(*speed >= 0 && *speed <= 1e9) || (*speed == 0 && value != "max"))
      return usage("--speed must be max or a number above 0, was '" + value + "'");
    out.speed = *speed;
  } else if (name == "--from" || name == "--to") {
    const auto at = rfc3339_parse(value.size() == 10 ? value + "T00:00:00Z" : value);
    if (!at)
      return usage(std::string(name) + " must be a day or a moment, 2025-07-04 or 2025-07-04T12:00:00Z, was '" + value +
                   "'");
    (name == "--from" ? out.from : out.to) = at;
  } else if (name == "--progress") {
    constexpr std::array<std::pair<std::string_view, progress_style>, 4> styles{
        {{"auto", progress_style::automatic},
         {"bar", progress_style::bar_on_terminal},
         {"lines", progress_style::plain_lines},
         {"none", progress_style::silent}}};
    for (const auto& [word, style] : styles)
      if (value == word) {
        out.progress = style;
        return {};
      }
    return usage("--progress must be one of auto bar lines none, was '" + value + "'");
  } else {
    return usage("unknown option " + std::string(name));
  }
  return {};
}

}  // namespace

result<replay_options> replay_options_of(std::span<const std::string> words, const settings& values) {
  replay_options defaults;
  defaults.terms = paper_terms(values, 1);
  defaults.log.form = values.log_format;
  defaults.log.file = values.log_file;
  // Half a year of pauses and first decisions belongs into a file, not between the lines of a report.
  defaults.log.level =
      values.log_file.empty() ? std::max(values.log_level, log_threshold::warn_and_up) : values.log_level;
  return read_replay_arguments(words, std::move(defaults));
}

result<replay_options> read_replay_arguments(std::span<const std::string> words, replay_options defaults) {
  auto out = std::move(defaults);
  bool only_paths = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& argument = words[i];
    if (only_paths || !argument.starts_with("--")) {
      out.paths.push_back(argument);
      continue;
    }
    if (argument == "--") {
      only_paths = true;
      continue;
    }
    if (argument == "--json") {
      out.json = true;
      continue;
    }
    const auto equals = argument.find('=');
    const auto name = argument.substr(0, equals);
    std::string value;
    if (equals != std::string::npos)
      value = argument.substr(equals + 1);
    else if (i + 1 < words.size() && !words[i + 1].starts_with("--"))
      value = words[++i];
    else
      return usage(std::string(name).append(" needs a value: ").append(name).append("=VALUE"));
    if (const auto taken = take_word(name, value, out); !taken) return taken.error();
  }
  if (out.from && out.to && *out.to <= *out.from) return usage("--to must be after --from");
  if (out.paths.empty()) return usage("no files: name at least one file or folder");
  return out;
}

}  // namespace rltrader

// Failures of the store become exit codes here alone.
#include "cli/store_terms.hpp"

#include "adapters/storage/foreign_text.hpp"
#include "cli/text.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>
#include <array>

namespace rltrader::cli {

namespace {

constexpr std::array keys_of_the_store{
    "RLTRADER_DATA_DIR", "TIMESCALE_URL",           "TIMESCALE_RL_OPS_ENABLED", "TIMESCALE_MARKET_DATA_ENABLED",
    "TIMESCALE_SCHEMA",  "DISABLE_TEST_DATA_IN_DB", "RL_ARTIFACT_DIR",          "RLTRADER_CONFIG"};
constexpr std::size_t bar_width = 24;

}  // namespace

exit_code exit_of(errc code) {
  switch (code) {
    case errc::refused:
    case errc::locked:
    case errc::conflict:
    case errc::forbidden: return exit_code::refused;
    case errc::out_of_bounds: return exit_code::usage;
    case errc::timed_out: return exit_code::timed_out;
    default: return exit_code::error;
  }
}

exit_code fail_store(const session& s, const failure& why) {
  std::vector<std::string> lines;
  std::string_view rest = why.what;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  return s.fail({exit_of(why.code), 0, std::move(lines)});
}

std::optional<exit_code> wrong_store_settings(const session& s) {
  trouble out{exit_code::configuration, 0, {}};
  for (const auto& wrong : s.settings().violations)
    if (std::any_of(keys_of_the_store.begin(), keys_of_the_store.end(),
                    [&](const char* key) { return wrong.key == key; }) &&
        wrong.where != origin_text(origin{}))
      out.lines.push_back(violation_text(wrong));
  if (out.lines.empty()) return std::nullopt;
  return s.fail(out);
}

std::string command_text(const session& s) { return "rltraderctl " + std::string(s.given().command->name); }

std::string actor_text(const session& s) { return "rltraderctl:" + s.world().user(); }

std::vector<std::string> names_of(const session& s, std::string_view name) {
  std::vector<std::string> out;
  const auto given = s.given().option(name).value_or("");
  std::string_view rest = given;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (const auto one = trim(rest.substr(0, comma)); !one.empty()) out.emplace_back(one);
    rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
  }
  return out;
}

storage::progress_listener progress_bar::listener() {
  return [this](const storage::table_progress& at) { show(at); };
}

void progress_bar::show(const storage::table_progress& at) {
  if (s_.wants_json()) return;
  const bool whole = at.rows >= at.of;
  if (s_.out().on().width == 0) {
    if (whole) s_.out().line({std::string(at.table) + ": " + storage::grouped(at.rows) + " rows"});
    return;
  }
  const auto share = at.of > 0 ? static_cast<double>(at.rows) / static_cast<double>(at.of) : 1.0;
  const auto full = std::min(bar_width, static_cast<std::size_t>(share * static_cast<double>(bar_width)));
  auto text = "[" + std::string(full, '#') + std::string(bar_width - full, ' ') + "] " + at.table + " " +
              storage::grouped(at.rows);
  const auto size = text.size();
  if (size < shown_) text += std::string(shown_ - size, ' ');
  shown_ = size;
  s_.world().out << '\r' << text << std::flush;
}

void progress_bar::end() {
  if (shown_ > 0) s_.world().out << '\r' << std::string(shown_, ' ') << '\r' << std::flush;
  shown_ = 0;
}

}  // namespace rltrader::cli

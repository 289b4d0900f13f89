// rltraderd: reads the words, then hands over to a mode.
#include "runtime/config_commands.hpp"
#include "runtime/daemon.hpp"
#include "runtime/load_settings.hpp"
#include "runtime/logging.hpp"
#include "runtime/process_inputs.hpp"
#include "runtime/replay.hpp"
#include "runtime/signals.hpp"
#include "runtime/terms.hpp"
#include "runtime/version.hpp"

#include <algorithm>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace rltrader {
namespace {

constexpr int exit_usage = 2;

void print_help(std::ostream& out) {
  out << "rltraderd " << version_text()
      << ": reinforcement-learning agents on perpetual futures, one actor a pair\n\n"
         "usage: rltraderd [MODE] [FLAGS]\n\n"
         "modes\n"
         "  demo             the eight default pairs on paper, in an embedded simulated market (see --time-scale)\n"
         "  replay PATH...   recorded candles (.csv, .csv.gz, folders) through the same actors; --speed=max --json\n"
         "  serve            the default: trades where the settings say; needs an exchange, which this version does "
         "not have\n"
         "  config WORD      show [--origin], check, print-example, print-page\n\n"
         "  --check-config   all violations of the settings at once; exit 78 when there are any\n"
         "  --version, --help\n\n"
         "exit codes: 0 ok, 1 error, 2 usage, 4 nothing to do, 78 settings, 130 interrupted\n\n"
         "flags\n";
  print_flags(out);
}

int refuse_usage(const std::string& what) {
  std::cerr << "rltraderd: " << what << "\nTry rltraderd --help.\n";
  return exit_usage;
}

int refuse_settings(const loaded& state) {
  for (const auto& w : state.warnings) std::cerr << "warning: " << w << '\n';
  std::cerr << violations_text(state);
  return exit_configuration;
}

bool take_word(std::vector<std::string>& words, std::string_view word) {
  const auto it = std::find(words.begin(), words.end(), word);
  if (it == words.end()) return false;
  words.erase(it);
  return true;
}

int replay_words(const std::vector<std::string>& words, const loaded& state) {
  const auto& values = state.values;
  // What happens on the way is in the report; only what is wrong is worth a line, unless a level was asked for.
  const bool level_given = state.origin_of("RLTRADER_LOG_LEVEL").from != origin_kind::by_default;
  const auto level = level_given ? values.log_level : log_threshold::errors_only;
  if (const auto set = set_up_logging(
          {.form = values.log_format, .level = level, .file = values.log_file, .secrets = secret_values(values)});
      !set) {
    std::cerr << "rltraderd: " << set.error().what << '\n';
    return 1;
  }
  std::stop_source stop;
  signal_watch signals({.stop = [&](int) { stop.request_stop(); }, .reload = [] {}});
  replay_options defaults;
  defaults.terms = paper_terms(values, 1);
  defaults.venue.starting_balance = values.starting_balance;
  defaults.stop = stop.get_token();
  const auto options = read_replay_arguments(words, std::move(defaults));
  if (!options) {
    std::cerr << "rltraderd: " << options.error().what << '\n' << replay_usage;
    return exit_usage;
  }
  return run_replay(*options, std::cout, std::cerr);
}

int run(const std::vector<std::string>& arguments) {
  auto line = read_command_line(arguments);
  auto& words = line.rest;
  if (take_word(words, "--help") || take_word(words, "-h")) {
    print_help(std::cout);
    return 0;
  }
  if (take_word(words, "--version")) {
    std::cout << "rltraderd " << version_text() << " (" << commit_text() << ", " << build_type_text() << ")\n";
    return 0;
  }
  const bool check = take_word(words, "--check-config");
  std::string mode = "serve";
  if (!words.empty() && !words.front().starts_with("-")) {
    mode = words.front();
    words.erase(words.begin());
  }
  const auto start = mode == "demo"     ? start_mode::demonstration
                     : mode == "replay" ? start_mode::replaying
                                        : start_mode::serving;
  if (mode != "serve" && mode != "demo" && mode != "replay" && mode != "config")
    return refuse_usage("no mode '" + mode + "'; there are serve, demo, replay and config");
  const auto rest = words;
  const auto state =
      load_settings({.line = line, .environment = process_environment(), .read = read_small_file, .mode = start});
  if (mode == "config") return run_config_command(rest, state, std::cout, std::cerr);
  if (check) return run_check_config(state, std::cout, std::cerr);
  if (!state.ok()) return refuse_settings(state);
  if (mode == "replay") {
    return replay_words(rest, state);
  }
  for (const auto& w : rest)
    return refuse_usage(w.starts_with("-") ? unknown_flag_text(w) : "'" + w + "' means nothing here");
  if (mode == "demo") return run_demo(line, state, std::cout, std::cerr);
  std::cerr << "rltraderd serve: this version has no exchange client; run 'rltraderd demo' (simulated market) or "
               "'rltraderd replay'.\n";
  return 1;
}

}  // namespace
}  // namespace rltrader

int main(int argc, char** argv) {
  try {
    return rltrader::run(rltrader::program_arguments({argv, static_cast<std::size_t>(argc)}));
  } catch (const std::exception& e) {
    std::cerr << "rltraderd: a defect: " << e.what() << '\n';
    return 1;
  }
}

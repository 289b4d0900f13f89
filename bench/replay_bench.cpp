// How fast bars go through the whole desk: a made market of five pairs and half a year, or the paths that are given.
//
// Prints the replay's report; its last lines have bars per second and the peak memory. Run it from a release build.
#include "domain/instrument.hpp"
#include "runtime/load_settings.hpp"
#include "runtime/replay.hpp"
#include "runtime/terms.hpp"
#include "sim/price_maker.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace rltrader {
namespace {

constexpr instant begin = instant_of_ms(1'751'328'000'000);  // 2025-07-01 00:00 UTC
constexpr int days = 180;

void record(const std::filesystem::path& file, const pair_name& pair) {
  sim::price_maker maker(1, {sim::start_of(pair)}, begin, {.gaps = 0});
  aggregator build(interval::m1, interval::m5);
  std::ofstream out(file);
  out << "timestamp_ms,open,high,low,close,volume\n";
  for (int day = 1; day <= days; ++day)
    for (const auto& c : maker.history(pair, begin + hours{24} * day))
      if (const auto five = build.push(c))
        out << ms_of(five->open_time) << ',' << five->open.text() << ',' << five->high.text() << ',' << five->low.text()
            << ',' << five->close.text() << ',' << five->volume.text() << '\n';
}

int run(const std::vector<std::string>& arguments) {
  auto words = arguments;
  const auto folder = std::filesystem::temp_directory_path() / "rltrader-replay-bench";
  if (words.empty() || words.front().starts_with("--")) {
    std::filesystem::create_directories(folder);
    for (const auto* pair : {"BTC-USDT", "ETH-USDT", "XRP-USDT", "BNB-USDT", "SOL-USDT"})
      record(folder / (pair_token(pair) + "-5m.csv"), pair_name{pair});
    words.insert(words.begin(), folder.string());
  }
  const auto state = load_settings({.line = {}, .environment = {}, .read = {}, .mode = start_mode::replaying});
  const auto options = replay_options_of(words, state.values);
  if (!options) {
    std::cerr << options.error().what << "\n" << replay_usage;
    return replay_usage_error;
  }
  const auto code = run_replay(*options, std::cout, std::cerr);
  std::filesystem::remove_all(folder);
  return code;
}

}  // namespace
}  // namespace rltrader

int main(int argc, char** argv) { return rltrader::run({argv + 1, argv + argc}); }

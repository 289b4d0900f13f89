// What one closed bar costs in the pure domain: features, the integrity gate, and the fingerprint hash.
#include "domain/features.hpp"
#include "domain/integrity.hpp"
#include "domain/sha256.hpp"

#include <benchmark/benchmark.h>

#include <random>

namespace {

using namespace rltrader;

std::vector<candle> walk(std::size_t bars) {
  std::mt19937_64 chance(1);
  double close = 60'000;
  std::vector<candle> out;
  for (std::size_t i = 0; i < bars; ++i) {
    const double open = close;
    close *= 1 + (static_cast<double>(chance() % 2'001) - 1'000) * 1e-6;
    const double reach = close * static_cast<double>(chance() % 1'000) * 1e-6;
    out.push_back({instant_of_ms(1'700'006'400'000) + minutes{5} * static_cast<int>(i), price::of_double(open),
                   price::of_double(std::max(open, close) + reach), price::of_double(std::min(open, close) - reach),
                   price::of_double(close), quantity::of(1 + static_cast<std::int64_t>(chance() % 100))});
  }
  return out;
}

void push_features(benchmark::State& state) {
  const auto bars = walk(50'000);
  std::size_t next = bars.size();
  std::optional<feature_pipeline> pipeline;
  for (auto _ : state) {
    if (next == bars.size()) {
      pipeline.emplace(interval::m5, std::vector{interval::m15, interval::h1, interval::h4});
      next = 0;
    }
    pipeline->push(bars[next++]);
    benchmark::DoNotOptimize(pipeline->ood_score());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(push_features);

void check_window_of_thirty(benchmark::State& state) {
  const auto bars = walk(30);
  const integrity_input in{
      .window = bars, .interval = interval::m5, .now = bars.back().open_time + minutes{5}, .bars_least = 30};
  for (auto _ : state) benchmark::DoNotOptimize(check_integrity(in).blocked);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(check_window_of_thirty);

void hash_a_kilobyte(benchmark::State& state) {
  const std::string text(1'024, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(sha256().update(text).finish());
  state.SetBytesProcessed(state.iterations() * 1'024);
}
BENCHMARK(hash_a_kilobyte);

}  // namespace

// How fast the simulated venue takes bars, and how fast the simulated market makes them.
#include "sim/price_maker.hpp"
#include "sim/venue_core.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace rltrader;
using namespace rltrader::sim;

const instant beginning = instant_of_ms(1'735'689'600'000);

/// Ten thousand five-minute bars of the market, which repeat later in time.
std::vector<bar> recorded() {
  const pair_name pair{"BTC-USDT"};
  price_maker market{1, {start_of(pair)}, beginning, {.gaps = 0}};
  std::vector<bar> out;
  for (int i = 0; i < 10'000; ++i) {
    auto c = *market.next(pair).candle;
    c.open_time = beginning + minutes{5 * i};
    out.push_back({.pair = pair, .interval = interval::m5, .candle = c});
  }
  return out;
}

venue_core venue_of_eight() {
  venue_settings settings;
  for (const auto& pair : default_pairs()) settings.instruments.push_back(simulated_instrument(pair));
  settings.starting_balance = money::of(1'000'000);
  settings.leverage = 1;
  return venue_core{settings};
}

order_content buying(const char* quantity_text) {
  order_content c;
  c.pair = pair_name{"BTC-USDT"};
  c.quantity = *quantity::parse(quantity_text);
  return c;
}

enum class holding : unsigned char { nothing, a_position, a_position_and_orders };

void bars(benchmark::State& state, holding what) {
  auto all = recorded();
  auto venue = venue_of_eight();
  const auto round = minutes{5} * all.size();
  std::size_t i = 0;
  const auto step = [&] {
    auto& b = all[i];
    auto out = venue.on_bar(b);
    b.candle.open_time += round;
    i = i + 1 == all.size() ? 0 : i + 1;
    return out;
  };
  step();
  if (what != holding::nothing) {
    venue.place({.client = {}, .content = buying("1"), .at = beginning});
    step();
  }
  if (what == holding::a_position_and_orders)
    for (const auto* trigger : {"20000", "19000", "18000", "17000"}) {
      auto c = buying("0.2");
      c.side = order_side::sell;
      c.type = order_type::stop_market;
      c.trigger = *price::parse(trigger);
      c.reduce_only = true;
      venue.place({.client = {}, .content = c, .at = beginning});
    }
  for (auto _ : state) benchmark::DoNotOptimize(step());
  state.SetItemsProcessed(state.iterations());
}

void bars_with_trades(benchmark::State& state) {
  auto all = recorded();
  auto venue = venue_of_eight();
  const auto round = minutes{5} * all.size();
  std::size_t i = 0;
  for (auto _ : state) {
    auto& b = all[i];
    benchmark::DoNotOptimize(venue.on_bar(b));
    auto c = buying("0.5");
    c.side = i % 2 == 0 ? order_side::buy : order_side::sell;
    benchmark::DoNotOptimize(venue.place({.client = {}, .content = c, .at = b.close_time()}));
    b.candle.open_time += round;
    i = i + 1 == all.size() ? 0 : i + 1;
    if (i == 0) venue.prune(b.candle.open_time);
  }
  state.SetItemsProcessed(state.iterations());
}

void sixty_days_of_eight_pairs(benchmark::State& state) {
  for (auto _ : state) {
    price_maker market{1, default_starts(), beginning};
    for (const auto& pair : default_pairs()) benchmark::DoNotOptimize(market.history(pair, beginning + hours{24 * 60}));
  }
  state.SetItemsProcessed(state.iterations() * 8 * 60 * 1'440);
}

BENCHMARK_CAPTURE(bars, with_nothing_held, holding::nothing);
BENCHMARK_CAPTURE(bars, with_a_position, holding::a_position);
BENCHMARK_CAPTURE(bars, with_a_position_and_four_stops, holding::a_position_and_orders);
BENCHMARK(bars_with_trades);
BENCHMARK(sixty_days_of_eight_pairs)->Unit(benchmark::kMillisecond);

}  // namespace

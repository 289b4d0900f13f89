// What durability costs: commits of one row and of groups in SQLite, the same in memory, candles, and a page of a list.
#include "adapters/storage/storage.hpp"
#include "wire/json.hpp"

#include <benchmark/benchmark.h>

#include <filesystem>

namespace {

using namespace rltrader;

std::string fresh(const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / "rltrader-store-bench";
  std::filesystem::create_directories(folder);
  const auto path = folder / name;
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + end);
  return path.string();
}

/// A decision as the daemon makes them: 24 features, hashes, reasons.
decision example() {
  decision d;
  d.id = decision_id{"0123456789abcdef0123456789abcdef0123456789ab"};
  d.run = run_id{"run-BTC-USDT-0001"};
  d.pair = pair_name{"BTC-USDT"};
  d.reason = "policy says long with confidence 0.71";
  d.policy_version = "ema-trend-1";
  d.feature_fingerprint = std::string(64, 'f');
  d.input_hash = std::string(64, 'a');
  d.trace_id = std::string(32, 't');
  d.source = "replay";
  d.risk_check_result = "not_needed";
  d.features.assign(24, 0.123456789);
  return d;
}

decision numbered(const decision& from, std::int64_t n) {
  auto d = from;
  d.id = decision_id{"d-" + std::to_string(n)};
  d.decided_at = instant_of_ms(1'700'000'000'000 + n * 60'000);
  return d;
}

void expect(bool holds, benchmark::State& state) {
  if (!holds) state.SkipWithError("the store failed");
}

void sqlite_commit(benchmark::State& state) {
  const auto store = *storage::open_sqlite_ops(fresh("ops.db"));
  const auto base = example();
  std::int64_t n = 0;
  for (auto _ : state) {
    ports::write_batch rows;
    for (std::int64_t i = 0; i < state.range(0); ++i) rows.push_back(numbered(base, n++));
    expect(static_cast<bool>(store->commit(rows)), state);
  }
  state.SetItemsProcessed(n);
}

/// One batch over and over, with a new name each time: what the store does, not what the memory of the machine does.
void memory_commit(benchmark::State& state) {
  const auto store = storage::make_memory_ops(1000);
  ports::write_batch rows{example()};
  auto& d = std::get<decision>(rows.front());
  std::int64_t n = 0;
  for (auto _ : state) {
    d.id = decision_id{std::to_string(++n)};
    d.decided_at += milliseconds{1};
    expect(static_cast<bool>(store->commit(rows)), state);
  }
  state.SetItemsProcessed(n);
}

void market_append(benchmark::State& state) {
  const auto store = *storage::open_sqlite_market(fresh("market.db"));
  std::int64_t minute = 0;
  for (auto _ : state) {
    std::vector<bar> bars;
    for (int i = 0; i < 1000; ++i)
      bars.push_back({pair_name{"BTC-USDT"},
                      interval::m1,
                      {instant_of_ms(minute++ * 60'000), price::of(1), price::of(2), price::of(1), price::of(2),
                       quantity::of(5)}});
    expect(static_cast<bool>(store->append_bars(bars, "bench")), state);
  }
  state.SetItemsProcessed(minute);
}

void page_of_decisions(benchmark::State& state) {
  const auto store = *storage::open_sqlite_ops(fresh("list.db"));
  const auto base = example();
  ports::write_batch rows;
  for (std::int64_t i = 0; i < 20'000; ++i) rows.push_back(numbered(base, i));
  expect(static_cast<bool>(store->commit(rows)), state);
  for (auto _ : state) benchmark::DoNotOptimize(store->decisions({.pair = "BTC-USDT", .limit = 50}));
}

void json_of_a_decision(benchmark::State& state) {
  const auto d = example();
  for (auto _ : state) benchmark::DoNotOptimize(json_text(d));
}

BENCHMARK(sqlite_commit)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK(memory_commit);
BENCHMARK(market_append)->UseRealTime();
BENCHMARK(page_of_decisions);
BENCHMARK(json_of_a_decision);

}  // namespace

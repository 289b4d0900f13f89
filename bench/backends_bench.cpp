// What each backend gives: candles per second against a raw upsert by unnest, and durable intents per second through the ledger, one
// at a time and all at once.
//
// backends_bench [--postgres URL] [--timescale URL]. Tables are made in a schema of their own and dropped. Prints rates, ratios, p50
// and p99. Run it from a release build; take each figure over several runs.
#include "actors/actors.hpp"
#include "adapters/storage/market_tables.hpp"
#include "adapters/storage/postgres_connection.hpp"
#include "adapters/storage/postgres_stores.hpp"
#include "adapters/storage/sql_ops.hpp"
#include "adapters/storage/storage.hpp"
#include "runtime/wiring.hpp"

#include <libpq-fe.h>
#include <caf/all.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <thread>

namespace rltrader {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class T>
T valued(result<T> r) {
  if (!r) throw std::runtime_error(r.error().what);
  return std::move(*r);
}

constexpr int candles = 300'000;
constexpr int candles_a_batch = 5'000;
constexpr int rounds = 3;

std::vector<bar> bars_from(int first, int count) {
  std::vector<bar> out;
  for (int i = first; i < first + count; ++i)
    out.push_back({pair_name{"BTC-USDT"},
                   interval::m1,
                   {instant_of_ms(1'600'000'000'000 + std::int64_t{i} * 60'000), price::of_raw(6'000'012'345'678 + i),
                    price::of_raw(6'000'112'345'678 + i), price::of_raw(5'999'912'345'678 + i),
                    price::of_raw(6'000'022'345'678 + i), quantity::of_raw(123'456'789 + i)}});
  return out;
}

/// Rows per second, everything that a caller waits for included.
double store_candles(ports::market_store& store, int first) {
  const auto began = seconds_now();
  for (int at = 0; at < candles; at += candles_a_batch) {
    const auto done = store.append_bars(bars_from(first + at, candles_a_batch), "bench");
    if (!done) throw std::runtime_error(done.error().what);
  }
  return candles / (seconds_now() - began);
}

std::string decimal(std::int64_t raw) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%08lld", static_cast<long long>(raw / 100'000'000),
                static_cast<long long>(raw % 100'000'000));
  return text;
}

/// The same table and rows by libpq alone: text arrays, a plain upsert, no guard.
double raw_unnest(const std::string& url, const std::string& schema, int first) {
  std::unique_ptr<PGconn, decltype(&PQfinish)> c(PQconnectdb(url.c_str()), &PQfinish);
  const auto sql =
      "INSERT INTO \"" + schema +
      "\".\"bingx_candles\" "
      "(pair,\"interval\",open_time,close_time,open,high,low,close,volume,quote_volume,closed,source) "
      "SELECT 'ETH-USDT','1m',to_timestamp(t/1000.0),to_timestamp(t/1000.0+60),o,h,l,c,v,NULL,true,'raw' FROM "
      "unnest($1::bigint[],$2::numeric[],$3::numeric[],$4::numeric[],$5::numeric[],$6::numeric[]) AS u(t,o,h,l,c,v) "
      "ON CONFLICT (pair,\"interval\",open_time) DO UPDATE SET open=excluded.open,high=excluded.high,low=excluded.low,"
      "close=excluded.close,volume=excluded.volume";
  const auto run = [&](const char* text) { PQclear(PQexec(c.get(), text)); };
  PQclear(PQprepare(c.get(), "put", sql.c_str(), 0, nullptr));
  const auto began = seconds_now();
  for (int at = 0; at < candles; at += candles_a_batch) {
    std::string arrays[6];
    for (const auto& b : bars_from(first + at, candles_a_batch)) {
      const auto& k = b.candle;
      const std::string values[6] = {std::to_string(ms_of(k.open_time)),
                                     decimal(k.open.raw()),
                                     decimal(k.high.raw()),
                                     decimal(k.low.raw()),
                                     decimal(k.close.raw()),
                                     decimal(k.volume.raw())};
      for (int i = 0; i < 6; ++i) arrays[i] += (arrays[i].empty() ? "{" : ",") + values[i];
    }
    const char* parameters[6];
    for (int i = 0; i < 6; ++i) parameters[i] = (arrays[i] += '}').c_str();
    run("BEGIN;SET LOCAL synchronous_commit=off");
    std::unique_ptr<PGresult, decltype(&PQclear)> r(PQexecPrepared(c.get(), "put", 6, parameters, nullptr, nullptr, 0),
                                                    &PQclear);
    if (PQresultStatus(r.get()) != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(c.get()));
    run("COMMIT");
  }
  return candles / (seconds_now() - began);
}

ports::write_batch intent(int n) {
  order o;
  o.id = order_id{"o" + std::to_string(n)};
  o.fingerprint = std::string(64, 'f');
  o.intent.content.pair = pair_name{"BTC-USDT"};
  o.intent.content.quantity = quantity::of(1);
  o.created_at = o.updated_at = instant_of_ms(1'700'000'000'000 + n);
  state_event e;
  e.order = o.id;
  e.number = 1;
  e.pair = o.intent.content.pair;
  e.after = order_state::intent;
  e.at = o.created_at;
  audit_note note{.actor = "executor",
                  .action = "order.intent",
                  .resource_type = "order",
                  .resource_id = o.id.text(),
                  .metadata = {},
                  .created_at = o.created_at};
  return {o, e, note};
}

struct intents_result {
  double rate = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

struct asked_so_far {
  int first = 0;
  int total = 0;
  int waiting = 0;
  int sent = 0;
  std::vector<double> latencies{};
  std::string failed{};
};

/// Keeps so many intents waiting until all are answered.
class asker : public caf::event_based_actor {
 public:
  asker(caf::actor_config& cfg, ledger_actor ledger, asked_so_far& progress)
      : caf::event_based_actor(cfg), ledger_(std::move(ledger)), progress_(progress) {}

  caf::behavior make_behavior() override {
    for (int i = 0; i < progress_.waiting && progress_.sent < progress_.total; ++i) ask();
    return {[](int) {}};
  }
  void on_exit() override { destroy(ledger_); }

 private:
  void ask() {
    const auto started = seconds_now();
    request(ledger_, std::chrono::seconds{30}, write_rows{intent(progress_.first + progress_.sent++)})
        .then(
            [this, started](const written&) {
              progress_.latencies.push_back(seconds_now() - started);
              if (progress_.sent < progress_.total)
                ask();
              else if (static_cast<int>(progress_.latencies.size()) == progress_.total)
                quit();
            },
            [this](const caf::error& e) {
              progress_.failed = caf::to_string(e);
              quit();
            });
  }

  ledger_actor ledger_;
  asked_so_far& progress_;
};

/// `total` intents through a ledger of its own thread, with so many waiting at once.
intents_result through_ledger(caf::actor_system& system, ports::ops_store& store, int first, int total, int waiting) {
  surroundings around;
  around.detached = true;
  around.request_timeout = caf::timespan{std::chrono::seconds{30}};
  struct fixed_clock final : ports::clock {
    instant now() const override { return instant_of_ms(1'700'000'000'000); }
  } clock;
  around.clock = &clock;
  auto ledger = spawn_ledger(system, around, store);
  asked_so_far progress;
  progress.first = first;
  progress.total = total;
  progress.waiting = waiting;
  const auto began = seconds_now();
  {
    caf::scoped_actor self{system};
    self->wait_for(system.spawn<asker>(ledger, std::ref(progress)));
  }
  if (!progress.failed.empty()) throw std::runtime_error(progress.failed);
  auto& latencies = progress.latencies;
  const double took = seconds_now() - began;
  {
    caf::scoped_actor self{system};
    self->monitor(ledger);
    self->send_exit(ledger, caf::exit_reason::user_shutdown);
    self->receive([](const caf::down_msg&) {});
  }
  ledger = nullptr;
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double part) {
    return latencies[static_cast<std::size_t>(part * (latencies.size() - 1))] * 1000;
  };
  return {total / took, at(0.5), at(0.99)};
}

void report_intents(caf::actor_system& system, const char* name, ports::ops_store& store) {
  static int first = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto alone = through_ledger(system, store, first, 1'000, 1);
    first += 1'000;
    const auto grouped = through_ledger(system, store, first, 20'000, 256);
    first += 20'000;
    std::printf(
        "%-10s intents: one at a time %7.0f/s (p50 %.2f, p99 %.2f ms); 256 waiting %7.0f/s (p50 %.2f, p99 %.2f ms); "
        "x%.1f\n",
        name, alone.rate, alone.p50_ms, alone.p99_ms, grouped.rate, grouped.p50_ms, grouped.p99_ms,
        grouped.rate / alone.rate);
  }
}

/// So many jobs, claimed twenty at a time and ended by four workers with a connection each. Every job is counted: none may run
/// twice, none may be left.
void report_claims(const char* name, ports::ops_store& store,
                   const std::function<std::unique_ptr<ports::ops_store>()>& connect) {
  constexpr int jobs = 4'000, workers = 4;
  const auto at = instant_of_ms(1'700'000'000'000);
  ports::write_batch rows;
  for (int n = 0; n < jobs; ++n) {
    retry_job job;
    job.id = "job-" + std::to_string(n);
    job.job_type = "bench";
    job.dedupe_key = job.id;
    job.next_attempt_at = job.created_at = job.updated_at = at;
    rows.emplace_back(job);
  }
  if (const auto kept = store.commit(rows); !kept) throw std::runtime_error(kept.error().what);
  std::vector<std::atomic<int>> done(jobs);
  const auto began = seconds_now();
  std::vector<std::thread> threads;
  for (int w = 0; w < workers; ++w)
    threads.emplace_back([&, w] {
      const auto mine = connect();
      const auto worker = "worker-" + std::to_string(w);
      int empty = 0;
      while (empty < 3) {
        const auto claimed = mine->claim({.worker = worker, .now = at, .lease = minutes{1}, .most = 20});
        if (!claimed || claimed->empty()) {
          ++empty;
          continue;
        }
        for (const auto& job : *claimed) {
          ++done[static_cast<std::size_t>(std::stoi(job.id.substr(4)))];
          const auto ended = mine->finish(well_done(job, at));
          if (!ended || !*ended) std::fprintf(stderr, "a job could not be ended\n");
        }
      }
    });
  for (auto& t : threads) t.join();
  const double took = seconds_now() - began;
  int twice = 0, never = 0;
  for (const auto& n : done) {
    if (n > 1) ++twice;
    if (n == 0) ++never;
  }
  std::printf("%-10s jobs: %7.0f/s claimed and ended by %d workers; %d run twice, %d not at all\n", name, jobs / took,
              workers, twice, never);
}

void report_sqlite(caf::actor_system& system) {
  const auto folder = std::filesystem::temp_directory_path() / "rltrader-backends-bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  {
    const auto market = valued(storage::open_sqlite_market((folder / "market.db").string()));
    for (int round = 0; round < rounds; ++round) {
      const double fresh = store_candles(*market, round * candles);
      const double again = store_candles(*market, round * candles);
      std::printf("%-10s candles: %8.0f/s fresh, %8.0f/s again\n", "sqlite", fresh, again);
    }
    const auto ops = valued(storage::open_sqlite_ops((folder / "ops.db").string(), "bench"));
    report_intents(system, "sqlite", *ops);
  }
  std::filesystem::remove_all(folder);
}

void report_server(caf::actor_system& system, const char* name, const std::string& url) {
  const std::string schema = "rltrader_bench";
  const auto drop = [&] {
    storage::postgres_connection c(
        {.url = url, .schema = schema, .within = std::chrono::seconds{60}, .seconds = seconds_now});
    const auto done = c.execute("DROP SCHEMA IF EXISTS \"" + schema + "\" CASCADE");
    if (!done) throw std::runtime_error(done.error().what);
  };
  drop();
  {
    auto stores = valued(storage::open_postgres({.url = url,
                                                 .schema = schema,
                                                 .origin = "bench",
                                                 .holder = "a benchmark",
                                                 .seconds = seconds_now,
                                                 .write_within = std::chrono::seconds{30},
                                                 .read_within = std::chrono::seconds{30}}));
    for (const auto& note : stores.notes) std::printf("%-10s %s\n", name, note.c_str());
    for (int round = 0; round < rounds; ++round) {
      const double raw = raw_unnest(url, schema, round * candles);
      const double ours = store_candles(*stores.market, round * candles);
      const double again = store_candles(*stores.market, round * candles);
      std::printf("%-10s candles: %8.0f/s fresh, raw unnest %8.0f/s, ratio %.2f; %8.0f/s again\n", name, ours, raw,
                  ours / raw, again);
    }
    report_intents(system, name, *stores.ops);
    report_claims(name, *stores.ops, [&]() -> std::unique_ptr<ports::ops_store> {
      return std::make_unique<storage::sql_ops>(
          std::make_unique<storage::postgres_connection>(storage::postgres_options{
              .url = url, .schema = schema, .within = std::chrono::seconds{30}, .seconds = seconds_now}));
    });
  }
  drop();
}

int run(const std::vector<std::string>& arguments) {
  system_config config{system_config::scheduler::sharing};
  caf::actor_system system{config};
  report_sqlite(system);
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (arguments[i] == "--postgres") report_server(system, "postgres", arguments[i + 1]);
    if (arguments[i] == "--timescale") report_server(system, "timescale", arguments[i + 1]);
  }
  return 0;
}

}  // namespace
}  // namespace rltrader

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    return rltrader::run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
}

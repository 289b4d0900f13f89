// What each backend of the ops store gives to its contract suite: a store, the same one opened anew, and rows to write.
#pragma once

#include "adapters/storage/postgres_connection.hpp"
#include "adapters/storage/postgres_stores.hpp"
#include "adapters/storage/storage.hpp"
#include "tests/support/test_server.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace rltrader::contract {

/// A folder of its own for one test, gone afterwards.
class scratch_folder {
 public:
  scratch_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rltrader-XXXXXX").string();
    must(mkdtemp(pattern.data()) != nullptr, "no scratch folder can be made");
    path_ = pattern;
  }
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// What must have worked, or the test ends with the failure's sentence.
template <class T>
T valued(result<T> from) {
  if (!from) throw std::runtime_error(from.error().what);
  return std::move(*from);
}

inline pair_name btc() { return pair_name{"BTC-USDT"}; }
inline pair_name eth() { return pair_name{"ETH-USDT"}; }
inline instant at_minute(int minute) { return instant_of_ms(1'700'000'000'000) + minutes{minute}; }

inline order an_order(const std::string& id, order_state state = order_state::intent, int minute = 0) {
  order o;
  o.id = order_id{id};
  o.fingerprint = "print-" + id;
  o.intent.slot = {"here", "main", trading_mode::paper, btc(), at_minute(minute), order_leg::entry, 0};
  o.intent.content.pair = btc();
  o.intent.content.quantity = quantity::of(2);
  o.intent.trade = trade_id{"trade-" + id};
  o.intent.run = run_id{"run-1"};
  o.intent.decision = decision_id{"decision-" + id};
  o.state = state;
  o.created_at = at_minute(minute);
  o.updated_at = at_minute(minute);
  return o;
}

inline fill a_fill(const std::string& id, const std::string& of_order, int minute = 0) {
  fill f;
  f.id = fill_id{id};
  f.order = order_id{of_order};
  f.pair = btc();
  f.price = price::of(60'000);
  f.quantity = quantity::of(1);
  f.fee = money::of_raw(12'345'678);
  f.at = at_minute(minute);
  return f;
}

inline decision a_decision(const std::string& id, const pair_name& pair, int minute) {
  decision d;
  d.id = decision_id{id};
  d.run = run_id{"run-1"};
  d.pair = pair;
  d.decided_at = at_minute(minute);
  d.features = {1.5, -2.25, 0.1};
  d.warnings = {"stale", "gappy"};
  return d;
}

inline state_event an_event(const std::string& of_order, int number, order_state after) {
  state_event e;
  e.order = order_id{of_order};
  e.number = number;
  e.pair = btc();
  e.after = after;
  e.at = at_minute(number);
  return e;
}

inline retry_job a_job(const std::string& id, const std::string& key, job_status status = job_status::pending) {
  retry_job j;
  j.id = id;
  j.job_type = "order_lookup";
  j.dedupe_key = key;
  j.status = status;
  j.payload = {{"order", "o-1"}, {"quote", "'\""}};
  return j;
}

inline audit_note a_note(const std::string& action, int minute = 0) {
  audit_note n;
  n.actor = "executor";
  n.action = action;
  n.resource_type = "order";
  n.resource_id = "o-1";
  n.metadata = {{"why", "because"}};
  n.created_at = at_minute(minute);
  return n;
}

enum class backend : unsigned char { memory, sqlite, postgres, timescale };

inline std::string name_of_backend(const testing::TestParamInfo<backend>& info) {
  constexpr std::array names{"memory", "sqlite", "postgres", "timescale"};
  return names[static_cast<unsigned char>(info.param)];
}
inline auto every_backend() {
  return testing::Values(backend::memory, backend::sqlite, backend::postgres, backend::timescale);
}

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A schema of its own on a shared server, gone afterwards.
class scratch_schema {
 public:
  explicit scratch_schema(std::string url) : url_(std::move(url)) {
    static int made = 0;
    name_ = "t" + std::to_string(getpid()) + "_" + std::to_string(++made);
  }
  ~scratch_schema() { drop(); }
  void drop() const {
    // TimescaleDB drops a chunk at a time; give it what it needs.
    if (!url_.empty())
      (void)connection(std::chrono::seconds{60})->execute("DROP SCHEMA IF EXISTS \"" + name_ + "\" CASCADE");
  }
  scratch_schema(const scratch_schema&) = delete;
  scratch_schema& operator=(const scratch_schema&) = delete;
  const std::string& url() const { return url_; }
  const std::string& name() const { return name_; }
  /// What a test opens stores with; the clock is the machine's.
  storage::postgres_target target() const {
    return {.url = url_,
            .schema = name_,
            .holder = "a test",
            .seconds = seconds_now,
            .write_within = seconds{10},
            .read_within = seconds{10}};
  }
  std::unique_ptr<storage::postgres_connection> connection(milliseconds within = std::chrono::seconds{10}) const {
    return std::make_unique<storage::postgres_connection>(storage::postgres_options{
        .url = url_, .schema = name_, .application = "a test", .within = within, .seconds = seconds_now});
  }

 private:
  std::string url_;
  std::string name_;
};

/// Where the stores of a test are, whichever backend it is run on.
class store_home {
 public:
  explicit store_home(backend kind)
      : kind_(kind),
        server_(kind == backend::postgres    ? test_server_of("POSTGRES")
                : kind == backend::timescale ? test_server_of("TIMESCALE")
                                             : test_server{}),
        schema_(server_.url) {}

  /// The sentence to skip by; empty: there is a server, or none is needed.
  const std::string& left_out() const { return server_.left_out; }
  bool forgets() const { return kind_ == backend::memory; }
  const scratch_schema& schema() const { return schema_; }
  const scratch_folder& folder() const { return folder_; }

  /// Everything is gone; no store may be open.
  void wipe() {
    schema_.drop();
    for (const char* name : {"ops.db", "ops.db-wal", "ops.db-shm", "market.db"})
      std::filesystem::remove(folder_.file(name));
  }

  /// The ops store, opened anew each time; the one before must be gone.
  std::unique_ptr<ports::ops_store> open_ops() {
    if (kind_ == backend::memory) return storage::make_memory_ops();
    if (kind_ == backend::sqlite) return valued(storage::open_sqlite_ops(folder_.file("ops.db")));
    auto target = schema_.target();
    target.market = false;
    target.is_gone = [](const std::string&) { return true; };
    auto opened = valued(storage::open_postgres(target));
    return std::move(opened.ops);
  }
  std::unique_ptr<ports::market_store> open_market() {
    if (kind_ == backend::memory) return storage::make_memory_market();
    if (kind_ == backend::sqlite) return valued(storage::open_sqlite_market(folder_.file("market.db")));
    auto target = schema_.target();
    target.ops = false;
    auto opened = valued(storage::open_postgres(target));
    return std::move(opened.market);
  }

 private:
  backend kind_;
  test_server server_;
  scratch_folder folder_;
  scratch_schema schema_;
};

/// A suite over every backend; a server that is left out skips its tests by name.
class on_every_backend : public testing::TestWithParam<backend> {
 protected:
  void SetUp() override {
    if (!home.left_out().empty()) GTEST_SKIP() << home.left_out();
    open();
  }
  virtual void open() = 0;
  store_home home{GetParam()};
};

}  // namespace rltrader::contract

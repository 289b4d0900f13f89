// What each backend of the ops store gives to its contract suite: a store, the same one opened anew, and rows to write.
#pragma once

#include "adapters/storage/storage.hpp"

#include <gtest/gtest.h>

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

enum class backend : unsigned char { memory, sqlite };

inline std::string name_of_backend(const testing::TestParamInfo<backend>& info) {
  return info.param == backend::memory ? "memory" : "sqlite";
}

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

}  // namespace rltrader::contract

// What names a row in memory, and when nothing depends on it any more.
#pragma once

#include "domain/records.hpp"

#include <string>
#include <string_view>

namespace rltrader::storage {

inline std::string_view joined(std::string_view a, std::string_view b, std::string& scratch) {
  return scratch.assign(a).append(1, '\n').append(b);
}

/// A row named by one text, of which nothing is ever done with.
template <auto Name>
struct kept_by {
  static std::string_view key(const auto& row, std::string&) { return row.*Name; }
  static bool done(const auto&) { return false; }
};

struct decision_rules {
  static std::string_view key(const decision& d, std::string&) { return d.id.text(); }
  static bool done(const decision&) { return true; }
};
struct order_rules {
  static std::string_view key(const order& o, std::string&) { return o.id.text(); }
  static bool done(const order& o) { return terminal(o.state); }
};
struct fill_rules {
  static std::string_view key(const fill& f, std::string& scratch) {
    return joined(f.pair.text(), f.id.text(), scratch);
  }
  static bool done(const fill&) { return true; }
};
struct position_rules {
  static std::string_view key(const position& p, std::string& scratch) {
    return joined(p.pair.text(), text_of(p.leg_side), scratch);
  }
  static bool done(const position&) { return false; }
};
struct trade_rules {
  static std::string_view key(const trade& t, std::string&) { return t.id.text(); }
  static bool done(const trade& t) {
    return t.status == trade_status::closed || t.status == trade_status::cancelled ||
           t.status == trade_status::rejected;
  }
};
struct run_rules {
  static std::string_view key(const agent_run& r, std::string&) { return r.id.text(); }
  static bool done(const agent_run& r) { return r.status == run_status::stopped; }
};
struct event_rules {
  static std::string_view key(const state_event& e, std::string& scratch) {
    return joined(e.order.text(), std::to_string(e.number), scratch);
  }
  static bool done(const state_event&) { return true; }
};
struct unnamed_rules {
  static std::string_view key(const auto&, std::string&) { return {}; }
  static bool done(const auto&) { return true; }
};
struct alert_rules {
  static std::string_view key(const alert& a, std::string&) { return a.id; }
  static bool done(const alert& a) { return a.status == alert_status::resolved; }
};
inline bool live(const retry_job& j) { return j.status == job_status::pending || j.status == job_status::processing; }
struct job_rules {
  static std::string_view key(const retry_job& j, std::string&) { return j.id; }
  static bool done(const retry_job& j) { return !live(j); }
};
struct idempotency_rules {
  static std::string_view key(const idempotency_record& r, std::string&) { return r.key; }
  static bool done(const idempotency_record& r) { return r.status != 0; }
};
struct quarantine_rules {
  static std::string_view key(const quarantine& q, std::string&) { return q.pair.text(); }
  static bool done(const quarantine&) { return false; }
};

}  // namespace rltrader::storage

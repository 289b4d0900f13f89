// What names a row in memory, when nothing depends on it any more, what it may not become and what no two rows share.
//
// The last two are what guards and partial keys are to tables in SQL; the contract suite holds them against each other.
//   refuses(old, next): why a row may not become another one; nullptr: it may.
//   once(row): a text that no two rows of the table share; none: this row shares nothing.
#pragma once

#include "domain/job_rules.hpp"
#include "domain/records.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rltrader::storage {

inline std::string_view joined(std::string_view a, std::string_view b, std::string& scratch) {
  return scratch.assign(a).append(1, '\n').append(b);
}

inline std::string_view key_part(const std::string& text) { return text; }
template <class Tag>
std::string_view key_part(const name_of<Tag>& name) {
  return name.text();
}
template <worded Enum>
std::string_view key_part(Enum value) {
  return text_of(value);
}
inline std::string key_part(instant at) { return std::to_string(ms_of(at)); }

/// The parts of a key, a line each.
template <class... Parts>
std::string key_of(const Parts&... parts) {
  std::string out;
  ((out.append(key_part(parts)).append(1, '\n')), ...);
  return out;
}
inline std::optional<std::string> once_if(bool counts, std::string key) {
  return counts ? std::optional(std::move(key)) : std::nullopt;
}

/// A row that stays, named by a text or by several fields together.
template <auto Name, auto... More>
struct kept_by {
  static std::string_view key(const auto& row, std::string& scratch) {
    if constexpr (sizeof...(More) == 0)
      return key_part(row.*Name);
    else
      return scratch = key_of(row.*Name, (row.*More)...);
  }
  static bool done(const auto&) { return false; }
};
/// A row of a long series: the oldest are forgotten.
template <auto... Names>
struct series_by : kept_by<Names...> {
  static bool done(const auto&) { return true; }
};

struct decision_rules {
  static std::string_view key(const decision& d, std::string&) { return d.id.text(); }
  static bool done(const decision&) { return true; }
};
struct order_rules {
  static std::string_view key(const order& o, std::string&) { return o.id.text(); }
  static bool done(const order& o) { return terminal(o.state); }
  static const char* refuses(const order& old, const order& next) {
    if (next.fingerprint != old.fingerprint) return "its content cannot change";
    if (next.filled < old.filled) return "its filled quantity cannot fall";
    if (terminal(old.state) && !terminal(next.state)) return "it has ended and cannot open again";
    return nullptr;
  }
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
struct job_rules {
  static std::string_view key(const retry_job& j, std::string&) { return j.id; }
  static bool done(const retry_job& j) { return !live(j); }
};
struct idempotency_rules {
  static std::string_view key(const idempotency_record& r, std::string&) { return r.key; }
  static bool done(const idempotency_record& r) { return r.status != 0; }
  static const char* refuses(const idempotency_record& old, const idempotency_record& next) {
    return next.fingerprint != old.fingerprint ? "its content cannot change" : nullptr;
  }
};
struct quarantine_rules {
  static std::string_view key(const quarantine& q, std::string&) { return q.pair.text(); }
  static bool done(const quarantine&) { return false; }
};

struct evaluation_rules : kept_by<&evaluation_report::id> {
  static bool done(const evaluation_report& r) { return r.status != evaluation_status::running; }
  static const char* refuses(const evaluation_report& old, const evaluation_report& next) {
    return done(old) && next.status != old.status ? "it has its verdict and keeps it" : nullptr;
  }
};
struct artifact_rules : kept_by<&model_artifact::id> {
  static const char* refuses(const model_artifact& old, const model_artifact& next) {
    const bool same =
        next.artifact_checksum == old.artifact_checksum && next.artifact_size_bytes == old.artifact_size_bytes;
    return same ? nullptr : "its bytes cannot change";
  }
  static auto once(const model_artifact& a) { return once_if(!a.artifact_uri.empty(), a.artifact_uri); }
};
struct learning_rules : kept_by<&learning_update::id> {
  static bool done(const learning_update& u) { return u.status != learning_status::running; }
  static const char* refuses(const learning_update& old, const learning_update& next) {
    return done(old) && next.status != old.status ? "it has ended and stays as it ended" : nullptr;
  }
};
struct dataset_rules : series_by<&dataset_version::id> {
  static const char* refuses(const dataset_version& old, const dataset_version& next) {
    const bool same = next.dataset_hash == old.dataset_hash && next.checksum == old.checksum;
    return same ? nullptr : "a dataset is never changed; write another one";
  }
};
struct feature_set_rules : kept_by<&feature_set_version::id> {
  static const char* refuses(const feature_set_version& old, const feature_set_version& next) {
    const bool same = next.feature_schema_fingerprint == old.feature_schema_fingerprint;
    return same ? nullptr : "a feature set is never changed; write another version";
  }
  static auto once(const feature_set_version& v) { return once_if(!v.label.empty(), v.label); }
};
struct gap_rules : kept_by<&data_gap_event::id> {
  static bool done(const data_gap_event& g) { return g.status == gap_status::resolved; }
  static auto once(const data_gap_event& g) {
    return once_if(!done(g), key_of(g.pair, g.source_type, g.interval, g.gap_start));
  }
};
struct drift_rules : kept_by<&drift_alert::id> {
  static bool done(const drift_alert& a) { return a.status == alert_status::resolved; }
};
struct mapping_rules : kept_by<&instrument_mapping::canonical_instrument_id> {
  static auto once(const instrument_mapping& m) {
    return once_if(!m.venue_symbol.empty(), key_of(m.venue, m.venue_symbol));
  }
};
/// A run of a source, over when it no longer runs.
template <class Run>
struct source_run_rules : kept_by<&Run::id> {
  static bool done(const Run& r) { return r.status != "running"; }
};
/// What a source published: one of an external id.
template <class Text>
struct text_rules : series_by<&Text::id> {
  static auto once(const Text& t) { return once_if(!t.external_id.empty(), key_of(t.source_id, t.external_id)); }
};
struct source_rules : kept_by<&source_record::id> {
  static auto once(const source_record& s) { return once_if(!s.identifier.empty(), key_of(s.type, s.identifier)); }
};

}  // namespace rltrader::storage

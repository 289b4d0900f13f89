// Rows of the audit chain.
#pragma once

#include "domain/order.hpp"

#include <map>
#include <string>

namespace rltrader {

/// What happened, before the store gives it a sequence and a hash. Table ops_audit_events with `audit_event`.
struct audit_note {
  std::string actor;          ///< who: an actor's name, a token's name, x-actor
  std::string action;         ///< order.sent, breaker.halted, agent.paused...
  std::string resource_type;  ///< order, breaker, agent, configuration...
  std::string resource_id;
  std::map<std::string, std::string> metadata;
  instant created_at{};

  static constexpr auto type_name = "audit_note";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"actor", &audit_note::actor, "who"}, field{"action", &audit_note::action, "what"},
             field{"resource_type", &audit_note::resource_type, "of what kind"},
             field{"resource_id", &audit_note::resource_id, "which"}, field{"metadata", &audit_note::metadata, "more"},
             field{"created_at", &audit_note::created_at, "market time"});
  }
};

/// A link of the audit chain: `hash` covers the note, the sequence and the hash before it. Gap-free per node (I14).
struct audit_event {
  std::int64_t sequence = 0;
  std::string hash;
  std::string previous_hash;
  std::string actor;
  std::string action;
  std::string resource_type;
  std::string resource_id;
  std::map<std::string, std::string> metadata;
  instant created_at{};

  static constexpr auto type_name = "audit_event";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"sequence", &audit_event::sequence, "1.. without gaps"},
             field{"hash", &audit_event::hash, "SHA-256, hex"},
             field{"previous_hash", &audit_event::previous_hash, "of the event before"},
             field{"actor", &audit_event::actor, "who"}, field{"action", &audit_event::action, "what"},
             field{"resource_type", &audit_event::resource_type, "of what kind"},
             field{"resource_id", &audit_event::resource_id, "which"},
             field{"metadata", &audit_event::metadata, "more"},
             field{"created_at", &audit_event::created_at, "market time"});
  }
};

}  // namespace rltrader

// Makes and checks links of the audit chain.
#include "domain/audit.hpp"

#include "domain/sha256.hpp"

namespace rltrader {

namespace {

/// "5:hello": with the length before it no two different lists of parts read the same.
void add_part(sha256& sum, std::string_view part) { sum.update(std::to_string(part.size())).update(":").update(part); }
void add_part(sha256& sum, std::int64_t part) { add_part(sum, std::to_string(part)); }

}  // namespace

std::string audit_hash(const audit_event& event) {
  sha256 sum;
  add_part(sum, event.sequence);
  add_part(sum, event.previous_hash);
  add_part(sum, event.actor);
  add_part(sum, event.action);
  add_part(sum, event.resource_type);
  add_part(sum, event.resource_id);
  add_part(sum, static_cast<std::int64_t>(event.metadata.size()));
  for (const auto& [name, value] : event.metadata) {
    add_part(sum, name);
    add_part(sum, value);
  }
  add_part(sum, ms_of(event.created_at));
  const auto digest = sum.finish();
  return hex_of(digest.data(), digest.size());
}

audit_event chain(const audit_head& head, const audit_note& note) {
  audit_event event;
  event.sequence = head.sequence + 1;
  event.previous_hash = head.hash;
  event.actor = note.actor;
  event.action = note.action;
  event.resource_type = note.resource_type;
  event.resource_id = note.resource_id;
  event.metadata = note.metadata;
  event.created_at = note.created_at;
  event.hash = audit_hash(event);
  return event;
}

result<audit_head> follow(const audit_head& head, const audit_event& event) {
  const auto broken = [](std::int64_t sequence, const std::string& how) {
    return failure{errc::corrupt, "the audit chain is broken at sequence " + std::to_string(sequence) + ": " + how};
  };
  if (event.sequence != head.sequence + 1)
    return broken(head.sequence + 1, "it is missing, the next one is " + std::to_string(event.sequence));
  if (event.previous_hash != head.hash) return broken(event.sequence, "it does not follow the event before it");
  if (event.hash != audit_hash(event)) return broken(event.sequence, "its content is not what was written");
  return audit_head{event.sequence, event.hash};
}

}  // namespace rltrader

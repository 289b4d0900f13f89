// The audit chain: each event's hash covers its content, its sequence and the hash before it, so that no change stays unseen.
#pragma once

#include "domain/records.hpp"
#include "domain/result.hpp"

#include <string>

namespace rltrader {

/// The end of a chain: the newest sequence and its hash; 0 and empty before the first event.
struct audit_head {
  std::int64_t sequence = 0;
  std::string hash;

  friend bool operator==(const audit_head&, const audit_head&) = default;
};

/// The next link after `head`.
audit_event chain(const audit_head& head, const audit_note& note);

/// SHA-256 over sequence, hash before and content, each part with its length before it; the event's own hash is not read.
std::string audit_hash(const audit_event& event);

/// Where the chain stands after `event`, or what is wrong with the link (errc::corrupt, naming the sequence).
result<audit_head> follow(const audit_head& head, const audit_event& event);

}  // namespace rltrader

// Imposes and lifts quarantines.
#include "domain/quarantine.hpp"

#include "domain/risk.hpp"

namespace rltrader {

namespace {
constexpr auto starting = "starting";
constexpr int agreeing_checks_needed = 2;
constexpr int disagreements_needed = 2;
}  // namespace

bool quarantine_board::waits_for_books(const quarantine& q) { return q.cause == starting; }

void quarantine_board::restore(const std::vector<quarantine>& rows) {
  for (const auto& q : rows)
    if (q.active) active_[q.pair] = q;
}

void quarantine_board::await_books(const std::vector<pair_name>& pairs, instant now) {
  for (const auto& pair : pairs)
    active_.try_emplace(pair, quarantine{.pair = pair,
                                         .active = true,
                                         .cause = starting,
                                         .reason = "its books have not been compared with the venue's yet",
                                         .agreeing_checks = 0,
                                         .since = now,
                                         .updated_at = now});
}

std::optional<quarantine> quarantine_board::impose(const pair_name& pair, const std::string& cause,
                                                   const std::string& reason, instant now) {
  const auto known = active_.find(pair);
  const bool fresh = known == active_.end() || known->second.cause != cause;
  quarantine q{.pair = pair,
               .active = true,
               .cause = cause,
               .reason = reason,
               .agreeing_checks = 0,
               .since = fresh ? now : known->second.since,
               .updated_at = now};
  active_[pair] = q;
  return fresh ? std::optional(std::move(q)) : std::nullopt;
}

std::vector<quarantine> quarantine_board::agree(const std::vector<pair_name>& pairs, instant now) {
  std::vector<quarantine> lifted;
  for (const auto& pair : pairs) {
    const auto it = active_.find(pair);
    if (it == active_.end()) continue;
    auto& q = it->second;
    const bool first_look = waits_for_books(q);
    if (++q.agreeing_checks < agreeing_checks_needed && !first_look) continue;
    q.active = false;
    q.updated_at = now;
    if (!first_look) lifted.push_back(q);
    active_.erase(it);
  }
  return lifted;
}

const quarantine* quarantine_board::find(const pair_name& pair) const {
  const auto it = active_.find(pair);
  return it == active_.end() ? nullptr : &it->second;
}

wallet_watch::word wallet_watch::judge(money ours, money theirs, bool quiet) {
  if (!quiet) return word::unjudged;
  if (equity_agrees(ours, theirs)) {
    disagreements_ = 0;
    return word::agrees;
  }
  if (++disagreements_ < disagreements_needed) return word::unjudged;
  disagreements_ = 0;
  return word::disagrees;
}

}  // namespace rltrader

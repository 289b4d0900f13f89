// Limits and configuration: what domain/limits allows is made durable, then it is in force.
#include "actors/risk.hpp"
#include "domain/limits.hpp"
#include "messages/errors.hpp"

namespace rltrader {

template <class Row>
caf::result<Row> risk::put_row(Row row, const std::string& who, const std::string& action, const std::string& type,
                               ports::write_batch more, std::function<void()> apply) {
  audit_note note{.actor = who,
                  .action = action,
                  .resource_type = type,
                  .resource_id = row.id,
                  .metadata = {},
                  .created_at = around_.now()};
  more.emplace_back(row);
  more.emplace_back(std::move(note));
  auto promise = make_response_promise<Row>();
  request(ledger_, around_.request_timeout, write_rows{std::move(more)})
      .then(
          [promise, row = std::move(row), apply = std::move(apply)](const written&) mutable {
            apply();
            promise.deliver(std::move(row));
          },
          [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

caf::result<risk_policy> risk::put(const change_policy& what) {
  const auto next = next_policy(book_.policy, what.wanted, account_level(), around_.now());
  if (!next) return to_caf(next.error());
  auto old = book_.policy;
  old.active = false;
  return put_row(*next, what.who, "risk_policy.changed", "risk_policy", {old}, [this, next = *next] {
    book_.policy = next;
    check_soon();
  });
}

caf::result<agent_configuration> risk::put(const change_configuration& what) {
  if (what.wanted.mode == trading_mode::live && terms_.mode != trading_mode::live)
    return to_caf({errc::refused, "this daemon trades on paper; mode live is not offered by it"});
  auto next = what.wanted;
  next.updated_at = around_.now();
  const bool halts = next.kill_switch && !book_.configuration.kill_switch;
  const bool resumes = !next.kill_switch && book_.configuration.kill_switch;
  const auto was = book_.configuration;
  if (halts || resumes) {
    auto moved = step_breaker(book_,
                              breaker_events::operator_said{
                                  halts ? breaker_level::halted : breaker_level::active, "account",
                                  next.kill_switch_reason.empty() ? "kill switch" : next.kill_switch_reason, what.who},
                              around_.now());
    if (moved.refused) return to_caf(*moved.refused);
    apply_step(moved, what.who, {}, was);
  }
  return put_row(next, what.who, "agent_configuration.changed", "agent_configuration", {}, [this, next] {
    book_.configuration = next;
    for (const auto& l : listeners_) send(l, configuration_changed{next});
  });
}

caf::result<risk_limit_set> risk::put(const change_limit_set& what) {
  auto next = what.wanted;
  next.updated_at = around_.now();
  if (what.create) {
    next.created_at = around_.now();
    if (next.id.empty()) next.id = "limits-" + std::to_string(ms_of(around_.now()));
    if (limit_sets_.contains(next.id)) return to_caf({errc::conflict, "a risk limit set " + next.id + " exists"});
  } else if (!limit_sets_.contains(next.id)) {
    return to_caf({errc::not_found, "no risk limit set " + next.id});
  }
  return put_row(next, what.who, what.create ? "risk_limits.created" : "risk_limits.changed", "risk_limit_set", {},
                 [this, next] { limit_sets_[next.id] = next; });
}

}  // namespace rltrader

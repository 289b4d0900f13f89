// What an operator may do to the breaker: halt, reduce, resume, and rebase the peak.
#include "domain/breaker_stepping.hpp"

namespace rltrader {

std::optional<std::string> breaker_stepping::objection_to_rebase() {
  if (row("account").level == breaker_level::halted || book_.configuration.kill_switch)
    return "the account is halted: " + row("account").reason;
  for (const auto* loss : {"daily_loss", "daily_loss_past"})
    if (has_cause(row("account"), loss)) return std::string(loss) + " stands, and an operator ends it after the day";
  if (const auto order = unknown_order("account")) return "order " + *order + " is UNKNOWN";
  for (const auto& [scope, r] : book_.breakers)
    if (has_cause(r, "stale_mark")) return "the mark of " + scope + " is stale, so equity is not known";
  return std::nullopt;
}

void breaker_stepping::peak_rebased(const breaker_events::peak_rebased& e) {
  if (const auto why = objection_to_rebase()) {
    out_.refused = failure{errc::conflict, "the peak is not rebased: " + *why};
    return;
  }
  auto& account = row("account");
  account.peak_equity = equity_to_measure_from();
  if (!has_cause(account, "drawdown")) return;
  remove_cause(account, "drawdown");
  account.reason = "peak rebased by " + e.who + (e.reason.empty() ? "" : ": " + e.reason);
  if (!account.standing.empty()) account.reason += "; still open: " + standing_text(account);
}

std::optional<std::string> breaker_stepping::unknown_order(const std::string& scope) const {
  for (const auto& [name, pair] : book_.pairs) {
    if (scope != "account" && scope != name.text()) continue;
    for (const auto& [id, o] : pair.open_orders)
      if (o.state == order_state::unknown) return id.text() + " of " + name.text();
  }
  return std::nullopt;
}

// Halt and kill switch are one state: what an operator says of the account shows in the configuration too.
void breaker_stepping::switch_kill(bool on, const std::string& reason) {
  auto& c = book_.configuration;
  if (c.kill_switch == on && (!on || c.kill_switch_reason == reason)) return;
  c.kill_switch = on;
  c.kill_switch_reason = on ? reason : "";
  c.updated_at = now_;
  out_.configuration_changed = true;
}

void breaker_stepping::resume(const breaker_events::operator_said& e) {
  auto& r = row(e.scope);
  const auto refuse = [&](const std::string& why) {
    out_.refused = failure{errc::conflict, e.scope + " stays open: " + why};
  };
  const bool kill = e.scope == "account" && book_.configuration.kill_switch;
  if (r.standing.empty() && !kill) return;
  if (const auto order = unknown_order(e.scope)) return refuse("order " + *order + " is UNKNOWN");
  bool only_operator = true;
  for (const auto& word : r.standing) {
    only_operator = only_operator && said_by_operator(word);
    switch (cause_of(word).ends) {
      case cause_ending::by_itself: return refuse(word + " stands, it clears by two clean checks");
      case cause_ending::next_day: return refuse(word + " stands until the next UTC day");
      case cause_ending::by_rebase: return refuse(word + " stands until the peak is rebased");
      case cause_ending::by_operator: break;
    }
  }
  if (!only_operator && r.cooldown_until && now_ < *r.cooldown_until)
    return refuse("it cools down for another " + seconds_text(*r.cooldown_until - now_));
  r.standing.clear();
  r.reason = "resumed: " + e.reason + " (" + e.who + ")";
  if (e.scope == "account") switch_kill(false, e.reason);
}

void breaker_stepping::operator_said(const breaker_events::operator_said& e) {
  if (e.scope != "account" && book_.pairs.count(pair_name{e.scope}) == 0) {
    out_.refused = failure{errc::not_found, e.scope + " is neither the account nor a pair of this desk"};
    return;
  }
  if (e.wanted == breaker_level::active) return resume(e);
  const bool halt = e.wanted == breaker_level::halted;
  const auto reason = e.reason + " (" + e.who + ")";
  auto& r = row(e.scope);
  remove_cause(r, halt ? "operator_reduce" : "operator_halt");
  add_cause(r, halt ? "operator_halt" : "operator_reduce", reason, now_);
  r.reason = reason;
  if (e.scope == "account") switch_kill(halt, e.reason);
}

}  // namespace rltrader

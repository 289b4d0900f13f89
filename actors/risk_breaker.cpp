// The breaker: what domain/breaker decides is carried out, made durable and told. Opening takes effect at once, before it is
// durable; closing only after (I9).
#include "actors/log.hpp"
#include "actors/risk.hpp"
#include "messages/errors.hpp"
#include "messages/views.hpp"

#include <algorithm>
#include <utility>

namespace rltrader {

namespace {

/// A change that lets more happen; in vain when it is not durable.
bool is_let_go(const breaker_change& c) {
  return c.after.level < c.before.level || c.after.peak_equity < c.before.peak_equity;
}

}  // namespace

void risk::publish_gate() {
  const auto account = book_.breakers.find("account");
  gate_->set_account(account == book_.breakers.end() ? breaker_level::active : account->second.level);
  for (const auto& [name, pair] : book_.pairs) gate_->set_pair(name, level_for(book_, name));
  show_levels();
}

/// Zero for a scope that was open once and is not any more.
void risk::show_levels() {
  if (!around_.metrics) return;
  around_.metrics->set(http::metric::breaker_state, {"account"}, static_cast<double>(account_level()));
  for (const auto& [scope, row] : book_.breakers)
    around_.metrics->set(http::metric::breaker_state, {scope}, static_cast<double>(row.level));
}

void risk::check_soon() {
  if (check_waits_) return;
  check_waits_ = true;
  send(this, check_breaker{});
}

void risk::check(bool full) {
  if (full)
    delayed_send(this, around_.actor_wait(terms_.check_every), check_breaker{true});
  else
    check_waits_ = false;
  const auto now = around_.now();
  const auto account = book_.breakers.find("account");
  if (account != book_.breakers.end() && account->second.day && *account->second.day != day_of(now))
    apply_step(step_breaker(book_, breaker_events::day_rolled{}, now), "risk");
  breaker_events::measured m;
  m.what = measure(book_, now, terms_.review.mark_fresh_for);
  m.check = full;
  m.foreign_pairs = foreign_pairs_;
  for (const auto& [name, pair] : book_.pairs) {
    const bool holds = std::any_of(pair.positions.begin(), pair.positions.end(),
                                   [](const auto& p) { return !p.second.held.is_zero(); });
    if (holds && (!pair.mark || now - pair.mark->at > terms_.review.mark_fresh_for))
      m.stale_pairs.push_back(name.text());
  }
  show(m.what);
  apply_step(step_breaker(book_, m, now), "risk");
  if (full) keep_again();
}

void risk::apply_step(const breaker_step& moved, const std::string& who, const std::function<void(bool durable)>& then,
                      std::optional<agent_configuration> was, ports::write_batch more) {
  if (moved.changes.empty() && !moved.configuration_changed && more.empty()) {
    if (then) then(true);
    return;
  }
  auto rows = std::move(more);
  std::vector<audit_note> notes;
  for (const auto& c : moved.changes) {
    rows.emplace_back(c.after);
    // A new peak or the first row of a scope is no transition; a halt said again is one: somebody's word is kept.
    const bool moved_or_said = c.before.level != c.after.level || (c.urgent && c.after.level != breaker_level::active);
    if (moved_or_said) {
      notes.push_back(audit_note{.actor = who,
                                 .action = "breaker." + std::string(text_of(c.after.level)),
                                 .resource_type = "breaker",
                                 .resource_id = c.after.scope,
                                 .metadata = {{"cause", c.after.cause},
                                              {"reason", c.after.reason},
                                              {"before", std::string(text_of(c.before.level))}},
                                 .created_at = around_.now()});
    }
    if (c.after.level > c.before.level) open_now(c);
  }
  rows.insert(rows.end(), notes.begin(), notes.end());
  if (moved.configuration_changed) rows.emplace_back(book_.configuration);
  if (halted_by_operator()) remember_halt();
  request(ledger_, around_.request_timeout, write_rows{std::move(rows)})
      .then(
          [this, changes = moved.changes, then](const written&) {
            publish_gate();
            remember_halt();
            for (const auto& c : changes) tell(c);
            if (then) then(true);
          },
          [this, moved, notes, then, was = std::move(was)](const caf::error& e) {
            log_event(log_level::error, "breaker.not_kept", "", "risk", "", from_caf(e, "the ledger").what);
            keep_later(moved, notes);
            for (const auto& c : moved.changes)
              if (is_let_go(c))
                take_back(c, was);
              else
                tell(c);
            if (then) then(false);
          });
}

void risk::keep_later(const breaker_step& moved, const std::vector<audit_note>& notes) {
  constexpr std::size_t notes_most = 1'000;
  bool raised = false;
  for (const auto& c : moved.changes) {
    if (is_let_go(c)) continue;  // it is taken back
    raised = true;
    unkept_.scopes.insert(c.after.scope);
    for (const auto& n : notes)
      if (n.resource_id == c.after.scope && unkept_.notes.size() < notes_most) unkept_.notes.push_back(n);
  }
  // Without a change of a row it is a halt said again.
  const bool stands = raised || moved.changes.empty();
  unkept_.configuration = unkept_.configuration || (stands && moved.configuration_changed);
}

void risk::keep_again() {
  if (unkept_.empty()) return;
  auto tried = std::exchange(unkept_, {});
  ports::write_batch rows;
  for (const auto& scope : tried.scopes) rows.emplace_back(book_.breakers.at(scope));
  rows.insert(rows.end(), tried.notes.begin(), tried.notes.end());
  if (tried.configuration) rows.emplace_back(book_.configuration);
  request(ledger_, around_.request_timeout, write_rows{std::move(rows)})
      .then(
          [this](const written&) {
            log_event(log_level::info, "breaker.kept", "", "risk", "", "what was not kept is kept now");
            remember_halt();
          },
          [this, tried = std::move(tried)](const caf::error&) {
            unkept_.scopes.insert(tried.scopes.begin(), tried.scopes.end());
            unkept_.notes.insert(unkept_.notes.begin(), tried.notes.begin(), tried.notes.end());
            unkept_.configuration = unkept_.configuration || tried.configuration;
          });
}

void risk::take_back(const breaker_change& c, const std::optional<agent_configuration>& was) {
  auto& row = book_.breakers[c.after.scope];
  if (row.level != c.after.level || row.standing != c.after.standing) return;  // it has moved on meanwhile
  const auto now = std::exchange(row, c.before);
  row.peak_equity = std::max(now.peak_equity, c.before.peak_equity);  // marks that came meanwhile stay
  row.day = now.day;
  row.day_opening_equity = now.day_opening_equity;
  if (!was || c.after.scope != "account") return;
  book_.configuration.kill_switch = was->kill_switch;
  book_.configuration.kill_switch_reason = was->kill_switch_reason;
}

/// Opening takes effect before it is durable: the wall first, then what rests is cancelled.
void risk::open_now(const breaker_change& c) {
  if (c.after.scope == "account")
    gate_->set_account(c.after.level);
  else
    gate_->set_pair(pair_name{c.after.scope}, c.after.level);
  if (c.cancel_resting_entries)
    send(executor_,
         cancel_entries{c.after.scope == "account" ? "" : c.after.scope, "the breaker opened: " + c.after.cause});
  show_levels();
  send(alerts_, alarm{"breaker_" + std::string(text_of(c.after.level)),
                      c.after.level == breaker_level::halted ? severity::high : severity::medium,
                      c.after.scope == "account" ? "" : c.after.scope,
                      c.after.cause,
                      1,
                      0,
                      {{"reason", c.after.reason}}});
}

void risk::tell(const breaker_change& c) {
  if (c.before.level == c.after.level && c.before.by_operator == c.after.by_operator) return;
  for (const auto& l : listeners_) send(l, breaker_moved{c.before, c.after});
}

/// A halt outlives a store that is down: its reason stands in a file that the next start reads.
void risk::remember_halt() {
  if (!terms_.write_halt_file) return;
  terms_.write_halt_file(halted_by_operator() ? book_.breakers.at("account").reason : "");
}
bool risk::halted_by_operator() const {
  const auto it = book_.breakers.find("account");
  return it != book_.breakers.end() && it->second.level == breaker_level::halted && it->second.by_operator;
}

caf::result<breaker_answer> risk::obey(const set_breaker& what) {
  std::vector<std::string> scopes;
  for (const auto& p : what.pairs) {
    if (!book_.pairs.contains(pair_name{p})) return to_caf({errc::not_found, "no pair " + p});
    scopes.push_back(p);
  }
  if (scopes.empty()) scopes.emplace_back("account");
  breaker_step all;
  auto before = book_;
  for (const auto& scope : scopes) {
    auto one =
        step_breaker(book_, breaker_events::operator_said{what.level, scope, what.reason, what.who}, around_.now());
    if (one.refused) {
      book_ = std::move(before);  // all scopes or none
      return to_caf(*one.refused);
    }
    all.changes.insert(all.changes.end(), one.changes.begin(), one.changes.end());
    all.configuration_changed = all.configuration_changed || one.configuration_changed;
  }
  auto promise = make_response_promise<breaker_answer>();
  const bool closes = std::any_of(all.changes.begin(), all.changes.end(),
                                  [](const breaker_change& c) { return c.after.level < c.before.level; });
  const auto answer_when_kept = [this, promise, scopes, closes](bool durable) mutable {
    if (closes && !durable) {
      promise.deliver(to_caf({errc::store_failed, "the store did not take it, so the breaker stays as it was"}));
      return;
    }
    breaker_answer answer;
    answer.durable = durable;
    answer.state = state_of("account");
    for (const auto& s : scopes)
      if (s != "account") answer.pairs.push_back(state_of(s));
    for (const auto& [name, pair] : book_.pairs)
      for (const auto& [id, o] : pair.open_orders)
        if (o.state == order_state::intent || o.state == order_state::sent || o.state == order_state::unknown)
          answer.sends_in_flight.push_back(id.text());
    promise.deliver(std::move(answer));
  };
  apply_step(all, what.who, answer_when_kept, before.configuration);
  return promise;
}

caf::result<rebase_answer> risk::rebase(const rebase_peak& what) {
  const auto before = measured_peak();
  const auto moved = step_breaker(book_, breaker_events::peak_rebased{what.who, what.reason}, around_.now());
  if (moved.refused) return to_caf(*moved.refused);
  const auto after = measured_peak();
  audit_note note{.actor = what.who,
                  .action = "risk.peak_rebased",
                  .resource_type = "breaker",
                  .resource_id = "account",
                  .metadata = {{"reason", what.reason}, {"before", before.text()}, {"after", after.text()}},
                  .created_at = around_.now()};
  auto promise = make_response_promise<rebase_answer>();
  const auto answer_when_kept = [this, promise, before, after](bool durable) mutable {
    if (durable)
      promise.deliver(rebase_answer{state_of("account"), before, after});
    else
      promise.deliver(to_caf({errc::store_failed, "the store did not take it, so the peak stays as it was"}));
  };
  apply_step(moved, what.who, answer_when_kept, {}, {std::move(note)});
  return promise;
}

money risk::measured_peak() const {
  const auto it = book_.breakers.find("account");
  return it == book_.breakers.end() ? money{} : it->second.peak_equity;
}

breaker_state_view risk::state_of(const std::string& scope) const {
  const auto it = book_.breakers.find(scope);
  if (it != book_.breakers.end()) return breaker_view_of(it->second);
  breaker_row row;
  row.scope = scope;
  return breaker_view_of(row);
}

breaker_level risk::account_level() const {
  const auto it = book_.breakers.find("account");
  return it == book_.breakers.end() ? breaker_level::active : it->second.level;
}
}  // namespace rltrader

// Opens and closes the breaker: what stands, what has cleared, and what must be done about it.
#include "domain/breaker.hpp"

#include "domain/breaker_stepping.hpp"

#include <algorithm>
#include <set>

namespace rltrader {

namespace {

constexpr int clean_checks_needed = 2;
constexpr milliseconds marks_apart = seconds{1};
constexpr milliseconds marks_stale = seconds{10};

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

void breaker_stepping::apply(breaker_row& row, const std::vector<finding>& findings, bool check) {
  bool own_stands = false;
  for (const auto& f : findings) {
    const auto& rule = cause_of(f.word);
    own_stands = own_stands || rule.ends == cause_ending::by_itself;
    if (rule.level == breaker_level::halted && !has_cause(row, f.word)) row.cooldown_until = cooldown_end();
    add_cause(row, f.word, f.why, now_);
  }
  const auto self_clearing = [](const std::string& w) { return cause_of(w).ends == cause_ending::by_itself; };
  if (own_stands) {
    row.clean_checks = 0;
  } else if (check && std::any_of(row.standing.begin(), row.standing.end(), self_clearing)) {
    row.clean_checks = std::min(row.clean_checks + 1, clean_checks_needed);
    const bool cool = !row.cooldown_until || now_ >= *row.cooldown_until;
    if (row.clean_checks < clean_checks_needed || !cool) return;
    const auto former = row.cause;
    std::erase_if(row.standing, self_clearing);
    row.clean_checks = 0;
    row.reason = row.standing.empty() ? former + " has cleared" : "still open: " + standing_text(row);
  }
}

/// The wallet alone shows it, or a second mark of all that is held does (or marks do not come any more).
bool breaker_stepping::hard_loss_proved(breaker_row& account, const risk_measures& m, money loss) const {
  if (loss <= book_.policy.circuit_breaker_loss) {
    account.suspected_at.reset();
    return false;
  }
  const auto wallet = m.equity - m.unrealised;
  if (account.day && account.day_opening_equity - wallet > book_.policy.circuit_breaker_loss) return true;
  if (!account.suspected_at) {
    account.suspected_at = now_;
    return false;
  }
  const auto second_from = *account.suspected_at + marks_apart;
  if (now_ < second_from) return false;
  if (now_ >= *account.suspected_at + marks_stale) return true;
  return std::all_of(book_.pairs.begin(), book_.pairs.end(), [&](const auto& entry) {
    const auto& pair = entry.second;
    const bool holds = std::any_of(pair.positions.begin(), pair.positions.end(),
                                   [](const auto& p) { return !p.second.held.is_zero(); });
    return !holds || (pair.mark && pair.mark->at >= second_from);
  });
}

std::vector<breaker_stepping::finding> breaker_stepping::account_findings(breaker_row& account, const risk_measures& m,
                                                                          money loss) const {
  const auto& p = book_.policy;
  auto daily = p.max_daily_loss;
  if (book_.configuration.daily_loss_limit.positive()) daily = std::min(daily, book_.configuration.daily_loss_limit);
  const bool hard = hard_loss_proved(account, m, loss);
  const auto lost = std::min(daily, p.circuit_breaker_loss);
  std::vector<finding> found;
  const auto figures = [&](std::string_view word, const std::string& what, const std::string& is,
                           const std::string& limit) {
    found.push_back({word, what + " is " + is + ", the limit is " + limit});
  };
  if (!m.equity.positive()) found.push_back({"no_equity", "equity is " + m.equity.text() + " USDT"});
  if (hard) figures("hard_loss", "the day's loss", loss.text() + " USDT", p.circuit_breaker_loss.text() + " USDT");
  if (loss > lost) figures("daily_loss", "the day's loss", loss.text() + " USDT", lost.text() + " USDT");
  if (m.drawdown > p.max_drawdown) figures("drawdown", "drawdown", m.drawdown.text(), p.max_drawdown.text());
  if (m.total_exposure > p.max_total_exposure)
    figures("exposure", "total exposure", m.total_exposure.text() + " USDT", p.max_total_exposure.text() + " USDT");
  if (m.leverage > p.max_leverage) figures("leverage", "leverage", m.leverage.text(), p.max_leverage.text());
  return found;
}

void breaker_stepping::measured(const breaker_events::measured& e) {
  auto& account = row("account");
  auto loss = e.what.daily_loss;
  if (!account.day || day_is_over()) {
    roll(std::max(e.what.equity, equity_to_measure_from()));
    loss = {};
  }
  account.peak_equity = std::max(account.peak_equity, e.what.equity);
  apply(account, account_findings(account, e.what, loss), e.check);

  std::set<std::string> scopes(e.stale_pairs.begin(), e.stale_pairs.end());
  scopes.insert(e.foreign_pairs.begin(), e.foreign_pairs.end());
  for (const auto& [pair, exposure] : e.what.exposure_by_instrument)
    if (exposure > book_.policy.max_instrument_exposure) scopes.insert(pair);
  for (const auto& [scope, r] : book_.breakers)
    if (scope != "account" && r.level != breaker_level::active) scopes.insert(scope);

  for (const auto& pair : scopes) {
    const auto found = e.what.exposure_by_instrument.find(pair);
    const auto exposure = found == e.what.exposure_by_instrument.end() ? money{} : found->second;
    const auto most = book_.policy.max_instrument_exposure;
    std::vector<finding> given;
    if (exposure > most)
      given.push_back({"exposure", "exposure is " + exposure.text() + " USDT, the limit is " + most.text() + " USDT"});
    if (contains(e.stale_pairs, pair)) given.push_back({"stale_mark", "a position is held and no fresh mark comes"});
    if (contains(e.foreign_pairs, pair))
      given.push_back({"foreign_order", "an order at the venue that nobody here can explain"});
    apply(row(pair), given, e.check);
  }
}

void breaker_stepping::roll(money opening) {
  auto& account = row("account");
  account.day = day_of(now_);
  account.day_opening_equity = opening;
  account.suspected_at.reset();
  for (auto& word : account.standing)
    if (word == "daily_loss" || word == "hard_loss") word += "_past";
}

// A day begins once; said again it changes nothing, or brings the opening that was rebuilt meanwhile.
void breaker_stepping::day_rolled(const breaker_events::day_rolled& e) {
  auto& account = row("account");
  if (!account.day || day_is_over())
    roll(e.opening_equity ? *e.opening_equity : equity_to_measure_from());
  else if (e.opening_equity)
    account.day_opening_equity = *e.opening_equity;
}

void breaker_stepping::foreign_close(const breaker_events::foreign_close& e) {
  const bool named = e.cause == "liquidation" || e.cause == "adl";
  auto& r = row(e.pair.text());
  r.cooldown_until = cooldown_end();
  add_cause(r, named ? e.cause : "foreign_close", "the venue closed a position of its own accord: " + e.cause, now_);
}

breaker_step breaker_stepping::finish() {
  for (auto& [scope, after] : after_) {
    settle(after);
    breaker_row before;
    before.scope = scope;
    if (const auto known = book_.breakers.find(scope); known != book_.breakers.end()) before = known->second;
    if (before == after) continue;
    auto quiet = before;
    quiet.peak_equity = after.peak_equity;
    quiet.suspected_at = after.suspected_at;
    quiet.clean_checks = after.clean_checks;
    out_.changes.push_back({before, after, after.level > before.level, !(quiet == after)});
    book_.breakers[scope] = after;
  }
  std::stable_sort(out_.changes.begin(), out_.changes.end(), [](const auto& a, const auto& b) {
    return (a.after.level > a.before.level) > (b.after.level > b.before.level);
  });
  return std::move(out_);
}

breaker_step step_breaker(risk_book& book, const breaker_event& event, instant now) {
  namespace on = breaker_events;
  breaker_stepping step(book, now);
  if (!std::holds_alternative<on::measured>(event) && !std::holds_alternative<on::day_rolled>(event) &&
      step.day_is_over())
    step.roll_now();

  if (const auto* e = std::get_if<on::measured>(&event)) step.measured(*e);
  if (const auto* e = std::get_if<on::operator_said>(&event)) step.operator_said(*e);
  if (const auto* e = std::get_if<on::foreign_close>(&event)) step.foreign_close(*e);
  if (const auto* e = std::get_if<on::peak_rebased>(&event)) step.peak_rebased(*e);
  if (const auto* e = std::get_if<on::second_daemon>(&event)) step.second_daemon(*e);
  if (const auto* e = std::get_if<on::day_rolled>(&event)) step.day_rolled(*e);
  return step.finish();
}

breaker_level level_for(const risk_book& book, const pair_name& pair) {
  if (book.configuration.kill_switch) return breaker_level::halted;
  auto level = breaker_level::active;
  for (const auto& scope : {std::string("account"), pair.text()})
    if (const auto found = book.breakers.find(scope); found != book.breakers.end())
      level = std::max(level, found->second.level);
  return level;
}

std::string_view api_word(const breaker_row& row) {
  switch (row.level) {
    case breaker_level::active: return "ok";
    case breaker_level::reducing: return "reducing";
    case breaker_level::halted: return row.by_operator ? "halted" : "cooldown";
  }
  return "halted";
}

}  // namespace rltrader

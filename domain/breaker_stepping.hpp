// One step over the rows of a breaker's book, for domain/breaker.cpp and domain/breaker_operator.cpp alone.
#pragma once

#include "domain/breaker.hpp"
#include "domain/breaker_causes.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader {

/// One step over the rows of a book: copies are changed, then compared with what was.
class breaker_stepping {
 public:
  breaker_stepping(risk_book& book, instant now) : book_(book), now_(now) {}

  breaker_row& row(const std::string& scope) {
    auto found = after_.find(scope);
    if (found != after_.end()) return found->second;
    breaker_row r;
    if (const auto known = book_.breakers.find(scope); known != book_.breakers.end()) r = known->second;
    r.scope = scope;
    // A row that was opened before its causes were listed keeps what it says.
    if (r.standing.empty() && r.level != breaker_level::active)
      r.standing = {r.by_operator || r.cause.empty()
                        ? (r.level == breaker_level::halted ? "operator_halt" : "operator_reduce")
                        : r.cause};
    return after_.emplace(scope, r).first->second;
  }

  void measured(const breaker_events::measured& e);
  void operator_said(const breaker_events::operator_said& e);
  void foreign_close(const breaker_events::foreign_close& e);
  void peak_rebased(const breaker_events::peak_rebased& e);
  void day_rolled(const breaker_events::day_rolled& e);
  void roll(money opening);
  void roll_now() { roll(equity_to_measure_from()); }
  bool day_is_over() { return row("account").day && day_of(now_) > *row("account").day; }
  void second_daemon(const breaker_events::second_daemon& e) {
    add_cause(row("account"), "second_daemon", e.evidence, now_);
  }
  breaker_step finish();

 private:
  /// A cause that is given now.
  struct finding {
    std::string_view word;
    std::string why;
  };
  void apply(breaker_row& row, const std::vector<finding>& findings, bool check);
  void resume(const breaker_events::operator_said& e);
  bool hard_loss_proved(breaker_row& account, const risk_measures& m, money loss) const;
  std::vector<finding> account_findings(breaker_row& account, const risk_measures& m, money loss) const;
  void switch_kill(bool on, const std::string& reason);
  std::optional<std::string> unknown_order(const std::string& scope) const;
  std::optional<std::string> objection_to_rebase();
  /// Equity at the last marks known, however old: a stale mark reckoned worse would make a day's opening or a peak too low, and so
  /// the loss that is measured from it too small.
  money equity_to_measure_from() const { return measure(book_, now_, now_ - instant{}).equity; }
  instant cooldown_end() const { return now_ + minutes{book_.policy.cooldown_minutes}; }

  risk_book& book_;
  instant now_;
  std::map<std::string, breaker_row> after_;
  breaker_step out_;
};

}  // namespace rltrader

// The class of the risk actor. Reviews and what happens are in risk.cpp, the breaker in risk_breaker.cpp, limits and configuration
// in risk_limits.cpp. The rules are domain/risk, domain/breaker, domain/quarantine and domain/limits.
#pragma once

#include "actors/actors.hpp"
#include "actors/kept_rows.hpp"
#include "domain/breaker.hpp"
#include "domain/quarantine.hpp"

#include <caf/all.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rltrader {

class risk : public risk_actor::base {
  using super = risk_actor::base;

 public:
  risk(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
       executor_actor executor, std::shared_ptr<level_gate> gate, const std::shared_ptr<const ports::desk_image>& image,
       risk_terms terms);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  // ---- the beginning
  void restore(const ports::desk_image& image);

  // ---- reviews
  review_outcome judge(const review_intent& what);
  caf::result<trade_and_execution> close(const close_trade& what);
  void close_with(const books_reply& books, const close_trade& what,
                  caf::typed_response_promise<trade_and_execution>& promise);

  // ---- what happens
  void take_order(const order_changed& what);
  void take_position(const position_changed& what);
  void take_balance(const balance_known& what);
  void set_quarantine(const pair_name& pair, const std::string& cause, const std::string& reason);
  void take_comparison(const books_compared& what);
  void mark_quarantines();

  // ---- views
  risk_view view() const;
  health_reply health() const;
  void show(const risk_measures& m);

  // ---- the breaker
  void publish_gate();
  void show_levels();
  void check_soon();
  void check(bool full);
  /// Makes a step's changes durable and tells them; `then` is for those who answer afterwards. Opening stands at once, closing
  /// only when it is durable: what was lowered in vain is raised again, with the configuration that it `was` before (I9). `more`
  /// is written with it.
  void apply_step(const breaker_step& moved, const std::string& who, const std::function<void(bool durable)>& then = {},
                  std::optional<agent_configuration> was = {}, ports::write_batch more = {});
  /// A change that the store did not take stands all the same; its row and its notes wait for the next check.
  void keep_later(const breaker_step& moved, const std::vector<audit_note>& notes);
  void keep_again();
  void take_back(const breaker_change& c, const std::optional<agent_configuration>& was);
  void open_now(const breaker_change& c);
  void tell(const breaker_change& c);
  void remember_halt();
  bool halted_by_operator() const;
  caf::result<breaker_answer> obey(const set_breaker& what);
  caf::result<rebase_answer> rebase(const rebase_peak& what);
  breaker_state_view state_of(const std::string& scope) const;
  breaker_level account_level() const;
  money measured_peak() const;

  // ---- limits and configuration
  template <class Row>
  caf::result<Row> put_row(Row row, const std::string& who, const std::string& action, const std::string& type,
                           ports::write_batch more, std::function<void()> apply);
  caf::result<risk_policy> put(const change_policy& what);
  caf::result<agent_configuration> put(const change_configuration& what);
  caf::result<risk_limit_set> put(const change_limit_set& what);

  surroundings around_;
  ledger_actor ledger_;
  alert_sink_actor alerts_;
  executor_actor executor_;
  std::shared_ptr<level_gate> gate_;
  risk_terms terms_;
  risk_book book_;
  std::map<std::string, risk_limit_set> limit_sets_;
  quarantine_board quarantines_;
  wallet_watch wallet_;
  std::vector<std::string> foreign_pairs_;  ///< by the last comparison with the venue
  std::vector<breaker_listener> listeners_;
  bool check_waits_ = false;

  /// What stands and is not durable yet.
  struct unkept {
    std::set<std::string> scopes;
    std::vector<audit_note> notes;
    bool configuration = false;
    bool empty() const { return scopes.empty() && notes.empty() && !configuration; }
  };
  unkept unkept_;
  kept_rows<risk> rows_;  ///< refusals and quarantines
};

}  // namespace rltrader

// The class of a pair's actor: its machine is fed and its effects carried out in pair.cpp, what operators ask of it is in
// pair_commands.cpp.
#pragma once

#include "actors/actors.hpp"
#include "actors/kept_rows.hpp"

#include <caf/all.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

class pair : public pair_actor::base {
  using super = pair_actor::base;

 public:
  pair(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
       risk_actor risk, pair_setup setup, pair_events::restored past);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  // ---- the machine
  void feed(const pair_event& e);
  void carry_out(pair_effects::ask_policy& x);
  void carry_out(pair_effects::keep_decision& x);
  void carry_out(pair_effects::keep_run& x);
  void carry_out(pair_effects::ask_review& x);
  void carry_out(pair_effects::answer_posted& x);
  void carry_out(pair_effects::raise& x);
  void decide_on(const closed_bar& b);
  void note_latency(double seconds_taken);
  /// Who posted, beside what was decided on it.
  audit_note note_of_post(const decision& d) const;

  // ---- commands
  /// In force at once; answered when it is durable, or with why it is not yet.
  caf::result<agent_run> obey(const run_command& c);
  std::optional<failure> objection_to(const run_command& c) const;
  pair_events::commanded event_of(const run_command& c) const;
  caf::result<posted_outcome> decide(const decide_posted& p);
  bool order_under_way() const;
  bool may_close_now() const;
  pair_view view() const;

  /// Who waits for the answer to a posted market.
  struct asker {
    caf::typed_response_promise<posted_outcome> promise;
    std::string who;
  };

  surroundings around_;
  ledger_actor ledger_;
  alert_sink_actor alerts_;
  risk_actor risk_;
  pair_setup setup_;
  pair_state state_;
  pair_events::restored past_;
  std::unique_ptr<ports::policy> policy_;
  std::string no_policy_;
  std::vector<pair_effect> todo_;
  bool feeding_ = false;
  bool first_told_ = false;
  std::map<std::uint64_t, asker> askers_;
  std::uint64_t last_token_ = 0;
  std::optional<caf::typed_response_promise<agent_run>> commander_;  ///< while the command is fed to the machine
  kept_rows<pair> rows_;                                             ///< the run
};

}  // namespace rltrader

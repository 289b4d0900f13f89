// The class of the pair supervisor: the life of pairs is in pair_supervisor.cpp, what is asked of them in
// pair_supervisor_commands.cpp.
#pragma once

#include "actors/actors.hpp"
#include "actors/kept_rows.hpp"

#include <caf/all.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rltrader {

class pair_supervisor : public pair_supervisor_actor::base {
  using super = pair_supervisor_actor::base;

 public:
  pair_supervisor(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
                  risk_actor risk, executor_actor executor, std::shared_ptr<const ports::desk_image> image,
                  supervisor_terms terms);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  struct child {
    pair_actor handle;
    restart_schedule deaths{restart_terms{}};
    int restarts = 0;
    bool left_down = false;
    agent_run run;  ///< as last heard
  };

  template <class Message>
  void pass(const pair_name& name, const Message& what) {
    const auto it = children_.find(name);
    if (it != children_.end() && it->second.handle) send(it->second.handle, what);
  }

  void breaker(const breaker_moved& b);
  /// The graver of the account's row and the pair's own.
  breaker_row level_of(const pair_name& name) const;

  // ---- life
  /// With its last run, stopped or not; `anew` begins another one when that was stopped.
  void bring_up(const pair_name& name, const ports::desk_image& image, const std::string& anew = {});
  /// Runs that nobody goes on with: their pairs are not on the list any more.
  void end_others(const ports::desk_image& image);
  agent_run new_run(const pair_name& name, const run_command& asked) const;
  void spawn_child(const pair_name& name, const agent_run& run, const ports::desk_image& image);
  audit_note note_of(const agent_run& run, const std::string& who, const std::string& action,
                     const std::string& why) const;
  void buried(const caf::down_msg& m);
  void restart(const pair_name& name);

  /// Who listens hears which pairs there are.
  void tell_list();

  // ---- commands
  caf::result<agent_run> command(const run_command& asked);
  caf::result<posted_outcome> decide(const decide_posted& asked);
  caf::result<agent_run> start(const run_command& asked);
  /// The objection to another run of a pair that has one.
  std::optional<failure> run_of(const pair_name& name) const;
  /// A run on its way: first its row is made durable, then its actor begins.
  struct beginning {
    run_command asked;
    agent_run run;
    caf::typed_response_promise<agent_run> promise;
  };
  void keep_beginning(const std::shared_ptr<beginning>& begun, const ports::desk_image& image);
  void open_beginning(const std::shared_ptr<beginning>& begun);
  void give_up(beginning& begun, const failure& why);
  void flatten(run_command asked);
  caf::result<pairs_changed> change(const change_pairs& asked);
  /// Pairs that leave the list, one after the other.
  struct removal {
    std::vector<pair_name> leaving;
    std::shared_ptr<const ports::desk_image> image;
    std::string who;
    pairs_changed out;
    caf::typed_response_promise<pairs_changed> promise;
  };

  /// A pair that holds a position, or whose order is open, is not removed: somebody must say what becomes of it. The pair
  /// itself has the last word, for it knows of what it has asked for since the image was read.
  void remove_next(const std::shared_ptr<removal>& r);
  void ask_to_stop(const pair_name& name, const pair_actor& handle, const std::shared_ptr<removal>& r);
  /// Why a pair must stay, as far as the store knows.
  static std::optional<std::string> kept_by(const pair_name& name, const ports::desk_image& image);
  void refuse_removal(const pair_name& name, const std::string& why, removal& r);
  void forget(const pair_name& name, removal& r);
  /// Of each pair what it says itself, what risk says of it, and what its breaker is; who does not answer in time is left out of it.
  struct gathering {
    pair_list out;
    std::map<pair_name, quarantine> quarantined;
    std::size_t waiting = 0;
    caf::typed_response_promise<pair_list> promise;
  };
  void gathered(gathering& g) const;
  caf::result<pair_list> list();

  static constexpr auto off_the_list = "removed from the pair list";

  surroundings around_;
  ledger_actor ledger_;
  alert_sink_actor alerts_;
  risk_actor risk_;
  executor_actor executor_;
  std::shared_ptr<const ports::desk_image> image_;
  supervisor_terms terms_;
  std::map<pair_name, child> children_;
  std::map<caf::actor_addr, pair_name> who_;  ///< looked up only, never walked: its order is that of addresses
  breaker_row account_;
  std::map<pair_name, breaker_row> own_;
  agent_configuration fleet_;
  std::set<pair_name> starting_;
  std::vector<pair_list_listener> listeners_;
  kept_rows<pair_supervisor> rows_;  ///< runs
};

}  // namespace rltrader

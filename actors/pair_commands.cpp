// What operators ask of a pair: its run, a decision on a market of theirs, how it stands.
#include "actors/pair.hpp"
#include "messages/errors.hpp"

#include <algorithm>

namespace rltrader {

caf::result<agent_run> pair::obey(const run_command& c) {
  if (auto why = objection_to(c)) return to_caf(*why);
  auto promise = make_response_promise<agent_run>();
  commander_ = promise;
  if (c.verb == run_verb::configure)
    feed(pair_events::configured{c.risk_limit_set_id, c.learning_enabled, c.learning_window_minutes, c.who});
  else
    feed(event_of(c));
  if (commander_) std::exchange(commander_, std::nullopt)->deliver(state_.run);  // nothing changed, so nothing is kept
  return promise;
}

std::optional<failure> pair::objection_to(const run_command& c) const {
  const auto& run = state_.run;
  const auto conflict = [](std::string why) { return failure{errc::conflict, std::move(why)}; };
  switch (c.verb) {
    case run_verb::start: return conflict("a run of " + run.pair.text() + " exists: " + run.id.text());
    case run_verb::pause:
      if (run.status == run_status::stopped) return conflict("the run is stopped; only a running one is paused");
      break;
    case run_verb::resume:
      if (run.status == run_status::stopped) return conflict("the run is stopped; start a new one");
      break;
    case run_verb::stop:
      if (!state_.held.held.is_zero() && c.on_position == disposition::unsaid)
        return conflict("the run holds " + state_.held.held.text() + "; say on_position: adopt (keep it) or flatten");
      if (order_under_way() && c.on_position == disposition::unsaid)
        return conflict("an order of the run is unresolved; wait, or say on_position: adopt or flatten");
      // A stopped run closes nothing any more, so what cannot be closed now must not be stopped.
      if (c.on_position == disposition::flatten && !state_.held.held.is_zero() && !may_close_now())
        return conflict("an order of the run is unresolved; cancel it or wait, then stop");
      break;
    case run_verb::configure: break;
  }
  return std::nullopt;
}

pair_events::commanded pair::event_of(const run_command& c) const {
  switch (c.verb) {
    case run_verb::pause:
      return {run_status::paused,
              pause_reason::operator_asked,
              c.on_pause,
              c.on_pause == pause_policy::flatten,
              c.who,
              c.reason};
    case run_verb::stop:
      return {run_status::stopped,
              pause_reason::none,
              state_.run.on_pause,
              c.on_position == disposition::flatten,
              c.who,
              c.reason};
    case run_verb::resume:
    case run_verb::start:
    case run_verb::configure: break;
  }
  return {run_status::running, pause_reason::none, state_.run.on_pause, false, c.who, c.reason};
}

caf::result<posted_outcome> pair::decide(const decide_posted& p) {
  auto promise = make_response_promise<posted_outcome>();
  const auto token = ++last_token_;
  askers_.emplace(token, asker{promise, p.who});
  feed(pair_events::posted{token, p.run, p.market, p.simulate});
  return promise;
}

bool pair::order_under_way() const {
  return state_.in_review || state_.awaiting_durability ||
         std::any_of(state_.open_orders.begin(), state_.open_orders.end(),
                     [](const auto& o) { return o.second.intent.slot.leg != order_leg::stop; });
}

bool pair::may_close_now() const { return !order_under_way() && !state_.window.empty(); }

pair_view pair::view() const {
  pair_view v;
  v.pair = state_.terms.instrument.pair;
  v.run = state_.run;
  v.alive = true;
  v.model = state_.terms.policy_version;
  v.last_decision = state_.last_decision;
  v.held = state_.held.held;
  v.entry = state_.held.entry;
  if (!state_.window.empty()) v.last_bar = next_open(state_.terms.primary, state_.window.back().open_time);
  v.bars = state_.bars;
  v.decisions = state_.decisions;
  return v;
}

}  // namespace rltrader

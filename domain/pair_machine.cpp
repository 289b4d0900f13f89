// The steps of a pair's life: what happens, one event at a time. How it decides is in pair_decide.cpp, posted markets in
// pair_posted.cpp.
#include "domain/pair_machine.hpp"

#include "domain/pair_steps.hpp"
#include "domain/sha256.hpp"

#include <algorithm>

namespace rltrader {

using namespace pair_steps;

namespace {

std::span<const candle> judged_window(const pair_state& s) {
  const auto n = std::min(s.window.size(), s.terms.window);
  return std::span(s.window).last(n);
}

void take_into_window(pair_state& s, const candle& c) {
  if (s.window.size() >= 2 * s.terms.window)
    s.window.erase(s.window.begin(), s.window.end() - static_cast<std::ptrdiff_t>(s.terms.window));
  s.window.push_back(c);
}

/// Chains what was seen, so that two runs that saw the same have the same hash.
std::string chained_input(const std::string& before, const candle& c, const position& held) {
  sha256 hash;
  const std::int64_t seen[] = {ms_of(c.open_time), c.open.raw(),   c.high.raw(),    c.low.raw(),
                               c.close.raw(),      c.volume.raw(), held.held.raw(), held.entry.raw()};
  hash.update(before).update({reinterpret_cast<const char*>(seen), sizeof seen});
  const auto digest = hash.finish();
  return hex_of(digest.data(), 16);
}

decision_id decision_of(const pair_state& s, instant bar_open) {
  sha256 hash;
  hash.update(s.run.id.text()).update("|").update(s.terms.instrument.pair.text()).update("|");
  const auto digest = hash.update(std::to_string(ms_of(bar_open))).finish();
  return decision_id{"d-" + hex_of(digest.data(), 12)};
}

void on_bar(pair_state& s, const pair_events::bar_closed& e, instant now, effects& todo) {
  const auto& b = e.what;
  if (b.interval != s.terms.primary) return;
  if (!s.window.empty() && b.candle.open_time <= s.window.back().open_time) return;  // seen already
  take_into_window(s, b.candle);
  s.pipeline.push(b.candle);
  ++s.bars;
  if (sign_of(s.held) != 0) ++s.bars_held;
  s.input_hash = chained_input(s.input_hash, b.candle, s.held);
  if (s.run.status == run_status::stopped) return;
  if (s.last_decision && s.last_decision->bar_open >= b.candle.open_time) return;  // decided before a restart

  auto d = new_decision(s, decision_of(s, b.candle.open_time), b.candle.open_time, b.candle.close, now);
  d.input_hash = s.input_hash;
  const integrity_input in{.window = judged_window(s),
                           .interval = s.terms.primary,
                           .now = now,
                           .bars_least = s.terms.bars_least,
                           .cross_source_price = e.mark,
                           .limits = s.terms.gate};
  decide(s, std::move(d), {check_integrity(in), s.pipeline, market_of::pair}, now, todo);
}

void on_kept(pair_state& s, const decision_id& id, effects& todo) {
  if (!s.awaiting_durability || s.awaiting_durability->decision != id) {
    if (posted_now(s, id)) posted_kept(s, todo);
    return;
  }
  s.in_review = order_id_of(s.awaiting_durability->slot);
  todo.push_back(pair_effects::ask_review{std::move(*s.awaiting_durability), id.text()});
  s.awaiting_durability.reset();
}

void on_not_kept(pair_state& s, const pair_events::not_kept& e, effects& todo) {
  if (s.awaiting_durability && s.awaiting_durability->decision == e.id) s.awaiting_durability.reset();
  if (posted_now(s, e.id)) posted_not_kept(s, e.why, todo);
}

void on_reviewed(pair_state& s, const pair_events::reviewed& e, effects& todo) {
  posted_reviewed(s, e, todo);
  if (!s.in_review || *s.in_review != e.id) return;
  if (e.approved) return;  // unresolved until the executor says what became of it
  s.in_review.reset();
  if (e.rule == "quarantined")
    return;  // the quarantine has an alert of its own, or is the moment before the first comparison
  todo.push_back(pair_effects::raise{{.category = "order_refused",
                                      .severity = severity::low,
                                      .pair = s.terms.instrument.pair.text(),
                                      .metric = e.rule,
                                      .value = 1,
                                      .threshold = 0,
                                      .metadata = {{"why", e.why}, {"client_order_id", e.id.text()}}}});
}

void on_order(pair_state& s, const pair_events::order_moved& e, effects& todo) {
  posted_order_moved(s, e.now, todo);
  if (s.in_review && *s.in_review == e.now.id) s.in_review.reset();
  if (terminal(e.now.state))
    s.open_orders.erase(e.now.id);
  else
    s.open_orders.insert_or_assign(e.now.id, e.now);
  if (e.held) {
    if (sign_of(s.held) != sign_of(*e.held)) s.bars_held = 0;
    s.held = *e.held;
  }
  if (e.round_trip) {
    if (e.round_trip->status == trade_status::closed || e.round_trip->status == trade_status::cancelled ||
        e.round_trip->status == trade_status::rejected)
      s.open_trade.reset();
    else
      s.open_trade = e.round_trip->id;
  }
}

void on_command(pair_state& s, const pair_events::commanded& e, instant now, effects& todo) {
  s.run.status = e.wanted;
  s.run.pause_reason = e.wanted == run_status::paused ? e.reason : pause_reason::none;
  s.run.on_pause = e.on_pause;
  s.run.clean_bars = 0;
  if (e.wanted == run_status::stopped) s.run.stopped_at = now;
  const char* action = e.wanted == run_status::paused    ? "agent.paused"
                       : e.wanted == run_status::stopped ? "agent.stopped"
                                                         : "agent.resumed";
  todo.push_back(pair_effects::keep_run{s.run, e.who, action, e.why});
  if (!e.flatten || sign_of(s.held) == 0 || unresolved(s) || s.window.empty()) return;
  const auto& last = s.window.back();
  // The moment of the asking names the slot: no bar decided it.
  auto intent = closing_intent(s, now, now, last.close, e.why, decision_id{});
  s.in_review = order_id_of(intent.slot);
  todo.push_back(pair_effects::ask_review{std::move(intent), "operator:" + e.who});
}

void on_restored(pair_state& s, const pair_events::restored& e) {
  s.run = e.run;
  s.held = e.held;
  s.open_orders.clear();
  for (const auto& o : e.open_orders) s.open_orders.insert_or_assign(o.id, o);
  s.open_trade = e.open_trade;
  s.last_decision = e.last_decision;
  s.level = e.level;
  s.level_by_operator = e.level_by_operator;
  s.fleet = e.fleet;
  for (const auto& c : e.history) {
    if (!s.window.empty() && c.open_time <= s.window.back().open_time) continue;
    take_into_window(s, c);
    s.pipeline.push(c);
    if (e.held.opened_at && *e.held.opened_at <= c.open_time) ++s.bars_held;
  }
  s.exit_ordinal = 0;
  for (const auto& o : e.open_orders)
    if (o.intent.slot.leg == order_leg::exit && o.intent.slot.bar_open >= s.exit_bar) {
      s.exit_bar = o.intent.slot.bar_open;
      s.exit_ordinal = o.intent.slot.ordinal + 1;
    }
}

}  // namespace

pair_state::pair_state(pair_terms t) : terms(std::move(t)), pipeline(terms.primary, terms.contexts) {}

void step(pair_state& s, const pair_event& event, instant now, effects& todo) {
  using namespace pair_events;
  std::visit(
      [&](const auto& e) {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, restored>)
          on_restored(s, e);
        else if constexpr (std::is_same_v<E, bar_closed>)
          on_bar(s, e, now, todo);
        else if constexpr (std::is_same_v<E, posted>)
          on_posted(s, e, now, todo);
        else if constexpr (std::is_same_v<E, funding_seen>)
          s.pipeline.on_funding(e.what);
        else if constexpr (std::is_same_v<E, policy_said>)
          on_policy(s, e.answer, now, todo);
        else if constexpr (std::is_same_v<E, policy_failed>)
          on_policy_failed(s, e.why, todo);
        else if constexpr (std::is_same_v<E, kept>)
          on_kept(s, e.id, todo);
        else if constexpr (std::is_same_v<E, not_kept>)
          on_not_kept(s, e, todo);
        else if constexpr (std::is_same_v<E, reviewed>)
          on_reviewed(s, e, todo);
        else if constexpr (std::is_same_v<E, order_moved>)
          on_order(s, e, todo);
        else if constexpr (std::is_same_v<E, position_moved>) {
          if (sign_of(s.held) != sign_of(e.held)) s.bars_held = 0;
          s.held = e.held;
        } else if constexpr (std::is_same_v<E, breaker_is>) {
          s.level = e.level;
          s.level_by_operator = e.by_operator;
        } else if constexpr (std::is_same_v<E, fleet_is>) {
          s.fleet = e.fleet;
        } else if constexpr (std::is_same_v<E, configured>) {
          if (!e.risk_limit_set_id.empty()) s.run.risk_limit_set_id = e.risk_limit_set_id;
          if (e.learning_enabled) s.run.learning_enabled = *e.learning_enabled;
          if (e.learning_window_minutes) s.run.learning_window_minutes = *e.learning_window_minutes;
          todo.push_back(pair_effects::keep_run{s.run, e.who, "agent.configured", "learning or limits changed"});
        } else
          on_command(s, e, now, todo);
      },
      event);
}

}  // namespace rltrader

// The steps of a pair's life.
#include "domain/pair_machine.hpp"

#include "domain/sha256.hpp"
#include "domain/side_table.hpp"
#include "domain/sizing.hpp"
#include "domain/warnings.hpp"

#include <algorithm>
#include <cmath>

namespace rltrader {

namespace {

using effects = std::vector<pair_effect>;

int sign_of(const position& p) { return p.held.positive() ? 1 : p.held.negative() ? -1 : 0; }

/// Orders that must end before something new is asked; resting stops do not count.
bool unresolved(const pair_state& s) {
  return s.in_review || s.awaiting_durability ||
         std::any_of(s.open_orders.begin(), s.open_orders.end(),
                     [](const auto& entry) { return entry.second.intent.slot.leg != order_leg::stop; });
}

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

void pause(pair_state& s, pause_reason why, const std::string& words, effects& todo) {
  if (s.run.status == run_status::stopped) return;
  s.run.clean_bars = 0;
  if (s.run.status == run_status::paused) return;  // the first reason stands; the fault only restarts its count
  s.run.status = run_status::paused;
  s.run.pause_reason = why;
  todo.push_back(pair_effects::keep_run{s.run, "pair", "agent.paused", words});
}

/// A data or volatility pause ends by itself after enough clean bars; the others latch.
void count_clean_bar(pair_state& s, effects& todo) {
  const bool ending = s.run.pause_reason == pause_reason::data || s.run.pause_reason == pause_reason::volatility;
  if (s.run.status != run_status::paused || !ending) return;
  if (++s.run.clean_bars < s.terms.clean_bars_to_resume) return;
  s.run.status = run_status::running;
  s.run.pause_reason = pause_reason::none;
  s.run.clean_bars = 0;
  todo.push_back(pair_effects::keep_run{s.run, "pair", "agent.resumed", "clean bars again"});
}

void add_unique(std::vector<std::string>& words, std::string_view what) {
  if (std::find(words.begin(), words.end(), what) == words.end()) words.emplace_back(what);
}

order_content market_order(const pair_state& s, const order_sides& sides, quantity amount) {
  order_content c;
  c.pair = s.terms.instrument.pair;
  c.side = sides.side;
  c.leg_side = sides.leg_side;
  c.type = order_type::market;
  c.quantity = amount;
  c.reduce_only = sides.reduce_only;
  return c;
}

/// What is closed when a position must go: everything, by the side table, on the bar's slot.
order_intent closing_intent(pair_state& s, instant bar_open, instant now, price reference, std::string reason,
                            const decision_id& why) {
  if (s.exit_bar != bar_open) {
    s.exit_bar = bar_open;
    s.exit_ordinal = 0;
  }
  order_intent intent;
  intent.slot = {s.terms.installation, s.terms.account, s.terms.mode, s.terms.instrument.pair, bar_open,
                 order_leg::exit,      s.exit_ordinal++};
  const auto sides =
      closing_sides(s.held.held.negative() ? position_side::short_side : position_side::long_side, s.terms.positions);
  intent.content = market_order(s, sides, s.held.held.abs());
  intent.decision = why;
  intent.trade = s.open_trade.value_or(trade_id{});
  intent.run = s.run.id;
  intent.reference = reference;
  intent.created_at = now;
  intent.reason = std::move(reason);
  return intent;
}

order_intent opening_intent(const pair_state& s, const decision& d, instant now) {
  order_intent intent;
  intent.slot = {
      s.terms.installation, s.terms.account, s.terms.mode, s.terms.instrument.pair, d.bar_open, order_leg::entry, 0};
  const auto sides = opening_sides(d.choice == action::go_long ? position_side::long_side : position_side::short_side,
                                   s.terms.positions);
  intent.content = market_order(s, sides, d.size);
  intent.decision = d.id;
  intent.trade = trade_id{"t-" + order_id_of(intent.slot).text()};
  intent.run = s.run.id;
  intent.reference = d.reference;
  intent.created_at = now;
  intent.reason = d.reason;
  return intent;
}

void hold(decision& d, std::string reason) {
  d.choice = action::hold;
  d.size = {};
  d.confidence = 0;
  d.reason = std::move(reason);
}

/// The decision is complete: it is kept, and an intent waits until it is durable.
void conclude(pair_state& s, decision d, std::optional<order_intent> intent, double quality, effects& todo) {
  d.risk_check_result = intent ? "asked" : "not_needed";
  ++s.decisions;
  s.awaiting_durability = std::move(intent);
  s.last_decision = d;
  todo.push_back(pair_effects::keep_decision{std::move(d), quality, s.awaiting_durability.has_value()});
}

/// The gates: integrity of the window, the breaker, the features. Returns whether the policy may speak.
bool pass_gates(pair_state& s, decision& d, instant now, effects& todo) {
  integrity_input in{.window = judged_window(s),
                     .interval = s.terms.primary,
                     .now = now,
                     .bars_least = s.terms.bars_least,
                     .limits = s.terms.gate};
  const auto verdict = check_integrity(in);
  d.warnings = verdict.warnings;
  d.warnings.insert(d.warnings.end(), verdict.blocking.begin(), verdict.blocking.end());
  // Too few bars at the beginning of a series is not a fault of the data: it holds without a pause.
  const bool warming = s.window.size() < s.terms.bars_least;
  if (verdict.pause != pause_reason::none && !warming)
    pause(s, verdict.pause, d.warnings.empty() ? "data" : d.warnings.back(), todo);
  else if (!verdict.blocked)
    count_clean_bar(s, todo);

  if (s.level == breaker_level::halted)
    add_unique(d.warnings, s.level_by_operator ? warning::kill_switch_enabled : warning::risk_limits_breached);

  auto seen = s.pipeline.current();
  const auto feature_words = feature_warnings(seen, s.terms.features);
  for (const auto& w : feature_words) add_unique(d.warnings, w);
  d.features = std::move(seen.values);
  const bool out_of_distribution = seen.ood_score > s.terms.features.ood_zscore_limit;
  if (out_of_distribution && s.terms.mode == trading_mode::live)
    pause(s, pause_reason::out_of_distribution, "features far from all seen before", todo);

  return !verdict.blocked && feature_words.empty() && s.level != breaker_level::halted;
}

double feature_quality(const decision& d) {
  if (d.features.empty()) return 0;
  const auto known = std::count_if(d.features.begin(), d.features.end(), [](double v) { return !std::isnan(v); });
  return static_cast<double>(known) / static_cast<double>(d.features.size());
}

void on_bar(pair_state& s, const bar& b, instant now, effects& todo) {
  if (b.interval != s.terms.primary) return;
  if (!s.window.empty() && b.candle.open_time <= s.window.back().open_time) return;  // seen already
  take_into_window(s, b.candle);
  s.pipeline.push(b.candle);
  ++s.bars;
  if (sign_of(s.held) != 0) ++s.bars_held;
  s.input_hash = chained_input(s.input_hash, b.candle, s.held);
  if (s.run.status == run_status::stopped) return;
  if (s.last_decision && s.last_decision->bar_open >= b.candle.open_time) return;  // decided before a restart

  decision d;
  d.id = decision_of(s, b.candle.open_time);
  d.run = s.run.id;
  d.pair = s.terms.instrument.pair;
  d.bar_open = b.candle.open_time;
  d.decided_at = now;
  d.reference = b.candle.close;
  d.policy_version = s.terms.policy_version;
  d.feature_fingerprint = s.pipeline.fingerprint();
  d.source = s.terms.source;
  d.trace_id = d.id.text();
  d.input_hash = s.input_hash;
  d.gate_passed = pass_gates(s, d, now, todo);

  // Under on_pause=flatten a paused position is closed whatever the gates say: closing is allowed under HOLD.
  const bool paused = s.run.status == run_status::paused;
  if (paused && s.run.on_pause == pause_policy::flatten && sign_of(s.held) != 0 && !unresolved(s) &&
      s.level != breaker_level::halted) {
    d.choice = action::close;
    d.size = s.held.held.abs();
    d.reason = "paused, and the run flattens then";
    auto intent = closing_intent(s, d.bar_open, now, d.reference, d.reason, d.id);
    const auto quality = feature_quality(d);
    return conclude(s, std::move(d), std::move(intent), quality, todo);
  }
  const bool may_reduce = paused && s.run.on_pause == pause_policy::reduce;
  if (!d.gate_passed || (paused && !may_reduce)) {
    hold(d, paused ? "paused: " + std::string(text_of(s.run.pause_reason)) : "held by the gate");
    const auto quality = feature_quality(d);
    return conclude(s, std::move(d), std::nullopt, quality, todo);
  }
  observation seen{
      .features = d.features, .position_sign = sign_of(s.held), .bars_held = s.bars_held, .unrealised_fraction = 0};
  if (seen.position_sign != 0 && s.held.entry.positive())
    seen.unrealised_fraction = seen.position_sign * (d.reference.to_double() / s.held.entry.to_double() - 1);
  s.deciding = std::move(d);
  todo.push_back(pair_effects::ask_policy{std::move(seen)});
}

/// What the policy's word becomes, given what is held and what is under way.
void on_policy(pair_state& s, const policy_answer& answer, instant now, effects& todo) {
  if (!s.deciding) return;
  decision d = std::move(*s.deciding);
  s.deciding.reset();
  const auto quality = feature_quality(d);
  if (!std::isfinite(answer.confidence) || !std::isfinite(answer.size)) {
    add_unique(d.warnings, warning::model_unavailable);
    hold(d, "the policy's answer is not a number");
    return conclude(s, std::move(d), std::nullopt, quality, todo);
  }
  d.choice = answer.choice;
  d.confidence = std::clamp(answer.confidence, 0.0, 1.0);
  d.reason = answer.reason;
  const int holding = sign_of(s.held);
  const int wanted = d.choice == action::go_long ? 1 : d.choice == action::go_short ? -1 : 0;

  if (d.choice == action::hold) return conclude(s, std::move(d), std::nullopt, quality, todo);
  if (unresolved(s)) {
    hold(d, "an order is unresolved; " + std::string(text_of(answer.choice)) + " was wanted");
    return conclude(s, std::move(d), std::nullopt, quality, todo);
  }
  if (d.choice == action::close || (holding != 0 && wanted == -holding)) {
    if (holding == 0) {
      hold(d, "nothing to close");
      return conclude(s, std::move(d), std::nullopt, quality, todo);
    }
    // A flip is a close; the opening waits for a bar that sees the flat position.
    d.size = s.held.held.abs();
    auto intent = closing_intent(s, d.bar_open, now, d.reference, d.reason, d.id);
    return conclude(s, std::move(d), std::move(intent), quality, todo);
  }
  if (wanted == holding) {
    d.size = s.held.held.abs();
    return conclude(s, std::move(d), std::nullopt, quality, todo);  // it is held already
  }
  if (s.run.status != run_status::running) {
    hold(d, "paused: no entries");
    return conclude(s, std::move(d), std::nullopt, quality, todo);
  }
  if (d.confidence < s.terms.confidence_least) {
    hold(d, "confidence below the least that is traded");
    return conclude(s, std::move(d), std::nullopt, quality, todo);
  }
  const auto sized = size_of_entry(
      {s.terms.instrument, s.terms.largest_position, rate::of_double(std::clamp(answer.size, 0.0, 1.0)), d.reference});
  if (!sized.size) {
    hold(d, sized.arithmetic);
    return conclude(s, std::move(d), std::nullopt, quality, todo);
  }
  d.size = *sized.size;
  auto intent = opening_intent(s, d, now);
  conclude(s, std::move(d), std::move(intent), quality, todo);
}

void on_kept(pair_state& s, effects& todo) {
  if (!s.awaiting_durability) return;
  s.in_review = order_id_of(s.awaiting_durability->slot);
  const auto trace = s.awaiting_durability->decision.text();
  todo.push_back(pair_effects::ask_review{std::move(*s.awaiting_durability), trace});
  s.awaiting_durability.reset();
}

void on_reviewed(pair_state& s, const pair_events::reviewed& e, effects& todo) {
  if (!s.in_review || *s.in_review != e.id) return;
  s.in_review.reset();
  if (e.approved) return;  // order_moved follows when it is durable
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

void on_order(pair_state& s, const pair_events::order_moved& e) {
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
          on_bar(s, e.what, now, todo);
        else if constexpr (std::is_same_v<E, funding_seen>)
          s.pipeline.on_funding(e.what);
        else if constexpr (std::is_same_v<E, policy_said>)
          on_policy(s, e.answer, now, todo);
        else if constexpr (std::is_same_v<E, policy_failed>) {
          if (!s.deciding) return;
          decision d = std::move(*s.deciding);
          s.deciding.reset();
          add_unique(d.warnings, warning::model_unavailable);
          hold(d, e.why);
          const auto quality = feature_quality(d);
          conclude(s, std::move(d), std::nullopt, quality, todo);
        } else if constexpr (std::is_same_v<E, kept>)
          on_kept(s, todo);
        else if constexpr (std::is_same_v<E, not_kept>)
          s.awaiting_durability.reset();
        else if constexpr (std::is_same_v<E, reviewed>)
          on_reviewed(s, e, todo);
        else if constexpr (std::is_same_v<E, order_moved>)
          on_order(s, e);
        else if constexpr (std::is_same_v<E, position_moved>) {
          if (sign_of(s.held) != sign_of(e.held)) s.bars_held = 0;
          s.held = e.held;
        } else if constexpr (std::is_same_v<E, breaker_is>) {
          s.level = e.level;
          s.level_by_operator = e.by_operator;
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

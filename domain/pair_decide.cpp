// How a pair decides: gates, pauses, the policy's word, and what is asked for.
#include "domain/pair_steps.hpp"
#include "domain/side_table.hpp"
#include "domain/sizing.hpp"
#include "domain/warnings.hpp"

#include <algorithm>
#include <cmath>

namespace rltrader::pair_steps {

namespace {

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

double feature_quality(const decision& d) {
  if (d.features.empty()) return 0;
  const auto known = std::count_if(d.features.begin(), d.features.end(), [](double v) { return !std::isnan(v); });
  return static_cast<double>(known) / static_cast<double>(d.features.size());
}

/// The decision is complete: it is kept, and an intent waits until it is durable.
void conclude(pair_state& s, decision d, std::optional<order_intent> intent, effects& todo) {
  const bool posted = posted_now(s, d.id);
  if (posted) settle_posted(s, d, intent);
  if (d.risk_check_result.empty()) d.risk_check_result = intent ? "asked" : "not_needed";
  ++s.decisions;
  const bool answer_wanted = intent || posted;
  const auto quality = feature_quality(d);
  // An intent that waits already stays: a decision beside it asks for nothing.
  if (intent) s.awaiting_durability = std::move(intent);
  if (!posted) s.last_decision = d;
  todo.push_back(pair_effects::keep_decision{std::move(d), quality, answer_wanted});
}

/// The gates: integrity of the window, the breaker, the features. Returns whether the policy may speak.
bool pass_gates(pair_state& s, decision& d, seen_market& market, effects& todo) {
  auto& verdict = market.verdict;
  const bool own = market.whose == market_of::pair;
  d.warnings = std::move(verdict.warnings);
  d.warnings.insert(d.warnings.end(), verdict.blocking.begin(), verdict.blocking.end());
  // Too few bars at the beginning of a series is not a fault of the data: it holds without a pause.
  const bool warming = own && s.window.size() < s.terms.bars_least;
  if (verdict.pause != pause_reason::none && !warming)
    pause(s, verdict.pause, d.warnings.empty() ? "data" : d.warnings.back(), todo);
  else if (!verdict.blocked && own)  // a posted market says nothing of whether the pair's own data are well again
    count_clean_bar(s, todo);

  if (s.level == breaker_level::halted)
    add_unique(d.warnings, s.level_by_operator ? warning::kill_switch_enabled : warning::risk_limits_breached);

  auto seen = market.pipeline.current();
  const auto feature_words = feature_warnings(seen, s.terms.features);
  for (const auto& w : feature_words) add_unique(d.warnings, w);
  d.features = std::move(seen.values);
  const bool out_of_distribution = seen.ood_score > s.terms.features.ood_zscore_limit;
  if (!feature_words.empty() && !warming && s.terms.mode == trading_mode::live)
    pause(s, pause_reason::out_of_distribution,
          out_of_distribution ? "features far from all seen before" : "features that are needed are missing", todo);

  return !verdict.blocked && feature_words.empty() && s.level != breaker_level::halted;
}

}  // namespace

int sign_of(const position& p) { return p.held.positive() ? 1 : p.held.negative() ? -1 : 0; }

bool unresolved(const pair_state& s) {
  return s.in_review || s.awaiting_durability ||
         std::any_of(s.open_orders.begin(), s.open_orders.end(),
                     [](const auto& entry) { return entry.second.intent.slot.leg != order_leg::stop; });
}

void add_unique(std::vector<std::string>& words, std::string_view what) {
  if (std::find(words.begin(), words.end(), what) == words.end()) words.emplace_back(what);
}

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

decision new_decision(const pair_state& s, const decision_id& id, instant bar_open, price reference, instant now) {
  decision d;
  d.id = id;
  d.run = s.run.id;
  d.pair = s.terms.instrument.pair;
  d.bar_open = bar_open;
  d.decided_at = now;
  d.reference = reference;
  d.policy_version = s.terms.policy_version;
  d.feature_fingerprint = s.pipeline.fingerprint();
  d.source = s.terms.source;
  d.trace_id = d.id.text();
  return d;
}

void decide(pair_state& s, decision d, seen_market market, instant now, effects& todo) {
  d.gate_passed = pass_gates(s, d, market, todo);

  // Under on_pause=flatten a paused position is closed whatever the gates say: closing is allowed under HOLD. It waits for a bar
  // of the pair's own: what somebody posts closes nothing that the policy does not want closed.
  const bool paused = s.run.status == run_status::paused;
  if (paused && market.whose == market_of::pair && s.run.on_pause == pause_policy::flatten && sign_of(s.held) != 0 &&
      !unresolved(s) && s.level != breaker_level::halted) {
    d.choice = action::close;
    d.size = s.held.held.abs();
    d.reason = "paused, and the run flattens then";
    auto intent = closing_intent(s, d.bar_open, now, d.reference, d.reason, d.id);
    return conclude(s, std::move(d), std::move(intent), todo);
  }
  const bool may_reduce = paused && s.run.on_pause == pause_policy::reduce;
  if (!d.gate_passed || (paused && !may_reduce)) {
    hold(d, paused ? "paused: " + std::string(text_of(s.run.pause_reason)) : "held by the gate");
    return conclude(s, std::move(d), std::nullopt, todo);
  }
  observation seen{
      .features = d.features, .position_sign = sign_of(s.held), .bars_held = s.bars_held, .unrealised_fraction = 0};
  if (seen.position_sign != 0 && s.held.entry.positive())
    seen.unrealised_fraction = seen.position_sign * (d.reference.to_double() / s.held.entry.to_double() - 1);
  s.deciding = std::move(d);
  todo.push_back(pair_effects::ask_policy{std::move(seen)});
}

void on_policy(pair_state& s, const policy_answer& answer, instant now, effects& todo) {
  if (!s.deciding) return;
  decision d = std::move(*s.deciding);
  s.deciding.reset();
  if (!std::isfinite(answer.confidence) || !std::isfinite(answer.size)) {
    add_unique(d.warnings, warning::model_unavailable);
    hold(d, "the policy's answer is not a number");
    return conclude(s, std::move(d), std::nullopt, todo);
  }
  d.choice = answer.choice;
  d.confidence = std::clamp(answer.confidence, 0.0, 1.0);
  d.reason = answer.reason;
  const int holding = sign_of(s.held);
  const int wanted = d.choice == action::go_long ? 1 : d.choice == action::go_short ? -1 : 0;

  if (d.choice == action::hold) return conclude(s, std::move(d), std::nullopt, todo);
  if (unresolved(s)) {
    hold(d, "an order is unresolved; " + std::string(text_of(answer.choice)) + " was wanted");
    return conclude(s, std::move(d), std::nullopt, todo);
  }
  if (d.choice == action::close || (holding != 0 && wanted == -holding)) {
    if (holding == 0) {
      hold(d, "nothing to close");
      return conclude(s, std::move(d), std::nullopt, todo);
    }
    // A flip is a close; the opening waits for a bar that sees the flat position.
    d.size = s.held.held.abs();
    auto intent = closing_intent(s, d.bar_open, now, d.reference, d.reason, d.id);
    return conclude(s, std::move(d), std::move(intent), todo);
  }
  if (wanted == holding) {
    d.size = s.held.held.abs();
    return conclude(s, std::move(d), std::nullopt, todo);  // it is held already
  }
  if (s.run.status != run_status::running) {
    hold(d, "paused: no entries");
    return conclude(s, std::move(d), std::nullopt, todo);
  }
  // Of the pair's own least and the fleet's the tighter one holds.
  if (d.confidence < std::max(s.terms.confidence_least, s.fleet.min_confidence_score)) {
    hold(d, "confidence below the least that is traded");
    return conclude(s, std::move(d), std::nullopt, todo);
  }
  const auto sized = size_of_entry(
      {s.terms.instrument, s.terms.largest_position, rate::of_double(std::clamp(answer.size, 0.0, 1.0)), d.reference});
  if (!sized.size) {
    hold(d, sized.arithmetic);
    return conclude(s, std::move(d), std::nullopt, todo);
  }
  d.size = *sized.size;
  auto intent = opening_intent(s, d, now);
  conclude(s, std::move(d), std::move(intent), todo);
}

void on_policy_failed(pair_state& s, const std::string& why, effects& todo) {
  if (!s.deciding) return;
  decision d = std::move(*s.deciding);
  s.deciding.reset();
  add_unique(d.warnings, warning::model_unavailable);
  hold(d, why);
  conclude(s, std::move(d), std::nullopt, todo);
}

}  // namespace rltrader::pair_steps

// One agent on one pair: feeds the pair machine and carries out what it says.
#include "actors/pair.hpp"

#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <algorithm>
#include <utility>

namespace rltrader {

pair::pair(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
           risk_actor risk, pair_setup setup, pair_events::restored past)
    : super(cfg),
      around_(around),
      ledger_(std::move(ledger)),
      alerts_(std::move(alerts)),
      risk_(std::move(risk)),
      setup_(std::move(setup)),
      state_(setup_.terms),
      past_(std::move(past)),
      rows_(this, "pair", ledger_, around_.request_timeout, [this](const failure& why) {
        send(alerts_, alarm{"run_not_kept",
                            severity::high,
                            state_.terms.instrument.pair.text(),
                            "writes_failed",
                            1,
                            0,
                            {{"why", why.what}}});
      }) {}

pair::behavior_type pair::make_behavior() {
  die_loudly(this, "pair", setup_.terms.instrument.pair.text());
  auto made = setup_.make_policy(setup_.terms.instrument.pair, state_.pipeline.names());
  if (made)
    policy_ = std::move(*made);
  else
    no_policy_ = made.error().what;
  if (policy_) state_.terms.policy_version = policy_->version();
  feed(std::exchange(past_, {}));
  return {[this](const closed_bar& b) { decide_on(b); },
          [this](const funding& f) { feed(pair_events::funding_seen{f}); },
          [this](const order_changed& o) {
            feed(pair_events::order_moved{o.now, o.held, o.round_trip});
          },
          [this](const position_changed& p) { feed(pair_events::position_moved{p.held}); },
          [this](const breaker_moved& b) {
            feed(pair_events::breaker_is{b.after.level, b.after.by_operator});
          },
          [this](const configuration_changed& c) { feed(pair_events::fleet_is{c.now}); },
          [this](const save_again&) { rows_.again(); },
          [this](const run_command& c) -> caf::result<agent_run> { return obey(c); },
          [this](const decide_posted& p) -> caf::result<posted_outcome> { return decide(p); },
          [this](const ask_health&) { return view(); }};
}

void pair::on_exit() {
  rows_.clear();
  destroy(ledger_);
  destroy(alerts_);
  destroy(risk_);
  askers_.clear();
}

void pair::feed(const pair_event& e) {
  must(!feeding_, "a pair's machine is fed from inside itself");
  feeding_ = true;
  todo_.clear();
  step(state_, e, around_.now(), todo_);
  feeding_ = false;
  // What an effect brings about comes as a later event; only the policy answers at once.
  for (auto& effect : std::exchange(todo_, {})) std::visit([this](auto& x) { carry_out(x); }, effect);
}

void pair::decide_on(const closed_bar& b) {
  if (setup_.before_decision) setup_.before_decision(b.what.pair, around_.now());
  if (!around_.stopwatch) return feed(pair_events::bar_closed{b.what, b.mark});
  const auto decided = state_.decisions;
  const auto started = around_.stopwatch();
  feed(pair_events::bar_closed{b.what, b.mark});
  if (state_.decisions != decided) note_latency(around_.stopwatch() - started);
}

void pair::carry_out(pair_effects::ask_policy& x) {
  if (!policy_) return feed(pair_events::policy_failed{no_policy_});
  std::optional<policy_answer> answer;
  std::string why;
  try {
    answer = policy_->decide(x.seen);
  } catch (const std::exception& e) {
    why = e.what();
  }
  if (answer)
    feed(pair_events::policy_said{std::move(*answer)});
  else
    feed(pair_events::policy_failed{"the policy failed: " + why});
}

void pair::carry_out(pair_effects::keep_decision& x) {
  const auto now = around_.now();
  const auto& name = x.what.pair.text();
  ports::write_batch rows;
  rows.reserve(3);
  rows.emplace_back(metric_point{"feature_quality", name, x.feature_quality, now});
  if (x.what.choice != action::hold) rows.emplace_back(metric_point{"confidence", name, x.what.confidence, now});
  if (around_.metrics) {
    around_.metrics->add(http::metric::decisions, {name, text_of(x.what.choice)});
    around_.metrics->observe(http::metric::feature_quality, x.feature_quality, {name});
    if (x.what.choice != action::hold) around_.metrics->observe(http::metric::decision_confidence, x.what.confidence);
  }
  if (!first_told_) {
    first_told_ = true;
    log_event(log_level::info, "decision.first", name, "pair", x.what.trace_id,
              "decided " + std::string(text_of(x.what.choice)) + ": " + x.what.reason);
  }
  const auto id = x.what.id;
  if (x.what.source == posted_source) rows.emplace_back(note_of_post(x.what));
  rows.emplace_back(std::move(x.what));
  if (!x.answer_wanted) {
    caf::anon_send(ledger_, write_rows{std::move(rows)});
    return;
  }
  request(ledger_, around_.request_timeout, write_rows{std::move(rows)})
      .then([this, id](const written&) { feed(pair_events::kept{id}); },
            [this, id](const caf::error& e) {
              const auto why = from_caf(e, "the ledger").what;
              feed(pair_events::not_kept{id, why});
              send(alerts_, alarm{"decision_not_kept",
                                  severity::high,
                                  state_.terms.instrument.pair.text(),
                                  "intents_dropped",
                                  1,
                                  0,
                                  {{"why", why}}});
            });
}

void pair::carry_out(pair_effects::keep_run& x) {
  audit_note note{.actor = x.who,
                  .action = x.action,
                  .resource_type = "agent_run",
                  .resource_id = x.run.id.text(),
                  .metadata = {{"pair", x.run.pair.text()},
                               {"why", x.why},
                               {"status", std::string(text_of(x.run.status))},
                               {"pause_reason", std::string(text_of(x.run.pause_reason))}},
                  .created_at = around_.now()};
  log_event(log_level::info, x.action, x.run.pair.text(), "pair", x.run.id.text(), x.why);
  kept_rows<pair>::told then;
  if (commander_)
    then = [promise = *std::exchange(commander_, std::nullopt), run = x.run](const failure* why) mutable {
      if (why == nullptr)
        promise.deliver(std::move(run));
      else
        promise.deliver(to_caf({why->code, "the run is " + std::string(text_of(run.status)) +
                                               " now, which is not durable yet and is tried again: " + why->what}));
    };
  rows_.add({std::move(x.run), std::move(note)}, std::move(then));
}

void pair::carry_out(pair_effects::ask_review& x) {
  const auto id = order_id_of(x.intent.slot);
  request(
      risk_, around_.request_timeout,
      review_intent{std::move(x.intent), x.trace_id, x.trace_id.starts_with("operator:"), state_.run.risk_limit_set_id})
      .then(
          [this](const review_outcome& v) {
            feed(pair_events::reviewed{v.approved, v.id, v.refused.rule, v.refused.why});
          },
          [this, id](const caf::error& e) {
            feed(pair_events::reviewed{false, id, no_review, from_caf(e, "risk").what});
          });
}

void pair::carry_out(pair_effects::answer_posted& x) {
  auto asked = std::move(askers_.extract(x.token).mapped());
  if (x.answer)
    asked.promise.deliver(std::move(*x.answer));
  else
    asked.promise.deliver(to_caf(x.answer.error()));
}

audit_note pair::note_of_post(const decision& d) const {
  return {.actor = askers_.at(state_.posting->token).who,
          .action = "decision.posted",
          .resource_type = "decision",
          .resource_id = d.id.text(),
          .metadata = {{"pair", d.pair.text()},
                       {"run", d.run.text()},
                       {"action", std::string(text_of(d.choice))},
                       {"risk_check", d.risk_check_result}},
          .created_at = around_.now()};
}

void pair::carry_out(pair_effects::raise& x) { send(alerts_, x.what); }

void pair::note_latency(double seconds_taken) {
  const double ms = seconds_taken * 1000;
  const auto& name = state_.terms.instrument.pair.text();
  // No time passes between two bars of a replay.
  if (ms > 0) send(ledger_, metric_point{"decision_latency_ms", name, ms, around_.now()});
  if (around_.metrics) around_.metrics->observe(http::metric::decision_latency, seconds_taken);
  if (const auto how = slo_severity(ms, setup_.latency_slo_ms))
    send(alerts_, alarm{"slo_decision_latency", *how, name, "decision_latency_ms", ms, setup_.latency_slo_ms, {}});
}

pair_actor spawn_pair(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                      alert_sink_actor alerts, risk_actor risk, const pair_setup& setup, pair_events::restored past) {
  return system.spawn<pair>(around, std::move(ledger), std::move(alerts), std::move(risk), setup, std::move(past));
}

}  // namespace rltrader

// One agent on one pair: feeds the pair machine and carries out what it says.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace rltrader {

namespace {

class pair : public pair_actor::base {
  using super = pair_actor::base;

 public:
  pair(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
       risk_actor risk, pair_setup setup, pair_events::restored past)
      : super(cfg),
        around_(around),
        ledger_(std::move(ledger)),
        alerts_(std::move(alerts)),
        risk_(std::move(risk)),
        setup_(std::move(setup)),
        state_(setup_.terms),
        past_(std::move(past)) {}

  behavior_type make_behavior() override {
    die_loudly(this, "pair", setup_.terms.instrument.pair.text());
    auto made = setup_.make_policy(setup_.terms.instrument.pair, state_.pipeline.names());
    if (made)
      policy_ = std::move(*made);
    else
      no_policy_ = made.error().what;
    if (policy_) state_.terms.policy_version = policy_->version();
    feed(std::exchange(past_, {}));
    return {[this](const closed_bar& b) {
              if (setup_.before_decision) setup_.before_decision(b.what.pair, around_.now());
              const auto started = around_.stopwatch ? around_.stopwatch() : 0.0;
              feed(pair_events::bar_closed{b.what, b.mark});
              if (around_.stopwatch) note_latency(around_.stopwatch() - started);
            },
            [this](const funding& f) { feed(pair_events::funding_seen{f}); },
            [this](const order_changed& o) {
              feed(pair_events::order_moved{o.now, o.held, o.round_trip});
            },
            [this](const position_changed& p) { feed(pair_events::position_moved{p.held}); },
            [this](const breaker_moved& b) {
              feed(pair_events::breaker_is{b.after.level, b.after.by_operator});
            },
            [this](const configuration_changed& c) { feed(pair_events::fleet_is{c.now}); },
            [this](const run_command& c) -> caf::result<agent_run> { return obey(c); },
            [this](const decide_posted& p) -> caf::result<posted_outcome> { return decide(p); },
            [this](const ask_health&) { return view(); }};
  }

  void on_exit() override {
    destroy(ledger_);
    destroy(alerts_);
    destroy(risk_);
    askers_.clear();
  }

 private:
  void feed(const pair_event& e) {
    must(!feeding_, "a pair's machine is fed from inside itself");
    feeding_ = true;
    todo_.clear();
    step(state_, e, around_.now(), todo_);
    feeding_ = false;
    // What an effect brings about comes as a later event; only the policy answers at once.
    for (auto& effect : std::exchange(todo_, {})) std::visit([this](auto& x) { carry_out(x); }, effect);
  }

  void carry_out(pair_effects::ask_policy& x) {
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

  void carry_out(pair_effects::keep_decision& x) {
    const auto now = around_.now();
    const auto& name = x.what.pair.text();
    ports::write_batch rows;
    rows.reserve(4);
    rows.emplace_back(metric_point{"feature_quality", name, x.feature_quality, now});
    if (x.what.choice != action::hold) rows.emplace_back(metric_point{"confidence", name, x.what.confidence, now});
    if (last_latency_ms_) rows.emplace_back(metric_point{"decision_latency_ms", name, *last_latency_ms_, now});
    if (around_.metrics) {
      around_.metrics->add(http::metric::decisions, {name, text_of(x.what.choice)});
      around_.metrics->observe(http::metric::feature_quality, x.feature_quality, {name});
      if (x.what.choice != action::hold) around_.metrics->observe(http::metric::decision_confidence, x.what.confidence);
    }
    last_latency_ms_.reset();
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

  void carry_out(pair_effects::keep_run& x) {
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
    request(ledger_, around_.request_timeout, write_rows{{x.run, std::move(note)}})
        .then([](const written&) {},
              [name = x.run.pair.text()](const caf::error& e) {
                log_event(log_level::error, "run.not_kept", name, "pair", "", from_caf(e, "the ledger").what);
              });
  }

  void carry_out(pair_effects::ask_review& x) {
    const auto id = order_id_of(x.intent.slot);
    request(risk_, around_.request_timeout,
            review_intent{std::move(x.intent), x.trace_id, x.trace_id.starts_with("operator:"),
                          state_.run.risk_limit_set_id})
        .then(
            [this](const review_outcome& v) {
              feed(pair_events::reviewed{v.approved, v.id, v.refused.rule, v.refused.why});
            },
            [this, id](const caf::error& e) {
              feed(pair_events::reviewed{false, id, "no_review", from_caf(e, "risk").what});
            });
  }

  void carry_out(pair_effects::answer_posted& x) {
    auto asked = std::move(askers_.extract(x.token).mapped());
    if (x.answer)
      asked.promise.deliver(std::move(*x.answer));
    else
      asked.promise.deliver(to_caf(x.answer.error()));
  }

  /// Who posted, beside what was decided on it.
  audit_note note_of_post(const decision& d) const {
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

  void carry_out(pair_effects::raise& x) { send(alerts_, x.what); }

  void note_latency(double seconds_taken) {
    last_latency_ms_ = seconds_taken * 1000;
    if (around_.metrics) around_.metrics->observe(http::metric::decision_latency, seconds_taken);
    if (const auto how = slo_severity(*last_latency_ms_, setup_.latency_slo_ms))
      send(alerts_, alarm{"slo_decision_latency",
                          *how,
                          state_.terms.instrument.pair.text(),
                          "decision_latency_ms",
                          *last_latency_ms_,
                          setup_.latency_slo_ms,
                          {}});
  }

  caf::result<agent_run> obey(const run_command& c) {
    auto& run = state_.run;
    switch (c.verb) {
      case run_verb::pause:
        if (run.status == run_status::stopped)
          return to_caf({errc::conflict, "the run is stopped; only a running one is paused"});
        feed(pair_events::commanded{run_status::paused, pause_reason::operator_asked, c.on_pause,
                                    c.on_pause == pause_policy::flatten, c.who, c.reason});
        break;
      case run_verb::resume:
        if (run.status == run_status::stopped) return to_caf({errc::conflict, "the run is stopped; start a new one"});
        feed(pair_events::commanded{run_status::running, pause_reason::none, run.on_pause, false, c.who, c.reason});
        break;
      case run_verb::stop:
        if (!state_.held.held.is_zero() && c.on_position == disposition::unsaid)
          return to_caf({errc::conflict,
                         "the run holds " + state_.held.held.text() + "; say on_position: adopt (keep it) or flatten"});
        if (order_under_way() && c.on_position == disposition::unsaid)
          return to_caf(
              {errc::conflict, "an order of the run is unresolved; wait, or say on_position: adopt or flatten"});
        // A stopped run closes nothing any more, so what cannot be closed now must not be stopped.
        if (c.on_position == disposition::flatten && !state_.held.held.is_zero() && !may_close_now())
          return to_caf({errc::conflict, "an order of the run is unresolved; cancel it or wait, then stop"});
        feed(pair_events::commanded{run_status::stopped, pause_reason::none, run.on_pause,
                                    c.on_position == disposition::flatten, c.who, c.reason});
        break;
      case run_verb::configure:
        feed(pair_events::configured{c.risk_limit_set_id, c.learning_enabled, c.learning_window_minutes, c.who});
        break;
      case run_verb::start:
        return to_caf({errc::conflict, "a run of " + run.pair.text() + " exists: " + run.id.text()});
    }
    return run;
  }

  caf::result<posted_outcome> decide(const decide_posted& p) {
    auto promise = make_response_promise<posted_outcome>();
    const auto token = ++last_token_;
    askers_.emplace(token, asker{promise, p.who});
    feed(pair_events::posted{token, p.run, p.market, p.simulate});
    return promise;
  }

  bool order_under_way() const {
    return state_.in_review || state_.awaiting_durability ||
           std::any_of(state_.open_orders.begin(), state_.open_orders.end(),
                       [](const auto& o) { return o.second.intent.slot.leg != order_leg::stop; });
  }
  bool may_close_now() const { return !order_under_way() && !state_.window.empty(); }

  pair_view view() const {
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
  std::optional<double> last_latency_ms_;
  std::map<std::uint64_t, asker> askers_;
  std::uint64_t last_token_ = 0;
};

}  // namespace

pair_actor spawn_pair(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                      alert_sink_actor alerts, risk_actor risk, const pair_setup& setup, pair_events::restored past) {
  return system.spawn<pair>(around, std::move(ledger), std::move(alerts), std::move(risk), setup, std::move(past));
}

}  // namespace rltrader

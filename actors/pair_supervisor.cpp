// Starts, stops, restarts and finds pairs. Only here are their handles: everybody else speaks to a pair by its name.
//
// A pair that dies is brought back from the ledger after a growing wait; more than a few deaths within a minute and it is left
// down and quarantined. What is said to a pair while it is down is dropped on purpose: all that matters is durable.
#include "actors/pair_supervisor.hpp"

#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <algorithm>

namespace rltrader {

pair_supervisor::pair_supervisor(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger,
                                 alert_sink_actor alerts, risk_actor risk, executor_actor executor,
                                 std::shared_ptr<const ports::desk_image> image, supervisor_terms terms)
    : super(cfg),
      around_(around),
      ledger_(std::move(ledger)),
      alerts_(std::move(alerts)),
      risk_(std::move(risk)),
      executor_(std::move(executor)),
      image_(std::move(image)),
      terms_(std::move(terms)),
      rows_(this, "pair_supervisor", ledger_, around_.request_timeout, [this](const failure& why) {
        send(alerts_, alarm{"run_not_kept", severity::high, "", "writes_failed", 1, 0, {{"why", why.what}}});
      }) {}

pair_supervisor::behavior_type pair_supervisor::make_behavior() {
  die_loudly(this, "pair_supervisor");
  send(executor_, subscribe_orders{caf::actor_cast<order_listener>(this)});
  send(risk_, subscribe_breaker{caf::actor_cast<breaker_listener>(this)});
  set_down_handler([this](caf::down_msg& m) { buried(m); });
  if (!image_->configurations.empty()) fleet_ = image_->configurations.front();
  for (const auto& name : terms_.pairs) bring_up(name, *image_);
  end_others(*image_);
  image_.reset();
  return {[this](const closed_bar& b) { pass(b.what.pair, b); },
          [this](const funding& f) { pass(f.pair, f); },
          [this](const order_changed& o) { pass(o.now.content().pair, o); },
          [this](const position_changed& p) { pass(p.held.pair, p); },
          [this](const breaker_moved& b) { breaker(b); },
          [this](const configuration_changed& c) {
            fleet_ = c.now;
            for (const auto& [name, unused] : children_) pass(name, c);
          },
          [this](const run_command& c) -> caf::result<agent_run> { return command(c); },
          [this](const decide_posted& p) -> caf::result<posted_outcome> { return decide(p); },
          [this](const restart_pair& r) { restart(r.pair); },
          [this](const change_pairs& c) -> caf::result<pairs_changed> { return change(c); },
          [this](const subscribe_pair_list& what) {
            listeners_.push_back(what.who);
            tell_list();
          },
          [this](const save_again&) { rows_.again(); },
          [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "pair_supervisor"); },
          [this](const ask_health&) -> caf::result<pair_list> { return list(); }};
}

void pair_supervisor::on_exit() {
  for (auto& [name, c] : children_)
    if (c.handle) send_exit(c.handle, caf::exit_reason::user_shutdown);
  children_.clear();
  listeners_.clear();
  rows_.clear();
  destroy(ledger_);
  destroy(alerts_);
  destroy(risk_);
  destroy(executor_);
}

void pair_supervisor::tell_list() {
  pairs_running all;
  for (const auto& [name, unused] : children_) all.pairs.push_back(name);
  for (const auto& who : listeners_) send(who, all);
}

void pair_supervisor::breaker(const breaker_moved& b) {
  if (b.after.scope == "account")
    account_ = b.after;
  else
    own_[pair_name{b.after.scope}] = b.after;
  for (auto& [name, c] : children_) {
    if (!c.handle || (b.after.scope != "account" && b.after.scope != name.text())) continue;
    send(c.handle, breaker_moved{b.before, level_of(name)});
  }
}

breaker_row pair_supervisor::level_of(const pair_name& name) const {
  const auto it = own_.find(name);
  return it != own_.end() && it->second.level > account_.level ? it->second : account_;
}

void pair_supervisor::bring_up(const pair_name& name, const ports::desk_image& image, const std::string& anew) {
  agent_run run;
  const auto known =
      std::find_if(image.runs.begin(), image.runs.end(), [&](const agent_run& r) { return r.pair == name; });
  if (known != image.runs.end() && (anew.empty() || known->status != run_status::stopped)) {
    run = *known;
  } else {
    run = new_run(name, {});
    rows_.add({run, anew.empty() ? note_of(run, "daemon", "agent.started", "first run of the pair")
                                 : note_of(run, anew, "agent.started", "added to the pair list")});
  }
  spawn_child(name, run, image);
}

void pair_supervisor::end_others(const ports::desk_image& image) {
  for (auto run : image.runs) {
    if (run.status == run_status::stopped || children_.contains(run.pair)) continue;
    run.status = run_status::stopped;
    run.stopped_at = around_.now();
    rows_.add({run, note_of(run, "daemon", "agent.stopped", off_the_list)});
  }
}

agent_run pair_supervisor::new_run(const pair_name& name, const run_command& asked) const {
  agent_run run;
  run.id = run_id{"run-" + pair_token(name.text()) + "-" + std::to_string(ms_of(around_.now()))};
  run.pair = name;
  run.mode = terms_.mode;
  run.status = run_status::running;
  run.on_pause = asked.on_pause;
  run.risk_limit_set_id = asked.risk_limit_set_id.empty() ? "baseline" : asked.risk_limit_set_id;
  run.learning_enabled = asked.learning_enabled.value_or(false);
  run.learning_window_minutes = asked.learning_window_minutes.value_or(0);
  run.started_at = around_.now();
  return run;
}

void pair_supervisor::spawn_child(const pair_name& name, const agent_run& run, const ports::desk_image& image) {
  auto setup = terms_.setup_of(name);
  pair_events::restored past;
  past.run = run;
  past.held.pair = name;
  for (const auto& p : image.positions)
    if (p.pair == name && (past.held.held.is_zero() || !p.held.is_zero())) past.held = p;
  for (const auto& o : image.open_orders)
    if (o.content().pair == name) past.open_orders.push_back(o);
  for (const auto& t : image.open_trades)
    if (t.instrument == name) past.open_trade = t.id;
  for (const auto& d : image.last_decisions)
    if (d.pair == name && d.run == run.id) past.last_decision = d;
  const auto level = level_of(name);
  past.level = level.level;
  past.level_by_operator = level.by_operator;
  past.fleet = fleet_;
  const feature_pipeline measure{setup.terms.primary, setup.terms.contexts};
  past.history = terms_.history(name, setup.terms.primary, measure.warm_up_bars() + setup.terms.window);
  std::optional<candle> newest;
  if (!past.history.empty()) {
    newest = past.history.back();
    past.history.pop_back();
  }
  auto& c = children_[name];
  c.run = run;
  c.left_down = false;
  c.handle = spawn_pair(home_system(), around_, ledger_, alerts_, risk_, setup, std::move(past));
  who_[c.handle->address()] = name;
  monitor(c.handle);
  // The newest bar is decided on at once, before any live one can overtake it; if it was decided before the restart the pair
  // knows.
  if (newest) send(c.handle, closed_bar{{name, setup.terms.primary, *newest}, {}});
}

audit_note pair_supervisor::note_of(const agent_run& run, const std::string& who, const std::string& action,
                                    const std::string& why) const {
  return {.actor = who,
          .action = action,
          .resource_type = "agent_run",
          .resource_id = run.id.text(),
          .metadata = {{"pair", run.pair.text()}, {"why", why}},
          .created_at = around_.now()};
}

void pair_supervisor::buried(const caf::down_msg& m) {
  const auto known = who_.find(m.source);
  if (known == who_.end()) return;
  const auto name = known->second;
  who_.erase(known);
  const auto it = children_.find(name);
  if (it == children_.end() || !it->second.handle || it->second.handle->address() != m.source) return;
  auto& c = it->second;
  c.handle = nullptr;
  if (m.reason == caf::exit_reason::user_shutdown || m.reason == caf::exit_reason::normal) return;
  if (around_.metrics) around_.metrics->add(http::metric::pair_restarts, {name.text()});
  const auto wait = c.deaths.died(around_.now());
  if (!wait) {
    c.left_down = true;
    const auto words =
        std::to_string(c.deaths.deaths()) + " deaths within a minute; it stays down until it is started by hand";
    send(risk_, quarantine_pair{name, "too_many_restarts", words});
    send(alerts_, alarm{"pair_left_down",
                        severity::high,
                        name.text(),
                        "restarts",
                        static_cast<double>(c.restarts),
                        0,
                        {{"why", words}}});
    return;
  }
  send(alerts_, alarm{"pair_restarted",
                      severity::medium,
                      name.text(),
                      "restarts",
                      static_cast<double>(++c.restarts),
                      0,
                      {{"reason", caf::to_string(m.reason)}}});
  delayed_send(this, around_.actor_wait(*wait), restart_pair{name});
}

void pair_supervisor::restart(const pair_name& name) {
  request(ledger_, around_.request_timeout, load_image{})
      .then(
          [this, name](const image_reply& reply) {
            const auto it = children_.find(name);
            if (it != children_.end() && !it->second.handle && !it->second.left_down) bring_up(name, *reply.image);
          },
          [this, name](const caf::error& e) {
            log_event(log_level::warn, "pair.restart_waits", name.text(), "pair_supervisor", "",
                      from_caf(e, "the ledger").what);
            delayed_send(this, std::chrono::seconds{1}, restart_pair{name});
          });
}

pair_supervisor_actor spawn_pair_supervisor(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                            alert_sink_actor alerts, risk_actor risk, executor_actor executor,
                                            std::shared_ptr<const ports::desk_image> image, supervisor_terms terms) {
  return system.spawn<pair_supervisor>(around, std::move(ledger), std::move(alerts), std::move(risk),
                                       std::move(executor), std::move(image), std::move(terms));
}

}  // namespace rltrader

// Starts, stops, restarts and finds pairs. Only here are their handles: everybody else speaks to a pair by its name.
//
// A pair that dies is brought back from the ledger after a growing wait; more than a few deaths within a minute and it is left
// down and quarantined. What is said to a pair while it is down is dropped on purpose: all that matters is durable.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <memory>

namespace rltrader {

namespace {

class pair_supervisor : public pair_supervisor_actor::base {
  using super = pair_supervisor_actor::base;

 public:
  pair_supervisor(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
                  risk_actor risk, executor_actor executor, std::shared_ptr<const ports::desk_image> image,
                  supervisor_terms terms)
      : super(cfg),
        around_(around),
        ledger_(std::move(ledger)),
        alerts_(std::move(alerts)),
        risk_(std::move(risk)),
        executor_(std::move(executor)),
        image_(std::move(image)),
        terms_(std::move(terms)) {}

  behavior_type make_behavior() override {
    die_loudly(this, "pair_supervisor");
    send(executor_, subscribe_orders{caf::actor_cast<order_listener>(this)});
    send(risk_, subscribe_breaker{caf::actor_cast<breaker_listener>(this)});
    set_down_handler([this](caf::down_msg& m) { buried(m); });
    for (const auto& name : terms_.pairs) bring_up(name, *image_);
    image_.reset();
    return {[this](const bar& b) { pass(b.pair, b); },
            [this](const funding& f) { pass(f.pair, f); },
            [this](const order_changed& o) { pass(o.now.content().pair, o); },
            [this](const position_changed& p) { pass(p.held.pair, p); },
            [this](const breaker_moved& b) { breaker(b); },
            [this](const run_command& c) -> caf::result<agent_run> { return command(c); },
            [this](const restart_pair& r) { restart(r.pair); },
            [this](const change_pairs& c) -> caf::result<pairs_changed> { return change(c); },
            [this](const ask_health&) -> caf::result<pair_list> { return list(); }};
  }

  void on_exit() override {
    for (auto& [name, c] : children_)
      if (c.handle) send_exit(c.handle, caf::exit_reason::user_shutdown);
    children_.clear();
    destroy(ledger_);
    destroy(alerts_);
    destroy(risk_);
    destroy(executor_);
  }

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

  void breaker(const breaker_moved& b) {
    if (b.after.scope == "account")
      account_ = b.after;
    else
      own_[pair_name{b.after.scope}] = b.after;
    for (auto& [name, c] : children_) {
      if (!c.handle || (b.after.scope != "account" && b.after.scope != name.text())) continue;
      send(c.handle, breaker_moved{b.before, level_of(name)});
    }
  }

  /// The graver of the account's row and the pair's own.
  breaker_row level_of(const pair_name& name) const {
    const auto it = own_.find(name);
    return it != own_.end() && it->second.level > account_.level ? it->second : account_;
  }

  /// With its last run, stopped or not; `anew` begins another one when that was stopped.
  void bring_up(const pair_name& name, const ports::desk_image& image, const std::string& anew = {}) {
    agent_run run;
    const auto known =
        std::find_if(image.runs.begin(), image.runs.end(), [&](const agent_run& r) { return r.pair == name; });
    if (known != image.runs.end() && (anew.empty() || known->status != run_status::stopped)) {
      run = *known;
    } else {
      run = new_run(name, {});
      keep(run, anew.empty() ? "daemon" : anew, "agent.started",
           anew.empty() ? "first run of the pair" : "added to the pair list");
    }
    spawn_child(name, run, image);
  }

  agent_run new_run(const pair_name& name, const run_command& asked) const {
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

  void spawn_child(const pair_name& name, const agent_run& run, const ports::desk_image& image) {
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
    if (newest) send(c.handle, bar{name, setup.terms.primary, *newest});
  }

  void keep(const agent_run& run, const std::string& who, const std::string& action, const std::string& why) {
    audit_note note{.actor = who,
                    .action = action,
                    .resource_type = "agent_run",
                    .resource_id = run.id.text(),
                    .metadata = {{"pair", run.pair.text()}, {"why", why}},
                    .created_at = around_.now()};
    request(ledger_, around_.request_timeout, write_rows{{run, std::move(note)}})
        .then([](const written&) {},
              [](const caf::error& e) {
                log_event(log_level::error, "run.not_kept", "", "pair_supervisor", "", from_caf(e, "the ledger").what);
              });
  }

  void buried(const caf::down_msg& m) {
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

  void restart(const pair_name& name) {
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

  // ---- commands ------------------------------------------------------------------------------------------------------

  caf::result<agent_run> command(const run_command& asked) {
    const auto it = children_.find(asked.pair);
    if (asked.verb == run_verb::start) return start(asked);
    if (it == children_.end()) return to_caf({errc::not_found, "no run of " + asked.pair.text()});
    if (!it->second.handle) return to_caf({errc::unavailable, asked.pair.text() + " is down; it is being restarted"});
    auto promise = make_response_promise<agent_run>();
    request(it->second.handle, around_.request_timeout, asked)
        .then(
            [this, promise, name = asked.pair](const agent_run& run) mutable {
              if (auto c = children_.find(name); c != children_.end()) c->second.run = run;
              promise.deliver(run);
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  caf::result<agent_run> start(const run_command& asked) {
    if (std::find(terms_.supported.begin(), terms_.supported.end(), asked.pair) == terms_.supported.end())
      return to_caf({errc::refused, "pair " + asked.pair.text() + " is not supported"});
    if (asked.mode == trading_mode::live && terms_.mode != trading_mode::live)
      return to_caf({errc::refused, "this daemon trades on paper; live runs are not offered by it"});
    const auto it = children_.find(asked.pair);
    if (it != children_.end() && !it->second.left_down && it->second.run.status != run_status::stopped)
      return to_caf({errc::conflict, "a run of " + asked.pair.text() + " exists: " + it->second.run.id.text()});
    auto promise = make_response_promise<agent_run>();
    request(ledger_, around_.request_timeout, load_image{})
        .then([this, promise, asked](const image_reply& reply) mutable { start_with(*reply.image, asked, promise); },
              [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

  void start_with(const ports::desk_image& image, const run_command& asked,
                  caf::typed_response_promise<agent_run>& promise) {
    quantity held;
    for (const auto& p : image.positions)
      if (p.pair == asked.pair && !p.held.is_zero()) held = p.held;
    if (!held.is_zero() && asked.on_position == disposition::unsaid) {
      promise.deliver(to_caf(
          {errc::conflict, asked.pair.text() + " holds " + held.text() + "; say on_position: adopt or flatten"}));
      return;
    }
    if (auto it = children_.find(asked.pair); it != children_.end() && it->second.handle) {
      send_exit(it->second.handle, caf::exit_reason::user_shutdown);
      it->second.handle = nullptr;
    }
    const auto run = new_run(asked.pair, asked);
    keep(run, asked.who, "agent.started", asked.reason);
    children_[asked.pair] = child{};
    spawn_child(asked.pair, run, image);
    if (asked.on_position == disposition::flatten && !held.is_zero()) {
      run_command flatten = asked;
      flatten.verb = run_verb::pause;
      flatten.on_pause = pause_policy::flatten;
      caf::anon_send(children_[asked.pair].handle, flatten);
    }
    promise.deliver(run);
  }

  caf::result<pairs_changed> change(const change_pairs& asked) {
    auto promise = make_response_promise<pairs_changed>();
    request(ledger_, around_.request_timeout, load_image{})
        .then(
            [this, promise, asked](const image_reply& reply) mutable {
              pairs_changed out;
              for (const auto& name : asked.pairs) {
                if (children_.contains(name)) continue;
                if (std::find(terms_.supported.begin(), terms_.supported.end(), name) == terms_.supported.end()) {
                  out.refused.push_back(name.text() + ": not supported");
                  continue;
                }
                bring_up(name, *reply.image, asked.who.empty() ? "daemon" : asked.who);
                out.added.push_back(name.text());
              }
              std::vector<pair_name> leaving;
              for (const auto& [name, c] : children_)
                if (std::find(asked.pairs.begin(), asked.pairs.end(), name) == asked.pairs.end())
                  leaving.push_back(name);
              remove_next(std::make_shared<removal>(
                  removal{std::move(leaving), reply.image, asked.who, std::move(out), std::move(promise)}));
            },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
    return promise;
  }

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
  void remove_next(const std::shared_ptr<removal>& r) {
    while (!r->leaving.empty()) {
      const auto name = r->leaving.back();
      r->leaving.pop_back();
      const auto it = children_.find(name);
      if (it == children_.end()) continue;
      auto& c = it->second;
      if (c.run.status == run_status::stopped) {
        forget(name, *r);
        continue;
      }
      if (const auto why = kept_by(name, *r->image)) {
        refuse_removal(name, *why, *r);
        continue;
      }
      if (c.handle) return ask_to_stop(name, c.handle, r);
      auto run = c.run;
      run.status = run_status::stopped;
      run.stopped_at = around_.now();
      keep(run, r->who, "agent.stopped", off_the_list);
      forget(name, *r);
    }
    r->promise.deliver(std::move(r->out));
  }

  void ask_to_stop(const pair_name& name, const pair_actor& handle, const std::shared_ptr<removal>& r) {
    run_command stop;
    stop.verb = run_verb::stop;
    stop.pair = name;
    stop.who = r->who;
    stop.reason = off_the_list;
    request(handle, around_.request_timeout, std::move(stop))
        .then(
            [this, name, r](const agent_run&) {
              forget(name, *r);
              remove_next(r);
            },
            [this, name, r](const caf::error& e) {
              refuse_removal(name, from_caf(e, "the pair").what, *r);
              remove_next(r);
            });
  }

  /// Why a pair must stay, as far as the store knows.
  static std::optional<std::string> kept_by(const pair_name& name, const ports::desk_image& image) {
    for (const auto& p : image.positions)
      if (p.pair == name && !p.held.is_zero())
        return "it holds " + p.held.text() + "; stop its run with on_position first";
    for (const auto& o : image.open_orders)
      if (o.content().pair == name) return "order " + o.id.text() + " is open";
    return std::nullopt;
  }

  void refuse_removal(const pair_name& name, const std::string& why, removal& r) {
    r.out.refused.push_back(name.text() + ": " + why);
    send(alerts_, alarm{"pair_not_removed", severity::medium, name.text(), "pair_list", 1, 0, {{"why", why}}});
  }

  void forget(const pair_name& name, removal& r) {
    if (auto& c = children_[name]; c.handle) send_exit(c.handle, caf::exit_reason::user_shutdown);
    children_.erase(name);
    r.out.removed.push_back(name.text());
  }

  caf::result<pair_list> list() {
    struct gathering {
      pair_list out;
      std::size_t waiting = 0;
      caf::typed_response_promise<pair_list> promise;
    };
    auto g = std::make_shared<gathering>();
    g->promise = make_response_promise<pair_list>();
    const auto settle = [g] {
      if (--g->waiting > 0) return;
      std::sort(g->out.pairs.begin(), g->out.pairs.end(),
                [](const pair_view& a, const pair_view& b) { return a.pair < b.pair; });
      g->promise.deliver(std::move(g->out));
    };
    g->waiting = children_.size() + 1;
    for (const auto& [name, c] : children_) {
      pair_view down;
      down.pair = name;
      down.run = c.run;
      down.restarts = c.restarts;
      if (!c.handle) {
        g->out.pairs.push_back(std::move(down));
        settle();
        continue;
      }
      request(c.handle, around_.request_timeout, ask_health{})
          .then(
              [g, settle, restarts = c.restarts](const pair_view& v) {
                g->out.pairs.push_back(v);
                g->out.pairs.back().restarts = restarts;
                settle();
              },
              [g, settle, down](const caf::error&) {
                g->out.pairs.push_back(down);
                settle();
              });
    }
    settle();
    return g->promise;
  }

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
};

}  // namespace

pair_supervisor_actor spawn_pair_supervisor(caf::actor_system& system, const surroundings& around, ledger_actor ledger,
                                            alert_sink_actor alerts, risk_actor risk, executor_actor executor,
                                            std::shared_ptr<const ports::desk_image> image, supervisor_terms terms) {
  return system.spawn<pair_supervisor>(around, std::move(ledger), std::move(alerts), std::move(risk),
                                       std::move(executor), std::move(image), std::move(terms));
}

}  // namespace rltrader

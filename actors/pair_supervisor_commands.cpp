// What is asked of pairs: starting, stopping, configuring, posted markets, the pair list, and how they stand.
#include "actors/guard.hpp"
#include "actors/pair_supervisor.hpp"
#include "domain/breaker.hpp"
#include "messages/errors.hpp"

#include <algorithm>

namespace rltrader {

caf::result<agent_run> pair_supervisor::command(const run_command& asked) {
  const auto it = children_.find(asked.pair);
  if (asked.verb == run_verb::start) return start(asked);
  if (it == children_.end()) return to_caf({errc::not_found, "no run of " + asked.pair.text()});
  if (!it->second.handle) return to_caf({errc::unavailable, asked.pair.text() + " is down; it is being restarted"});
  auto promise = make_response_promise<agent_run>();
  // The pair asks the ledger, with this time-out.
  request(it->second.handle, 2 * around_.request_timeout, asked)
      .then(
          [this, promise, name = asked.pair](const agent_run& run) mutable {
            if (auto c = children_.find(name); c != children_.end()) c->second.run = run;
            promise.deliver(run);
          },
          [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

caf::result<posted_outcome> pair_supervisor::decide(const decide_posted& asked) {
  const auto it = children_.find(asked.pair);
  if (it == children_.end()) return to_caf({errc::not_found, "no run of " + asked.pair.text()});
  if (!it->second.handle) return to_caf({errc::unavailable, asked.pair.text() + " is down; it is being restarted"});
  auto promise = make_response_promise<posted_outcome>();
  // The pair asks ledger, risk and executor one after the other, each with this time-out.
  request(it->second.handle, 3 * around_.request_timeout, asked)
      .then([promise](const posted_outcome& out) mutable { promise.deliver(out); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

caf::result<agent_run> pair_supervisor::start(const run_command& asked) {
  if (std::find(terms_.supported.begin(), terms_.supported.end(), asked.pair) == terms_.supported.end())
    return to_caf({errc::refused, "pair " + asked.pair.text() + " is not supported"});
  if (asked.mode == trading_mode::live && terms_.mode != trading_mode::live)
    return to_caf({errc::refused, "this daemon trades on paper; live runs are not offered by it"});
  if (const auto why = run_of(asked.pair)) return to_caf(*why);
  starting_.insert(asked.pair);
  auto promise = make_response_promise<agent_run>();
  const auto begun = std::make_shared<beginning>(beginning{asked, {}, promise});
  request(ledger_, around_.request_timeout, load_image{})
      .then([this, begun](const image_reply& reply) { keep_beginning(begun, *reply.image); },
            [this, begun](const caf::error& e) { give_up(*begun, from_caf(e, "the ledger")); });
  return promise;
}

std::optional<failure> pair_supervisor::run_of(const pair_name& name) const {
  if (starting_.contains(name)) return failure{errc::conflict, "a run of " + name.text() + " is being started"};
  const auto it = children_.find(name);
  if (it == children_.end() || it->second.left_down || it->second.run.status == run_status::stopped)
    return std::nullopt;
  return failure{errc::conflict, "a run of " + name.text() + " exists: " + it->second.run.id.text()};
}

void pair_supervisor::keep_beginning(const std::shared_ptr<beginning>& begun, const ports::desk_image& image) {
  const auto& asked = begun->asked;
  for (const auto& p : image.positions)
    if (p.pair == asked.pair && !p.held.is_zero() && asked.on_position == disposition::unsaid)
      return give_up(*begun, {errc::conflict,
                              asked.pair.text() + " holds " + p.held.text() + "; say on_position: adopt or flatten"});
  begun->run = new_run(asked.pair, asked);
  request(ledger_, around_.request_timeout,
          write_rows{{begun->run, note_of(begun->run, asked.who, "agent.started", asked.reason)}})
      .then([this, begun](const written&) { open_beginning(begun); },
            [this, begun](const caf::error& e) { give_up(*begun, from_caf(e, "the ledger")); });
}

/// The actor begins with the image that is read now: fills may have come since the last one.
void pair_supervisor::open_beginning(const std::shared_ptr<beginning>& begun) {
  const auto& name = begun->asked.pair;
  if (auto it = children_.find(name); it != children_.end() && it->second.handle)
    send_exit(it->second.handle, caf::exit_reason::user_shutdown);
  children_[name] = child{};
  children_[name].run = begun->run;
  tell_list();
  request(ledger_, around_.request_timeout, load_image{})
      .then(
          [this, begun](const image_reply& reply) {
            const auto& asked = begun->asked;
            spawn_child(asked.pair, begun->run, *reply.image);
            if (asked.on_position == disposition::flatten) flatten(asked);
            starting_.erase(asked.pair);
            begun->promise.deliver(begun->run);
          },
          [this, begun](const caf::error& e) {
            delayed_send(this, std::chrono::seconds{1}, restart_pair{begun->asked.pair});
            const auto why = from_caf(e, "the ledger");
            give_up(*begun,
                    {why.code, "the run " + begun->run.id.text() +
                                   " is kept and comes up when the store answers; nothing is flattened: " + why.what});
          });
}

void pair_supervisor::flatten(run_command asked) {
  asked.verb = run_verb::pause;
  asked.on_pause = pause_policy::flatten;
  caf::anon_send(children_[asked.pair].handle, std::move(asked));
}

void pair_supervisor::give_up(beginning& begun, const failure& why) {
  starting_.erase(begun.asked.pair);
  begun.promise.deliver(to_caf(why));
}

caf::result<pairs_changed> pair_supervisor::change(const change_pairs& asked) {
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
              if (std::find(asked.pairs.begin(), asked.pairs.end(), name) == asked.pairs.end()) leaving.push_back(name);
            remove_next(std::make_shared<removal>(
                removal{std::move(leaving), reply.image, asked.who, std::move(out), std::move(promise)}));
          },
          [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

void pair_supervisor::remove_next(const std::shared_ptr<removal>& r) {
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
    rows_.add({run, note_of(run, r->who, "agent.stopped", off_the_list)});
    forget(name, *r);
  }
  tell_list();
  r->promise.deliver(std::move(r->out));
}

void pair_supervisor::ask_to_stop(const pair_name& name, const pair_actor& handle, const std::shared_ptr<removal>& r) {
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

std::optional<std::string> pair_supervisor::kept_by(const pair_name& name, const ports::desk_image& image) {
  for (const auto& p : image.positions)
    if (p.pair == name && !p.held.is_zero())
      return "it holds " + p.held.text() + "; stop its run with on_position first";
  for (const auto& o : image.open_orders)
    if (o.content().pair == name) return "order " + o.id.text() + " is open";
  return std::nullopt;
}

void pair_supervisor::refuse_removal(const pair_name& name, const std::string& why, removal& r) {
  r.out.refused.push_back(name.text() + ": " + why);
  send(alerts_, alarm{"pair_not_removed", severity::medium, name.text(), "pair_list", 1, 0, {{"why", why}}});
}

void pair_supervisor::forget(const pair_name& name, removal& r) {
  if (auto& c = children_[name]; c.handle) send_exit(c.handle, caf::exit_reason::user_shutdown);
  children_.erase(name);
  r.out.removed.push_back(name.text());
}

void pair_supervisor::gathered(gathering& g) const {
  if (--g.waiting > 0) return;
  for (auto& v : g.out.pairs) {
    const auto row = level_of(v.pair);
    v.breaker = api_word(row);
    if (row.level != breaker_level::active) v.breaker_cause = row.cause;
    const auto it = g.quarantined.find(v.pair);
    v.quarantined = it != g.quarantined.end();
    if (v.quarantined) v.quarantine = it->second;
  }
  std::sort(g.out.pairs.begin(), g.out.pairs.end(),
            [](const pair_view& a, const pair_view& b) { return a.pair < b.pair; });
  g.promise.deliver(std::move(g.out));
}

caf::result<pair_list> pair_supervisor::list() {
  auto g = std::make_shared<gathering>();
  g->promise = make_response_promise<pair_list>();
  g->waiting = children_.size() + 1;
  for (const auto& [name, c] : children_) {
    pair_view down;
    down.pair = name;
    down.run = c.run;
    down.restarts = c.restarts;
    if (!c.handle) {
      g->out.pairs.push_back(std::move(down));
      gathered(*g);
      continue;
    }
    request(c.handle, around_.request_timeout, ask_health{})
        .then(
            [this, g, restarts = c.restarts](const pair_view& v) {
              g->out.pairs.push_back(v);
              g->out.pairs.back().restarts = restarts;
              gathered(*g);
            },
            [this, g, down](const caf::error&) {
              g->out.pairs.push_back(down);
              gathered(*g);
            });
  }
  request(risk_, around_.request_timeout, ask_risk{})
      .then(
          [this, g](const risk_view& v) {
            for (const auto& q : v.quarantined) g->quarantined.emplace(q.pair, q);
            gathered(*g);
          },
          [this, g](const caf::error&) {
            // The list is answered all the same; risk's silence shows on /health/ready.
            gathered(*g);
          });
  return g->promise;
}

}  // namespace rltrader

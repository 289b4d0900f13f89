// The whole desk on one page: what is spawned, in which order, and who is given whom. Leaves first; no logic.
#include "runtime/wiring.hpp"

#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "domain/sha256.hpp"
#include "learning/rule_policies.hpp"
#include "messages/errors.hpp"
#include "runtime/halt_file.hpp"
#include "runtime/terms.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace rltrader {

namespace {

/// Watches all actors but the pairs. The first death ends the desk: there is one way to recover, and it is reopening.
class desk_root : public caf::event_based_actor {
 public:
  desk_root(caf::actor_config& cfg, std::vector<std::pair<std::string, caf::actor_addr>> watched,
            std::function<void(const std::string&)> on_failure)
      : caf::event_based_actor(cfg), watched_(std::move(watched)), on_failure_(std::move(on_failure)) {}

  caf::behavior make_behavior() override {
    die_loudly(this, "desk_root");
    set_down_handler([this](caf::down_msg& m) {
      const auto it =
          std::find_if(watched_.begin(), watched_.end(), [&](const auto& w) { return w.second == m.source; });
      if (it == watched_.end() || told_ || m.reason == caf::exit_reason::user_shutdown) return;
      told_ = true;
      on_failure_(it->first + " died: " + caf::to_string(m.reason));
    });
    for (const auto& [name, address] : watched_) monitor(address);
    // It only listens for deaths; any message keeps an actor without a behavior alive.
    return {[](const flush_rows&) {}};
  }

 private:
  std::vector<std::pair<std::string, caf::actor_addr>> watched_;
  std::function<void(const std::string&)> on_failure_;
  bool told_ = false;
};

/// This store's own id: made once, kept in the store, part of every slot. A restored backup is given a new one.
result<std::string> installation_of(const world& outside, const ports::desk_image& image, const desk_terms& terms) {
  for (const auto& f : image.facts)
    if (f.name == "installation") return f.value;
  const auto made = sha256_hex("installation|" + terms.account + '|' + std::to_string(terms.seed) + '|' +
                               std::to_string(ms_of(outside.clock->now())))
                        .substr(0, 16);
  if (const auto kept = outside.ops->commit({desk_fact{"installation", made}}); !kept) return kept.error();
  return made;
}

/// A halt that only the file knows of: the account's row is halted, and keeps what losses are measured from.
void add_halt_file(ports::desk_image& image, const world& outside) {
  const auto reason = read_halt_file(outside.halt_file);
  if (!reason) return;
  auto account = std::find_if(image.breakers.begin(), image.breakers.end(),
                              [](const breaker_row& b) { return b.scope == "account"; });
  if (account == image.breakers.end()) {
    account = image.breakers.insert(image.breakers.end(), breaker_row{});
    account->scope = "account";
  }
  constexpr auto cause = "operator_halt";
  if (account->level == breaker_level::halted && account->by_operator) return;
  account->level = breaker_level::halted;
  account->by_operator = true;
  account->cause = cause;
  account->reason = *reason;
  account->triggered_at = outside.clock->now();
  std::erase(account->standing, cause);
  account->standing.insert(account->standing.begin(), cause);
}

// The reconciler asks the venue for the fills of a day; what lies further back is not told again.
constexpr milliseconds venue_speaks_of = hours{48};
constexpr std::int64_t rows_a_page = 10'000;
constexpr std::int64_t pages_most = 7;

/// All rows of a list since a moment, newest first, up to what our books remember.
template <class Row>
result<std::vector<Row>> all_since(ports::ops_reader& store,
                                   result<ports::page_of<Row>> (ports::ops_reader::*list)(const ports::list_query&),
                                   instant since) {
  std::vector<Row> out;
  ports::list_query q;
  q.start = since;
  q.limit = rows_a_page;
  for (std::int64_t page = 0; page < pages_most; ++page) {
    q.offset = page * rows_a_page;
    auto found = (store.*list)(q);
    if (!found) return found.error();
    const bool last = static_cast<std::int64_t>(found->rows.size()) < rows_a_page;
    std::move(found->rows.begin(), found->rows.end(), std::back_inserter(out));
    if (last) break;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// What the venue may still speak of, so that no fill is booked twice and no order of ours looks like a stranger's (I7).
result<void> add_recent_past(ports::desk_image& image, const world& outside) {
  const auto since = outside.clock->now() - venue_speaks_of;
  auto orders = all_since<order>(*outside.ops, &ports::ops_reader::orders, since);
  if (!orders) return orders.error();
  auto fills = all_since<fill>(*outside.ops, &ports::ops_reader::fills, since);
  if (!fills) return fills.error();
  std::erase_if(*orders, [](const order& o) { return !terminal(o.state); });
  image.ended_lately = std::move(*orders);
  image.fills_lately = image.open_order_fills;
  image.fills_lately.insert(image.fills_lately.end(), fills->begin(), fills->end());
  return {};
}

std::vector<scheduled_job> job_table_of(const desk_terms& terms, const directory& d, const ports::clock& clock) {
  std::vector<scheduled_job> jobs;
  if (!terms.scheduled) return jobs;
  jobs.push_back({"reconcile", terms.reconcile_every, true, [r = d.reconciler] {
                    caf::anon_send(r, reconcile_now{{}, "scheduler"});
                  }});
  jobs.push_back({"sweep_jobs", terms.sweep_every, false, [q = d.retry_queue] { caf::anon_send(q, sweep_jobs{}); }});
  jobs.push_back({"retention", hours{1}, false, [l = d.ledger, &clock] {
                    caf::anon_send(l, retain_rows{clock.now() - hours{24 * 7}, clock.now() - hours{24}});
                  }});
  return jobs;
}

}  // namespace

result<desk> open_desk(caf::actor_system& system, const world& outside, const desk_terms& terms,
                       std::function<void(const std::string&)> on_failure) {
  auto loaded = outside.ops->load();
  if (!loaded) return loaded.error();
  const auto installation = installation_of(outside, *loaded, terms);
  if (!installation) return installation.error();
  add_halt_file(*loaded, outside);
  if (const auto past = add_recent_past(*loaded, outside); !past) return past.error();
  const auto image = std::make_shared<const ports::desk_image>(std::move(*loaded));

  surroundings around;
  around.clock = outside.clock;
  around.metrics = outside.metrics;
  around.stopwatch = terms.stopwatch;
  around.time_scale = terms.time_scale;
  around.request_timeout = caf::timespan{terms.request_timeout};
  around.detached = terms.detached_stores;

  auto instruments = outside.venue->instruments();
  const auto gate = std::make_shared<level_gate>(terms.supported);

  desk d;
  auto& h = d.handles;
  h.ledger = spawn_ledger(system, around, *outside.ops);
  h.market_store = spawn_market_store(system, around, *outside.market_store);
  h.reader = spawn_reader(system, around, *outside.reader, outside.before_read);
  h.retry_queue = spawn_retry_queue(system, around, h.ledger, terms.job_waits, terms.seed, terms.node);
  h.alert_sink = spawn_alert_sink(system, around, h.ledger, h.retry_queue, image->open_alerts, outside.channels);
  const auto told = caf::actor_cast<alarm_listener>(h.alert_sink);
  caf::anon_send(h.ledger, subscribe_alarms{told});
  caf::anon_send(h.market_store, subscribe_alarms{told});
  h.executor = spawn_executor(system, around, h.ledger, h.alert_sink, h.retry_queue, *outside.venue, gate, image,
                              {.mode = terms.mode, .slippage_slo_bps = terms.slippage_slo_bps});
  const review_terms review{.validity = terms.order_validity, .mark_fresh_for = terms.mark_fresh_for};
  h.risk = spawn_risk(
      system, around, h.ledger, h.alert_sink, h.executor, gate, image,
      {.mode = terms.mode,
       .installation = *installation,
       .account = terms.account,
       .instruments = instruments,
       .first_policy = terms.first_policy,
       .starting_wallet = terms.starting_balance,
       .review = review,
       .halt_file = outside.halt_file,
       .check_every = std::max(milliseconds{seconds{10}}, terms.mark_fresh_for),
       .reconciled_at_start = terms.reconciled_at_start,
       .write_halt_file = [path = outside.halt_file](const std::string& reason) { write_halt_file(path, reason); }});
  const auto setup_of = [terms, instruments, source = outside.market->name(),
                         installation = *installation](const pair_name& name) {
    pair_setup setup;
    const auto it =
        std::find_if(instruments.begin(), instruments.end(), [&](const instrument& i) { return i.pair == name; });
    setup.terms.instrument = it == instruments.end() ? simulated_instrument(name) : *it;
    setup.terms.primary = terms.primary;
    setup.terms.contexts = terms.contexts;
    setup.terms.installation = installation;
    setup.terms.account = terms.account;
    setup.terms.mode = terms.mode;
    setup.terms.largest_position = part_of(terms.starting_balance, terms.largest_position);
    setup.terms.gate.freshness = terms.feed_fresh_for;
    setup.terms.features = {.ood_zscore_limit = terms.ood_limit,
                            .missing_critical_most = static_cast<std::size_t>(terms.missing_critical_most)};
    setup.terms.source = source;
    if (terms.make_policy)
      setup.make_policy = terms.make_policy;
    else
      setup.make_policy = [policy = terms.policy](const pair_name&, const std::vector<std::string>& features) {
        return make_rule_policy(policy, features);
      };
    setup.latency_slo_ms = terms.latency_slo_ms;
    setup.before_decision = terms.before_decision;
    return setup;
  };
  const auto history = [&market = *outside.market, &clock = *outside.clock](const pair_name& name, interval i,
                                                                            std::size_t bars) {
    const auto now = clock.now();
    auto found = market.history(name, i, now - nominal_length(i) * static_cast<std::int64_t>(bars + 1), now,
                                static_cast<std::int64_t>(bars));
    if (!found) return std::vector<candle>{};
    // A bar that has not closed yet is no history.
    std::erase_if(*found, [&](const candle& c) { return next_open(i, c.open_time) > now; });
    return std::move(*found);
  };
  h.pairs = spawn_pair_supervisor(system, around, h.ledger, h.alert_sink, h.risk, h.executor, image,
                                  {.pairs = pairs_to_run(terms, *image),
                                   .supported = terms.supported,
                                   .setup_of = setup_of,
                                   .history = history,
                                   .restarts = {},
                                   .mode = terms.mode});
  h.reconciler = spawn_reconciler(system, around, h.ledger, h.alert_sink, h.risk, h.executor, *outside.venue,
                                  {.venue_timeout = seconds{5}, .fills_window = hours{24}, .pairs = terms.supported});
  h.feed = spawn_market_feed(
      system, around, h.market_store, h.ledger, h.alert_sink, h.risk, h.executor, h.pairs, *outside.market,
      {.primary = terms.primary, .fresh_for = terms.feed_fresh_for, .lag_slo_sec = terms.ingest_lag_slo_sec});
  d.scheduler = spawn_scheduler(system, around, job_table_of(terms, h, *outside.clock));
  std::vector<std::pair<std::string, caf::actor_addr>> watched{{"ledger", h.ledger->address()},
                                                               {"market_store", h.market_store->address()},
                                                               {"reader", h.reader->address()},
                                                               {"retry_queue", h.retry_queue->address()},
                                                               {"alert_sink", h.alert_sink->address()},
                                                               {"executor", h.executor->address()},
                                                               {"risk", h.risk->address()},
                                                               {"pair_supervisor", h.pairs->address()},
                                                               {"reconciler", h.reconciler->address()},
                                                               {"market_feed", h.feed->address()},
                                                               {"scheduler", d.scheduler->address()}};
  d.root = system.spawn<desk_root>(std::move(watched), std::move(on_failure));
  return d;
}

namespace {

template <class Handle>
void tell_exit(const Handle& h) {
  if (h) caf::anon_send_exit(h, caf::exit_reason::user_shutdown);
}

template <class Handle>
void wait_for_end(caf::scoped_actor& self, const Handle& h) {
  if (!h) return;
  self->monitor(h);
  self->send_exit(h, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {}, caf::after(std::chrono::seconds{3}) >> [] {});
}

}  // namespace

void close_desk(caf::actor_system& system, desk& d, closing how) {
  auto& h = d.handles;
  tell_exit(d.root);
  tell_exit(d.scheduler);
  if (how == closing::waits) {
    // Those who write go before those who keep, so that what was said is still kept.
    caf::scoped_actor self{system};
    wait_for_end(self, h.feed);
    wait_for_end(self, h.pairs);
    wait_for_end(self, h.reconciler);
    wait_for_end(self, h.risk);
    wait_for_end(self, h.executor);
    wait_for_end(self, h.alert_sink);
    wait_for_end(self, h.retry_queue);
    wait_for_end(self, h.reader);
    wait_for_end(self, h.market_store);
    wait_for_end(self, h.ledger);
  } else {
    tell_exit(h.feed);
    tell_exit(h.pairs);
    tell_exit(h.reconciler);
    tell_exit(h.risk);
    tell_exit(h.executor);
    tell_exit(h.alert_sink);
    tell_exit(h.retry_queue);
    tell_exit(h.reader);
    tell_exit(h.market_store);
    tell_exit(h.ledger);
  }
  d = {};
}

system_config::system_config(scheduler how, unsigned threads) {
  set("scheduler.policy", how == scheduler::testing ? caf::atom("testing") : caf::atom("sharing"));
  set("scheduler.max-threads", threads);
  add_error_category(error_category, [](std::uint8_t code, caf::atom_value, const caf::message& context) {
    return std::string(word_of(static_cast<errc>(code))) + caf::to_string(context);
  });
}

}  // namespace rltrader

// Life, time and questions of a desk under test.
#include "tests/support/test_desk.hpp"

#include "messages/errors.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include <unistd.h>

#include <atomic>
#include <filesystem>

namespace rltrader::testing_support {

namespace {

constexpr std::uint64_t steps_most = 5'000'000;

caf::scheduler::test_coordinator& jobs_of(caf::actor_system& system) {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
}

std::string fresh_halt_file() {
  static std::atomic<int> made{0};
  const auto name = "rltrader-test-desk-" + std::to_string(::getpid()) + '-' + std::to_string(++made);
  return (std::filesystem::temp_directory_path() / name).string();
}

/// Prices that the pairs of a desk begin at.
double first_price(std::size_t nth) { return 20'000.0 / static_cast<double>(1 + nth * nth * 3); }

}  // namespace

test_desk::test_desk(desk_options options)
    : clock(options.start),
      halt_file(fresh_halt_file()),
      options_(std::move(options)),
      chance_(options_.shuffled.value_or(0)) {
  sim::venue_settings at_venue;
  terms.primary = interval::m1;
  terms.pairs = terms.supported = options_.pairs;
  terms.seed = options_.seed;
  terms.detached_stores = false;
  terms.mark_fresh_for = minutes{2};
  terms.first_policy = {.id = "first",
                        .name = "first",
                        .max_total_exposure = money::of(20'000),
                        .max_instrument_exposure = money::of(2'000),
                        .max_open_positions = 20,
                        .max_daily_loss = money::of(500),
                        .circuit_breaker_loss = money::of(1'000),
                        .cooldown_minutes = 5,
                        .max_leverage = rate::of(5),
                        .max_drawdown = percent(50),
                        .active = true,
                        .effective_from = options_.start};
  // Decisions and orders take no time here, so all alarms of slowness are of the test's own making.
  terms.stopwatch = [this] { return static_cast<double>(ms_of(clock.now())) / 1000; };
  terms.slippage_slo_bps = 1'000;
  terms.make_policy = [this](const pair_name& name, const std::vector<std::string>&) {
    struct scripted final : ports::policy {
      scripted(test_desk& from, pair_name whose) : desk(from), pair(std::move(whose)) {}
      policy_answer decide(const observation& seen) override { return desk.decide(pair, seen); }
      std::string version() const override { return "scripted/1"; }
      test_desk& desk;
      pair_name pair;
    };
    return result<std::unique_ptr<ports::policy>>(std::make_unique<scripted>(*this, name));
  };
  decide = [this](const pair_name& name, const observation&) -> policy_answer {
    const auto it = next_word_.find(name);
    if (it == next_word_.end()) return {action::hold, 1, 0, "nothing was said"};
    const auto [what, size] = it->second;
    next_word_.erase(it);
    return {what, 1, size, "the test says so"};
  };
  for (std::size_t i = 0; i < options_.pairs.size(); ++i) {
    const auto& name = options_.pairs[i];
    at_venue.instruments.push_back(simulated_instrument(name));
    const auto first = options_.start - nominal_length(terms.primary) * options_.past_bars;
    const auto it = walks.emplace(name, walk{options_.seed * 100 + i, first, terms.primary, first_price(i)}).first;
    market.keep(name, terms.primary, it->second.next(static_cast<std::size_t>(options_.past_bars)));
  }
  if (options_.adjust) options_.adjust(terms);
  at_venue.starting_balance = terms.starting_balance;
  if (options_.at_venue) options_.at_venue(at_venue);

  journal = storage::make_memory_journal();
  auto made = simulated_exchange::open({at_venue, journal.get(), "paper"});
  if (!made) throw std::runtime_error(made.error().what);
  exchange = std::move(*made);
  venue = std::make_unique<faulty_venue>(*exchange, clock);
  kept = storage::make_memory_ops(1'000'000);
  ops = std::make_unique<faulty_ops>(*kept);
  market_store = storage::make_memory_market();
  venue->on_place = [this](const order_intent& intent) {
    const auto id = order_id_of(intent.slot);
    const auto found = kept->orders({.id = id.text()});
    if (!found || found->rows.empty()) broken.push_back("I2: " + id.text() + " left before its intent was durable");
  };
  ops->on_crash = [this] { venue->cut(); };
  ops->stall = [this] {
    const auto long_enough = terms.request_timeout + seconds{1};
    clock.set(clock.now() + long_enough);
    jobs_of(*system_).clock().advance_time(long_enough);
  };
  outside = {.clock = &clock,
             .venue = venue.get(),
             .market = &market,
             .ops = ops.get(),
             .reader = ops.get(),
             .market_store = market_store.get(),
             .channels = {&channel},
             .metrics = &metrics,
             .halt_file = halt_file};
  open_bars(clock.now());
}

test_desk::~test_desk() {
  close();
  for (const auto& b : broken) ADD_FAILURE() << b;
  std::filesystem::remove(halt_file);
}

void test_desk::order(const pair_name& pair, action what, double size) { next_word_[pair] = {what, size}; }

// ---- life --------------------------------------------------------------------------------------------------------------

void test_desk::open() {
  ops->down = false;
  venue->connected = true;
  failed_.clear();
  config_ = std::make_unique<system_config>(system_config::scheduler::testing);
  system_ = std::make_unique<caf::actor_system>(*config_);
  stepper_ = std::make_unique<stepper>(*system_, clock);
  ++openings_;
  auto opened = open_desk(*system_, outside, terms, [this, mine = openings_](const std::string& what) {
    if (mine == openings_ && failed_.empty()) failed_ = what;
  });
  if (!opened) throw std::runtime_error("the desk did not open: " + opened.error().what);
  desk_ = std::move(*opened);
  settle();
}

void test_desk::close() {
  if (!desk_) return;
  drain();
  tear_down();
}

void test_desk::crash() {
  if (!desk_) return;
  ops->down = true;
  venue->cut();
  tear_down();
}

void test_desk::tear_down() {
  auto& timers = jobs_of(*system_).clock();
  timers.cancel_all();
  for (auto& h : helpers_) caf::anon_send_exit(h, caf::exit_reason::user_shutdown);
  helpers_.clear();
  close_desk(*system_, *desk_, closing::at_once);
  desk_.reset();
  drain();
  timers.cancel_all();
  drain();
  if (const auto left = system_->registry().running(); left != 0) {
    // The actor system would wait for them for ever.
    ADD_FAILURE() << left << " actors still run after the desk was closed";
    std::abort();
  }
  stepper_.reset();
  system_.reset();
  config_.reset();
  venue->cut();
  market.on_event({});
}

bool test_desk::reopen_if_ended() {
  if (!desk_ || (!ops->down && failed_.empty())) return false;
  if (ops->down)
    crash();
  else
    close();
  open();
  return true;
}

// ---- time --------------------------------------------------------------------------------------------------------------

void test_desk::drain() {
  if (!options_.shuffled) {
    stepper_->drain(steps_most);
    return;
  }
  auto& jobs = jobs_of(*system_).jobs;
  for (std::uint64_t ran = 0; !jobs.empty(); ++ran) {
    if (ran > steps_most) throw std::logic_error("the actors do not come to rest");
    const auto nth = static_cast<std::ptrdiff_t>(chance_() % jobs.size());
    std::rotate(jobs.begin(), jobs.begin() + nth, jobs.begin() + nth + 1);
    jobs_of(*system_).try_run_once();
  }
}

void test_desk::settle() {
  bool moved = true;
  for (int rounds = 0; moved; ++rounds) {
    if (rounds > 10'000) throw std::logic_error("the desk and the venue do not come to rest");
    if (system_) drain();
    moved = exchange->run_pending(clock.now()) != 0;
    moved = venue->run_due() || moved;
    moved = moved || (system_ && jobs_of(*system_).has_job());
  }
}

void test_desk::advance_to(instant t) {
  if (!system_) return clock.set(t);
  if (!options_.shuffled) return stepper_->advance_to(t);
  auto& timers = jobs_of(*system_).clock();
  const caf::actor_clock::time_point end{t.time_since_epoch()};
  while (timers.has_pending_timeout() && timers.schedule().begin()->first <= end) {
    const auto due = std::max(timers.schedule().begin()->first, timers.now());
    clock.set(std::min(t, instant{std::chrono::floor<milliseconds>(due.time_since_epoch())}));
    timers.advance_time(due - timers.now());
    drain();
  }
  clock.set(t);
  if (end > timers.now()) timers.advance_time(end - timers.now());
  drain();
}

void test_desk::run_to(instant t) {
  settle();
  while (clock.now() < t) {
    auto next = t;
    // A commit that stalls moves the clocks by itself, perhaps beyond the close of the bar that is open: then it closes late.
    const auto close = next_open(
        terms.primary, forming_.empty() ? open_of(terms.primary, clock.now()) : forming_.begin()->second.open_time);
    if (market_runs) next = std::min(next, close);
    if (const auto due = venue->next_due()) next = std::min(next, *due);
    if (system_) {
      const auto& timers = jobs_of(*system_).clock().schedule();
      if (!timers.empty())
        next = std::min(next, instant{std::chrono::ceil<milliseconds>(timers.begin()->first.time_since_epoch())});
    }
    next = std::max(next, clock.now());
    advance_to(next);
    settle();
    if (market_runs && clock.now() >= close && close > ten_o_clock - hours{48}) {
      close_bars(close);
      open_bars(close);
    }
  }
}

void test_desk::bars(int n) {
  for (; n > 0; --n) run_to(next_open(terms.primary, open_of(terms.primary, clock.now())));
}

void test_desk::stand_still(milliseconds span) {
  settle();
  const auto t = clock.now() + span;
  stepper_->leap_to(t);
  settle();
  forming_.clear();
  for (auto& [name, w] : walks) w.skip_to(next_open(terms.primary, open_of(terms.primary, t)));
}

void test_desk::close_bars(instant t) {
  std::vector<bar> closed;
  for (const auto& name : options_.pairs)
    if (const auto it = forming_.find(name);
        it != forming_.end() && next_open(terms.primary, it->second.open_time) == t) {
      closed.push_back({name, terms.primary, it->second});
      forming_.erase(it);
    }
  for (const auto& b : closed) exchange->apply(b, t);
  settle();
  for (const auto& b : closed) market.push(b);
  settle();
}

void test_desk::open_bars(instant t) {
  for (const auto& name : options_.pairs) {
    auto& w = walks.at(name);
    if (forming_.count(name) != 0 || w.at() != t) continue;
    forming_[name] = w.next();
    exchange->apply(sim::bar_open{name, t, forming_[name].open}, t);
  }
  settle();
}

// ---- questions ---------------------------------------------------------------------------------------------------------

template <class Reply, class Handle, class Message>
result<Reply> test_desk::ask(const Handle& whom, Message what, const char* name) {
  const auto answer = std::make_shared<std::optional<result<Reply>>>();
  system_->spawn([answer, whom, what = std::move(what), name](caf::event_based_actor* self) {
    self->request(whom, std::chrono::seconds{20}, what)
        .then([answer](const Reply& r) { answer->emplace(r); },
              [answer, name](const caf::error& e) { answer->emplace(from_caf(e, name)); });
  });
  settle();
  for (int tries = 0; !*answer && tries < 50; ++tries) run_for(milliseconds{500});
  if (!*answer) return {errc::timed_out, std::string(name) + " never answered"};
  return **answer;
}

namespace {
template <class T>
T needed(result<T> r) {
  if (!r) throw std::runtime_error(r.error().what);
  return std::move(*r);
}
}  // namespace

risk_view test_desk::risk() { return needed(ask<risk_view>(handles().risk, ask_risk{}, "risk")); }
books_reply test_desk::books() { return needed(ask<books_reply>(handles().executor, ask_books{}, "executor")); }
position_list test_desk::positions() {
  return needed(ask<position_list>(handles().reconciler, ask_positions{}, "reconciler"));
}
pair_list test_desk::pairs() { return needed(ask<pair_list>(handles().pairs, ask_health{}, "pairs")); }
pair_view test_desk::pair(const pair_name& name) {
  for (auto& v : pairs().pairs)
    if (v.pair == name) return v;
  throw std::runtime_error("no pair " + name.text());
}

std::vector<check_problem> test_desk::health() {
  std::vector<check_problem> out;
  const auto add = [&](const auto& whom, const char* name) {
    const auto said = ask<health_reply>(whom, ask_health{}, name);
    if (!said)
      out.push_back({"actor", said.error().what});
    else
      out.insert(out.end(), said->problems.begin(), said->problems.end());
  };
  const auto& h = handles();
  add(h.ledger, "ledger");
  add(h.market_store, "market_store");
  add(h.reader, "reader");
  add(h.executor, "executor");
  add(h.risk, "risk");
  add(h.reconciler, "reconciler");
  add(h.feed, "feed");
  return out;
}

result<breaker_answer> test_desk::set_breaker(breaker_level level, const std::string& reason,
                                              std::vector<std::string> only) {
  return ask<breaker_answer>(handles().risk, rltrader::set_breaker{level, reason, std::move(only), "tester"}, "risk");
}
result<rebase_answer> test_desk::rebase(const std::string& reason) {
  return ask<rebase_answer>(handles().risk, rebase_peak{reason, "tester"}, "risk");
}
result<reconcile_report> test_desk::reconcile() {
  return ask<reconcile_report>(handles().reconciler, reconcile_now{{}, "tester"}, "reconciler");
}
result<agent_run> test_desk::command(const pair_name& name, run_verb verb, disposition on_position) {
  run_command what;
  what.pair = name;
  what.verb = verb;
  what.on_position = on_position;
  what.who = "tester";
  return ask<agent_run>(handles().pairs, std::move(what), "pairs");
}
posted_market test_desk::posted(const pair_name& name, std::size_t bars) {
  const auto& all = market.bars(name, terms.primary);
  posted_market out;
  out.candles.assign(all.end() - static_cast<std::ptrdiff_t>(std::min(bars, all.size())), all.end());
  return out;
}
result<posted_outcome> test_desk::post(const pair_name& name, posted_market market_of_mine,
                                       std::optional<simulated_execution> simulate) {
  return ask<posted_outcome>(
      handles().pairs, decide_posted{name, pair(name).run.id, std::move(market_of_mine), simulate, "tester"}, "pairs");
}
result<pairs_changed> test_desk::change_pairs(const std::vector<pair_name>& all) {
  return ask<pairs_changed>(handles().pairs, rltrader::change_pairs{all, "tester"}, "pairs");
}
result<trade_and_execution> test_desk::close_trade(const trade_id& which, const std::string& key) {
  rltrader::close_trade what;
  what.trade = which;
  what.client_key = key;
  what.who = "tester";
  return ask<trade_and_execution>(handles().risk, std::move(what), "risk");
}
result<execution_view> test_desk::cancel(const order_id& id) {
  return ask<execution_view>(handles().executor, cancel_order{id, "test", "tester"}, "executor");
}
result<execution_view> test_desk::resolve(const order_id& id) {
  return ask<execution_view>(handles().executor, resolve_order{id}, "executor");
}
result<execution_view> test_desk::end_order(const order_id& id, const std::string& reason) {
  return ask<execution_view>(handles().executor, rltrader::end_order{id, reason, "tester"}, "executor");
}
result<retry_job> test_desk::enqueue(enqueue_job what) {
  return ask<retry_job>(handles().retry_queue, std::move(what), "retry_queue");
}
result<retry_job> test_desk::change_job(const std::string& id, job_verb verb) {
  return ask<retry_job>(handles().retry_queue, rltrader::change_job{id, verb, "tester"}, "retry_queue");
}
result<alert> test_desk::change_alert(const std::string& id, alert_status status) {
  return ask<alert>(handles().alert_sink, rltrader::change_alert{id, status, "tester"}, "alert_sink");
}
result<risk_policy> test_desk::change_policy(const put_policy& wanted) {
  return ask<risk_policy>(handles().risk, rltrader::change_policy{wanted, "tester"}, "risk");
}
result<agent_configuration> test_desk::change_configuration(const agent_configuration& wanted) {
  return ask<agent_configuration>(handles().risk, rltrader::change_configuration{wanted, "tester"}, "risk");
}
result<candle_rows> test_desk::candles(const pair_name& pair) {
  return ask<candle_rows>(handles().market_store, candles_request{pair, terms.primary, {}, {}, {}}, "market_store");
}
void test_desk::sweep() {
  caf::anon_send(handles().retry_queue, sweep_jobs{});
  settle();
}
void test_desk::raise(const alarm& what) {
  caf::anon_send(handles().alert_sink, what);
  settle();
}

void test_desk::work(const std::string& job_type, std::function<std::optional<failure>(const retry_job&)> how) {
  const job_worker worker = system_->spawn([how = std::move(how)](job_worker::pointer) -> job_worker::behavior_type {
    return {[how](const do_job& what) -> caf::result<job_done> {
      if (const auto no = how(what.job)) return to_caf(*no);
      return job_done{what.job.id};
    }};
  });
  helpers_.push_back(caf::actor_cast<caf::actor>(worker));
  caf::anon_send(handles().retry_queue, subscribe_jobs{job_type, worker});
  settle();
}

void test_desk::kill(const std::string& actor) {
  const auto end = [](const auto& whom) { caf::anon_send_exit(whom, caf::exit_reason::unhandled_exception); };
  const auto& h = handles();
  if (actor == "ledger")
    end(h.ledger);
  else if (actor == "market_store")
    end(h.market_store);
  else if (actor == "reader")
    end(h.reader);
  else if (actor == "alert_sink")
    end(h.alert_sink);
  else if (actor == "executor")
    end(h.executor);
  else if (actor == "risk")
    end(h.risk);
  else if (actor == "pair_supervisor")
    end(h.pairs);
  else if (actor == "reconciler")
    end(h.reconciler);
  else if (actor == "retry_queue")
    end(h.retry_queue);
  else if (actor == "market_feed")
    end(h.feed);
  else if (actor == "scheduler")
    end(desk_->scheduler);
  else
    throw std::runtime_error("no actor " + actor);
  settle();
}

}  // namespace rltrader::testing_support

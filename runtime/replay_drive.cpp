// One recorded market, one venue, one desk, one thread.
#include "runtime/replay_drive.hpp"

#include "adapters/storage/memory_ops.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace rltrader {

namespace {

// Of rows that are over, of each kind; far more than a day's fills, so that none is booked twice.
constexpr storage::memory_limits rows_kept{5'000};
// The venue answers for this long about orders that have ended.
constexpr auto venue_remembers = std::chrono::days{7};
// A longer silence than this is no market: nothing is due in it more than once.
constexpr auto silence_most = std::chrono::days{3};

/// The market's history is in the files already: a pair that restarts is answered by the source.
class no_market_store final : public ports::market_store {
 public:
  result<void> append(const std::vector<ports::market_row>&) override { return {}; }
  result<void> append_bars(const std::vector<bar>&, const std::string&) override { return {}; }
  result<void> append_funding(const std::vector<funding>&, const std::string&) override { return {}; }
  result<std::vector<candle>> candles(const ports::candle_query&) override { return std::vector<candle>{}; }
  result<std::vector<funding>> funding_rates(const pair_name&, std::optional<instant>, std::int64_t) override {
    return std::vector<funding>{};
  }
  result<std::int64_t> rows_of(const shape*, const ports::list_query&, ports::row_sink) override {
    return std::int64_t{0};
  }
  std::string backend() const override { return "none"; }
};

instant first_moment(const replay_part& part) {
  auto first = instant::max();
  for (const auto* s : part.series)
    if (!s->candles.empty()) first = std::min(first, s->candles.front().open_time);
  return first == instant::max() ? instant{} : first;
}

}  // namespace

struct replay_drive::track {
  const candle_series* series;
  std::size_t next = 0;  ///< the bar to open next; the one before it is open
  bool open = false;

  const candle& current() const { return series->candles[next - 1]; }
  std::optional<instant> due() const {
    if (open) return next_open(series->interval, current().open_time);
    if (next == series->candles.size()) return std::nullopt;
    return series->candles[next].open_time;
  }
};

void money_curve::note(money value) {
  now = value;
  peak = std::max(peak, value);
  drawdown_most = std::max(drawdown_most, peak - value);
}

replay_drive::replay_drive(replay_part part, const desk_maker& maker)
    : clock_(first_moment(part)), terms_(std::move(part.terms)), close_(maker.close) {
  std::sort(part.series.begin(), part.series.end(), [](auto* a, auto* b) { return a->pair < b->pair; });
  terms_.pairs.clear();
  part.venue.instruments.clear();
  for (const auto* s : part.series) {
    must(!s->candles.empty() && s->interval == part.series.front()->interval, "a part has bars, all of one interval");
    tracks_.push_back({s});
    auto& played = pairs_.emplace_back();
    played.pair = s->pair;
    played.interval = s->interval;
    played.first = played.last = s->candles.front().open_time;
    bars_total_ += static_cast<std::int64_t>(s->candles.size());
    terms_.pairs.push_back(s->pair);
    part.venue.instruments.push_back(simulated_instrument(s->pair));
  }
  for (const auto* f : part.funding) {
    const auto mine = std::find_if(part.series.begin(), part.series.end(), [&](auto* s) { return s->pair == f->pair; });
    for (const auto& row : f->rows) {
      const bool within = mine != part.series.end() && row.at > (*mine)->candles.front().open_time &&
                          row.at <= next_open((*mine)->interval, (*mine)->candles.back().open_time);
      if (within)
        funding_.push_back(row);
      else
        ++funding_ignored_;
    }
  }
  std::stable_sort(funding_.begin(), funding_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });

  starting_balance_ = terms_.starting_balance;
  part.venue.starting_balance = starting_balance_;
  ops_ = std::make_unique<storage::memory_ops>(rows_kept);
  tally_ = std::make_unique<tally_store>(*ops_);
  market_store_ = std::make_unique<no_market_store>();
  source_ = std::make_unique<replay_source>(part.series, clock_);
  auto exchange = simulated_exchange::open({std::move(part.venue), nullptr, "paper"});
  if (!exchange) throw std::runtime_error(exchange.error().what);
  exchange_ = std::move(*exchange);
  world_.clock = &clock_;
  world_.venue = exchange_.get();
  world_.market = source_.get();
  world_.ops = tally_.get();
  world_.reader = tally_.get();
  world_.market_store = market_store_.get();

  const auto length = nominal_length(terms_.primary = part.series.front()->interval);
  std::erase_if(terms_.contexts, [&](interval i) { return !builds(terms_.primary, i); });
  // Between two closes there is no price, so a mark is as old as a bar.
  terms_.mark_fresh_for = std::max<milliseconds>(terms_.mark_fresh_for, length + minutes{1});
  terms_.reconcile_every = std::max<milliseconds>(terms_.reconcile_every, hours{6});
  terms_.sweep_every = std::max<milliseconds>(terms_.sweep_every, length);
  terms_.time_scale = 1;
  terms_.detached_stores = false;
  terms_.stopwatch = [this] { return static_cast<double>(ms_of(clock_.now())) / 1000; };

  config_ = std::make_unique<system_config>(system_config::scheduler::testing);
  system_ = std::make_unique<caf::actor_system>(*config_);
  stepper_ = std::make_unique<stepper>(*system_, clock_);
  auto opened = maker.open(*system_, world_, terms_, [this](const std::string& what) {
    if (failed_.empty()) failed_ = what;
  });
  if (!opened) throw std::runtime_error("the desk cannot be opened: " + opened.error().what);
  desk_ = std::move(*opened);
  pruned_at_ = clock_.now();
  settle(clock_.now());
}

replay_drive::~replay_drive() {
  try {
    finish();
  } catch (const std::exception&) {
    // Actors that do not come to rest were reported by the step that met them; here only the process could be ended.
  }
}

void replay_drive::finish() {
  if (!desk_) return;
  source_->on_event({});
  exchange_->on_event({});
  close_(*system_, *desk_);
  desk_.reset();
  // Timers and unanswered requests would keep dead actors alive, and the system would wait for them.
  stepper_->drop_timers();
  stepper_->drain();
  stepper_->drop_timers();
  stepper_->drain();
  system_.reset();
}

std::optional<instant> replay_drive::next_time() const {
  std::optional<instant> next;
  const auto sooner = [&](std::optional<instant> t) {
    if (t && (!next || *t < *next)) next = t;
  };
  for (const auto& t : tracks_) sooner(t.due());
  if (next && funding_at_ < funding_.size()) sooner(funding_[funding_at_].at);
  return next;
}

bool replay_drive::step() {
  const auto next = next_time();
  if (!next || !failed_.empty()) return false;
  const auto t = *next;
  if (t - clock_.now() > silence_most)
    stepper_->leap_to(t);
  else
    stepper_->advance_to(t);
  settle(t);
  play_funding(t);
  play_closes(t);
  play_opens(t);
  note_money();
  if (t - pruned_at_ > venue_remembers) {
    exchange_->prune(t - venue_remembers);
    pruned_at_ = t;
  }
  return failed_.empty();
}

void replay_drive::play_funding(instant t) {
  for (; funding_at_ < funding_.size() && funding_[funding_at_].at <= t; ++funding_at_) {
    exchange_->apply(funding_[funding_at_], t);
    source_->push(funding_[funding_at_]);
  }
}

void replay_drive::play_closes(instant t) {
  std::vector<std::size_t> closed;
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    if (tracks_[i].open && tracks_[i].due() == t) closed.push_back(i);
  if (closed.empty()) return;
  for (const auto i : closed) exchange_->apply(bar{pairs_[i].pair, pairs_[i].interval, tracks_[i].current()}, t);
  // Fills on the way of the bar are booked before anybody decides on its close.
  settle(t);
  for (const auto i : closed) {
    auto& played = pairs_[i];
    const auto& c = tracks_[i].current();
    tracks_[i].open = false;
    played.last = t;
    ++played.bars;
    ++bars_played_;
    if (const auto view = exchange_->position_of(played.pair)) {
      const auto& p = view->position;
      played.books = p;
      played.unrealised = view->unrealised;
      played.net.note(p.realised - p.fees + p.funding_received + view->unrealised);
      if (!p.held.is_zero()) {
        ++played.bars_held;
        played.notional_sum += value_of(c.close, p.held.abs());
      }
    }
  }
  for (const auto i : closed) source_->push(bar{pairs_[i].pair, pairs_[i].interval, tracks_[i].current()});
  settle(t);
}

void replay_drive::play_opens(instant t) {
  bool any = false;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    auto& now = tracks_[i];
    if (now.open || now.due() != t) continue;
    ++now.next;
    now.open = any = true;
    exchange_->apply(sim::bar_open{pairs_[i].pair, t, now.current().open}, t);
  }
  if (any) settle(t);
}

void replay_drive::settle(instant t) {
  do stepper_->drain();
  while (exchange_->run_pending(t) != 0);
}

void replay_drive::note_money() { equity_.note(exchange_->balance().equity - starting_balance_); }

}  // namespace rltrader

// The demo's market, minute by minute.
#include "runtime/demo_market.hpp"

#include "actors/log.hpp"
#include "adapters/exchange/bar_history.hpp"
#include "domain/instrument.hpp"
#include "wire/json.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <system_error>

namespace rltrader {

namespace {

constexpr std::size_t bars_kept =
    10'000;  ///< 1m bars of a pair in memory: enough for the longest warm-up (4h contexts)

/// Where the market stands, in its file.
struct market_place {
  std::int64_t seed = 0;
  instant begun{};  ///< minute zero of the prices
  instant reached{};

  static constexpr auto type_name = "market_place";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"seed", &market_place::seed, "of all chance"}, field{"begun", &market_place::begun, "minute zero"},
             field{"reached", &market_place::reached, "market time told so far"});
  }
};

result<std::optional<market_place>> read_place(const std::string& path) {
  std::ifstream in(path);
  if (path.empty() || !in) return std::optional<market_place>{};
  std::ostringstream text;
  text << in.rdbuf();
  auto parsed = parse_json(text.str());
  if (const auto* j = std::get_if<json>(&parsed)) {
    auto read = from_json<market_place>(*j);
    if (auto* place = std::get_if<market_place>(&read)) return std::optional(*place);
  }
  return {errc::corrupt, path + " does not say where the market stands; remove the data folder to begin anew"};
}

/// Empty when all of it is on the disk, else why not.
std::string write_whole(const std::string& path, int flags, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0644);
  if (fd < 0) return std::generic_category().message(errno);
  const auto count = ::pwrite(fd, text.data(), text.size(), 0);
  const bool whole = count == static_cast<ssize_t>(text.size());
  std::string why;
  if (!whole || ::fdatasync(fd) != 0) why = std::generic_category().message(count < 0 || whole ? errno : ENOSPC);
  ::close(fd);
  return why;
}

}  // namespace

double scaled_clock::real_seconds_until(instant t) const {
  return std::max(0.0, static_cast<double>((t - now()).count()) / 1000 / scale_);
}

result<std::unique_ptr<demo_market>> demo_market::open(demo_setup how) {
  auto place = read_place(how.progress_file);
  if (!place) return place.error();
  std::unique_ptr<demo_market> made{new demo_market(std::move(how))};
  auto& s = made->setup_;
  instant begun = open_of(interval::m1, s.begin) - hours{24} * s.history_days;
  instant reached = open_of(interval::m1, s.begin);
  if (*place) {
    if ((*place)->seed != static_cast<std::int64_t>(s.seed))
      return {errc::conflict, "the data folder's market has seed " + std::to_string((*place)->seed) +
                                  ", asked for is " + std::to_string(s.seed) + "; use that seed or another --data-dir"};
    made->place_length_ = json_text(**place).size();
    begun = (*place)->begun;
    reached = (*place)->reached;
    made->first_start_ = false;
  }
  std::vector<sim::pair_start> starts;
  for (const auto& p : s.pairs) starts.push_back(sim::start_of(p));
  made->prices_ = std::make_unique<sim::price_maker>(s.seed, starts, begun);
  for (const auto& start : starts) made->walks_[start.pair].tick_size = start.tick;
  s.venue.instruments.clear();
  for (const auto& p : s.pairs) s.venue.instruments.push_back(simulated_instrument(p));
  auto exchange = simulated_exchange::open({.settings = s.venue, .journal = s.journal, .name = "paper"});
  if (!exchange)
    return {exchange.error().code, (s.journal_file.empty() ? "" : s.journal_file + ": ") + exchange.error().what};
  made->exchange_ = std::move(*exchange);
  made->minute_open_ = open_of(interval::m1, reached);
  made->played_until_ = reached;
  made->prepare();
  if (made->first_start_ && !made->progress_trouble_.empty())
    return {errc::store_failed, s.progress_file + " cannot be written: " + made->progress_trouble_};
  made->clock_ = std::make_unique<scaled_clock>(reached, s.time_scale, s.monotonic);
  made->exchange_->on_wake([raw = made.get()] {
    const std::lock_guard lock(raw->wake_guard_);
    raw->wake_ = true;
    raw->woken_.notify_all();
  });
  return made;
}

demo_market::~demo_market() { stop(); }

/// Makes the past, and begins the minute in which the market stands.
void demo_market::prepare() {
  for (auto& [pair, w] : walks_) {
    auto past = prices_->history(pair, minute_open_);
    if (!first_start_ && past.size() > bars_kept)
      past.erase(past.begin(), past.end() - static_cast<std::ptrdiff_t>(bars_kept));
    w.longer = aggregator{interval::m1, setup_.primary};
    if (setup_.primary != interval::m1)
      for (const auto& c : past)
        if (c.open_time >= open_of(setup_.primary, minute_open_)) (void)w.longer.push(c);
    bars_[pair] = std::move(past);
    begin_minute(pair, w);
    // What was told before the stop is not told again.
    while (w.next_tick < w.ticks.size() && w.ticks[w.next_tick].at < played_until_) ++w.next_tick;
  }
  save_progress(minute_open_ + minutes{1});
}

void demo_market::begin_minute(const pair_name& pair, walk& w) {
  w.now_playing = prices_->next(pair);
  w.ticks = sim::ticks_of(pair, w.now_playing, w.tick_size, setup_.ticks_a_minute);
  w.next_tick = 0;
  if (w.now_playing.funding_rate && minute_open_ >= played_until_) {
    const funding f{pair, minute_open_, *w.now_playing.funding_rate};
    exchange_->apply(ports::market_event{f}, minute_open_);
    tell(f);
  }
}

void demo_market::remember(const pair_name& pair, const candle& c) {
  const std::lock_guard lock(bars_guard_);
  auto& kept = bars_[pair];
  kept.push_back(c);
  if (kept.size() > 2 * bars_kept) kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(bars_kept));
}

void demo_market::close_minute(const pair_name& pair, walk& w, instant closed) {
  if (!w.now_playing.candle) {
    // The feed misses this minute; the price moved on, and the mark says so.
    tell(tick{pair, closed, w.now_playing.last, w.now_playing.mark});
    return;
  }
  const auto& c = *w.now_playing.candle;
  remember(pair, c);
  if (setup_.primary == interval::m1) {
    tell(bar{pair, interval::m1, c});
  } else if (auto longer = w.longer.push(c)) {
    tell(bar{pair, setup_.primary, *longer});
  }
}

/// All ticks that are due within the minute, in the order of time.
void demo_market::play_minute_until(instant now) {
  for (;;) {
    const tick* next = nullptr;
    walk* whose = nullptr;
    for (auto& [pair, w] : walks_)
      if (w.next_tick < w.ticks.size() && w.ticks[w.next_tick].at <= now &&
          (!next || w.ticks[w.next_tick].at < next->at)) {
        next = &w.ticks[w.next_tick];
        whose = &w;
      }
    if (!next) return;
    exchange_->apply(ports::market_event{*next}, next->at);
    tell(*next);
    ++whose->next_tick;
  }
}

instant demo_market::turn() {
  const auto now = clock_->now();
  exchange_->run_pending(now);
  while (minute_open_ + minutes{1} <= now) {
    const auto closed = minute_open_ + minutes{1};
    play_minute_until(closed);
    for (auto& [pair, w] : walks_) close_minute(pair, w, closed);
    minute_open_ = closed;
    played_until_ = closed;
    // Kept ahead of time, so that after a kill market time never goes back: the rest of this minute is then in the past.
    save_progress(closed + minutes{1});
    for (auto& [pair, w] : walks_) begin_minute(pair, w);
    exchange_->run_pending(clock_->now());
    // Ended orders are not asked for after a day; without this the venue's books would grow for ever.
    if (closed == open_of(interval::h1, closed)) exchange_->prune(closed - hours{48});
  }
  play_minute_until(now);
  exchange_->settle();
  instant due = minute_open_ + minutes{1};
  for (const auto& [pair, w] : walks_)
    if (w.next_tick < w.ticks.size()) due = std::min(due, w.ticks[w.next_tick].at);
  return due;
}

void demo_market::run(const std::function<void(const std::string&)>& on_failure) {
  try {
    for (;;) {
      const auto due = turn();
      std::unique_lock lock(wake_guard_);
      const auto patience = std::chrono::duration<double>(clock_->real_seconds_until(due));
      woken_.wait_for(lock, patience, [this] { return wake_ || stopping_; });
      wake_ = false;
      if (stopping_) return;
    }
  } catch (const std::exception& e) {
    on_failure(std::string("the demo's market ended: ") + e.what());
  }
}

void demo_market::start(std::function<void(const std::string&)> on_failure) {
  must(!thread_.joinable(), "the demo's market is started once");
  thread_ = std::thread([this, on_failure = std::move(on_failure)] { run(on_failure); });
}

void demo_market::stop() {
  {
    const std::lock_guard lock(wake_guard_);
    stopping_ = true;
    woken_.notify_all();
  }
  if (thread_.joinable()) {
    thread_.join();
    // To the very moment, so that the next start goes on from here.
    turn();
    save_progress(clock_->now());
  }
}

/// Written beside and renamed, so that a kill leaves the old place or the new one. On a full disk it is written over the old
/// one, which takes no room: market time must not go back behind what was decided.
void demo_market::save_progress(instant at) {
  if (setup_.progress_file.empty()) return;
  const auto text = json_text(market_place{static_cast<std::int64_t>(setup_.seed), prices_->start(), at});
  const auto temporary = setup_.progress_file + ".new";
  auto why = write_whole(temporary, O_CREAT | O_TRUNC, text);
  if (why.empty() && std::rename(temporary.c_str(), setup_.progress_file.c_str()) != 0)
    why = std::generic_category().message(errno);
  if (why.empty()) {
    place_length_ = text.size();
  } else {
    ::unlink(temporary.c_str());
    if (place_length_ == text.size()) why = write_whole(setup_.progress_file, 0, text);
  }
  if (why != progress_trouble_)
    log_event(why.empty() ? log_level::info : log_level::error, "market.place", "", "demo_market", "",
              why.empty()
                  ? "where the market stands is kept again"
                  : setup_.progress_file + " cannot be written: " + why + "; a restart goes back to what it says");
  progress_trouble_ = why;
}

result<std::vector<candle>> demo_market::history(const pair_name& pair, interval i, instant start, instant end,
                                                 std::int64_t limit) {
  const std::lock_guard lock(bars_guard_);
  const auto it = bars_.find(pair);
  if (it == bars_.end()) return {errc::not_found, "the demo has no market of " + pair.text()};
  return bars_of(it->second, interval::m1,
                 {.interval = i, .start = start, .end = end, .limit = limit, .now = clock_->now()});
}

void demo_market::hand_over_history(const std::function<void(std::vector<bar>)>& take) {
  if (!first_start_) return;
  constexpr std::size_t batch = 4096;
  for (auto& [pair, w] : walks_) {
    std::vector<candle> all;
    {
      const std::lock_guard lock(bars_guard_);
      all = bars_[pair];
    }
    if (setup_.primary != interval::m1) {
      auto longer = bars_of(
          all, interval::m1,
          {.interval = setup_.primary, .start = {}, .end = clock_->now(), .limit = 1'000'000, .now = clock_->now()});
      if (longer) all = std::move(*longer);
    }
    for (std::size_t i = 0; i < all.size(); i += batch) {
      std::vector<bar> some;
      for (std::size_t k = i; k < std::min(all.size(), i + batch); ++k) some.push_back({pair, setup_.primary, all[k]});
      take(std::move(some));
    }
    const std::lock_guard lock(bars_guard_);
    auto& kept = bars_[pair];
    if (kept.size() > bars_kept) {
      kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(bars_kept));
      kept.shrink_to_fit();
    }
  }
}

}  // namespace rltrader

// The embedded live market of the demo: seeded prices under a scaled clock, and the paper venue that fills against them.
//
// One thread makes the minutes, feeds the venue and the desk, and runs what the desk asks of the venue. While the daemon is
// down the market stands still: a second start goes on at the last market time, with the same prices that would have come.
#pragma once

#include "adapters/exchange/simulated_exchange.hpp"
#include "ports/clock.hpp"
#include "ports/market_source.hpp"
#include "sim/price_maker.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rltrader {

struct demo_setup {
  std::uint64_t seed = 1;
  double time_scale = 60;  ///< market seconds in a real second
  int history_days = 60;   ///< made at the first start
  std::vector<pair_name> pairs;
  interval primary = interval::m1;  ///< of the bars it tells
  int ticks_a_minute = 12;
  sim::venue_settings venue;
  ports::venue_journal* journal = nullptr;
  std::string journal_file;           ///< named in complaints; may be empty
  std::string progress_file;          ///< where the market's place is kept; empty: nowhere
  instant begin{};                    ///< market time of the very first start
  std::function<double()> monotonic;  ///< seconds
};

/// Market time that runs faster than the clock on the wall, from where it stopped.
class scaled_clock final : public ports::clock {
 public:
  scaled_clock(instant base, double scale, std::function<double()> monotonic)
      : base_(base), scale_(scale), monotonic_(std::move(monotonic)), began_(monotonic_()) {}
  instant now() const override {
    return base_ + milliseconds{static_cast<std::int64_t>((monotonic_() - began_) * scale_ * 1000)};
  }
  /// Real seconds until a moment of market time; none below zero.
  double real_seconds_until(instant t) const;

 private:
  instant base_;
  double scale_;
  std::function<double()> monotonic_;
  double began_;
};

class demo_market final : public ports::market_source {
 public:
  static result<std::unique_ptr<demo_market>> open(demo_setup how);
  ~demo_market() override;

  const scaled_clock& clock() const { return *clock_; }
  simulated_exchange& exchange() { return *exchange_; }
  bool first_start() const { return first_start_; }

  // ports::market_source
  result<std::vector<candle>> history(const pair_name& pair, interval i, instant start, instant end,
                                      std::int64_t limit) override;
  void on_event(std::function<void(const ports::market_event&)> sink) override { sink_.set(std::move(sink)); }
  std::string name() const override { return "sim"; }

  /// Hands the made history over once, in batches, oldest first; then only the newest bars stay in memory.
  void hand_over_history(const std::function<void(std::vector<bar>)>& take);

  /// Starts the thread. `on_failure` is called from it when it ends by an exception.
  void start(std::function<void(const std::string&)> on_failure);
  void stop();
  /// One turn by hand, without the thread: all that is due at the clock's now. Returns when the next thing is due.
  instant turn();

 private:
  explicit demo_market(demo_setup how) : setup_(std::move(how)) {}
  struct walk {
    sim::minute now_playing;
    std::vector<tick> ticks;
    std::size_t next_tick = 0;
    price tick_size;
    aggregator longer;
  };
  void prepare();
  void begin_minute(const pair_name& pair, walk& w);
  void close_minute(const pair_name& pair, walk& w, instant closed);
  void play_minute_until(instant now);
  void tell(const ports::market_event& e) { sink_.tell(e); }
  void remember(const pair_name& pair, const candle& c);
  void save_progress(instant at);
  void run(const std::function<void(const std::string&)>& on_failure);

  demo_setup setup_;
  bool first_start_ = true;
  std::unique_ptr<scaled_clock> clock_;
  std::unique_ptr<sim::price_maker> prices_;
  std::unique_ptr<simulated_exchange> exchange_;
  event_sink<ports::market_event> sink_;
  std::map<pair_name, walk> walks_;
  instant minute_open_{};  ///< of the minute that is being played
  instant played_until_{};
  std::size_t place_length_ = 0;  ///< of the text in the progress file; 0: there is none yet
  std::string progress_trouble_;  ///< why the place could not be kept; empty: it could

  std::mutex bars_guard_;
  std::map<pair_name, std::vector<candle>> bars_;  ///< 1m, newest last; trimmed once the history is handed over

  std::mutex wake_guard_;
  std::condition_variable woken_;
  bool wake_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace rltrader

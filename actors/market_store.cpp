// The only writer of market data: batches what comes, reads candles back, never delays an intent.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <deque>

namespace rltrader {

namespace {

constexpr std::size_t bars_most = 65'536;
constexpr std::size_t batch = 512;
constexpr std::size_t funding_most = 4'096;

class market_keeper : public market_store_actor::base {
  using super = market_store_actor::base;

 public:
  market_keeper(caf::actor_config& cfg, const surroundings& around, ports::market_store& store)
      : super(cfg), around_(around), store_(store) {}

  behavior_type make_behavior() override {
    die_loudly(this, "market_store");
    return {[this](const flush_rows&) {
              awake_ = false;
              flush();
            },
            [this](store_bars& what) {
              if (what.source != source_) flush();
              source_ = what.source;
              std::move(what.bars.begin(), what.bars.end(), std::back_inserter(bars_));
              if (bars_.size() > bars_most) {
                const auto excess = bars_.size() - bars_most;
                bars_.erase(bars_.begin(), bars_.begin() + static_cast<std::ptrdiff_t>(excess));
                if (around_.metrics) around_.metrics->add(http::metric::dropped, {"bars"}, static_cast<double>(excess));
              }
              if (bars_.size() >= batch)
                flush();
              else
                wake();
            },
            [this](store_funding& what) {
              for (auto& f : what.rows) funding_.push_back({std::move(f), what.source});
              while (funding_.size() > funding_most) {
                funding_.pop_front();
                if (around_.metrics) around_.metrics->add(http::metric::dropped, {"funding"});
              }
              flush();
            },
            [this](const subscribe_alarms& what) { alarmed_ = what.who; },
            [this](const candles_request& what) -> caf::result<candle_rows> {
              flush();
              ports::candle_query q{what.pair, what.interval, what.start, what.end, what.limit.value_or(500)};
              auto found = store_.candles(q);
              if (!found) return to_caf(found.error());
              candle_rows out;
              for (const auto& c : *found)
                out.rows.push_back({what.pair, what.interval, c.open_time, next_open(what.interval, c.open_time),
                                    c.open, c.high, c.low, c.close, c.volume, std::nullopt});
              return out;
            },
            [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "market_store"); },
            [this](const ask_health&) {
              health_reply reply;
              if (!trouble_.empty()) reply.problems.push_back({"market_store", trouble_});
              return reply;
            }};
  }

  void on_exit() override {
    flush();
    alarmed_ = nullptr;
  }

 private:
  /// What comes within a second of the actor clock is written together.
  void wake() {
    if (awake_) return;
    awake_ = true;
    delayed_send(this, std::chrono::seconds{1}, flush_rows{});
  }
  void flush() {
    flush_bars();
    flush_funding();
    if (!trouble_.empty()) wake();
  }
  void flush_bars() {
    if (bars_.empty()) return;
    const auto outcome = store_.append_bars(bars_, source_);
    note(outcome);
    // Refused for good (not for want of space or connection): keeping them would refuse all that follow.
    if (outcome || given_up(outcome.error())) bars_.clear();
  }
  void flush_funding() {
    while (!funding_.empty()) {
      const auto source = funding_.front().source;
      std::vector<funding> rows;
      for (const auto& waiting : funding_) {
        if (waiting.source != source) break;
        rows.push_back(waiting.row);
      }
      const auto outcome = store_.append_funding(rows, source);
      note(outcome);
      if (!outcome && !given_up(outcome.error())) return;
      funding_.erase(funding_.begin(), funding_.begin() + static_cast<std::ptrdiff_t>(rows.size()));
    }
  }
  static bool given_up(const failure& why) { return why.code == errc::conflict || why.code == errc::refused; }
  void note(const result<void>& outcome) {
    const std::string why = outcome ? "" : outcome.error().what;
    if (trouble_.empty() && !why.empty()) {
      log_event(log_level::error, "market_store.lost", "", "market_store", "", why);
      if (alarmed_) send(alarmed_, alarm{"market_store_down", severity::medium, "", "store", 1, 0, {{"why", why}}});
    }
    if (!trouble_.empty() && why.empty())
      log_event(log_level::info, "market_store.back", "", "market_store", "", "market data is kept again");
    trouble_ = why;
  }

  struct waiting_funding {
    funding row;
    std::string source;
  };
  surroundings around_;
  ports::market_store& store_;
  std::vector<bar> bars_;
  std::string source_;
  std::deque<waiting_funding> funding_;
  alarm_listener alarmed_;
  bool awake_ = false;
  std::string trouble_;
};

}  // namespace

market_store_actor spawn_market_store(caf::actor_system& system, const surroundings& around,
                                      ports::market_store& store) {
  return around.detached ? system.spawn<market_keeper, caf::detached>(around, store)
                         : system.spawn<market_keeper>(around, store);
}

}  // namespace rltrader

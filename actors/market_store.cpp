// The only writer of market data: batches what comes, reads candles back, never delays an intent.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace rltrader {

namespace {

constexpr std::size_t bars_most = 65'536;
constexpr std::size_t batch = 512;

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
            [this](const store_funding& what) { note(store_.append_funding(what.rows, what.source)); },
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

  void on_exit() override { flush(); }

 private:
  /// What comes within a second of the actor clock is written together.
  void wake() {
    if (awake_) return;
    awake_ = true;
    delayed_send(this, std::chrono::seconds{1}, flush_rows{});
  }
  void flush() {
    if (bars_.empty()) return;
    const auto outcome = store_.append_bars(bars_, source_);
    note(outcome);
    // Refused for good (not for want of space or connection): keeping them would refuse all that follow.
    if (outcome || outcome.error().code == errc::conflict) bars_.clear();
  }
  void note(const result<void>& outcome) { trouble_ = outcome ? "" : outcome.error().what; }

  surroundings around_;
  ports::market_store& store_;
  std::vector<bar> bars_;
  std::string source_;
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

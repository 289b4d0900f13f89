// Market data in: keeps bars, passes them on, notices gaps, silence and lag.
#include "actors/actors.hpp"
#include "actors/guard.hpp"

#include <caf/all.hpp>

#include <map>

namespace rltrader {

namespace {

/// A mark further away from a bar's close says nothing of its price: both move.
constexpr milliseconds mark_close_by = seconds{10};

class market_feed : public market_feed_actor::base {
  using super = market_feed_actor::base;

 public:
  market_feed(caf::actor_config& cfg, const surroundings& around, market_store_actor store, ledger_actor ledger,
              alert_sink_actor alerts, risk_actor risk, executor_actor executor, pair_supervisor_actor pairs,
              ports::market_source& source, feed_terms terms)
      : super(cfg),
        around_(around),
        store_(std::move(store)),
        ledger_(std::move(ledger)),
        alerts_(std::move(alerts)),
        risk_(std::move(risk)),
        executor_(std::move(executor)),
        pairs_(std::move(pairs)),
        source_(source),
        terms_(terms),
        source_name_(source.name()) {}

  behavior_type make_behavior() override {
    die_loudly(this, "market_feed");
    source_.on_event([weak = caf::weak_actor_ptr{ctrl()}](const ports::market_event& e) {
      if (auto self = caf::actor_cast<market_feed_actor>(weak)) caf::anon_send(self, market_spoke{e});
    });
    send(pairs_, subscribe_pair_list{caf::actor_cast<pair_list_listener>(this)});
    return {[this](market_spoke& what) { std::visit([this](auto& x) { take(x); }, what.what); },
            [this](const pairs_running& list) { watch(list.pairs); },
            [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "market_feed"); },
            [this](const ask_health&) { return health(); }};
  }

  void on_exit() override {
    source_.on_event({});
    destroy(store_);
    destroy(ledger_);
    destroy(alerts_);
    destroy(risk_);
    destroy(executor_);
    destroy(pairs_);
  }

 private:
  struct series {
    std::optional<instant> last_open;
    instant last_heard{};
    price last_close;
    price last_mark;
    instant marked_at{};
    int gaps = 0;
  };

  /// A pair's silence is counted from when it came.
  void watch(const std::vector<pair_name>& pairs) {
    auto before = std::exchange(watched_since_, {});
    for (const auto& name : pairs) {
      const auto known = before.find(name);
      watched_since_[name] = known == before.end() ? around_.now() : known->second;
    }
  }

  void take(bar& b) {
    auto& s = series_[b.pair];
    const auto closed = b.close_time();
    if (b.interval == terms_.primary) {
      if (s.last_open && b.candle.open_time > next_open(b.interval, *s.last_open)) {
        ++s.gaps;
        send(alerts_, alarm{"data_gap",
                            severity::low,
                            b.pair.text(),
                            "candle_gaps",
                            static_cast<double>(s.gaps),
                            0,
                            {{"from", std::to_string(ms_of(next_open(b.interval, *s.last_open)))},
                             {"to", std::to_string(ms_of(b.candle.open_time))}}});
      }
      if (!s.last_open || b.candle.open_time > *s.last_open) s.last_open = b.candle.open_time;
      s.last_heard = around_.now();
      s.last_close = b.candle.close;
      note_lag(b.pair, around_.now() - closed);
      // A closed bar is also the newest price; a tick that is newer replaces it.
      send(risk_, tick{b.pair, closed, b.candle.close, s.last_mark.positive() ? s.last_mark : b.candle.close});
    }
    if (around_.metrics) around_.metrics->add(http::metric::bars, {b.pair.text()});
    send(store_, store_bars{{b}, source_name_});
    send(pairs_, closed_bar{std::move(b), mark_at(s, closed)});
  }

  void take(tick& t) {
    auto& s = series_[t.pair];
    s.last_mark = t.mark;
    s.marked_at = t.at;
    s.last_close = t.last;
    send(risk_, std::move(t));
  }

  /// The mark of a moment, if one was heard close to it.
  static std::optional<price> mark_at(const series& s, instant moment) {
    const auto age = moment > s.marked_at ? moment - s.marked_at : s.marked_at - moment;
    if (!s.last_mark.positive() || age > mark_close_by) return std::nullopt;
    return s.last_mark;
  }

  void take(funding& f) {
    const auto& s = series_[f.pair];
    const auto mark = s.last_mark.positive() ? s.last_mark : s.last_close;
    send(store_, store_funding{{f}, source_name_});
    // Before any price of the pair is known nothing can be held, so nothing is paid.
    if (mark.positive()) send(executor_, book_funding{f, mark});
    send(pairs_, std::move(f));
  }

  /// How late a closed bar came, in market time.
  void note_lag(const pair_name& pair, milliseconds late) {
    const double lag = std::max(0.0, static_cast<double>(late.count()) / 1000);
    if (around_.metrics) around_.metrics->observe(http::metric::ingest_lag, lag, {pair.text(), source_name_});
    if (lag == 0) return;
    send(ledger_, metric_point{"ingest_lag_sec", pair.text(), lag, around_.now()});
    if (const auto how = slo_severity(lag, terms_.lag_slo_sec))
      send(alerts_, alarm{"slo_ingestion_lag", *how, pair.text(), "ingest_lag_sec", lag, terms_.lag_slo_sec, {}});
  }

  health_reply health() const {
    health_reply reply;
    const auto now = around_.now();
    for (const auto& [name, since] : watched_since_) {
      const auto it = series_.find(name);
      const auto heard = it == series_.end() ? since : std::max(it->second.last_heard, since);
      if (now - heard > nominal_length(terms_.primary) + terms_.fresh_for)
        reply.problems.push_back(
            {"feeds", name.text() + ": no closed bar for " + std::to_string((now - heard).count() / 1000) + " s"});
    }
    return reply;
  }

  surroundings around_;
  market_store_actor store_;
  ledger_actor ledger_;
  alert_sink_actor alerts_;
  risk_actor risk_;
  executor_actor executor_;
  pair_supervisor_actor pairs_;
  ports::market_source& source_;
  feed_terms terms_;
  std::string source_name_;
  std::map<pair_name, instant> watched_since_;
  std::map<pair_name, series> series_;
};

}  // namespace

market_feed_actor spawn_market_feed(caf::actor_system& system, const surroundings& around, market_store_actor store,
                                    ledger_actor ledger, alert_sink_actor alerts, risk_actor risk,
                                    executor_actor executor, pair_supervisor_actor pairs, ports::market_source& source,
                                    feed_terms terms) {
  return system.spawn<market_feed>(around, std::move(store), std::move(ledger), std::move(alerts), std::move(risk),
                                   std::move(executor), std::move(pairs), source, terms);
}

}  // namespace rltrader

// Lists and reports from a read-only connection: a slow read delays other reads alone.
#include "actors/actors.hpp"
#include "actors/guard.hpp"
#include "domain/summary.hpp"
#include "messages/errors.hpp"
#include "messages/views.hpp"

#include <caf/all.hpp>

namespace rltrader {

namespace {

class reader : public reader_actor::base {
  using super = reader_actor::base;

 public:
  reader(caf::actor_config& cfg, const surroundings& around, ports::ops_reader& store,
         std::function<void()> before_read)
      : super(cfg), around_(around), store_(store), before_read_(std::move(before_read)) {}

  behavior_type make_behavior() override {
    die_loudly(this, "reader");
    return {[this](const find_trades& q) { return paged<trade_page>(store().trades(query_of(q.what, 25))); },
            [this](const find_trade& q) -> caf::result<trade_with_executions> { return one_trade(q.id); },
            [this](const find_orders& q) -> caf::result<order_page> {
              auto found = noted(store().orders(query_of(q.what, 50)));
              if (!found) return to_caf(found.error());
              order_page out;
              out.total = found->total;
              for (const auto& o : found->rows) out.data.push_back(execution_view_of(o));
              return out;
            },
            [this](const find_decisions& q) { return paged<decision_page>(store().decisions(query_of(q.what, 25))); },
            [this](const find_audit& q) { return paged<audit_page>(store().audit(query_of(q.what, 25))); },
            [this](const find_alerts& q) { return listed<alert_rows>(store().alerts(query_of(q.what, 100))); },
            [this](const find_jobs& q) { return listed<job_rows>(store().jobs(query_of(q.what, 50))); },
            [this](const find_runs& q) { return listed<run_rows>(store().runs(query_of(q.what, 100))); },
            [this](const find_versions& q) { return listed<version_rows>(store().versions(query_of(q.what, 100))); },
            [this](const find_why& q) -> caf::result<why_view> { return why(q.id); },
            [this](const find_idempotency& q) -> caf::result<idempotency_reply> {
              auto found = noted(store().idempotency(q.key));
              if (!found) return to_caf(found.error());
              return idempotency_reply{std::move(*found)};
            },
            [this](const ask_summary&) -> caf::result<trading_summary> { return summary(); },
            [this](const measure_mailbox&) { show_mailbox(this, around_.metrics, "reader"); },
            [this](const ask_health&) {
              health_reply reply;
              if (!trouble_.empty()) reply.problems.push_back({"reader", trouble_});
              return reply;
            }};
  }

 private:
  /// The store, with the time-out of the next statement begun.
  ports::ops_reader& store() {
    if (before_read_) before_read_();
    return store_;
  }
  template <class T>
  result<T> noted(result<T> r) {
    trouble_ = r ? "" : r.error().what;
    return r;
  }
  template <class Page, class Row>
  caf::result<Page> paged(result<ports::page_of<Row>> found) {
    found = noted(std::move(found));
    if (!found) return to_caf(found.error());
    Page out;
    out.data = std::move(found->rows);
    out.total = found->total;
    return out;
  }
  template <class Rows, class Row>
  caf::result<Rows> listed(result<ports::page_of<Row>> found) {
    found = noted(std::move(found));
    if (!found) return to_caf(found.error());
    Rows out;
    out.rows = std::move(found->rows);
    return out;
  }

  caf::result<trade_with_executions> one_trade(const trade_id& id) {
    ports::list_query q;
    q.id = id.text();
    auto found = noted(store().trades(q));
    if (!found) return to_caf(found.error());
    if (found->rows.empty()) return to_caf({errc::not_found, "no trade " + id.text()});
    trade_with_executions out;
    out.row = found->rows.front();
    auto orders = noted(store().orders_of_trade(id));
    if (!orders) return to_caf(orders.error());
    for (const auto& o : orders->rows) out.executions.push_back(execution_view_of(o));
    return out;
  }

  /// By an order's id or a decision's: the decision, every order it led to, their transitions and fills.
  caf::result<why_view> why(const std::string& id) {
    why_view out;
    ports::list_query q;
    q.id = id;
    auto orders = noted(store().orders(q));
    if (!orders) return to_caf(orders.error());
    std::string decision = id;
    if (!orders->rows.empty()) decision = orders->rows.front().intent.decision.text();
    if (!decision.empty()) {
      ports::list_query by_id;
      by_id.id = decision;
      auto decided = noted(store().decisions(by_id));
      if (!decided) return to_caf(decided.error());
      if (!decided->rows.empty()) out.decided = std::move(decided->rows.front());
    }
    if (orders->rows.empty() && out.decided) {
      auto led_to = noted(store().orders_of_decision(out.decided->id));
      if (!led_to) return to_caf(led_to.error());
      orders = std::move(led_to);
    }
    if (orders->rows.empty() && !out.decided) return to_caf({errc::not_found, "no order and no decision " + id});
    for (const auto& o : orders->rows) {
      out.orders.push_back(execution_view_of(o));
      if (auto events = noted(store().events_of_order(o.id)); events)
        out.events.insert(out.events.end(), events->rows.begin(), events->rows.end());
      if (auto fills = noted(store().fills_of_order(o.id)); fills)
        out.fills.insert(out.fills.end(), fills->rows.begin(), fills->rows.end());
    }
    if (!orders->rows.empty() && !orders->rows.front().intent.trade.empty()) {
      ports::list_query t;
      t.id = orders->rows.front().intent.trade.text();
      if (auto trades = noted(store().trades(t)); trades && !trades->rows.empty())
        out.round_trip = trades->rows.front();
    }
    return out;
  }

  /// Figures over the newest 100,000 trades, page by page.
  caf::result<trading_summary> summary() {
    std::vector<trade> all;
    ports::list_query q;
    q.limit = 1000;
    for (q.offset = 0; q.offset < 100'000; q.offset += q.limit) {
      auto page = noted(store().trades(q));
      if (!page) return to_caf(page.error());
      const bool last = static_cast<std::int64_t>(page->rows.size()) < q.limit;
      std::move(page->rows.begin(), page->rows.end(), std::back_inserter(all));
      if (last) break;
    }
    const auto figures = summarise(all);
    trading_summary out;
    out.generated_at = around_.now();
    out.trade_count = figures.trade_count;
    out.filled_count = figures.filled_count;
    out.win_rate = figures.win_rate;
    out.net_pnl = figures.net_pnl;
    out.avg_pnl = figures.average_pnl;
    out.max_drawdown = figures.max_drawdown;
    out.exposure_by_instrument = figures.exposure_by_instrument;
    for (const auto& b : figures.by_hour) out.series.push_back({b.at, b.pnl, b.trade_count, b.win_rate});
    return out;
  }

  surroundings around_;
  ports::ops_reader& store_;
  std::function<void()> before_read_;
  std::string trouble_;
};

}  // namespace

reader_actor spawn_reader(caf::actor_system& system, const surroundings& around, ports::ops_reader& store,
                          std::function<void()> before_read) {
  return around.detached ? system.spawn<reader, caf::detached>(around, store, std::move(before_read))
                         : system.spawn<reader>(around, store, std::move(before_read));
}

}  // namespace rltrader

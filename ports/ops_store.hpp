// What the core needs of the store of ops state: one durable write, what a desk restarts from, and bounded reads.
#pragma once

#include "domain/records.hpp"
#include "domain/result.hpp"
#include "domain/shape.hpp"
#include "ports/job_queue.hpp"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace rltrader::ports {

/// A row to write. Upsert by key, but for fill, state_event, audit_note and metric_point, which are only ever appended;
/// a decision, an input snapshot and a revision of the same key are kept as they were first written; an order in state intent
/// is new: an id that exists already is errc::conflict, so that no slot is ever used twice (I1). What a row may not become,
/// and what two rows may not share, stands in docs/storage.md and is errc::conflict too.
using ops_row =
    std::variant<decision, order, fill, position, trade, agent_run, state_event, audit_note, risk_policy, breaker_row,
                 alert, retry_job, metric_point, risk_limit_set, agent_configuration, agent_version, quarantine,
                 idempotency_record, desk_fact, evaluation_report, model_artifact, learning_update, dataset_version,
                 dataset_lineage, feature_set_version, market_input_snapshot, source_policy, data_source_status,
                 data_source_config, data_gap_event, drift_alert, instrument_mapping, ingestion_run, sync_run, idea,
                 idea_revision, signal_record, telegram_post, source_record, news_item, data_quality_metric>;

/// Rows that become durable together or not at all.
using write_batch = std::vector<ops_row>;

/// All that a desk restarts from.
struct desk_image {
  std::vector<order> open_orders;      ///< not terminal
  std::vector<fill> open_order_fills;  ///< fills of those
  std::vector<order>
      ended_lately{};  ///< within the time that a venue speaks of; filled by whoever opens a desk, not by load()
  std::vector<fill> fills_lately{};   ///< likewise, those of open orders included
  std::vector<position> positions;    ///< all: one a pair and side, their sums go back to the beginning
  std::vector<trade> open_trades;     ///< not closed, cancelled or rejected
  std::vector<agent_run> runs;        ///< the newest of each pair, stopped ones too
  std::vector<risk_policy> policies;  ///< the active one
  std::vector<breaker_row> breakers;
  std::vector<alert> open_alerts;    ///< open or acknowledged
  std::vector<retry_job> live_jobs;  ///< pending or processing
  std::vector<risk_limit_set> limit_sets;
  std::vector<agent_configuration> configurations;
  std::vector<agent_version> versions;  ///< not retired
  std::vector<quarantine> quarantines;  ///< active
  std::vector<desk_fact> facts;
  std::vector<decision> last_decisions;  ///< the newest one of each pair, posted markets left out
};

/// A page of a list: newest first unless a query says otherwise.
template <class Row>
struct page_of {
  std::vector<Row> rows;
  std::int64_t total = 0;
};

/// What a list is asked. Also: audit takes the action as status, the actor as run, the resource as id and its type as side;
/// alerts take the category as run; jobs take the type as run. As run also: the version (evaluations, artifacts, learning
/// updates, input snapshots), the feature set (datasets), the source's type (statuses, configurations, gaps, quality, runs,
/// signals, sources), the source's id (ideas, posts, news, runs), the agent (drift), the venue (mappings). Ideas, posts and news
/// take canonical or duplicate as status, ideas and signals the sentiment as side, learning updates the stage as mode. A field that a list does not have is errc::unsupported, a word,
/// offset or limit (0 to 10,000) that cannot be is errc::out_of_bounds.
struct list_query {
  std::optional<std::string> pair{};
  std::optional<std::string> status{};
  std::optional<std::string> run{};
  std::optional<std::string> mode{};
  std::optional<std::string> side{};
  std::optional<std::string> severity{};
  std::optional<std::string> id{};        ///< exact
  std::optional<std::string> trade{};     ///< of orders: the trade they belong to
  std::optional<std::string> decision{};  ///< of orders: the decision that led to them
  std::optional<std::string> order{};     ///< of fills and state events
  std::optional<instant> start{};         ///< created / triggered / at, inclusive
  std::optional<instant> end{};           ///< exclusive
  std::int64_t offset = 0;
  std::int64_t limit = 50;
  bool oldest_first = false;
};

/// Where rows go that are known by their type's shape alone: appends one and returns it.
struct row_sink {
  void* rows;
  void* (*grow)(void*);
};
template <class Row>
row_sink sink_of(std::vector<Row>& rows) {
  return {&rows, [](void* list) -> void* { return &static_cast<std::vector<Row>*>(list)->emplace_back(); }};
}

/// Bounded reads for people and reports. Each answers within the store's statement time-out or fails with errc::unavailable.
struct ops_reader {
  virtual ~ops_reader() = default;
  /// A list of any kind of row, by its shape; returns how many there are beside the page. A record that no table holds is a
  /// defect.
  virtual result<std::int64_t> rows_of(const shape* record, const list_query&, row_sink into) = 0;
  /// Walks the whole audit chain; the failure names the first broken link.
  virtual result<std::int64_t> verify_audit() = 0;

  template <class Row>
  result<page_of<Row>> list(const list_query& query) {
    page_of<Row> out;
    const auto total = rows_of(shape_of<Row>(), query, sink_of(out.rows));
    if (!total) return total.error();
    out.total = *total;
    return out;
  }
  result<page_of<decision>> decisions(const list_query& q) { return list<decision>(q); }
  /// status: an order_state word; run: trade id also matches
  result<page_of<order>> orders(const list_query& q) { return list<order>(q); }
  result<page_of<order>> orders_of_trade(const trade_id& id) { return orders({.trade = id.text(), .limit = most}); }
  result<page_of<order>> orders_of_decision(const decision_id& id) {
    return orders({.decision = id.text(), .limit = most});
  }
  result<page_of<fill>> fills(const list_query& q) { return list<fill>(q); }
  result<page_of<fill>> fills_of_order(const order_id& id) { return fills({.order = id.text(), .limit = most}); }
  /// oldest first
  result<page_of<state_event>> events_of_order(const order_id& id) {
    return list<state_event>({.order = id.text(), .limit = most, .oldest_first = true});
  }
  result<page_of<trade>> trades(const list_query& q) { return list<trade>(q); }
  result<page_of<agent_run>> runs(const list_query& q) { return list<agent_run>(q); }
  result<page_of<audit_event>> audit(const list_query& q) { return list<audit_event>(q); }
  result<page_of<alert>> alerts(const list_query& q) { return list<alert>(q); }
  result<page_of<retry_job>> jobs(const list_query& q) { return list<retry_job>(q); }
  result<page_of<agent_version>> versions(const list_query& q) { return list<agent_version>(q); }
  /// id: the metric's name
  result<page_of<metric_point>> metrics(const list_query& q) { return list<metric_point>(q); }
  result<std::optional<idempotency_record>> idempotency(const std::string& key) {
    auto found = list<idempotency_record>({.id = key, .limit = 1});
    if (!found) return found.error();
    if (found->rows.empty()) return std::optional<idempotency_record>{};
    return std::optional(std::move(found->rows.front()));
  }

 private:
  static constexpr std::int64_t most = 10'000;
};

/// The store of ops state, owned by one actor. Every call may block.
struct ops_store : ops_reader, job_queue {
  /// All rows durable on return, or none. Fails with store_failed (disk, connection), conflict (a fill or event twice).
  virtual result<void> commit(const write_batch& rows) = 0;
  virtual result<desk_image> load() = 0;
  /// Deletes metric points and answered idempotency records older than these.
  virtual result<void> retain(instant metrics_from, instant idempotency_from) = 0;
  /// Called now and then while there is nothing to write: keeps a server's lease, and finds out that the server is gone.
  virtual result<void> tend() { return {}; }
  /// How often; 0: never. Actor clock.
  virtual milliseconds tended_every() const { return milliseconds{0}; }
  /// For /version: backend, file, server version.
  virtual std::string backend() const = 0;
};

}  // namespace rltrader::ports

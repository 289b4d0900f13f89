// The tables of the ops store in memory, with what finds rows faster than a walk.
#pragma once

#include "adapters/storage/memory_ops.hpp"
#include "adapters/storage/memory_rules.hpp"
#include "domain/posted.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace rltrader::storage {

struct memory_ops::tables {
  explicit tables(std::size_t most) {
    std::apply([&](auto&... t) { (t.keep(most), ...); }, rows);
  }

  std::tuple<
      memory_table<decision, decision_rules>, memory_table<order, order_rules>, memory_table<fill, fill_rules>,
      memory_table<position, position_rules>, memory_table<trade, trade_rules>, memory_table<agent_run, run_rules>,
      memory_table<state_event, event_rules>, memory_table<audit_event, unnamed_rules>,
      memory_table<risk_policy, kept_by<&risk_policy::id>>, memory_table<breaker_row, kept_by<&breaker_row::scope>>,
      memory_table<alert, alert_rules>, memory_table<retry_job, job_rules>, memory_table<metric_point, unnamed_rules>,
      memory_table<risk_limit_set, kept_by<&risk_limit_set::id>>,
      memory_table<agent_configuration, kept_by<&agent_configuration::id>>,
      memory_table<agent_version, kept_by<&agent_version::id>>, memory_table<quarantine, quarantine_rules>,
      memory_table<idempotency_record, idempotency_rules>, memory_table<desk_fact, kept_by<&desk_fact::name>>,
      memory_table<evaluation_report, evaluation_rules>, memory_table<model_artifact, artifact_rules>,
      memory_table<learning_update, learning_rules>, memory_table<dataset_version, dataset_rules>,
      memory_table<dataset_lineage, series_by<&dataset_lineage::dataset_id>>,
      memory_table<feature_set_version, feature_set_rules>,
      memory_table<market_input_snapshot, series_by<&market_input_snapshot::id>>,
      memory_table<source_policy, kept_by<&source_policy::source_id, &source_policy::source_type>>,
      memory_table<data_source_status, kept_by<&data_source_status::pair, &data_source_status::source_type>>,
      memory_table<data_source_config, kept_by<&data_source_config::pair, &data_source_config::source_type>>,
      memory_table<data_gap_event, gap_rules>, memory_table<drift_alert, drift_rules>,
      memory_table<instrument_mapping, mapping_rules>, memory_table<ingestion_run, source_run_rules<ingestion_run>>,
      memory_table<sync_run, source_run_rules<sync_run>>, memory_table<idea, text_rules<idea>>,
      memory_table<idea_revision, series_by<&idea_revision::idea_id, &idea_revision::content_hash>>,
      memory_table<signal_record, series_by<&signal_record::id>>,
      memory_table<telegram_post, text_rules<telegram_post>>, memory_table<source_record, source_rules>,
      memory_table<news_item, text_rules<news_item>>,
      memory_table<data_quality_metric, series_by<&data_quality_metric::pair, &data_quality_metric::source_type,
                                                  &data_quality_metric::computed_at>>>
      rows;
  std::unordered_map<std::string, const decision*> newest;  ///< of each pair; never forgotten
  std::map<std::string, std::string> live_jobs;             ///< job id by type and dedupe key
  std::set<std::string> live_ids;                           ///< of all live jobs
  audit_head head;

  template <class Row>
  auto& of() {
    return find<Row>(rows);
  }
  template <class Row, class... Tables>
  static auto& find(std::tuple<Tables...>& all) {
    constexpr std::array same{std::is_same_v<Row, typename Tables::row_type>...};
    return std::get<static_cast<std::size_t>(std::find(same.begin(), same.end(), true) - same.begin())>(all);
  }

  void write(const decision& d) {
    auto& t = of<decision>();
    if (t.find(d.id.text()) != nullptr) return;
    const auto newest_of = newest.find(d.pair.text());
    auto& kept = t.write(d, [&](const decision& old) {
      const auto last = newest.find(old.pair.text());
      return last != newest.end() && last->second == &old && (newest_of != last || d.decided_at < old.decided_at);
    });
    if (d.source == posted_source) return;  // not a bar of the pair's own
    if (newest_of == newest.end())
      newest.emplace(d.pair.text(), &kept);
    else if (newest_of->second == &kept || kept.decided_at >= newest_of->second->decided_at)
      newest_of->second = &kept;
  }
  void write(const fill& f) {
    of<fill>().write(f, [&](const fill& old) {
      const auto* o = of<order>().find(old.order.text());
      return o != nullptr && !terminal(o->state);
    });
  }
  void write(const audit_note& note) {
    const auto event = chain(head, note);
    of<audit_event>().write(event);
    head = {event.sequence, event.hash};
  }
  void write(const retry_job& j) {
    if (const auto* old = of<retry_job>().find(j.id)) release(live_jobs, *old);
    of<retry_job>().write(j);
    if (has_key(j)) live_jobs[job_key(j)] = j.id;
    if (live(j))
      live_ids.insert(j.id);
    else
      live_ids.erase(j.id);
  }
  template <class Row>
  void write(const Row& row) {
    auto& t = of<Row>();
    if (storage::table_of<Row>().rule == write_rule::keep_first && t.find_same(row) != nullptr) return;
    t.write(row);
  }

  static bool has_key(const retry_job& j) { return live(j) && !j.dedupe_key.empty(); }
  static std::string job_key(const retry_job& j) { return j.job_type + "\n" + j.dedupe_key; }
  static void release(std::map<std::string, std::string>& jobs, const retry_job& j) {
    if (!has_key(j)) return;
    if (const auto held = jobs.find(job_key(j)); held != jobs.end() && held->second == j.id) jobs.erase(held);
  }
};

}  // namespace rltrader::storage

// Rows of evaluations: how a policy did on a period, its folds, and how it compares with the champion.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// An evaluation runs, or it has its verdict and keeps it.
enum class evaluation_status : unsigned char { running, pass, fail };
constexpr auto words(evaluation_status) {
  return std::array{word{evaluation_status::running, "running"}, word{evaluation_status::pass, "pass"},
                    word{evaluation_status::fail, "fail"}};
}

/// What a policy earned over a window, costs included.
struct performance {
  double win_rate = 0;
  money net_pnl_after_fees{};
  double max_drawdown = 0;
  int trade_count = 0;

  friend bool operator==(const performance&, const performance&) = default;
  static constexpr auto type_name = "performance";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"win_rate", &performance::win_rate, "part of the trades that gained, 0..1", rule{.least = 0, .most = 1}},
        field{"net_pnl_after_fees", &performance::net_pnl_after_fees, "USDT after fees, slippage and funding"},
        field{"max_drawdown", &performance::max_drawdown, "fraction of the peak", rule{.least = 0}},
        field{"trade_count", &performance::trade_count, "round trips", rule{.least = 0}});
  }
};

/// One fold of a walk-forward: trained before, judged after.
struct fold_metrics {
  int fold = 0;
  instant train_start{};
  instant train_end{};
  instant test_start{};
  instant test_end{};
  double win_rate = 0;
  money net_pnl_after_fees{};
  double max_drawdown = 0;
  int trade_count = 0;

  static constexpr auto type_name = "fold_metrics";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"fold", &fold_metrics::fold, "1.. in order of time", rule{.least = 0}},
             field{"train_start", &fold_metrics::train_start, "first bar it learned from"},
             field{"train_end", &fold_metrics::train_end, "end of what it learned from, exclusive"},
             field{"test_start", &fold_metrics::test_start, "first bar it was judged on"},
             field{"test_end", &fold_metrics::test_end, "end of what it was judged on, exclusive"},
             field{"win_rate", &fold_metrics::win_rate, "0..1", rule{.least = 0, .most = 1}},
             field{"net_pnl_after_fees", &fold_metrics::net_pnl_after_fees, "USDT"},
             field{"max_drawdown", &fold_metrics::max_drawdown, "fraction of the peak", rule{.least = 0}},
             field{"trade_count", &fold_metrics::trade_count, "round trips", rule{.least = 0}});
  }
};

/// A challenger beside the champion and beside flat. Not passed unless everything was measured (I15).
struct promotion_comparison {
  std::string champion_version_id{};
  bool passed = false;
  std::vector<std::string> reasons{};
  std::map<std::string, double> metric_deltas{};
  double effect_size = 0;
  double confidence_z = 0;
  double champion_lower_bound = 0;
  double flat_lower_bound = 0;
  std::int64_t sample_size = 0;
  int challengers_tried = 0;

  static constexpr auto type_name = "promotion_comparison";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"champion_version_id", &promotion_comparison::champion_version_id,
              "whom it was measured against; empty: flat alone"},
        field{"passed", &promotion_comparison::passed, "every gate was passed"},
        field{"reasons", &promotion_comparison::reasons, "stable words of the gates that were not"},
        field{"metric_deltas", &promotion_comparison::metric_deltas,
              "challenger less champion, in the unit of each metric"},
        field{"effect_size", &promotion_comparison::effect_size, "difference per bar in its own standard deviations"},
        field{"confidence_z", &promotion_comparison::confidence_z, "how sure the difference is, in standard errors"},
        field{"champion_lower_bound", &promotion_comparison::champion_lower_bound,
              "bps per bar: bootstrap bound of the difference to the champion"},
        field{"flat_lower_bound", &promotion_comparison::flat_lower_bound,
              "bps per bar: bootstrap bound of the difference to flat"},
        field{"sample_size", &promotion_comparison::sample_size, "bars compared", rule{.least = 0}},
        field{"challengers_tried", &promotion_comparison::challengers_tried,
              "of this pair since the champion came; the bounds allow for them", rule{.least = 0}});
  }
};

/// What an evaluation report says beyond its figures.
struct evaluation_metadata {
  std::vector<rltrader::fold_metrics> fold_metrics{};
  std::map<std::string, double> aggregate{};
  std::string feature_schema_fingerprint{};
  std::optional<rltrader::promotion_comparison> promotion_comparison{};

  static constexpr auto type_name = "evaluation_metadata";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"fold_metrics", &evaluation_metadata::fold_metrics, "one a fold; empty without a walk-forward"},
             field{"aggregate", &evaluation_metadata::aggregate, "statistics over all folds, by name"},
             field{"feature_schema_fingerprint", &evaluation_metadata::feature_schema_fingerprint,
                   "of the features that it was judged with"},
             field{"promotion_comparison", &evaluation_metadata::promotion_comparison, "when a challenger was judged"});
  }
};

/// A policy judged on a period that it did not learn from. Table evaluation_reports.
struct evaluation_report {
  std::string id{};
  std::string agent_version_id{};
  pair_name pair{};
  instant period_start{};
  instant period_end{};
  double win_rate = 0;
  money net_pnl_after_fees{};
  double max_drawdown = 0;
  int trade_count = 0;
  std::map<std::string, money> exposure_by_pair{};
  evaluation_status status{};
  std::string status_reason{};
  std::string dataset_version_id{};
  std::string dataset_hash{};
  std::string feature_set_version_id{};
  std::string artifact_uri{};
  std::string backtest_run_id{};
  evaluation_metadata metadata{};
  std::string source{};
  instant created_at{};
  std::optional<instant> completed_at{};

  static constexpr auto type_name = "evaluation_report";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &evaluation_report::id, "the report"},
        field{"agent_version_id", &evaluation_report::agent_version_id, "whose"},
        field{"pair", &evaluation_report::pair, "the pair"},
        field{"period_start", &evaluation_report::period_start, "first bar"},
        field{"period_end", &evaluation_report::period_end, "exclusive"},
        field{"win_rate", &evaluation_report::win_rate, "part of the trades that gained, 0..1",
              rule{.least = 0, .most = 1}},
        field{"net_pnl_after_fees", &evaluation_report::net_pnl_after_fees, "USDT after fees, slippage and funding"},
        field{"max_drawdown", &evaluation_report::max_drawdown, "fraction of the peak", rule{.least = 0}},
        field{"trade_count", &evaluation_report::trade_count, "round trips", rule{.least = 0}},
        field{"exposure_by_pair", &evaluation_report::exposure_by_pair, "USDT, the largest of each pair"},
        field{"status", &evaluation_report::status, "running, pass or fail"},
        field{"status_reason", &evaluation_report::status_reason, "why it failed, in words"},
        field{"dataset_version_id", &evaluation_report::dataset_version_id, "provenance"},
        field{"dataset_hash", &evaluation_report::dataset_hash, "provenance"},
        field{"feature_set_version_id", &evaluation_report::feature_set_version_id, "provenance"},
        field{"artifact_uri", &evaluation_report::artifact_uri, "the bytes that were judged"},
        field{"backtest_run_id", &evaluation_report::backtest_run_id, "of the run that judged"},
        field{"metadata", &evaluation_report::metadata, "folds, aggregate, fingerprint and comparison"},
        field{"source", &evaluation_report::source, "where the data came from: sim, replay, fixture, bingx..."},
        field{"created_at", &evaluation_report::created_at, "market time"},
        field{"completed_at", &evaluation_report::completed_at, "when the verdict came"});
  }
};

}  // namespace rltrader

// What a policy sees of a market: about 32 numbers without a price scale, made bar by bar, the same code live and in training.
//
// Entry points: feature_pipeline::push() for each closed bar, current() for the vector, feature_warnings() for the gate.
// Each feature is of order one: returns and distances are in units of the average true range, heavy tails are pressed
// together, logarithms stand for what is positive. So one policy can serve several pairs. Doubles: statistics, not money.
#pragma once

#include "domain/indicators.hpp"
#include "domain/market.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace rltrader {

/// Names and meaning of a feature set; never changes once made, so pipelines share it.
struct feature_set {
  std::vector<std::string> names;
  std::vector<bool> critical;  ///< without it a decision is not to be trusted
  std::string fingerprint;  ///< SHA-256 over version, intervals and names: a model fits only the set it was trained on
};

/// The contexts that a pipeline will use: longer than the primary interval and built of whole bars of it, each once.
std::vector<interval> usable_contexts(interval primary, std::span<const interval> wanted);
std::shared_ptr<const feature_set> make_feature_set(interval primary, std::span<const interval> contexts);

/// The features of one bar.
struct feature_vector {
  std::vector<double> values;        ///< one per name, NaN where it is not known
  std::vector<std::string> missing;  ///< critical names without a value
  double ood_score = 0;              ///< the largest |z| of a feature against what was seen of it before
  std::size_t farthest = 0;          ///< the feature that has it
};

/// Running mean and variance of one feature, exponentially forgetting.
struct feature_memory {
  double mean = 0;
  double variance = 0;
  std::uint32_t count = 0;
};

/// Takes a pair's closed bars in order and keeps the features of the last one. A plain value: a copy goes its own way.
class feature_pipeline {
 public:
  feature_pipeline(interval primary, std::vector<interval> contexts);

  /// A closed bar. One that is impossible or not newer than the last is ignored: nothing may poison the averages.
  void push(const candle& c);
  /// Funding and mark price enter the vector with the next bar.
  void on_funding(const funding& f);
  void on_tick(const tick& t);

  /// Whether everything that candles alone can give is there, contexts included.
  bool warm() const { return warm_; }
  /// How many bars without a hole make it warm, wherever they begin.
  std::size_t warm_up_bars() const;
  feature_vector current() const;
  /// The values of current() without a copy.
  std::span<const double> values() const { return values_; }
  double ood_score() const { return ood_score_; }

  const feature_set& set() const { return *set_; }
  const std::vector<std::string>& names() const { return set_->names; }
  const std::string& fingerprint() const { return set_->fingerprint; }
  interval primary() const { return primary_; }
  std::uint64_t ignored() const { return ignored_; }

 private:
  /// The last bar in doubles.
  struct seen_bar {
    double open;
    double high;
    double low;
    double close;
    double volume;
    double log_close;
  };
  struct context {
    context(interval from, interval to) : bars(from, to) {}
    aggregator bars;
    exponential_average average{12};
    relative_strength strength{14};
    average_true_range range{14};
    window<4> averages;
    double last_log_close = not_a_number;
    double last_unit = not_a_number;  ///< the true range as a fraction of the price, before this bar
  };

  void push_prices(const seen_bar& b);
  void push_context(context& c, const candle& longer, std::size_t first_value);
  void push_surroundings(instant at);
  void judge_primary();
  void remember(std::size_t feature);
  bool all_known() const;

  interval primary_;
  std::shared_ptr<const feature_set> set_;
  std::vector<context> contexts_;
  std::vector<double> values_;
  std::vector<feature_memory> memory_;

  window<25> log_closes_;
  rolling_statistics<20> volatility_;
  rolling_statistics<96> long_volatility_;
  rolling_statistics<48> log_volumes_;
  exponential_average fast_{9};
  exponential_average slow_{27};
  window<7> slow_averages_;
  relative_strength strength_{14};
  average_true_range range_{14};
  convergence convergence_{12, 26, 9};
  bollinger_bands<20> bands_{2.0};

  double last_unit_ = not_a_number;  ///< the true range as a fraction of the price, before this bar
  double funding_rate_ = not_a_number;
  instant funding_at_{};
  double basis_ = not_a_number;
  instant basis_at_{};
  std::optional<instant> last_open_;
  double ood_score_ = 0;
  std::size_t farthest_ = 0;
  bool warm_ = false;
  std::uint64_t ignored_ = 0;
};

/// Bounds of the feature gate: RL_FEATURE_OOD_ZSCORE_LIMIT and RL_FEATURE_MAX_MISSING_CRITICAL.
struct feature_limits {
  double ood_zscore_limit = 6;
  std::size_t missing_critical_most = 0;
};

/// What the feature gate says against a vector: nothing, or feature_quality_gate and a feature_missing:<name> for each.
std::vector<std::string> feature_warnings(const feature_vector& features, const feature_limits& limits);

}  // namespace rltrader

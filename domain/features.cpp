// The feature set: names, formulas, and how far a bar lies from all bars seen before.
#include "domain/features.hpp"

#include "domain/sha256.hpp"
#include "domain/warnings.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace rltrader {

namespace {

/// Raised when a formula changes, because a model trained on the old one must not be asked with the new one.
constexpr std::string_view feature_version = "rltrader features 1";

enum feature_index : std::size_t {
  return_1,
  return_3,
  return_6,
  return_12,
  return_24,
  volatility_level,
  volatility_ratio,
  volume_zscore,
  range_size,
  close_position,
  body,
  fast_distance,
  slow_distance,
  trend,
  trend_slope,
  strength,
  macd_histogram,
  bollinger_position,
  bollinger_width,
  hour_sine,
  hour_cosine,
  funding_rate,
  basis,
  primary_features
};

struct feature_row {
  std::string_view name;
  bool critical;  ///< the critical ones are those that 30 bars can give
};

constexpr std::array<feature_row, primary_features> primary_rows{{
    {"return_1", true},
    {"return_3", true},
    {"return_6", true},
    {"return_12", true},
    {"return_24", true},
    {"volatility", true},
    {"volatility_ratio", false},
    {"volume_zscore", false},
    {"range", true},
    {"close_position", true},
    {"body", true},
    {"fast_distance", true},
    {"slow_distance", true},
    {"trend", true},
    {"trend_slope", false},
    {"rsi", true},
    {"macd_histogram", false},
    {"bollinger_position", true},
    {"bollinger_width", true},
    {"hour_sine", true},
    {"hour_cosine", true},
    {"funding_rate", false},
    {"basis", false},
}};

constexpr std::array<std::string_view, 3> context_rows{"return", "rsi", "slope"};

/// The true range counts as at least one basis point of the price, so that a quiet market does not blow up its ratios.
constexpr double unit_least = 1e-4;
/// Bars that the memory of the out-of-distribution score reaches back: a week of 5m bars.
constexpr double memory_span = 2'000;
/// Values of a feature before it is judged; fewer would call an ordinary afternoon unheard-of.
constexpr std::uint32_t memory_least = 300;
/// Features are of order one, so a smaller deviation means only that the feature has hardly moved yet.
constexpr double deviation_least = 0.05;
/// Funding comes every eight hours; twice missed it is not known any more.
constexpr milliseconds funding_age_most = hours{24};

/// Near 0 the value itself, far out its square root: heavy tails keep their order and lose their weight.
double squashed(double x) { return x / std::sqrt(std::sqrt(1 + x * x)); }

/// The logarithm of a positive size against what is usual, with a floor where nothing moves.
double log_ratio(double size, double usual) { return std::log(std::max(size, 1e-5) / usual); }

}  // namespace

std::vector<interval> usable_contexts(interval primary, std::span<const interval> wanted) {
  std::vector<interval> out;
  for (const auto i : wanted)
    if (builds(primary, i) && std::find(out.begin(), out.end(), i) == out.end()) out.push_back(i);
  return out;
}

std::shared_ptr<const feature_set> make_feature_set(interval primary, std::span<const interval> contexts) {
  feature_set set;
  for (const auto& row : primary_rows) {
    set.names.emplace_back(row.name);
    set.critical.push_back(row.critical);
  }
  for (const auto i : usable_contexts(primary, contexts))
    for (const auto row : context_rows) {
      set.names.push_back("context_" + std::string(text_of(i)) + "_" + std::string(row));
      set.critical.push_back(false);
    }
  sha256 hash;
  hash.update(feature_version).update("\nprimary ").update(text_of(primary));
  for (const auto& name : set.names) hash.update("\n").update(name);
  const auto digest = hash.finish();
  set.fingerprint = hex_of(digest.data(), digest.size());
  return std::make_shared<const feature_set>(std::move(set));
}

feature_pipeline::feature_pipeline(interval primary, std::vector<interval> contexts)
    : primary_(primary),
      set_(make_feature_set(primary, contexts)),
      values_(set_->names.size(), not_a_number),
      memory_(set_->names.size()) {
  for (const auto i : usable_contexts(primary, contexts)) contexts_.emplace_back(primary, i);
}

void feature_pipeline::push(const candle& c) {
  if ((last_open_ && c.open_time <= *last_open_) || !candle_defect(c).empty()) {
    ++ignored_;
    return;
  }
  last_open_ = c.open_time;
  ood_score_ = 0;
  const double close = c.close.to_double();
  push_prices(
      {c.open.to_double(), c.high.to_double(), c.low.to_double(), close, c.volume.to_double(), std::log(close)});
  push_surroundings(c.open_time);
  judge_primary();
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    const auto longer = contexts_[i].bars.push(c);
    if (longer) push_context(contexts_[i], *longer, primary_features + i * context_rows.size());
  }
  if (!warm_) warm_ = all_known();
}

void feature_pipeline::push_prices(const seen_bar& b) {
  if (log_closes_.count() > 0) {
    const double step = b.log_close - log_closes_.back(0);
    volatility_.push(step);
    long_volatility_.push(step);
  }
  log_closes_.push(b.log_close);
  log_volumes_.push(std::log1p(b.volume));
  range_.push(b.high, b.low, b.close);
  fast_.push(b.close);
  slow_.push(b.close);
  strength_.push(b.close);
  convergence_.push(b.close);
  bands_.push(b.close);
  if (slow_.ready()) slow_averages_.push(slow_.value());

  const double unit = std::max(range_.value(), unit_least * b.close);  // NaN stays NaN: max gives its first argument
  constexpr std::array<std::pair<feature_index, std::size_t>, 5> spans{
      {{return_1, 1}, {return_3, 3}, {return_6, 6}, {return_12, 12}, {return_24, 24}}};
  constexpr std::array<double, 5> roots{1.0, 1.7320508075688772, 2.449489742783178, 3.4641016151377544,
                                        4.898979485566356};
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const auto [index, span] = spans[i];
    if (log_closes_.count() > span)
      values_[index] = squashed((b.log_close - log_closes_.back(span)) / (last_unit_ * roots[i]));
  }
  values_[volatility_level] = log_ratio(volatility_.deviation(), 1e-3);
  values_[volatility_ratio] =
      std::log(std::max(volatility_.deviation(), 1e-5) / std::max(long_volatility_.deviation(), 1e-5));
  values_[volume_zscore] = log_volumes_.z_score();

  const double range = b.high - b.low;
  values_[range_size] = squashed(range / (last_unit_ * b.close));
  values_[close_position] = range > 0 ? (b.close - b.low) / range - 0.5 : 0.0;
  values_[body] = range > 0 ? (b.close - b.open) / range : 0.0;
  values_[fast_distance] = squashed((b.close - fast_.value()) / unit);
  values_[slow_distance] = squashed((b.close - slow_.value()) / unit);
  values_[trend] = squashed((fast_.value() - slow_.value()) / unit);
  if (slow_averages_.full()) values_[trend_slope] = squashed((slow_.value() - slow_averages_.back(6)) / unit);
  values_[strength] = (strength_.value() - 50) / 50;
  values_[macd_histogram] = squashed(convergence_.histogram() / unit);
  values_[bollinger_position] = bands_.position() - 0.5;
  values_[bollinger_width] = log_ratio((bands_.upper() - bands_.lower()) / bands_.middle(), 1e-2);
  last_unit_ = unit / b.close;
}

void feature_pipeline::push_surroundings(instant at) {
  const auto of_day =
      static_cast<double>((at - day_of(at)).count()) / static_cast<double>(milliseconds{hours{24}}.count());
  values_[hour_sine] = std::sin(2 * std::numbers::pi * of_day);
  values_[hour_cosine] = std::cos(2 * std::numbers::pi * of_day);
  // 1 basis point is the usual funding, 5 a usual distance between mark and last price.
  values_[funding_rate] = at - funding_at_ <= funding_age_most ? squashed(funding_rate_ / 1e-4) : not_a_number;
  values_[basis] = at - basis_at_ <= nominal_length(primary_) * 2 ? squashed(basis_ / 5e-4) : not_a_number;
}

void feature_pipeline::push_context(context& c, const candle& longer, std::size_t first_value) {
  const double close = longer.close.to_double();
  const double log_close = std::log(close);
  c.average.push(close);
  c.strength.push(close);
  c.range.push(longer.high.to_double(), longer.low.to_double(), close);
  if (c.average.ready()) c.averages.push(c.average.value());
  const double unit = std::max(c.range.value(), unit_least * close);

  values_[first_value] = squashed((log_close - c.last_log_close) / c.last_unit);
  values_[first_value + 1] = (c.strength.value() - 50) / 50;
  if (c.averages.full()) values_[first_value + 2] = squashed((c.average.value() - c.averages.back(3)) / unit);
  c.last_log_close = log_close;
  c.last_unit = unit / close;
  for (std::size_t i = 0; i < context_rows.size(); ++i) remember(first_value + i);
}

void feature_pipeline::judge_primary() {
  for (std::size_t i = 0; i < primary_features; ++i) remember(i);
}

/// Judges a fresh value by the memory and then adds it there. Values of a context are fresh only when its bar closes.
void feature_pipeline::remember(std::size_t feature) {
  const double x = values_[feature];
  if (std::isnan(x)) return;
  auto& m = memory_[feature];
  const double off = x - m.mean;
  if (m.count >= memory_least) {
    const double z = std::abs(off) / std::max(std::sqrt(m.variance), deviation_least);
    if (z > ood_score_) {
      ood_score_ = z;
      farthest_ = feature;
    }
  }
  // Plain averages at first, then each value weighs 1 / span and the past fades.
  if (m.count < static_cast<std::uint32_t>(memory_span)) ++m.count;
  const double weight = 1.0 / static_cast<double>(m.count);
  m.mean += weight * off;
  m.variance = (1 - weight) * (m.variance + weight * off * off);
}

void feature_pipeline::on_funding(const funding& f) {
  funding_rate_ = f.rate.to_double();
  funding_at_ = f.at;
}

void feature_pipeline::on_tick(const tick& t) {
  if (!t.last.positive() || !t.mark.positive()) return;
  basis_ = t.mark.to_double() / t.last.to_double() - 1;
  basis_at_ = t.at;
}

bool feature_pipeline::all_known() const {
  for (std::size_t i = 0; i < values_.size(); ++i)
    if (i != funding_rate && i != basis && std::isnan(values_[i])) return false;
  return true;
}

std::size_t feature_pipeline::warm_up_bars() const {
  std::size_t bars = 97;  // 96 steps between closes, for the long volatility
  for (const auto& c : contexts_) {
    // A context needs 16 bars: 14 true ranges after the first close, and the return is in units of the range before.
    const auto length =
        c.bars.target() == interval::mo1 ? milliseconds{std::chrono::days{31}} : nominal_length(c.bars.target());
    bars = std::max(bars, static_cast<std::size_t>(16 * (length / nominal_length(primary_))));
  }
  return bars;
}

feature_vector feature_pipeline::current() const {
  feature_vector out{.values = values_, .missing = {}, .ood_score = ood_score_, .farthest = farthest_};
  for (std::size_t i = 0; i < values_.size(); ++i)
    if (set_->critical[i] && std::isnan(values_[i])) out.missing.push_back(set_->names[i]);
  return out;
}

std::vector<std::string> feature_warnings(const feature_vector& features, const feature_limits& limits) {
  std::vector<std::string> out;
  // Written so that a score that is not a number fails.
  const bool near = features.ood_score <= limits.ood_zscore_limit;
  const bool complete = features.missing.size() <= limits.missing_critical_most;
  if (near && complete) return out;
  out.emplace_back(warning::feature_quality_gate);
  if (!complete)
    for (const auto& name : features.missing) out.push_back(std::string(warning::feature_missing_prefix) + name);
  return out;
}

}  // namespace rltrader

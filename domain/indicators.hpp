// Technical indicators, one bar at a time: the same code live and in training. Doubles: statistics, not money.
//
// Each takes values with push() and answers NaN until it is ready(). Warm-up lengths and seeds are those of TA-Lib. All are
// plain values without heap memory, so that a copy is cheap and a push takes nanoseconds.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rltrader {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The last N values pushed.
template <std::size_t N>
class window {
 public:
  void push(double x) {
    values_[next_] = x;
    next_ = next_ + 1 == N ? 0 : next_ + 1;
    if (count_ < N) ++count_;
  }
  bool full() const { return count_ == N; }
  std::size_t count() const { return count_; }
  /// The value pushed `age` pushes before the last one; age < count().
  double back(std::size_t age) const { return values_[next_ > age ? next_ - 1 - age : next_ + N - 1 - age]; }
  /// All values, in no order; only where it is full().
  const std::array<double, N>& values() const { return values_; }

 private:
  std::array<double, N> values_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

namespace detail {

/// A sum over four lanes, which halves the waiting for each addition and is the same on every machine.
template <std::size_t N, class Term>
double sum_of(const std::array<double, N>& x, Term term) {
  double lane[4] = {0, 0, 0, 0};
  std::size_t i = 0;
  for (; i + 4 <= N; i += 4)
    for (std::size_t k = 0; k < 4; ++k) lane[k] += term(x[i + k]);
  for (; i < N; ++i) lane[0] += term(x[i]);
  return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/// What is left of rounding when all values of a window are equal counts as no deviation.
inline double without_dust(double deviation, double mean) {
  return deviation <= 1e-12 * std::abs(mean) ? 0.0 : deviation;
}

}  // namespace detail

/// Mean and population standard deviation of the last N values, computed anew from the window so that nothing accumulates.
template <std::size_t N>
class rolling_statistics {
 public:
  void push(double x) {
    values_.push(x);
    if (!values_.full()) return;
    mean_ = detail::sum_of(values_.values(), [](double v) { return v; }) / static_cast<double>(N);
    const double m = mean_;
    const double squares = detail::sum_of(values_.values(), [m](double v) { return (v - m) * (v - m); });
    deviation_ = detail::without_dust(std::sqrt(squares / static_cast<double>(N)), m);
  }
  bool ready() const { return values_.full(); }
  double mean() const { return mean_; }
  double deviation() const { return deviation_; }
  /// How many deviations the last value lies above the mean; 0 where nothing deviates.
  double z_score() const {
    if (!ready()) return not_a_number;
    return deviation_ > 0 ? (values_.back(0) - mean_) / deviation_ : 0.0;
  }

 private:
  window<N> values_;
  double mean_ = not_a_number;
  double deviation_ = not_a_number;
};

/// Simple moving average.
template <std::size_t N>
class simple_average {
 public:
  void push(double x) {
    values_.push(x);
    if (values_.full()) value_ = detail::sum_of(values_.values(), [](double v) { return v; }) / static_cast<double>(N);
  }
  bool ready() const { return values_.full(); }
  double value() const { return value_; }

 private:
  window<N> values_;
  double value_ = not_a_number;
};

/// Mean of the first values, then value += weight x (x - value): an exponential average with a simple one as its seed.
class seeded_average {
 public:
  seeded_average(std::size_t seed_length, double weight) : length_(seed_length), weight_(weight) {}
  void push(double x) {
    if (count_ >= length_) {
      value_ += weight_ * (x - value_);
      return;
    }
    sum_ += x;
    if (++count_ == length_) value_ = sum_ / static_cast<double>(length_);
  }
  bool ready() const { return count_ >= length_; }
  double value() const { return value_; }

 private:
  std::size_t length_;
  double weight_;
  std::size_t count_ = 0;
  double sum_ = 0;
  double value_ = not_a_number;
};

/// Exponential moving average, weight 2 / (n + 1).
class exponential_average : public seeded_average {
 public:
  explicit exponential_average(std::size_t n) : seeded_average(n, 2.0 / (static_cast<double>(n) + 1.0)) {}
};

/// Wilder's average, weight 1 / n.
class wilder_average : public seeded_average {
 public:
  explicit wilder_average(std::size_t n) : seeded_average(n, 1.0 / static_cast<double>(n)) {}
};

/// Wilder's relative strength index, 0..100; 50 where the price has not moved at all. Ready with value n + 1.
class relative_strength {
 public:
  explicit relative_strength(std::size_t n) : gains_(n), losses_(n) {}
  void push(double x) {
    if (!std::isnan(last_)) {
      gains_.push(std::max(x - last_, 0.0));
      losses_.push(std::max(last_ - x, 0.0));
    }
    last_ = x;
  }
  bool ready() const { return gains_.ready(); }
  double value() const {
    if (!ready()) return not_a_number;
    const double both = gains_.value() + losses_.value();
    return both > 0 ? 100.0 * gains_.value() / both : 50.0;
  }

 private:
  wilder_average gains_;
  wilder_average losses_;
  double last_ = not_a_number;
};

/// Wilder's average true range. Ready with bar n + 1, because the first bar has no close before it.
class average_true_range {
 public:
  explicit average_true_range(std::size_t n) : ranges_(n) {}
  void push(double high, double low, double close) {
    if (!std::isnan(last_close_)) ranges_.push(std::max(high, last_close_) - std::min(low, last_close_));
    last_close_ = close;
  }
  bool ready() const { return ranges_.ready(); }
  double value() const { return ranges_.value(); }

 private:
  wilder_average ranges_;
  double last_close_ = not_a_number;
};

/// Moving average convergence and divergence. The fast average is seeded where the slow one is: at value `slow`.
class convergence {
 public:
  convergence(std::size_t fast, std::size_t slow, std::size_t signal)
      : skipped_(slow - fast), fast_(fast), slow_(slow), signal_(signal) {}
  void push(double x) {
    slow_.push(x);
    if (skipped_ > 0) {
      --skipped_;
      return;
    }
    fast_.push(x);
    if (slow_.ready()) signal_.push(line());
  }
  bool ready() const { return signal_.ready(); }
  double line() const { return fast_.value() - slow_.value(); }
  double signal() const { return signal_.value(); }
  double histogram() const { return line() - signal(); }

 private:
  std::size_t skipped_;
  exponential_average fast_;
  exponential_average slow_;
  exponential_average signal_;
};

/// Bollinger bands: mean of N closes and `width` population standard deviations on either side.
template <std::size_t N>
class bollinger_bands {
 public:
  explicit bollinger_bands(double width) : width_(width) {}
  void push(double x) {
    last_ = x;
    statistics_.push(x);
  }
  bool ready() const { return statistics_.ready(); }
  double middle() const { return statistics_.mean(); }
  double upper() const { return middle() + width_ * statistics_.deviation(); }
  double lower() const { return middle() - width_ * statistics_.deviation(); }
  /// 0 at the lower band, 1 at the upper one; the middle where the bands have no width.
  double position() const {
    if (!ready()) return not_a_number;
    const double span = upper() - lower();
    return span > 0 ? (last_ - lower()) / span : 0.5;
  }

 private:
  double width_;
  double last_ = not_a_number;
  rolling_statistics<N> statistics_;
};

}  // namespace rltrader

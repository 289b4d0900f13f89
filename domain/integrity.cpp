// How a window of candles is judged: one pass for the clean case, words only where something is wrong.
#include "domain/integrity.hpp"

#include "domain/warnings.hpp"

#include <algorithm>

namespace rltrader {

namespace {

/// What one pass over the window found.
struct findings {
  bool unsorted = false;
  bool doubled = false;
  bool defective = false;
  bool misaligned = false;
  bool gap = false;
};

findings look_over(std::span<const candle> window, interval i) {
  findings out;
  std::optional<instant> expected;  // on the grid, and so is the bar that opens there
  const candle* before = nullptr;
  for (const auto& c : window) {
    if (!candle_defect(c).empty()) out.defective = true;
    if (before != nullptr && c.open_time < before->open_time) out.unsorted = true;
    if (before != nullptr && c.open_time == before->open_time) out.doubled = true;
    auto grid = c.open_time;
    if (c.open_time != expected) {
      grid = open_of(i, c.open_time);
      if (grid != c.open_time) out.misaligned = true;
      if (expected && grid > *expected) out.gap = true;
    }
    expected = next_open(i, grid);
    before = &c;
  }
  return out;
}

/// In order of time; of bars with the same open the one that was received last stands, as a correction would.
std::vector<candle> in_order(std::span<const candle> window) {
  std::vector<candle> out(window.begin(), window.end());
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.open_time < b.open_time; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (out[i].open_time != out[kept].open_time) ++kept;
    out[kept] = out[i];
  }
  out.resize(kept + 1);
  return out;
}

/// |a - b| >= fraction x base, without a sum that might not fit.
bool differs(price a, price b, price base, rate fraction) {
  return (a > b ? a - b : b - a) >= part_of(base, fraction, rounding::up);
}

bool conflicting(std::span<const double> scores, double least) {
  const auto up = [least](double s) { return s >= least; };
  const auto down = [least](double s) { return s <= -least; };
  return std::any_of(scores.begin(), scores.end(), up) && std::any_of(scores.begin(), scores.end(), down);
}

/// Whether a bar is missing at the end: the one after `last` should have closed at least `freshness` ago.
bool stale(const candle& last, const integrity_input& in) {
  const auto due = next_open(in.interval, next_open(in.interval, open_of(in.interval, last.open_time)));
  return in.now - due >= in.limits.freshness;
}

class verdict_writer {
 public:
  void note(std::string_view text) { out_.warnings.emplace_back(text); }
  void block(std::string_view text, pause_reason why) {
    out_.blocking.emplace_back(text);
    out_.blocked = true;
    // Both end by themselves; the jump is the one that an operator wants to read.
    if (out_.pause == pause_reason::none || why == pause_reason::volatility) out_.pause = why;
  }
  integrity_verdict& out() { return out_; }

 private:
  integrity_verdict out_;
};

void judge_bars(std::span<const candle> window, const findings& found, const integrity_input& in, verdict_writer& say) {
  const bool future = window.back().open_time > in.now;
  if (window.size() < in.bars_least || found.doubled || found.defective)
    say.block(warning::blocked_missing_candles, pause_reason::data);
  if (found.misaligned || future) say.block(warning::blocked_timestamp_misalignment, pause_reason::data);
  if (found.gap) {
    say.note(warning::missing_candles);
    say.block(warning::blocked_candle_gaps_detected, pause_reason::data);
  }
  if (stale(window.back(), in)) say.block(warning::blocked_stale_candles, pause_reason::data);
}

void judge_prices(std::span<const candle> window, const integrity_input& in, verdict_writer& say) {
  const auto judged = in.spike_bars == 0 ? window.size() : std::min(in.spike_bars, window.size());
  const auto first = window[window.size() - judged].close;
  const auto last = window.back().close;
  if (in.cross_source_price) {
    if (!in.cross_source_price->positive() || differs(last, *in.cross_source_price, last, in.limits.divergence))
      say.block(warning::blocked_cross_source_divergence, pause_reason::data);
    else if (differs(last, *in.cross_source_price, last, in.limits.drift))
      say.note(warning::cross_source_drift);
  }
  if (differs(last, first, first, in.limits.spike)) say.block(warning::volatility_spike, pause_reason::volatility);
}

}  // namespace

integrity_verdict check_integrity(const integrity_input& in) {
  verdict_writer say;
  if (in.window.empty() || in.exchange_maintenance) say.block(warning::exchange_maintenance, pause_reason::data);

  if (!in.window.empty()) {
    auto found = look_over(in.window, in.interval);
    auto& sorted = say.out().sorted;
    if (found.unsorted || found.doubled) {
      const bool unsorted = found.unsorted;
      sorted = in_order(in.window);
      found = look_over(sorted, in.interval);
      found.doubled = sorted.size() < in.window.size();
      if (unsorted) say.note(warning::candles_unsorted);
    }
    const auto window = sorted.empty() ? in.window : std::span<const candle>(sorted);
    judge_bars(window, found, in, say);
    if (in.open_gap_events > 0) say.block(warning::blocked_open_gap_events, pause_reason::data);
    // A ratio of impossible prices says nothing.
    if (!found.defective) judge_prices(window, in, say);
  }

  if (conflicting(in.signal_scores, in.limits.signal_least)) {
    say.out().blocking.emplace_back(warning::conflicting_signals);
    say.out().blocked = true;  // HOLD without a pause
  }
  return std::move(say.out());
}

}  // namespace rltrader

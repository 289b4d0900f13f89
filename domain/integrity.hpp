// The integrity gate: may anybody decide on these candles? No unfit data trades without its recorded warning (I11).
//
// check_integrity() is pure and costs no memory for an ordered, clean window, because it runs for every bar.
#pragma once

#include "domain/market.hpp"
#include "domain/records.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rltrader {

/// Bounds of the gate; fractions are of the price.
struct integrity_limits {
  milliseconds freshness = seconds{180};  ///< RL_FEATURE_MAX_FRESHNESS_SEC
  rate spike = percent(5);                ///< a move of the window from its first to its last close
  rate drift = bps(50);                   ///< another source differs by this much: noted
  rate divergence = bps(200);             ///< ... by this much: blocked
  double signal_least = 0.2;              ///< a signal below it has no side
};

/// What the gate looks at. The window and the signals are only read during the call.
struct integrity_input {
  std::span<const candle> window;  ///< as received: perhaps unsorted, double or empty
  rltrader::interval interval = rltrader::interval::m5;
  instant now{};                              ///< market time
  std::size_t bars_least = 1;                 ///< how many bars a decision needs
  std::size_t spike_bars = 0;                 ///< the jump is measured over so many of the last bars; 0: over all
  bool exchange_maintenance = false;          ///< the venue says that it is closed
  int open_gap_events = 0;                    ///< gaps of this series that are known and not healed
  std::optional<price> cross_source_price{};  ///< what another source says now
  std::span<const double> signal_scores{};    ///< -1..1, of ideas, signals and news
  integrity_limits limits{};
};

/// What the gate says. Every word is one of domain/warnings.hpp.
struct integrity_verdict {
  std::vector<candle> sorted;         ///< the window in order and without doubles, only where it was unsorted or double
  std::vector<std::string> warnings;  ///< what is worth recording
  std::vector<std::string> blocking;  ///< why nobody may decide; each holds or pauses
  bool blocked = false;               ///< the decision is HOLD
  rltrader::pause_reason pause = rltrader::pause_reason::none;  ///< the run is paused for this: data or volatility

  /// The window to decide on.
  std::span<const candle> usable(std::span<const candle> received) const { return sorted.empty() ? received : sorted; }
};

/// Judges a window. Reasons, in this order and each once:
/// - exchange_maintenance: no candles at all, or the venue says so.
/// - candles_unsorted (noted): sorted into `sorted`.
/// - missing_candles (blocks): fewer bars than needed, a bar twice, or one that candle_defect() refuses.
/// - timestamp_misalignment (blocks): an open that is not on the interval's grid, or lies in the future.
/// - candle_gaps_detected (blocks; missing_candles is noted too): a hole between two bars.
/// - stale_candles (blocks): the bar after the last one should have closed, and even `freshness` ago.
/// - open_gap_events (blocks): known gaps that are not healed.
/// - cross_source_divergence (blocks) or cross_source_drift (noted): the last close against the other source.
/// - volatility_spike (blocks, pause): |last close - first close| >= spike x first close, over the last `spike_bars`.
/// - conflicting_signals (holds): one signal clearly up, another clearly down.
integrity_verdict check_integrity(const integrity_input& in);

}  // namespace rltrader

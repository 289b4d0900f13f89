// The words that a decision can carry as warnings, each with what it does to the decision. The words are stable: programs read them.
#pragma once

#include <array>
#include <string_view>

namespace rltrader {

/// What a warning does, mildest first.
enum class warning_effect : unsigned char {
  note,            ///< recorded, the policy's word stands
  hold,            ///< the decision is HOLD
  hold_or_pause,   ///< HOLD; in live mode the run is paused too
  hold_and_pause,  ///< HOLD, and the run is paused
};

namespace warning {

inline constexpr std::string_view candles_unsorted = "candles_unsorted";
inline constexpr std::string_view missing_candles = "missing_candles";
inline constexpr std::string_view cross_source_drift = "cross_source_drift";
inline constexpr std::string_view conflicting_signals = "conflicting_signals";
inline constexpr std::string_view volatility_spike = "volatility_spike";
inline constexpr std::string_view exchange_maintenance = "exchange_maintenance";
inline constexpr std::string_view kill_switch_enabled = "kill_switch_enabled";
inline constexpr std::string_view risk_limits_breached = "risk_limits_breached";
inline constexpr std::string_view execution_failed = "execution_failed";
inline constexpr std::string_view provenance_dataset_missing = "provenance_dataset_missing";
inline constexpr std::string_view provenance_feature_set_missing = "provenance_feature_set_missing";
inline constexpr std::string_view provenance_artifact_missing = "provenance_artifact_missing";
inline constexpr std::string_view provenance_artifact_unavailable = "provenance_artifact_unavailable";
inline constexpr std::string_view feature_quality_gate = "feature_quality_gate";
inline constexpr std::string_view feature_missing_prefix = "feature_missing:";  ///< the name of the feature follows
inline constexpr std::string_view model_unavailable = "model_unavailable";

// The blocking reasons of the integrity gate.
inline constexpr std::string_view blocked_missing_candles = "data_integrity:missing_candles";
inline constexpr std::string_view blocked_timestamp_misalignment = "data_integrity:timestamp_misalignment";
inline constexpr std::string_view blocked_stale_candles = "data_integrity:stale_candles";
inline constexpr std::string_view blocked_candle_gaps_detected = "data_integrity:candle_gaps_detected";
inline constexpr std::string_view blocked_open_gap_events = "data_integrity:open_gap_events";
inline constexpr std::string_view blocked_cross_source_divergence = "data_integrity:cross_source_divergence";

}  // namespace warning

struct warning_row {
  std::string_view text;  ///< the word; ends in ':' where a name follows
  warning_effect effect;
  std::string_view sentence;
};

/// Every word, once.
inline constexpr std::array warning_table{
    warning_row{warning::candles_unsorted, warning_effect::note, "the candles came unsorted and were sorted"},
    warning_row{warning::missing_candles, warning_effect::note, "bars are missing from the window"},
    warning_row{warning::cross_source_drift, warning_effect::note, "another source's price differs somewhat"},
    warning_row{warning::conflicting_signals, warning_effect::hold, "signals point both ways"},
    warning_row{warning::volatility_spike, warning_effect::hold_and_pause, "the price jumped over the window"},
    warning_row{warning::exchange_maintenance, warning_effect::hold_and_pause, "there are no candles at all"},
    warning_row{warning::kill_switch_enabled, warning_effect::hold_and_pause, "the kill switch is on"},
    warning_row{warning::risk_limits_breached, warning_effect::hold_and_pause, "the risk limit set is breached"},
    warning_row{warning::execution_failed, warning_effect::note, "the venue or the review refused the order"},
    warning_row{warning::provenance_dataset_missing, warning_effect::hold_or_pause, "the model names no dataset"},
    warning_row{warning::provenance_feature_set_missing, warning_effect::hold_or_pause,
                "the model names no feature set"},
    warning_row{warning::provenance_artifact_missing, warning_effect::hold_or_pause, "the model names no artifact"},
    warning_row{warning::provenance_artifact_unavailable, warning_effect::hold_or_pause, "the artifact cannot be read"},
    warning_row{warning::feature_quality_gate, warning_effect::hold_or_pause,
                "features are missing or far from all seen before"},
    warning_row{warning::feature_missing_prefix, warning_effect::hold_or_pause,
                "a feature that is needed has no value"},
    warning_row{warning::model_unavailable, warning_effect::hold, "there is no model to ask"},
    warning_row{warning::blocked_missing_candles, warning_effect::hold_and_pause,
                "bars are too few, double or impossible"},
    warning_row{warning::blocked_timestamp_misalignment, warning_effect::hold_and_pause,
                "a bar opens off the interval's grid"},
    warning_row{warning::blocked_stale_candles, warning_effect::hold_and_pause,
                "the bar that should be the last has not come"},
    warning_row{warning::blocked_candle_gaps_detected, warning_effect::hold_and_pause,
                "there is a hole between two bars"},
    warning_row{warning::blocked_open_gap_events, warning_effect::hold_and_pause,
                "gaps found earlier are not healed yet"},
    warning_row{warning::blocked_cross_source_divergence, warning_effect::hold_and_pause,
                "another source's price contradicts"},
};

/// What a word does; a word that is not in the table holds, because nobody can vouch for it.
constexpr warning_effect effect_of(std::string_view text) {
  for (const auto& row : warning_table)
    if (row.text == text || (row.text.ends_with(':') && text.starts_with(row.text))) return row.effect;
  return warning_effect::hold;
}

}  // namespace rltrader

// Folds equal alerts into one row and says when one is worth sending again.
#pragma once

#include "domain/records.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// What an actor reports; the folder makes an alert of it.
struct alarm {
  std::string category;  ///< stable word; also the runbook heading
  rltrader::severity severity{};
  std::string pair;  ///< empty: the whole desk
  std::string metric;
  double value = 0;
  double threshold = 0;
  std::map<std::string, std::string> metadata;

  static constexpr auto type_name = "alarm";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"category", &alarm::category, "stable word"}, field{"severity", &alarm::severity, "low, medium, high"},
        field{"pair", &alarm::pair, "empty: the desk"}, field{"metric", &alarm::metric, "what was measured"},
        field{"value", &alarm::value, "in the metric's unit"},
        field{"threshold", &alarm::threshold, "in the metric's unit"}, field{"metadata", &alarm::metadata, "more"});
  }
};

struct fold_result {
  alert row;
  bool deliver =
      false;  ///< new, or worse than before, or open and not sent for `repeat_after` (acknowledged: only if worse)
  bool counted_only = false;  ///< the open map is full and this one is low: nothing to store, nothing to send
};

/// Open alerts by category, metric and pair. The open map is bounded (1,000 rows): beyond it new low ones are counted only, and a
/// new graver one takes the place of the least grave that was seen longest ago (which stays open in the store). The row keeps
/// the gravest severity seen, the newest value, and the pair in its metadata.
class alert_folder {
 public:
  static constexpr std::size_t most_open = 1'000;

  explicit alert_folder(milliseconds repeat_after = minutes{30}) : repeat_after_(repeat_after) {}
  /// Takes over what the store has open; each counts as sent when it was last seen.
  void restore(const std::vector<alert>& open);
  fold_result fold(const alarm& what, instant now);
  /// Acknowledge or resolve; none when there is no such open alert.
  std::optional<alert> set_status(const std::string& id, alert_status status, instant now);
  std::vector<alert> open() const;
  std::map<severity, int> open_by_severity() const;
  /// How many reports found the map full and were low.
  std::int64_t counted_only() const { return counted_only_; }

 private:
  void make_room();

  milliseconds repeat_after_;
  std::map<std::string, alert> open_;  ///< by fold key
  std::map<std::string, instant> delivered_;
  std::int64_t counted_only_ = 0;
  std::int64_t opened_ = 0;  ///< makes ids differ when one is resolved and opened anew within a millisecond
};

/// Severity of a breached service level: low, medium from 1.25 x, high from 2 x the objective; none up to and including it, for a
/// value that is no number, or without an objective (0 or less).
std::optional<severity> slo_severity(double value, double objective);

}  // namespace rltrader

// The rules, each a few lines; none keeps memory, so the same observation always gets the same answer.
#include "learning/rule_policies.hpp"

#include <algorithm>
#include <cmath>

namespace rltrader {

namespace {

/// Holds nothing: what a learned policy has to beat first, and the first champion of a pair.
struct flat_policy final : ports::policy {
  policy_answer decide(const observation& seen) override {
    if (seen.position_sign != 0) return {action::close, 1.0, 0.0, "flat holds nothing"};
    return {action::hold, 1.0, 0.0, "flat holds nothing"};
  }
  std::string version() const override { return "rule/flat/1"; }
};

struct buy_and_hold_policy final : ports::policy {
  policy_answer decide(const observation& seen) override {
    if (seen.position_sign > 0) return {action::hold, 1.0, 0.0, "bought and held"};
    // A flip is a close first; the purchase follows once flat.
    if (seen.position_sign < 0) return {action::close, 1.0, 0.0, "a short is in the way of buying"};
    return {action::go_long, 1.0, 1.0, "buys once and holds"};
  }
  std::string version() const override { return "rule/buy_and_hold/1"; }
};

/// Long above the upper band, short below the lower one, flat again when the trend has faded.
class ema_trend_policy final : public ports::policy {
 public:
  ema_trend_policy(std::size_t trend, trend_bands bands) : trend_(trend), bands_(bands) {}

  policy_answer decide(const observation& seen) override {
    const double trend = trend_ < seen.features.size() ? seen.features[trend_] : NAN;
    if (!std::isfinite(trend)) return {action::hold, 0.0, 0.0, "the trend is not known"};
    return seen.position_sign == 0 ? enter(trend) : manage(trend, seen);
  }
  std::string version() const override { return "rule/ema_trend/1"; }

 private:
  /// One half at the band, towards one as the trend grows.
  double confidence_in(double strength) const { return strength <= 0 ? 0.0 : strength / (strength + bands_.enter); }

  policy_answer enter(double trend) const {
    const double confidence = confidence_in(std::abs(trend));
    if (trend > bands_.enter) return {action::go_long, confidence, confidence, "the trend is up beyond the band"};
    if (trend < -bands_.enter) return {action::go_short, confidence, confidence, "the trend is down beyond the band"};
    return {action::hold, 1 - confidence, 0.0, "the trend is within the band"};
  }

  policy_answer manage(double trend, const observation& seen) const {
    const double ours = trend * seen.position_sign;  // above zero: the trend is with the position
    if (ours < -bands_.enter)
      return {action::close, confidence_in(-ours), 0.0, "the trend has turned against the position"};
    const bool settled = seen.bars_held >= bands_.bars_held_least;
    if (ours < bands_.leave && settled)
      return {action::close, 1 - confidence_in(std::max(ours, 0.0)), 0.0, "the trend has faded"};
    return {action::hold, confidence_in(ours), 0.0, "the trend still carries the position"};
  }

  std::size_t trend_;
  trend_bands bands_;
};

std::string listed(const auto& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

}  // namespace

result<std::unique_ptr<ports::policy>> make_rule_policy(std::string_view name,
                                                        const std::vector<std::string>& feature_names,
                                                        trend_bands bands) {
  if (name == "flat") return std::unique_ptr<ports::policy>(std::make_unique<flat_policy>());
  if (name == "buy_and_hold") return std::unique_ptr<ports::policy>(std::make_unique<buy_and_hold_policy>());
  if (name != "ema_trend")
    return {errc::not_found, "rule policy must be one of " + listed(rule_policy_names) + ", was " + std::string(name)};

  must(bands.leave >= 0 && bands.leave <= bands.enter, "the band to leave must lie within the band to enter");
  const auto at = std::find(feature_names.begin(), feature_names.end(), "trend");
  if (at == feature_names.end()) return {errc::unsupported, "ema_trend needs the feature trend, which the set lacks"};
  const auto index = static_cast<std::size_t>(at - feature_names.begin());
  return std::unique_ptr<ports::policy>(std::make_unique<ema_trend_policy>(index, bands));
}

}  // namespace rltrader

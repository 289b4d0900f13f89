// Rows of learning: cycles, the bytes of models, drift.
#pragma once

#include "domain/evaluation_records.hpp"
#include "domain/ops_records.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// A learning update runs, or has ended and stays as it ended.
enum class learning_status : unsigned char { running, succeeded, failed };
constexpr auto words(learning_status) {
  return std::array{word{learning_status::running, "running"}, word{learning_status::succeeded, "succeeded"},
                    word{learning_status::failed, "failed"}};
}

/// How far a new policy is let: watched only, with a fraction of the size, or in charge.
enum class rollout_stage : unsigned char { shadow, canary, full };
constexpr auto words(rollout_stage) {
  return std::array{word{rollout_stage::shadow, "shadow"}, word{rollout_stage::canary, "canary"},
                    word{rollout_stage::full, "full"}};
}

/// One cycle of learning of a pair: a challenger trained, judged and promoted or not. Table learning_updates.
struct learning_update {
  std::string id{};
  std::string agent_id{};
  std::string agent_version_id{};
  pair_name pair{};
  instant window_start{};
  instant window_end{};
  learning_status status{};
  std::string status_reason{};
  rollout_stage stage{};
  std::string evaluation_report_id{};
  std::string champion_version_id{};
  std::string champion_evaluation_report_id{};
  std::string rollback_version_id{};
  std::optional<performance> metrics{};
  std::optional<performance> champion_metrics{};
  std::map<std::string, double> metric_deltas{};
  std::optional<bool> promoted{};
  std::vector<std::string> decision_reasons{};
  std::int64_t seed = 0;
  std::int64_t timesteps = 0;
  std::string source{};
  instant started_at{};
  std::optional<instant> completed_at{};

  static constexpr auto type_name = "learning_update";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &learning_update::id, "the cycle"}, field{"agent_id", &learning_update::agent_id, "the agent"},
        field{"agent_version_id", &learning_update::agent_version_id, "the challenger"},
        field{"pair", &learning_update::pair, "the pair"},
        field{"window_start", &learning_update::window_start, "first bar learned from"},
        field{"window_end", &learning_update::window_end, "exclusive"},
        field{"status", &learning_update::status, "running, succeeded or failed"},
        field{"status_reason", &learning_update::status_reason, "why it failed, in words"},
        field{"stage", &learning_update::stage, "shadow, canary or full"},
        field{"evaluation_report_id", &learning_update::evaluation_report_id, "of the challenger"},
        field{"champion_version_id", &learning_update::champion_version_id, "who was in charge"},
        field{"champion_evaluation_report_id", &learning_update::champion_evaluation_report_id,
              "of the champion, on the same bars"},
        field{"rollback_version_id", &learning_update::rollback_version_id,
              "who takes over again if the gates are failed"},
        field{"metrics", &learning_update::metrics, "of the challenger, once judged"},
        field{"champion_metrics", &learning_update::champion_metrics, "of the champion, once judged"},
        field{"metric_deltas", &learning_update::metric_deltas, "challenger less champion, in the unit of each metric"},
        field{"promoted", &learning_update::promoted, "whether it took over, once decided"},
        field{"decision_reasons", &learning_update::decision_reasons, "stable words: what decided"},
        field{"seed", &learning_update::seed, "of its chance", rule{.least = 0}},
        field{"timesteps", &learning_update::timesteps, "bars it was trained on, repeats counted", rule{.least = 0}},
        field{"source", &learning_update::source, "where the data came from: sim, replay, fixture, bingx..."},
        field{"started_at", &learning_update::started_at, "market time"},
        field{"completed_at", &learning_update::completed_at, "when it ended"});
  }
};

/// The bytes of a policy: where they are and what they must be. Table model_artifacts.
struct model_artifact {
  std::string id{};
  std::string agent_version_id{};
  pair_name pair{};
  std::string artifact_uri{};
  std::string artifact_checksum{};
  std::int64_t artifact_size_bytes = 0;
  std::string content_type{};
  std::string feature_schema_fingerprint{};
  std::string build_isa{};
  std::optional<instant> training_window_start{};
  std::optional<instant> training_window_end{};
  std::string source{};
  instant created_at{};
  std::optional<instant> verified_at{};

  static constexpr auto type_name = "model_artifact";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"id", &model_artifact::id, "the artifact"},
        field{"agent_version_id", &model_artifact::agent_version_id, "whose bytes"},
        field{"pair", &model_artifact::pair, "trained for; empty: any"},
        field{"artifact_uri", &model_artifact::artifact_uri, "file:// below the artifact folder, or convex://storage/"},
        field{"artifact_checksum", &model_artifact::artifact_checksum, "SHA-256, hex", rule{.longest = 64}},
        field{"artifact_size_bytes", &model_artifact::artifact_size_bytes, "bytes", rule{.least = 0}},
        field{"content_type", &model_artifact::content_type, "of the bytes"},
        field{"feature_schema_fingerprint", &model_artifact::feature_schema_fingerprint,
              "of the features that it takes"},
        field{"build_isa", &model_artifact::build_isa,
              "instruction set that trained it; others may differ in the last bits"},
        field{"training_window_start", &model_artifact::training_window_start, "first bar learned from"},
        field{"training_window_end", &model_artifact::training_window_end, "exclusive"},
        field{"source", &model_artifact::source, "where the data came from: sim, replay, fixture, bingx..."},
        field{"created_at", &model_artifact::created_at, "market time"},
        field{"verified_at", &model_artifact::verified_at, "when the bytes were last found to be these"});
  }
};

/// A policy that no longer does what it did. Table drift_alerts.
struct drift_alert {
  std::string id{};
  std::string agent_id{};
  pair_name pair{};
  instant detected_at{};
  std::string metric{};
  double baseline_value = 0;
  double current_value = 0;
  alert_status status{};
  std::string action_taken{};
  std::string source{};
  instant updated_at{};

  static constexpr auto type_name = "drift_alert";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &drift_alert::id, "the alert"}, field{"agent_id", &drift_alert::agent_id, "the agent"},
             field{"pair", &drift_alert::pair, "the pair, if one"},
             field{"detected_at", &drift_alert::detected_at, "market time"},
             field{"metric", &drift_alert::metric, "what drifted"},
             field{"baseline_value", &drift_alert::baseline_value, "what it was, in the metric's unit"},
             field{"current_value", &drift_alert::current_value, "what it is, in the metric's unit"},
             field{"status", &drift_alert::status, "open, acknowledged, resolved"},
             field{"action_taken", &drift_alert::action_taken, "what was done about it"},
             field{"source", &drift_alert::source, "where the data came from: sim, replay, fixture, bingx..."},
             field{"updated_at", &drift_alert::updated_at, "last change"});
  }
};

}  // namespace rltrader

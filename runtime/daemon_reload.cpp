// SIGHUP, step by step.
#include "runtime/daemon_reload.hpp"

#include "actors/log.hpp"
#include "messages/errors.hpp"
#include "runtime/config_commands.hpp"
#include "runtime/logging.hpp"
#include "runtime/process_inputs.hpp"

#include <algorithm>
#include <utility>

namespace rltrader {

namespace {

void say(log_level level, std::string_view code, const std::string& text) {
  log_event(level, code, "", "daemon", "", text);
}

bool named_in(const std::vector<std::string>& names, const pair_name& pair) {
  return std::find(names.begin(), names.end(), pair.text()) != names.end();
}

}  // namespace

result<std::optional<std::string>> tokens_of(const settings& values) {
  if (values.api_tokens_file.empty()) return std::optional<std::string>{};
  auto text = read_small_file(values.api_tokens_file);
  if (!text) return failure{text.error().code, "API_TOKENS_FILE: " + text.error().what};
  return std::optional(std::move(*text));
}

settings_in_force::settings_in_force(command_line line, loaded first)
    : line_(std::move(line)), state_(std::move(first)) {
  show();
}

void settings_in_force::show() {
  json rows = json::array();
  for (const auto& s : view_settings(state_))
    rows.push_back({{"key", s.key},
                    {"value", s.value},
                    {"origin", s.origin},
                    {"sentence", s.sentence},
                    {"secret", s.secret},
                    {"reloadable", s.reloadable}});
  shown_.store(std::make_shared<const json>(std::move(rows)));
}

void settings_in_force::reload(desk_loop& loop, http::http_server& server, caf::actor_system& system) {
  auto next = load_settings(
      {.line = line_, .environment = process_environment(), .read = read_small_file, .mode = state_.mode});
  const auto plan = plan_reload(state_.values, next);
  if (!plan.violations.empty()) {
    for (const auto& v : plan.violations) say(log_level::error, "reload.refused", violation_text(v));
    say(log_level::error, "reload.refused", "nothing was changed: all settings stay as they were");
    return;
  }
  for (const auto& key : plan.needs_restart) {
    say(log_level::warn, "reload.needs_restart", key + " needs a restart");
    next.origins[key] = state_.origin_of(key);
  }
  for (const auto& c : plan.fixed)
    say(log_level::warn, "reload.covered", c.key + " (" + c.where + ") is covered by " + c.by);
  for (const auto& key : plan.changed) say(log_level::info, "reload.changed", key);
  const auto pairs_before = state_.values.learning_pairs;
  state_ = std::move(next);
  state_.values = plan.values;
  redact_in_log(secret_values(state_.values));
  if (const auto reopened = reopen_log_file(); !reopened) say(log_level::error, "reload.log", reopened.error().what);
  change_credentials(server);
  server.set_cors_origin(state_.values.cors_origin);
  if (!plan.pairs_added.empty() || !plan.pairs_removed.empty()) {
    state_.values.learning_pairs = pairs_before;
    change_pairs_of(plan, loop.handles(), system);
    loop.set_pairs(state_.values.learning_pairs);
  }
  show();
}

void settings_in_force::change_credentials(http::http_server& server) const {
  const auto tokens = tokens_of(state_.values);
  if (!tokens)
    say(log_level::error, "reload.credentials", tokens.error().what + "; the former tokens stay");
  else if (const auto taken = server.set_credentials(state_.values.api_token, *tokens); !taken)
    say(log_level::error, "reload.credentials", taken.error().what);
}

void settings_in_force::change_pairs_of(const reload_plan& plan, const directory& desk, caf::actor_system& system) {
  caf::scoped_actor self{system};
  self->request(desk.pairs, std::chrono::seconds{5}, change_pairs{plan.values.learning_pairs, "reload"})
      .receive(
          [&](const pairs_changed& c) {
            for (const auto& p : c.added) log_event(log_level::info, "pair.added", p, "daemon", "", "by a reload");
            for (const auto& p : c.removed) log_event(log_level::info, "pair.removed", p, "daemon", "", "by a reload");
            for (const auto& p : c.refused) say(log_level::error, "pair.not_changed", p);
            state_.values.learning_pairs = plan.values.learning_pairs;
            for (const auto& p : plan.pairs_removed)
              if (!named_in(c.removed, p)) state_.values.learning_pairs.push_back(p);
          },
          [](const caf::error& e) { say(log_level::error, "reload.failed", from_caf(e, "the pair supervisor").what); });
}

}  // namespace rltrader

// Values that follow from others: pairs in their configured spelling, the artifact folder, demo's interval, contexts.
#include "domain/instrument.hpp"
#include "runtime/setting_row.hpp"
#include "runtime/settings_checks.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>

namespace rltrader {

namespace {

bool is_given(const loaded& state, std::string_view key) {
  const auto from = state.origin_of(key).from;
  return from == origin_kind::by_file || from == origin_kind::by_environment || from == origin_kind::by_flag;
}

std::string names_of(const std::vector<pair_name>& pairs) {
  std::string out;
  for (const auto& pair : pairs) out += (out.empty() ? "" : ", ") + pair.text();
  return out;
}

void refuse(loaded& state, const char* key, std::string problem) {
  state.violations.push_back(
      {key, in_quotes(shown_value(state.values, key)), origin_text(state.origin_of(key)), std::move(problem)});
}

// Two spellings of one pair would trade it twice.
void refuse_twins(loaded& state, const char* key, const std::vector<pair_name>& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (const auto first = resolve_pair(pairs[i].text(), std::span(pairs).first(i)))
      refuse(state, key, "names one pair twice: " + first->text() + " and " + pairs[i].text());
}

// Each pair in the spelling of the supported ones; those that are not supported are named and left out.
void respell(loaded& state, const char* key, std::vector<pair_name>& pairs, const std::vector<pair_name>& supported) {
  std::vector<pair_name> out;
  std::string unknown;
  for (const auto& pair : pairs) {
    if (const auto found = resolve_pair(pair.text(), supported))
      out.push_back(*found);
    else
      unknown += (unknown.empty() ? "" : ", ") + pair.text();
  }
  refuse_twins(state, key, pairs);
  if (!unknown.empty())
    refuse(state, key, "names what is not supported: " + unknown + "; supported are " + names_of(supported));
  pairs = std::move(out);
}

void settle_agents_pairs(loaded& state, const std::vector<pair_name>& supported) {
  constexpr auto list_key = "RL_ONLINE_LEARNING_PAIRS";
  constexpr auto single_key = "RL_ONLINE_LEARNING_PAIR";
  auto& s = state.values;
  if (!s.learning_pairs.empty()) {
    respell(state, list_key, s.learning_pairs, supported);
  } else if (state.mode != start_mode::serving && !is_given(state, single_key)) {
    s.learning_pairs = s.market_pairs;
    state.origins[list_key] = {origin_kind::by_mode, std::string(text_of(state.mode)), {}};
  } else if (const auto one = resolve_pair(s.learning_pair.text(), supported)) {
    s.learning_pair = *one;
    s.learning_pairs = {*one};
    state.origins[list_key] = state.origin_of(single_key);
  } else {
    refuse(state, single_key, "is not supported; supported are " + names_of(supported));
  }
  for (const auto& pair : s.learning_pairs)
    if (std::find(s.market_pairs.begin(), s.market_pairs.end(), pair) == s.market_pairs.end())
      refuse(state, list_key, "names " + pair.text() + ", whose market data is not kept (BINGX_MARKET_DATA_PAIRS)");
}

void settle_pairs(loaded& state) {
  auto& s = state.values;
  const auto supported = supported_pairs(s);
  refuse_twins(state, "MARKET_CRYPTO_PAIRS", supported);
  if (supported.empty())
    refuse(state, "MARKET_CRYPTO_PAIRS", "is empty, and so is MARKET_GOLD_PAIRS: nothing to trade");
  if (s.market_pairs.empty())
    s.market_pairs = supported;
  else
    respell(state, "BINGX_MARKET_DATA_PAIRS", s.market_pairs, supported);
  settle_agents_pairs(state, supported);
}

void settle_intervals(loaded& state) {
  auto& s = state.values;
  if (state.mode == start_mode::demonstration && !is_given(state, "RL_ONLINE_LEARNING_INTERVAL")) {
    s.learning_interval = s.demo_interval;
    state.origins["RL_ONLINE_LEARNING_INTERVAL"] = {origin_kind::by_mode, "demo", {}};
  }
  if (!is_given(state, "RL_ONLINE_LEARNING_CONTEXT_INTERVALS"))
    std::erase_if(s.learning_contexts,
                  [&](interval i) { return nominal_length(i) <= nominal_length(s.learning_interval); });
}

// demo writes simulated data by its nature; only its own folder is its own to decide about.
void settle_test_data(loaded& state) {
  auto& s = state.values;
  if (state.mode != start_mode::demonstration || s.environment == node_environment::production) return;
  if (!s.test_data_disabled || is_given(state, "RLTRADER_DATA_DIR")) return;
  s.test_data_disabled = false;
  state.origins["DISABLE_TEST_DATA_IN_DB"] = {origin_kind::by_mode, "demo", {}};
}

void settle_preset(loaded& state) {
  auto& s = state.values;
  if (s.preset != preset_choice::reference_preset || s.rollout_mode == rollout_choice::shadow) return;
  s.rollout_mode = rollout_choice::shadow;
  state.origins["RL_ONLINE_LEARNING_ROLLOUT_MODE"] = {origin_kind::by_preset, "reference", {}};
  state.warnings.emplace_back("RL_ONLINE_LEARNING_ROLLOUT_MODE is shadow, whatever was set: RLTRADER_PRESET=reference");
}

}  // namespace

void settle_settings(loaded& state) {
  auto& s = state.values;
  if (!is_given(state, "RL_ARTIFACT_DIR")) {
    s.artifact_dir = s.data_dir + "/artifacts";
    state.origins["RL_ARTIFACT_DIR"] = state.origin_of("RLTRADER_DATA_DIR");
  }
  settle_pairs(state);
  settle_intervals(state);
  settle_test_data(state);
  settle_preset(state);
}

}  // namespace rltrader

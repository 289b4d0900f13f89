// The rules between settings, each with the key that breaks it and what would be allowed.
#include "runtime/settings_checks.hpp"

#include "runtime/setting_row.hpp"
#include "runtime/text_tools.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace rltrader {

namespace {

/// Gathers the violations of one state.
class checker {
 public:
  explicit checker(const loaded& state) : state_(state), s_(state.values) {}

  std::vector<setting_violation> run() {
    check_production();
    check_fixtures();
    check_access();
    check_stores();
    check_exchange();
    check_intervals();
    check_paper();
    if (s_.learning_enabled && s_.preset != preset_choice::reference_preset)
      for (auto& [key, problem] : window_problems(s_)) refuse(key, std::move(problem));
    return std::move(out_);
  }

  struct window_problem {
    const char* key;
    std::string problem;
  };
  /// Each trade needs a bar of its own to be decided on, so bars bound trades and samples.
  static std::vector<window_problem> window_problems(const settings& s) {
    std::vector<window_problem> out;
    const auto bar_min = std::chrono::duration_cast<minutes>(nominal_length(s.learning_interval)).count();
    const auto division = [&](std::int64_t window_min) {
      return std::to_string(window_min) + " min / " + std::string(text_of(s.learning_interval)) + " = " +
             std::to_string(window_min / bar_min) + " bars";
    };
    const auto eval_bars = s.eval_window_min / bar_min;
    if (eval_bars < s.gate_trades_min)
      out.push_back({"RL_ONLINE_LEARNING_EVAL_WINDOW_MIN",
                     "cannot hold its minimum of trades: " + division(s.eval_window_min) + ", but " +
                         "RL_ONLINE_LEARNING_MIN_TRADE_COUNT asks for " + std::to_string(s.gate_trades_min)});
    if (eval_bars < s.gate_samples_min)
      out.push_back({"RL_ONLINE_LEARNING_EVAL_WINDOW_MIN",
                     "cannot hold its minimum of samples: " + division(s.eval_window_min) + ", but " +
                         "RL_ONLINE_LEARNING_MIN_SAMPLE_SIZE asks for " + std::to_string(s.gate_samples_min)});
    if (s.train_window_min / bar_min <= s.window_size_bars)
      out.push_back(
          {"RL_ONLINE_LEARNING_TRAIN_WINDOW_MIN", "cannot hold one step of training: " + division(s.train_window_min) +
                                                      ", but " + "RL_ONLINE_LEARNING_WINDOW_SIZE takes " +
                                                      std::to_string(s.window_size_bars) + " before the first step"});
    return out;
  }

 private:
  void refuse(const char* key, std::string problem) {
    const auto* row = find_setting(key);
    const auto text = shown_value(s_, key);
    out_.push_back({key, row->is_secret() && !text.empty() ? text : in_quotes(text), origin_text(state_.origin_of(key)),
                    std::move(problem)});
  }

  bool has_token() const { return !s_.api_token.empty() || !s_.api_tokens_file.empty(); }
  bool in_production() const { return s_.environment == node_environment::production; }

  void check_production() {
    if (!in_production()) return;
    if (state_.mode == start_mode::demonstration)
      refuse("NODE_ENV", "refuses demo, which makes simulated data");
    else if (!s_.test_data_disabled)
      refuse("DISABLE_TEST_DATA_IN_DB", "must be true in production");
    if (!has_token()) refuse("API_TOKEN", "must be set in production (or API_TOKENS_FILE)");
    if (s_.live_simulation_allowed) refuse("ALLOW_LIVE_SIMULATION", "is refused in production");
  }

  // In production the guard names each fixture as well, so that nobody removes one flag only to meet the next.
  void check_fixtures() {
    if (!in_production() && !s_.test_data_disabled) return;
    const std::string why =
        in_production() ? "and is refused in production" : "and may not write while DISABLE_TEST_DATA_IN_DB is true";
    if (s_.e2e_run) refuse("E2E_RUN", "is a fixture " + why);
    if (s_.market_mock) refuse("BINGX_MARKET_DATA_MOCK", "is a mock " + why);
    if (s_.tradingview_use_html) refuse("TRADINGVIEW_USE_HTML", "is a fixture " + why);
    if (!s_.tradingview_html_path.empty()) refuse("TRADINGVIEW_HTML_PATH", "is a fixture " + why);
    if (!s_.telegram_messages_path.empty()) refuse("TELEGRAM_MESSAGES_PATH", "is a fixture " + why);
    const std::string host = "names a host that is not BingX's own over TLS, which counts as a mock " + why;
    if (!is_venue_host(s_.bingx_base_url)) refuse("BINGX_BASE_URL", host);
    if (!is_venue_host(s_.bingx_ws_url)) refuse("BINGX_WS_URL", host);
    if (state_.mode == start_mode::demonstration && !in_production())
      refuse("DISABLE_TEST_DATA_IN_DB",
             "protects " + in_quotes(s_.data_dir) +
                 ", and demo writes simulated data; leave RLTRADER_DATA_DIR unset or set this "
                 "to false");
  }

  void check_access() {
    const auto from = reach_of(s_.http_bind);
    if (from == reach::none)
      refuse("RLTRADER_BIND", "is not an address; it must be one of this machine, such as 127.0.0.1, ::1 or 0.0.0.0");
    if (from == reach::beyond && !has_token())
      refuse("RLTRADER_BIND", "is not loopback, so API_TOKEN or API_TOKENS_FILE must be set");
  }

  void check_stores() {
    // One connection for each that writes, and one for lists of ops state.
    const int needed = (s_.timescale_ops ? 2 : 0) + (s_.timescale_market ? 1 : 0);
    if (s_.timescale_pool_max < needed)
      refuse("TIMESCALE_POOL_MAX", "must be at least " + std::to_string(needed) + " for what is kept in PostgreSQL");
    if (!s_.timescale_url.empty()) return;
    if (s_.timescale_ops) refuse("TIMESCALE_RL_OPS_ENABLED", "needs TIMESCALE_URL");
    if (s_.timescale_market) refuse("TIMESCALE_MARKET_DATA_ENABLED", "needs TIMESCALE_URL");
  }

  void check_exchange() {
    if (s_.bingx_api_key.empty() != s_.bingx_secret_key.empty())
      refuse(s_.bingx_api_key.empty() ? "BINGX_API_KEY" : "BINGX_SECRET_KEY",
             "must be set too: the two keys belong together");
    if (s_.bingx_ws_reconnect_min_ms > s_.bingx_ws_reconnect_max_ms)
      refuse("BINGX_WS_RECONNECT_MIN_MS",
             "must be at most BINGX_WS_RECONNECT_MAX_MS, " + std::to_string(s_.bingx_ws_reconnect_max_ms));
    if (s_.ingest_backoff_base_sec > s_.ingest_backoff_max_sec)
      refuse("INGESTION_DEFAULT_BACKOFF_BASE_SECONDS",
             "must be at most INGESTION_DEFAULT_BACKOFF_MAX_SECONDS, " + std::to_string(s_.ingest_backoff_max_sec));
  }

  bool is_kept(interval i) const {
    return std::find(s_.market_intervals.begin(), s_.market_intervals.end(), i) != s_.market_intervals.end();
  }

  void refuse_repeated(const char* key, const std::vector<interval>& list) {
    for (auto i = list.begin(); i != list.end(); ++i)
      if (std::find(list.begin(), i, *i) != i) refuse(key, "names " + std::string(text_of(*i)) + " twice");
  }

  void check_intervals() {
    constexpr auto contexts = "RL_ONLINE_LEARNING_CONTEXT_INTERVALS";
    refuse_repeated("BINGX_MARKET_DATA_INTERVALS", s_.market_intervals);
    refuse_repeated(contexts, s_.learning_contexts);
    const std::string kept =
        "must be among BINGX_MARKET_DATA_INTERVALS, " + shown_value(s_, "BINGX_MARKET_DATA_INTERVALS");
    const auto primary = nominal_length(s_.learning_interval);
    if (!is_kept(s_.learning_interval)) refuse("RL_ONLINE_LEARNING_INTERVAL", kept);
    for (const auto i : s_.learning_contexts) {
      const std::string name = "names " + std::string(text_of(i)) + ", which ";
      if (!is_kept(i)) refuse(contexts, name + kept);
      if (nominal_length(i) <= primary || nominal_length(i) % primary != milliseconds{0})
        refuse(contexts,
               name + "is no multiple of RL_ONLINE_LEARNING_INTERVAL, " + std::string(text_of(s_.learning_interval)));
    }
    if (state_.mode == start_mode::demonstration && primary % nominal_length(s_.demo_interval) != milliseconds{0})
      refuse("RL_ONLINE_LEARNING_INTERVAL",
             "must be a multiple of RLTRADER_DEMO_INTERVAL, " + std::string(text_of(s_.demo_interval)));
  }

  void check_paper() {
    if (s_.paper_daily_loss_fraction > s_.paper_hard_loss_fraction)
      refuse("RLTRADER_PAPER_MAX_DAILY_LOSS_FRACTION",
             "must be at most RLTRADER_PAPER_HARD_LOSS_FRACTION, " + s_.paper_hard_loss_fraction.text());
    if (s_.paper_instrument_fraction_max > s_.paper_total_fraction_max)
      refuse("RLTRADER_PAPER_MAX_INSTRUMENT_FRACTION",
             "must be at most RLTRADER_PAPER_MAX_TOTAL_FRACTION, " + s_.paper_total_fraction_max.text());
    // Gap risk: a quarter of the exposure is the worst gap of five minutes measured in the recorded data.
    const auto gap_risk = s_.paper_instrument_fraction_max.scaled(1, 4, rounding::up);
    if (gap_risk > s_.paper_hard_loss_fraction)
      refuse("RLTRADER_PAPER_MAX_INSTRUMENT_FRACTION",
             "lets one gap of 25 % lose " + gap_risk.text() + " of the balance, more than " +
                 "RLTRADER_PAPER_HARD_LOSS_FRACTION, " + s_.paper_hard_loss_fraction.text());
  }

  const loaded& state_;
  const settings& s_;
  std::vector<setting_violation> out_;
};

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#\\"));
  if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  return lower_case(url.substr(0, url.find(':')));
}

}  // namespace

std::vector<setting_violation> check_settings(const loaded& state) { return checker(state).run(); }

std::vector<std::string> warn_of_settings(const loaded& state) {
  const auto& s = state.values;
  std::vector<std::string> out;
  if (state.mode == start_mode::demonstration && !s.test_data_disabled)
    out.push_back("demo writes simulated data to " + in_quotes(s.data_dir) +
                  ": DISABLE_TEST_DATA_IN_DB is false for it");
  if (!s.learning_enabled || s.preset == preset_choice::reference_preset)
    for (const auto& [key, problem] : checker::window_problems(s))
      out.push_back(std::string(key) + " = " + shown_value(s, key) + " " + problem);
  if (s.preset == preset_choice::reference_preset)
    out.emplace_back("RLTRADER_PRESET=reference: windows this short prove nothing, so challengers stay in shadow");
  if (s.position_fraction_max > s.paper_instrument_fraction_max)
    out.push_back("RLTRADER_MAX_POSITION_FRACTION = " + s.position_fraction_max.text() +
                  " is above RLTRADER_PAPER_MAX_INSTRUMENT_FRACTION, " + s.paper_instrument_fraction_max.text() +
                  ": full-size orders on paper will be refused");
  return out;
}

reach reach_of(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127 ? reach::this_machine : reach::beyond;
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) == 1)
    return IN6_IS_ADDR_LOOPBACK(&v6) ? reach::this_machine : reach::beyond;
  return reach::none;
}

bool is_venue_host(std::string_view url) {
  if (!url.starts_with("https://") && !url.starts_with("wss://")) return false;
  const auto host = host_of(url);
  for (const std::string_view own : {"bingx.com", "bingx.pro", "bingx.io"})
    if (host == own || host.ends_with("." + std::string(own))) return true;
  return false;
}

}  // namespace rltrader

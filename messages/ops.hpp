// What operators ask and are told: the requests and answers behind the HTTP routes, by the field names of docs/api.md.
#pragma once

#include "domain/limits.hpp"
#include "messages/trading.hpp"

#include <map>
#include <string>
#include <vector>

namespace rltrader {

// ---- store ----------------------------------------------------------------------------------------------------------

/// Rows to make durable together. Local by type.
struct write_rows {
  ports::write_batch rows;
};
struct written {
  static constexpr auto type_name = "written";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
/// Everything a desk restarts from. Local by type.
struct load_image {
  static constexpr auto type_name = "load_image";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
struct image_reply {
  std::shared_ptr<const ports::desk_image> image;
};
struct store_bars {
  std::vector<bar> bars;
  std::string source;

  static constexpr auto type_name = "store_bars";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"bars", &store_bars::bars, "closed bars"},
             field{"source", &store_bars::source, "sim, replay or bingx"});
  }
};
struct store_funding {
  std::vector<funding> rows;
  std::string source;

  static constexpr auto type_name = "store_funding";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rows", &store_funding::rows, "funding rates"},
             field{"source", &store_funding::source, "sim, replay or bingx"});
  }
};

// ---- lists ----------------------------------------------------------------------------------------------------------

/// Filters and paging as routes take them; a route shows only those that it honours.
struct list_request {
  std::optional<std::string> pair;
  std::optional<std::string> instrument;
  std::optional<std::string> status;
  std::optional<std::string> mode;
  std::optional<std::string> side;
  std::optional<std::string> severity;
  std::optional<std::string> run;
  std::optional<std::string> id;
  std::optional<instant> since;
  std::optional<instant> start;
  std::optional<instant> end;
  std::optional<std::int64_t> page;
  std::optional<std::int64_t> page_size;
  std::optional<std::int64_t> limit;

  static constexpr auto type_name = "list_request";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &list_request::pair, "only this pair"},
             field{"instrument", &list_request::instrument, "only this pair"},
             field{"status", &list_request::status, "only this status"},
             field{"mode", &list_request::mode, "paper or live"}, field{"side", &list_request::side, "long or short"},
             field{"severity", &list_request::severity, "low, medium, high"},
             field{"run", &list_request::run, "only this run"}, field{"id", &list_request::id, "only this one"},
             field{"since", &list_request::since, "from then on"}, field{"start", &list_request::start, "from then on"},
             field{"end", &list_request::end, "before then"},
             field{"page", &list_request::page, "1..", rule{.least = 1, .most = 1e6}},
             field{"page_size", &list_request::page_size, "rows a page", rule{.least = 1, .most = 250}},
             field{"limit", &list_request::limit, "rows at most", rule{.least = 1, .most = 1000}});
  }
};

/// A trade row as docs/api.md spells it, with its executions when one trade is asked for.
struct execution_view {
  std::string id;
  std::string trade_id;
  std::string trade_decision_id;
  std::string execution_kind;
  std::string exchange_order_id;
  std::string client_order_id;
  std::string idempotency_key;
  std::string trace_id;
  std::string execution_mode;
  std::string requested_instrument;
  std::string requested_side;
  quantity requested_quantity;
  quantity filled_quantity;
  std::optional<price> average_price;
  std::string status;
  std::string state;
  std::string status_reason;
  std::string reconciliation_status;
  int attempt_count = 0;
  std::optional<instant> last_attempt_at;
  instant created_at{};
  instant updated_at{};

  static constexpr auto type_name = "execution";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &execution_view::id, "the order"},
             field{"trade_id", &execution_view::trade_id, "its round trip"},
             field{"trade_decision_id", &execution_view::trade_decision_id, "the decision behind it"},
             field{"execution_kind", &execution_view::execution_kind, "entry or exit"},
             field{"exchange_order_id", &execution_view::exchange_order_id, "the venue's id"},
             field{"client_order_id", &execution_view::client_order_id, "names the slot"},
             field{"idempotency_key", &execution_view::idempotency_key, "fingerprint of its content"},
             field{"trace_id", &execution_view::trace_id, "ties it to its cause"},
             field{"execution_mode", &execution_view::execution_mode, "paper or live"},
             field{"requested_instrument", &execution_view::requested_instrument, "the pair"},
             field{"requested_side", &execution_view::requested_side, "buy or sell"},
             field{"requested_quantity", &execution_view::requested_quantity, "base coins"},
             field{"filled_quantity", &execution_view::filled_quantity, "base coins"},
             field{"average_price", &execution_view::average_price, "USDT"},
             field{"status", &execution_view::status, "submitted, partial, filled, failed, cancelled, unknown"},
             field{"state", &execution_view::state, "its place in the life of an order"},
             field{"status_reason", &execution_view::status_reason, "why it is so"},
             field{"reconciliation_status", &execution_view::reconciliation_status, "agreed or pending"},
             field{"attempt_count", &execution_view::attempt_count, "requests sent"},
             field{"last_attempt_at", &execution_view::last_attempt_at, "last send"},
             field{"created_at", &execution_view::created_at, "when the intent became durable"},
             field{"updated_at", &execution_view::updated_at, "last change"});
  }
};
struct trade_with_executions {
  trade row;
  std::vector<execution_view> executions;

  static constexpr auto type_name = "trade_with_executions";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"trade", &trade_with_executions::row, "the round trip"},
             field{"executions", &trade_with_executions::executions, "its orders"});
  }
};
struct trade_page {
  std::vector<trade> data;
  std::int64_t total = 0;
  static constexpr auto type_name = "trade_page";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &trade_page::data, "rows"}, field{"total", &trade_page::total, "rows in all"});
  }
};
struct audit_page {
  std::vector<audit_event> data;
  std::int64_t total = 0;
  static constexpr auto type_name = "audit_page";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &audit_page::data, "rows"}, field{"total", &audit_page::total, "rows in all"});
  }
};
struct decision_page {
  std::vector<decision> data;
  std::int64_t total = 0;
  static constexpr auto type_name = "decision_page";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &decision_page::data, "rows"}, field{"total", &decision_page::total, "rows in all"});
  }
};
struct order_page {
  std::vector<execution_view> data;
  std::int64_t total = 0;
  static constexpr auto type_name = "order_page";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &order_page::data, "rows"}, field{"total", &order_page::total, "rows in all"});
  }
};
struct alert_rows {
  std::vector<alert> rows;
  static constexpr auto type_name = "alert_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rows", &alert_rows::rows, "rows"});
  }
};
struct job_rows {
  std::vector<retry_job> rows;
  static constexpr auto type_name = "job_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rows", &job_rows::rows, "rows"});
  }
};
struct run_rows {
  std::vector<agent_run> rows;
  static constexpr auto type_name = "run_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rows", &run_rows::rows, "rows"});
  }
};
struct version_rows {
  std::vector<agent_version> rows;
  static constexpr auto type_name = "version_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rows", &version_rows::rows, "rows"});
  }
};
struct limit_set_rows {
  std::vector<risk_limit_set> rows;
  static constexpr auto type_name = "limit_set_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rows", &limit_set_rows::rows, "rows"});
  }
};
/// A candle row of /bingx/market-data/candles.
struct candle_row {
  pair_name pair;
  rltrader::interval interval{};
  instant open_time{};
  instant close_time{};
  price open;
  price high;
  price low;
  price close;
  quantity volume;
  std::optional<money> quote_volume;

  static constexpr auto type_name = "candle_row";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &candle_row::pair, "the pair"}, field{"interval", &candle_row::interval, "its length"},
             field{"open_time", &candle_row::open_time, "open"}, field{"close_time", &candle_row::close_time, "close"},
             field{"open", &candle_row::open, "USDT"}, field{"high", &candle_row::high, "USDT"},
             field{"low", &candle_row::low, "USDT"}, field{"close", &candle_row::close, "USDT"},
             field{"volume", &candle_row::volume, "base coins"},
             field{"quote_volume", &candle_row::quote_volume, "USDT, where the source gives it"});
  }
};
struct candle_rows {
  std::vector<candle_row> rows;
  static constexpr auto type_name = "candle_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rows", &candle_rows::rows, "oldest first"});
  }
};
struct candles_request {
  pair_name pair;
  rltrader::interval interval{};
  std::optional<instant> start;
  std::optional<instant> end;
  std::optional<std::int64_t> limit;

  static constexpr auto type_name = "candles_request";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &candles_request::pair, "the pair"},
             field{"interval", &candles_request::interval, "1m .. 1M"},
             field{"start", &candles_request::start, "open_time from"},
             field{"end", &candles_request::end, "open_time before"},
             field{"limit", &candles_request::limit, "rows, 500", rule{.least = 1, .most = 1000}});
  }
};

// ---- risk -----------------------------------------------------------------------------------------------------------

struct breaker_state_view {
  std::string id;  ///< the scope
  std::string status;
  std::optional<instant> cooldown_until;
  std::optional<instant> last_triggered_at;
  std::string trigger_reason;
  std::string cause;

  static constexpr auto type_name = "breaker_state";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &breaker_state_view::id, "account or a pair"},
             field{"status", &breaker_state_view::status, "ok, reducing, cooldown, halted"},
             field{"cooldown_until", &breaker_state_view::cooldown_until, "not closed before"},
             field{"last_triggered_at", &breaker_state_view::last_triggered_at, "market time"},
             field{"trigger_reason", &breaker_state_view::trigger_reason, "in words"},
             field{"cause", &breaker_state_view::cause, "stable word"});
  }
};
struct ask_risk {
  static constexpr auto type_name = "ask_risk";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
struct risk_view {
  risk_policy policy;
  breaker_state_view state;
  risk_measures snapshot;
  std::vector<breaker_state_view> pairs;
  std::vector<quarantine> quarantined;

  static constexpr auto type_name = "risk_view";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"policy", &risk_view::policy, "the limits in force"},
             field{"state", &risk_view::state, "the account's breaker"},
             field{"snapshot", &risk_view::snapshot, "the measures now"},
             field{"pairs", &risk_view::pairs, "breakers of pairs that are not ok"},
             field{"quarantined", &risk_view::quarantined, "pairs that may not enter"});
  }
};
/// Halt, reduce or resume; without pairs the account's breaker.
struct set_breaker {
  breaker_level level{};
  std::string reason;
  std::vector<std::string> pairs;
  std::string who;

  static constexpr auto type_name = "set_breaker";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"level", &set_breaker::level, "active, reducing, halted"},
             field{"reason", &set_breaker::reason, "why"}, field{"pairs", &set_breaker::pairs, "none: the account"},
             field{"who", &set_breaker::who, "who asks"});
  }
};
struct breaker_answer {
  breaker_state_view state;
  std::vector<breaker_state_view> pairs;
  std::vector<std::string> sends_in_flight;  ///< client order ids without the venue's word
  bool durable = true;                       ///< false: the store is down; it holds in memory and in the halt file

  static constexpr auto type_name = "breaker_answer";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"state", &breaker_answer::state, "the account's breaker"},
             field{"pairs", &breaker_answer::pairs, "the pairs asked for"},
             field{"sends_in_flight", &breaker_answer::sends_in_flight, "orders without the venue's word"},
             field{"durable", &breaker_answer::durable, "written to the store"});
  }
};
/// The peak that drawdown is measured from becomes the equity of now.
struct rebase_peak {
  std::string reason;
  std::string who;

  static constexpr auto type_name = "rebase_peak";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"reason", &rebase_peak::reason, "why"}, field{"who", &rebase_peak::who, "who asks"});
  }
};
struct rebase_answer {
  breaker_state_view state;
  money peak_before;
  money peak;

  static constexpr auto type_name = "rebase_answer";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"state", &rebase_answer::state, "the account's breaker"},
             field{"peak_before", &rebase_answer::peak_before, "USDT"},
             field{"peak", &rebase_answer::peak, "USDT, the equity of now"});
  }
};
struct change_policy {
  put_policy wanted;
  std::string who;

  static constexpr auto type_name = "change_policy";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"policy", &change_policy::wanted, "fields that change"},
             field{"who", &change_policy::who, "who asks"});
  }
};

// ---- reconcile ------------------------------------------------------------------------------------------------------

struct reconcile_now {
  std::vector<std::string> pairs;
  std::string who;

  static constexpr auto type_name = "reconcile_now";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pairs", &reconcile_now::pairs, "none: all"}, field{"who", &reconcile_now::who, "who asks"});
  }
};
struct mismatch_view {
  std::string pair;
  std::string kind;
  std::string explanation;
  std::string action;

  static constexpr auto type_name = "mismatch";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &mismatch_view::pair, "the pair"}, field{"kind", &mismatch_view::kind, "stable word"},
             field{"explanation", &mismatch_view::explanation, "ours and theirs"},
             field{"action", &mismatch_view::action, "what was done"});
  }
};
struct reconcile_report {
  int checked = 0;
  int updated = 0;
  int errors = 0;
  instant reconciled_at{};
  std::vector<mismatch_view> mismatches;
  std::vector<std::string> quarantined;

  static constexpr auto type_name = "reconcile_report";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"checked", &reconcile_report::checked, "orders and positions compared"},
             field{"updated", &reconcile_report::updated, "corrections made"},
             field{"errors", &reconcile_report::errors, "questions without an answer"},
             field{"reconciled_at", &reconcile_report::reconciled_at, "market time"},
             field{"mismatches", &reconcile_report::mismatches, "each with what was done"},
             field{"quarantined", &reconcile_report::quarantined, "pairs"});
  }
};

// ---- queue and alerts -----------------------------------------------------------------------------------------------

struct enqueue_job {
  std::string job_type;
  std::map<std::string, std::string> payload;
  std::string dedupe_key;
  int max_attempts = 8;
  milliseconds after{};

  static constexpr auto type_name = "enqueue_job";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"job_type", &enqueue_job::job_type, "what"},
             field{"payload", &enqueue_job::payload, "for the handler"},
             field{"dedupe_key", &enqueue_job::dedupe_key, "one live job a key"},
             field{"max_attempts", &enqueue_job::max_attempts, "then dead"},
             field{"after", &enqueue_job::after, "first wait"});
  }
};
/// A job handed to whoever does it; the answer is an error or nothing.
struct do_job {
  retry_job job;
  static constexpr auto type_name = "do_job";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"job", &do_job::job, "claimed"});
  }
};
struct job_done {
  std::string id;
  static constexpr auto type_name = "job_done";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &job_done::id, "which"});
  }
};
enum class job_verb : unsigned char { requeue, drop };
constexpr auto words(job_verb) { return std::array{word{job_verb::requeue, "requeue"}, word{job_verb::drop, "drop"}}; }
struct change_job {
  std::string id;
  job_verb verb{};
  std::string who;
  static constexpr auto type_name = "change_job";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &change_job::id, "which"}, field{"verb", &change_job::verb, "requeue or drop"},
             field{"who", &change_job::who, "who asks"});
  }
};
struct change_alert {
  std::string id;
  alert_status status{};
  std::string who;
  static constexpr auto type_name = "change_alert";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &change_alert::id, "which"},
             field{"status", &change_alert::status, "acknowledged or resolved"},
             field{"who", &change_alert::who, "who asks"});
  }
};

// ---- agents ---------------------------------------------------------------------------------------------------------

struct change_configuration {
  agent_configuration wanted;
  std::string who;
  static constexpr auto type_name = "change_configuration";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"configuration", &change_configuration::wanted, "the whole row"},
             field{"who", &change_configuration::who, "who asks"});
  }
};
struct change_limit_set {
  risk_limit_set wanted;
  bool create = false;
  std::string who;
  static constexpr auto type_name = "change_limit_set";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"limits", &change_limit_set::wanted, "the whole row"},
             field{"create", &change_limit_set::create, "a new one"}, field{"who", &change_limit_set::who, "who asks"});
  }
};
struct ask_configuration {
  static constexpr auto type_name = "ask_configuration";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
struct configuration_reply {
  agent_configuration configuration;
  std::vector<risk_limit_set> limit_sets;
  static constexpr auto type_name = "configuration_reply";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"configuration", &configuration_reply::configuration, "the fleet's"},
             field{"limit_sets", &configuration_reply::limit_sets, "all"});
  }
};

// ---- trades by hand -------------------------------------------------------------------------------------------------

struct close_trade {
  rltrader::trade_id trade;
  std::optional<rltrader::quantity> quantity;
  std::string reason;
  std::string who;
  std::string client_key;
  static constexpr auto type_name = "close_trade";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"trade_id", &close_trade::trade, "which"},
        field{"quantity", &close_trade::quantity, "base coins; none: all"},
        field{"reason", &close_trade::reason, "why"}, field{"who", &close_trade::who, "who asks"},
        field{"client_order_id", &close_trade::client_key, "the caller's own key; the same key names the same order"});
  }
};
struct trade_and_execution {
  rltrader::trade trade;
  execution_view execution;
  static constexpr auto type_name = "trade_and_execution";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"trade", &trade_and_execution::trade, "the round trip"},
             field{"execution", &trade_and_execution::execution, "the order"});
  }
};

// ---- health ---------------------------------------------------------------------------------------------------------

struct check_problem {
  std::string check;
  std::string problem;
  static constexpr auto type_name = "check_problem";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"check", &check_problem::check, "store, reconciled, feeds, breaker, actor"},
             field{"problem", &check_problem::problem, "in words"});
  }
};
struct ask_health {
  static constexpr auto type_name = "ask_health";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
/// What one actor says of itself; empty: well.
struct health_reply {
  std::vector<check_problem> problems;
  static constexpr auto type_name = "health_reply";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"problems", &health_reply::problems, "none: well"});
  }
};

}  // namespace rltrader

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::write_rows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::image_reply)

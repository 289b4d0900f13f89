// Rows of the stores as operators ask for them, a page at a time.
#pragma once

#include "messages/inspect.hpp"

#include "domain/records.hpp"
#include "ports/ops_store.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

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

}  // namespace rltrader

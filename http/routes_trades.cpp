// /trades: round trips, and closing them by hand.
#include "http/route_tools.hpp"
#include "http/routes.hpp"

#include <algorithm>
#include <array>

namespace rltrader::http {

namespace {

enum class trade_side : unsigned char { long_trade, short_trade };
constexpr auto words(trade_side) {
  return std::array{word{trade_side::long_trade, "long"}, word{trade_side::short_trade, "short"}};
}

struct trades_query {
  std::optional<trade_status> status;
  std::optional<trading_mode> mode;
  std::optional<std::string> instrument;
  std::optional<trade_side> side;
  std::optional<instant> start;
  std::optional<instant> end;
  std::optional<std::int64_t> page;
  std::optional<std::int64_t> page_size;

  static constexpr auto type_name = "trades_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"status", &trades_query::status, "only this status"},
             field{"mode", &trades_query::mode, "paper or live"},
             field{"instrument", &trades_query::instrument, "only this pair", rule{.longest = 128}},
             field{"side", &trades_query::side, "long or short"},
             field{"start", &trades_query::start, "created from then on"},
             field{"end", &trades_query::end, "created before then"},
             field{"page", &trades_query::page, "1..", rule{.least = 1, .most = 1e6}},
             field{"page_size", &trades_query::page_size, "rows a page, 25", rule{.least = 1, .most = 250}});
  }
};

outcome<find_trades> to_find(const trades_query& q, const exchange& x) {
  if (auto wrong = check_window(q.start, q.end)) return std::move(*wrong);
  list_request r;
  r.instrument = q.instrument;
  if (auto wrong = resolve_filter("instrument", r.instrument, x.env())) return std::move(*wrong);
  if (q.status) r.status = std::string(text_of(*q.status));
  if (q.mode) r.mode = std::string(text_of(*q.mode));
  if (q.side) r.side = std::string(text_of(*q.side));
  r.start = q.start;
  r.end = q.end;
  set_page(r, q.page, q.page_size);
  return find_trades{std::move(r)};
}

/// The row and its orders, side by side.
struct trade_detail : trade {
  std::vector<execution_view> executions;

  static constexpr auto type_name = "trade_detail";
  template <class F>
  static constexpr auto fields(F&& f) {
    return trade::fields([&](const auto&... of_trade) {
      return f(of_trade..., field{"executions", &trade_detail::executions, "its orders"});
    });
  }
};

outcome<trade_id> id_of(const std::string& text) {
  auto id = trade_id::parse(text);
  if (!id || id->empty()) return field_problem("id", std::string("must be ") + trade_id::expects, text.substr(0, 80));
  return std::move(*id);
}

outcome<find_trade> to_find_one(const id_only& which, const exchange&) {
  auto id = id_of(which.id);
  if (auto* wrong = std::get_if<problem>(&id)) return std::move(*wrong);
  return find_trade{std::move(std::get<trade_id>(id))};
}

trade_detail to_detail(const trade_with_executions& from, const exchange&) {
  trade_detail out;
  static_cast<trade&>(out) = from.row;
  out.executions = from.executions;
  return out;
}

struct cancel_body {
  std::string id;
  std::optional<std::string> reason;

  static constexpr auto type_name = "cancel_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &cancel_body::id, "the round trip", rule{.longest = 200}},
             field{"reason", &cancel_body::reason, "why, for the record", rule{.longest = 500}});
  }
};

/// The venue may still do something with it.
bool open_entry(const execution_view& e) {
  const auto state = value_of<order_state>(e.state);
  return e.execution_kind == "entry" && state && !terminal(*state);
}

void cancel(const exchange_ptr& x, cancel_body& body) {
  auto id = id_of(body.id);
  if (auto* wrong = std::get_if<problem>(&id)) return x->refuse(*wrong);
  ask_actor<&directory::reader, trade_with_executions>(
      x, find_trade{std::get<trade_id>(id)}, [x, reason = body.reason](const trade_with_executions& found) {
        const auto entry = std::find_if(found.executions.begin(), found.executions.end(), open_entry);
        if (entry == found.executions.end())
          return x->refuse({.status = 409,
                            .code = "conflict",
                            .detail = "the trade is " + std::string(text_of(found.row.status)) +
                                      " and has no open entry order; POST /trades/" + found.row.id.text() +
                                      "/close closes what it holds",
                            .details = {},
                            .headers = {}});
        ask_actor<&directory::executor, execution_view>(x,
                                                        cancel_order{.id = order_id{entry->client_order_id},
                                                                     .reason = reason.value_or("asked by " + x->who()),
                                                                     .who = x->who()},
                                                        [x, row = found.row](const execution_view& now) {
                                                          x->answer(to_json_of(trade_and_execution{row, now}));
                                                        });
      });
}

struct close_body {
  std::string id;
  std::optional<rltrader::quantity> quantity;
  std::optional<std::string> client_order_id;
  std::optional<std::string> reason;

  static constexpr auto type_name = "close_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &close_body::id, "the round trip", rule{.longest = 200}},
             field{"quantity", &close_body::quantity, "base coins; none: all that is held", rule{.least = 0}},
             field{"clientOrderId", &close_body::client_order_id,
                   "the caller's own key: the same key names the same order", rule{.longest = 128}},
             field{"reason", &close_body::reason, "why, for the record", rule{.longest = 500}});
  }
};

outcome<close_trade> to_close(const close_body& body, const exchange& x) {
  auto id = id_of(body.id);
  if (auto* wrong = std::get_if<problem>(&id)) return std::move(*wrong);
  if (body.quantity && !body.quantity->positive())
    return field_problem("quantity", "must be above zero", body.quantity->text());
  if (body.client_order_id && !plain_name(*body.client_order_id))
    return field_problem("clientOrderId", "must be 1 to 128 printable characters", body.client_order_id->substr(0, 80));
  // Without a key of its own the Idempotency-Key names the order, so that not even a lost answer can double it.
  const auto* key = x.request().header("idempotency-key");
  return close_trade{.trade = std::get<trade_id>(id),
                     .quantity = body.quantity,
                     .reason = body.reason.value_or(""),
                     .who = x.who(),
                     .client_key = body.client_order_id.value_or(key != nullptr ? *key : "")};
}

using enum access;
constexpr std::array trades_table{
    ask_as<trades_query, find_trades, trade_page, trade_page, &directory::reader, &to_find, &same<trade_page>>(
        method::get, "/trades", viewers, "List round trips, newest first"),
    ask_as<id_only, find_trade, trade_with_executions, trade_detail, &directory::reader, &to_find_one, &to_detail>(
        method::get, "/trades/{id}", viewers, "Show a round trip with its orders"),
    serve<cancel_body, trade_and_execution, &cancel>(method::post, "/trades/{id}/cancel", operators,
                                                     "Cancel its entry order"),
    ask_as<close_body, close_trade, trade_and_execution, trade_and_execution, &directory::risk, &to_close,
           &same<trade_and_execution>>(method::post, "/trades/{id}/close", operators, "Close what is held, reduce-only")
        .within(seconds{5}),
};

}  // namespace

std::span<const route> trade_routes() { return trades_table; }

}  // namespace rltrader::http

// /ops/trading: reconciling, limits, the breaker, flattening, figures.
#include "http/route_tools.hpp"
#include "http/routes.hpp"

#include <algorithm>
#include <array>

namespace rltrader::http {

namespace {

// ---- reconcile ------------------------------------------------------------------------------------------------------

struct reconcile_body {
  std::optional<std::vector<std::string>> pairs;

  static constexpr auto type_name = "reconcile_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pairs", &reconcile_body::pairs, "none: all", rule{.longest = 1000}});
  }
};

outcome<reconcile_now> to_reconcile(const reconcile_body& body, const exchange& x) {
  auto pairs = resolved_all("pairs", body.pairs, x.env());
  if (auto* wrong = std::get_if<problem>(&pairs)) return std::move(*wrong);
  return reconcile_now{.pairs = std::move(std::get<std::vector<std::string>>(pairs)), .who = x.who()};
}

// ---- limits ---------------------------------------------------------------------------------------------------------

/// With a tokens file only an admin lets more happen than before.
bool loosening_allowed(const exchange& x) { return !x.asked_by().token_file || x.asked_by().may(access::admins); }
problem needs_admin(const std::string& what, const exchange& x) {
  return {.status = 403,
          .code = "forbidden",
          .detail =
              what + " needs the role admin; " + x.asked_by().name + " is " + std::string(text_of(x.asked_by().grants)),
          .details = {},
          .headers = {}};
}

void change_limits(const exchange_ptr& x, put_policy& wanted) {
  if (to_json_of(wanted) == to_json_of(put_policy{}))
    return x->refuse(field_problem("", "must name at least one limit to change", "nothing"));
  if (wanted.name)
    if (auto wrong = check_said("name", *wanted.name)) return x->refuse(*wrong);
  const auto change = [x, wanted] {
    ask_actor<&directory::risk, risk_policy>(x, change_policy{.wanted = wanted, .who = x->who()},
                                             [x](const risk_policy& now) { x->answer(to_json_of(now)); });
  };
  if (loosening_allowed(*x)) return change();
  ask_actor<&directory::risk, risk_view>(x, ask_risk{}, [x, wanted, change](const risk_view& now) {
    if (!loosens(now.policy, changed(now.policy, wanted))) return change();
    x->refuse(needs_admin("loosening a limit", *x));
  });
}

// ---- rebase ---------------------------------------------------------------------------------------------------------

struct rebase_body {
  std::string reason;

  static constexpr auto type_name = "rebase_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"reason", &rebase_body::reason, "why, for the record", rule{.longest = 500}});
  }
};

outcome<rebase_peak> to_rebase(const rebase_body& body, const exchange& x) {
  if (auto wrong = check_said("reason", body.reason)) return std::move(*wrong);
  if (!loosening_allowed(x)) return needs_admin("a rebase", x);
  return rebase_peak{.reason = body.reason, .who = x.who()};
}

// ---- breaker --------------------------------------------------------------------------------------------------------

struct breaker_body {
  std::string reason;
  std::optional<std::vector<std::string>> pairs;

  static constexpr auto type_name = "breaker_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"reason", &breaker_body::reason, "why, for the record", rule{.longest = 500}},
             field{"pairs", &breaker_body::pairs, "none: the account", rule{.longest = 1000}});
  }
};

template <breaker_level Level>
outcome<set_breaker> to_level(const breaker_body& body, const exchange& x) {
  if (auto wrong = check_said("reason", body.reason)) return std::move(*wrong);
  auto pairs = resolved_all("pairs", body.pairs, x.env());
  if (auto* wrong = std::get_if<problem>(&pairs)) return std::move(*wrong);
  return set_breaker{.level = Level,
                     .reason = body.reason,
                     .pairs = std::move(std::get<std::vector<std::string>>(pairs)),
                     .who = x.who()};
}

template <breaker_level Level>
constexpr route breaker_row_of(std::string_view path, std::string_view sentence) {
  return ask_as<breaker_body, set_breaker, breaker_answer, breaker_answer, &directory::risk, &to_level<Level>,
                &same<breaker_answer>>(method::post, path, access::operators, sentence)
      .added();
}

// ---- flatten --------------------------------------------------------------------------------------------------------

struct flatten_body {
  std::string reason;
  std::optional<std::vector<std::string>> pairs;
  std::optional<bool> include_external;

  static constexpr auto type_name = "flatten_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"reason", &flatten_body::reason, "why, for the record", rule{.longest = 500}},
        field{"pairs", &flatten_body::pairs, "none: all", rule{.longest = 1000}},
        field{"include_external", &flatten_body::include_external, "positions that are not ours too; not offered"});
  }
};
struct not_closed {
  std::string trade_id;
  std::string pair;
  std::string why;

  static constexpr auto type_name = "not_closed";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"trade_id", &not_closed::trade_id, "the round trip"}, field{"pair", &not_closed::pair, "its pair"},
             field{"why", &not_closed::why, "why no close was sent"});
  }
};
struct flatten_view {
  std::vector<execution_view> orders;
  std::vector<not_closed> refused;

  static constexpr auto type_name = "flatten_view";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"orders", &flatten_view::orders, "the closing orders; GET /ops/orders shows what became of them"},
             field{"refused", &flatten_view::refused, "what could not be closed"});
  }
};

struct flatten_round {
  flatten_view so_far;
  std::size_t awaited = 1;

  void end_one(const exchange_ptr& x) {
    if (--awaited == 0) x->answer(to_json_of(so_far));
  }
};

void close_one(const exchange_ptr& x, const std::shared_ptr<flatten_round>& round, const trade& t,
               const std::string& reason) {
  const auto* given = x->request().header("idempotency-key");
  const auto& key = given != nullptr ? *given : x->request().request_id;
  ++round->awaited;
  ask_result<&directory::risk, trade_and_execution>(
      x,
      close_trade{.trade = t.id,
                  .quantity = {},
                  .reason = reason,
                  .who = x->who(),
                  .client_key = "flatten:" + key + ":" + t.id.text()},
      [x, round, t](const result<trade_and_execution>& got) {
        if (got)
          round->so_far.orders.push_back(got->execution);
        else
          round->so_far.refused.push_back({t.id.text(), t.instrument.text(), got.error().what});
        round->end_one(x);
      });
}

void flatten(const exchange_ptr& x, flatten_body& body) {
  if (auto wrong = check_said("reason", body.reason)) return x->refuse(*wrong);
  if (body.include_external.value_or(false))
    return x->refuse({.status = 422,
                      .code = "external_not_offered",
                      .detail = "positions that are not ours cannot be closed by this version; close them at the venue",
                      .details = {},
                      .headers = {}});
  auto pairs = resolved_all("pairs", body.pairs, x->env());
  if (auto* wrong = std::get_if<problem>(&pairs)) return x->refuse(*wrong);
  const auto wanted = std::get<std::vector<std::string>>(pairs);
  if (x->env().desk && x->env().actors != nullptr) {
    const auto& executor = (*x->env().desk).executor;
    if (wanted.empty()) x->env().actors->tell(executor, cancel_entries{.pair = "", .reason = body.reason});
    for (const auto& pair : wanted)
      x->env().actors->tell(executor, cancel_entries{.pair = pair, .reason = body.reason});
  }
  ask_actor<&directory::executor, books_reply>(
      x, ask_books{}, [x, wanted, reason = body.reason](const books_reply& books) {
        auto round = std::make_shared<flatten_round>();
        for (const auto& t : books.open_trades) {
          const bool meant =
              wanted.empty() || std::find(wanted.begin(), wanted.end(), t.instrument.text()) != wanted.end();
          if (meant && !t.position_size.is_zero()) close_one(x, round, t, reason);
        }
        round->end_one(x);
      });
}

// ---- live -----------------------------------------------------------------------------------------------------------

struct arming_body {
  std::optional<std::string> pair;
  std::optional<money> max_notional;
  std::optional<int> expires_in_minutes;
  std::optional<std::string> account;
  std::optional<std::string> host;

  static constexpr auto type_name = "arming_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"pair", &arming_body::pair, "the pair", rule{.longest = 128}},
        field{"maxNotional", &arming_body::max_notional, "USDT of the largest order", rule{.least = 0}},
        field{"expiresInMinutes", &arming_body::expires_in_minutes, "at most a day", rule{.least = 1, .most = 1440}},
        field{"accountUid", &arming_body::account, "the venue account", rule{.longest = 128}},
        field{"host", &arming_body::host, "the venue's host", rule{.longest = 253}});
  }
};

void refuse_live(const exchange_ptr& x, arming_body&) {
  x->refuse({.status = 422,
             .code = "live_not_offered",
             .detail = "live trading is not in this version; agents trade on paper",
             .details = {},
             .headers = {}});
}

// ---- figures --------------------------------------------------------------------------------------------------------

struct summary_view {
  instant generated_at{};
  std::int64_t trade_count = 0;
  std::int64_t filled_count = 0;
  double win_rate = 0;
  money net_pnl;
  money avg_pnl;
  money max_drawdown;
  std::map<std::string, money> exposure_by_instrument;

  static constexpr auto type_name = "summary_view";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"generated_at", &summary_view::generated_at, "market time"},
             field{"trade_count", &summary_view::trade_count, "round trips"},
             field{"filled_count", &summary_view::filled_count, "with a fill"},
             field{"win_rate", &summary_view::win_rate, "of the closed ones"},
             field{"net_pnl", &summary_view::net_pnl, "USDT after costs"},
             field{"avg_pnl", &summary_view::avg_pnl, "USDT a closed trade"},
             field{"max_drawdown", &summary_view::max_drawdown, "USDT, of the closed trades' sum"},
             field{"exposure_by_instrument", &summary_view::exposure_by_instrument,
                   "USDT of open trades at their entry price"});
  }
};
struct series_view {
  instant generated_at{};
  std::vector<bucket> series;

  static constexpr auto type_name = "series_view";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"generated_at", &series_view::generated_at, "market time"},
             field{"series", &series_view::series, "by hour"});
  }
};

summary_view to_summary(const trading_summary& s, const exchange&) {
  return {s.generated_at, s.trade_count, s.filled_count, s.win_rate,
          s.net_pnl,      s.avg_pnl,     s.max_drawdown, s.exposure_by_instrument};
}
series_view to_series(const trading_summary& s, const exchange&) { return {s.generated_at, s.series}; }

using enum access;
constexpr std::array trading_table{
    ask_as<reconcile_body, reconcile_now, reconcile_report, reconcile_report, &directory::reconciler, &to_reconcile,
           &same<reconcile_report>>(method::post, "/ops/trading/reconcile", operators,
                                    "Compare our books with the venue's now")
        .within(seconds{30}),
    ask<ask_risk, risk_view, &directory::risk>(method::get, "/ops/trading/risk", viewers,
                                               "Show limits, breaker and measures"),
    serve<put_policy, risk_policy, &change_limits>(method::put, "/ops/trading/risk/policy", operators,
                                                   "Set limits; with a tokens file loosening needs admin")
        .added(),
    breaker_row_of<breaker_level::halted>("/ops/trading/halt", "Stop all agent orders; works with the store down")
        .without_store(),
    breaker_row_of<breaker_level::reducing>("/ops/trading/reduce", "Refuse entries, let reductions pass")
        .without_store(),
    breaker_row_of<breaker_level::active>("/ops/trading/resume", "Let agents trade again, unless the cause stands"),
    ask_as<rebase_body, rebase_peak, rebase_answer, rebase_answer, &directory::risk, &to_rebase, &same<rebase_answer>>(
        method::post, "/ops/trading/rebase", operators,
        "Measure drawdown from the equity of now; with a tokens file it needs admin")
        .added(),
    serve<flatten_body, flatten_view, &flatten>(method::post, "/ops/trading/flatten", operators,
                                                "Cancel entries and close what is held")
        .added()
        .succeeds_with(202)
        .within(seconds{10}),
    serve<arming_body, void, &refuse_live>(method::post, "/ops/trading/arm", operators,
                                           "Arm live trading: not in this version")
        .added(),
    serve<arming_body, void, &refuse_live>(method::post, "/ops/trading/disarm", operators,
                                           "Disarm live trading: not in this version")
        .added(),
    ask_as<no_fields, ask_summary, trading_summary, summary_view, &directory::reader, &plain<ask_summary, no_fields>,
           &to_summary>(method::get, "/ops/trading/summary", viewers, "Show figures over all trades"),
    ask_as<no_fields, ask_summary, trading_summary, series_view, &directory::reader, &plain<ask_summary, no_fields>,
           &to_series>(method::get, "/ops/trading/metrics", viewers, "Show figures by hour"),
};

}  // namespace

std::span<const route> trading_routes() { return trading_table; }

}  // namespace rltrader::http

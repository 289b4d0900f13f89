// /ops: alerts, the retry queue, audit, positions, pairs, decisions, orders, settings, and why.
#include "http/route_tools.hpp"
#include "http/routes.hpp"

#include <array>

namespace rltrader::http {

namespace {

constexpr rule page_rule{.least = 1, .most = 1e6};
constexpr rule page_size_rule{.least = 1, .most = 250};
constexpr rule limit_rule{.least = 1, .most = 1000};

// ---- alerts ---------------------------------------------------------------------------------------------------------

struct alerts_query {
  std::optional<alert_status> status;
  std::optional<rltrader::severity> severity;
  std::optional<instant> since;
  std::optional<std::int64_t> limit;

  static constexpr auto type_name = "alerts_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"status", &alerts_query::status, "only this status"},
             field{"severity", &alerts_query::severity, "only this severity"},
             field{"since", &alerts_query::since, "triggered from then on"},
             field{"limit", &alerts_query::limit, "rows at most, 50", limit_rule});
  }
};

constexpr std::int64_t rows_unsaid = 50;

outcome<find_alerts> to_find_alerts(const alerts_query& q, const exchange&) {
  list_request r;
  if (q.status) r.status = std::string(text_of(*q.status));
  if (q.severity) r.severity = std::string(text_of(*q.severity));
  r.since = q.since;
  r.limit = q.limit.value_or(rows_unsaid);
  return find_alerts{std::move(r)};
}
std::vector<alert> to_alerts(const alert_rows& got, const exchange&) { return got.rows; }

template <alert_status Status>
outcome<change_alert> to_alert(const id_only& which, const exchange& x) {
  return change_alert{.id = which.id, .status = Status, .who = x.who()};
}

// ---- retry queue ----------------------------------------------------------------------------------------------------

struct jobs_query {
  std::optional<job_status> status;
  std::optional<std::int64_t> limit;

  static constexpr auto type_name = "jobs_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"status", &jobs_query::status, "only this status"},
             field{"limit", &jobs_query::limit, "rows at most, 50", limit_rule});
  }
};

outcome<find_jobs> to_find_jobs(const jobs_query& q, const exchange&) {
  list_request r;
  if (q.status) r.status = std::string(text_of(*q.status));
  r.limit = q.limit.value_or(rows_unsaid);
  return find_jobs{std::move(r)};
}
std::vector<retry_job> to_jobs(const job_rows& got, const exchange&) { return got.rows; }

template <job_verb Verb>
outcome<change_job> to_job(const id_only& which, const exchange& x) {
  return change_job{.id = which.id, .verb = Verb, .who = x.who()};
}

// ---- audit ----------------------------------------------------------------------------------------------------------

struct audit_query {
  std::optional<instant> start;
  std::optional<instant> end;
  std::optional<std::int64_t> page;
  std::optional<std::int64_t> page_size;

  static constexpr auto type_name = "audit_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"start", &audit_query::start, "from then on"}, field{"end", &audit_query::end, "before then"},
             field{"page", &audit_query::page, "1..", page_rule},
             field{"page_size", &audit_query::page_size, "rows a page, 25", page_size_rule});
  }
};
/// The event under the id that older clients look for.
struct audit_row : audit_event {
  std::string id;

  static constexpr auto type_name = "audit_row";
  template <class F>
  static constexpr auto fields(F&& f) {
    return audit_event::fields([&](const auto&... of_event) {
      return f(field{"id", &audit_row::id, "the sequence as text"}, of_event...);
    });
  }
};
struct audit_rows {
  std::vector<audit_row> data;
  std::int64_t total = 0;

  static constexpr auto type_name = "audit_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &audit_rows::data, "rows"}, field{"total", &audit_rows::total, "rows in all"});
  }
};

outcome<find_audit> to_find_audit(const audit_query& q, const exchange&) {
  if (auto wrong = check_window(q.start, q.end)) return std::move(*wrong);
  list_request r;
  r.start = q.start;
  r.end = q.end;
  set_page(r, q.page, q.page_size);
  return find_audit{std::move(r)};
}
audit_rows to_audit(const audit_page& got, const exchange&) {
  audit_rows out;
  out.total = got.total;
  for (const auto& event : got.data) {
    audit_row row;
    static_cast<audit_event&>(row) = event;
    row.id = std::to_string(event.sequence);
    out.data.push_back(std::move(row));
  }
  return out;
}

// ---- positions and pairs --------------------------------------------------------------------------------------------

struct pair_rows {
  std::vector<pair_view> data;
  std::int64_t total = 0;

  static constexpr auto type_name = "pair_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &pair_rows::data, "rows"}, field{"total", &pair_rows::total, "rows in all"});
  }
};

pair_rows to_pairs(const pair_list& got, const exchange&) {
  return {got.pairs, static_cast<std::int64_t>(got.pairs.size())};
}

// ---- decisions and orders -------------------------------------------------------------------------------------------

struct decisions_query {
  std::optional<std::string> pair;
  std::optional<std::string> run;
  std::optional<instant> start;
  std::optional<instant> end;
  std::optional<std::int64_t> page;
  std::optional<std::int64_t> page_size;

  static constexpr auto type_name = "decisions_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &decisions_query::pair, "only this pair", rule{.longest = 128}},
             field{"run", &decisions_query::run, "only this run", rule{.longest = 128}},
             field{"start", &decisions_query::start, "from then on"},
             field{"end", &decisions_query::end, "before then"},
             field{"page", &decisions_query::page, "1..", page_rule},
             field{"page_size", &decisions_query::page_size, "rows a page, 25", page_size_rule});
  }
};
struct orders_query {
  std::optional<std::string> pair;
  std::optional<order_state> status;
  std::optional<trading_mode> mode;
  std::optional<order_side> side;
  std::optional<std::string> run;
  std::optional<std::string> trade;
  std::optional<instant> start;
  std::optional<instant> end;
  std::optional<std::int64_t> page;
  std::optional<std::int64_t> page_size;

  static constexpr auto type_name = "orders_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &orders_query::pair, "only this pair", rule{.longest = 128}},
             field{"status", &orders_query::status, "only this state"},
             field{"mode", &orders_query::mode, "paper or live"}, field{"side", &orders_query::side, "buy or sell"},
             field{"run", &orders_query::run, "only this run", rule{.longest = 128}},
             field{"trade_id", &orders_query::trade, "only this round trip", rule{.longest = 128}},
             field{"start", &orders_query::start, "created from then on"},
             field{"end", &orders_query::end, "created before then"},
             field{"page", &orders_query::page, "1..", page_rule},
             field{"page_size", &orders_query::page_size, "rows a page, 25", page_size_rule});
  }
};

outcome<find_decisions> to_find_decisions(const decisions_query& q, const exchange& x) {
  if (auto wrong = check_window(q.start, q.end)) return std::move(*wrong);
  list_request r;
  r.pair = q.pair;
  if (auto wrong = resolve_filter("pair", r.pair, x.env())) return std::move(*wrong);
  r.run = q.run;
  r.start = q.start;
  r.end = q.end;
  set_page(r, q.page, q.page_size);
  return find_decisions{std::move(r)};
}
outcome<find_orders> to_find_orders(const orders_query& q, const exchange& x) {
  if (auto wrong = check_window(q.start, q.end)) return std::move(*wrong);
  if (q.run && q.trade)
    return field_problem("trade_id", "must stand without run: one of them is enough", q.trade->substr(0, 80));
  list_request r;
  r.pair = q.pair;
  if (auto wrong = resolve_filter("pair", r.pair, x.env())) return std::move(*wrong);
  if (q.status) r.status = std::string(text_of(*q.status));
  if (q.mode) r.mode = std::string(text_of(*q.mode));
  if (q.side) r.side = std::string(text_of(*q.side));
  r.run = q.run ? q.run : q.trade;  // the store looks for both under this filter
  r.start = q.start;
  r.end = q.end;
  set_page(r, q.page, q.page_size);
  return find_orders{std::move(r)};
}
/// What a person may say of an order; there is one word, because a fill is never invented.
enum class said_outcome : unsigned char { not_placed };
constexpr auto words(said_outcome) { return std::array{word{said_outcome::not_placed, "not_placed"}}; }

struct resolve_body {
  std::string id;
  said_outcome outcome{};
  std::string reason;

  static constexpr auto type_name = "resolve_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &resolve_body::id, "client order id", rule{.longest = 200}},
             field{"outcome", &resolve_body::outcome, "not_placed"},
             field{"reason", &resolve_body::reason, "why, for the record", rule{.longest = 500}});
  }
};

outcome<end_order> to_end(const resolve_body& body, const exchange& x) {
  if (auto wrong = check_said("reason", body.reason)) return std::move(*wrong);
  auto id = order_id::parse(body.id);
  if (!id || id->empty())
    return field_problem("id", std::string("must be ") + order_id::expects, body.id.substr(0, 80));
  return end_order{.id = std::move(*id), .reason = body.reason, .who = x.who()};
}

outcome<find_why> to_find_why(const id_only& which, const exchange&) { return find_why{which.id}; }

void answer_settings(const exchange_ptr& x, no_fields&) {
  x->answer(x->env().configuration ? x->env().configuration() : json::object());
}

using enum access;
constexpr std::array ops_table{
    ask_as<alerts_query, find_alerts, alert_rows, std::vector<alert>, &directory::reader, &to_find_alerts, &to_alerts>(
        method::get, "/ops/alerts", viewers, "List alerts, newest first"),
    ask_as<id_only, change_alert, alert, alert, &directory::alert_sink, &to_alert<alert_status::acknowledged>,
           &same<alert>>(method::post, "/ops/alerts/{id}/acknowledge", operators, "Say that a person has seen it")
        .added(),
    ask_as<id_only, change_alert, alert, alert, &directory::alert_sink, &to_alert<alert_status::resolved>,
           &same<alert>>(method::post, "/ops/alerts/{id}/resolve", operators, "Say that it is over")
        .added(),
    ask_as<jobs_query, find_jobs, job_rows, std::vector<retry_job>, &directory::reader, &to_find_jobs, &to_jobs>(
        method::get, "/ops/retry-queue", operators, "List jobs, newest first"),
    ask_as<id_only, change_job, retry_job, retry_job, &directory::retry_queue, &to_job<job_verb::requeue>,
           &same<retry_job>>(method::post, "/ops/retry-queue/{id}/requeue", operators, "Try a job again now")
        .added(),
    ask_as<id_only, change_job, retry_job, retry_job, &directory::retry_queue, &to_job<job_verb::drop>,
           &same<retry_job>>(method::drop, "/ops/retry-queue/{id}", operators, "Give a job up")
        .added(),
    ask_as<audit_query, find_audit, audit_page, audit_rows, &directory::reader, &to_find_audit, &to_audit>(
        method::get, "/ops/audit", viewers, "List the audit chain, newest first"),
    ask_as<no_fields, ask_positions, position_list, position_list, &directory::reconciler,
           &plain<ask_positions, no_fields>, &same<position_list>>(
        method::get, "/ops/positions", viewers,
        "List what our books hold, and what the venue held at the last comparison")
        .added(),
    ask_as<no_fields, ask_health, pair_list, pair_rows, &directory::pairs, &plain<ask_health, no_fields>, &to_pairs>(
        method::get, "/ops/pairs", viewers, "List pairs with run, quarantine, model and last decision")
        .added(),
    ask_as<decisions_query, find_decisions, decision_page, decision_page, &directory::reader, &to_find_decisions,
           &same<decision_page>>(method::get, "/ops/decisions", viewers, "List decisions, newest first")
        .added(),
    ask_as<orders_query, find_orders, order_page, order_page, &directory::reader, &to_find_orders, &same<order_page>>(
        method::get, "/ops/orders", viewers, "List orders, newest first")
        .added(),
    ask_as<resolve_body, end_order, execution_view, execution_view, &directory::executor, &to_end,
           &same<execution_view>>(method::post, "/ops/orders/{id}/resolve", operators,
                                  "End an UNKNOWN order that never arrived, where the evidence allows it")
        .added(),
    serve<no_fields, void, &answer_settings>(method::get, "/ops/config", viewers,
                                             "Show settings with their origin, secrets masked")
        .added(),
    ask_as<id_only, find_why, why_view, why_view, &directory::reader, &to_find_why, &same<why_view>>(
        method::get, "/ops/why/{id}", viewers, "Show the causal chain of an order or a decision")
        .added(),
};

}  // namespace

std::span<const route> ops_routes() { return ops_table; }

}  // namespace rltrader::http

// Lists, one trade, one causal chain: asked for and printed.
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/tables.hpp"
#include "cli/text.hpp"

namespace rltrader::cli {

namespace {

using table_maker = table (*)(const json&);

/// The rows as a table, or that there are none; and how many more there are.
void print_rows(screen& out, const json& body, table_maker make, const char* none) {
  const auto rows = make(rows_of(body));
  if (rows.empty()) return out.line({{none, tone::faint}});
  rows.print(out);
  const auto& total = member(body, "total");
  if (total.is_number_integer() && total.get<std::int64_t>() > static_cast<std::int64_t>(rows.size()))
    out.line({{std::to_string(rows.size()) + " of " + total.dump(), tone::faint}});
}

exit_code show_list(session& s, const std::string& target, table_maker make, const char* none) {
  return s.show(s.daemon().get(target), [&](const json& body) { print_rows(s.out(), body, make, none); });
}

void print_section(screen& out, const char* title, const table& rows) {
  out.line();
  out.line({{title, tone::strong}});
  if (rows.empty())
    out.line({{"none", tone::faint}});
  else
    rows.print(out);
}

void print_decision(screen& out, const json& d) {
  const bool passed = member(d, "gate_passed") == json(true);
  out.line({{"Decision ", tone::strong},
            text_at(d, "id"),
            "  ",
            text_at(d, "pair"),
            "  bar ",
            time_text(text_at(d, "bar_open")),
            "  decided ",
            time_text(text_at(d, "decided_at"))});
  out.line({"  data      ", text_at(d, "source"), ", inputs ", text_at(d, "input_hash").substr(0, 16)});
  out.line({"  gate      ",
            {passed ? "passed" : "held", passed ? tone::good : tone::warning},
            "  ",
            text_at(d, "warnings")});
  out.line(
      {"  policy    ", text_at(d, "policy_version"), "  features ", text_at(d, "feature_fingerprint").substr(0, 16)});
  out.line({"  said      ",
            {text_at(d, "action"), tone::strong},
            "  size ",
            short_decimal(text_at(d, "size")),
            "  confidence ",
            text_at(d, "confidence_score").substr(0, 6),
            "  at ",
            short_decimal(text_at(d, "reference_price"))});
  out.line({"  because   ", text_at(d, "reason")});
  out.line({"  risk      ", text_at(d, "risk_check_result"), "  trace ", text_at(d, "trace_id")});
}

/// One row of a list that is changed by its id: `alerts ack 42`.
struct row_verb {
  const char* word;
  const char* method;
  const char* tail;
};
exit_code change_row(session& s, const std::string& list, std::span<const row_verb> verbs, table_maker make) {
  const auto& words = s.given().words;
  for (const auto& verb : verbs) {
    if (words[0] != verb.word) continue;
    if (words.size() < 2) return s.misused(words[0] + " needs an ID");
    const auto got = s.change(verb.method, list + "/" + url_escaped(words[1]) + verb.tail, json());
    return s.show(got, [&](const json& body) { make(json::array({body})).print(s.out()); });
  }
  return s.misused(words[0] + " is not known here");
}

}  // namespace

exit_code show_pairs(session& s) { return show_list(s, "/ops/pairs", &pairs_table, "no pair runs"); }

exit_code show_orders(session& s) {
  const auto query = query_of(
      s.given(),
      {{"pair", "pair"}, {"status", "status"}, {"side", "side"}, {"trade", "trade_id"}, {"limit", "page_size"}});
  return show_list(s, "/ops/orders" + query, &orders_table, "no such order");
}

exit_code show_trades(session& s) {
  if (s.given().words.empty()) {
    const auto query =
        query_of(s.given(), {{"pair", "instrument"}, {"status", "status"}, {"side", "side"}, {"limit", "page_size"}});
    return show_list(s, "/trades" + query, &trades_table, "no such trade");
  }
  return s.show(s.daemon().get("/trades/" + url_escaped(s.given().words[0])), [&](const json& body) {
    trades_table(json::array({body})).print(s.out());
    print_section(s.out(), "Orders", orders_table(rows_of(member(body, "executions"))));
  });
}

exit_code show_decisions(session& s) {
  return show_list(s, "/ops/decisions" + query_of(s.given(), {{"pair", "pair"}, {"limit", "page_size"}}),
                   &decisions_table, "no such decision");
}

exit_code show_alerts(session& s) {
  static constexpr row_verb verbs[] = {
      {"ack", "POST", "/acknowledge"}, {"acknowledge", "POST", "/acknowledge"}, {"resolve", "POST", "/resolve"}};
  if (!s.given().words.empty()) return change_row(s, "/ops/alerts", verbs, &alerts_table);
  auto query = query_of(s.given(), {{"severity", "severity"}, {"limit", "limit"}});
  const auto status = s.given().option("status").value_or("open");
  if (status != "all") query += (query.empty() ? "?status=" : "&status=") + url_escaped(status);
  return show_list(s, "/ops/alerts" + query, &alerts_table, "no such alert");
}

exit_code show_jobs(session& s) {
  static constexpr row_verb verbs[] = {{"requeue", "POST", "/requeue"}, {"drop", "DELETE", ""}};
  if (!s.given().words.empty()) return change_row(s, "/ops/retry-queue", verbs, &jobs_table);
  return show_list(s, "/ops/retry-queue" + query_of(s.given(), {{"status", "status"}, {"limit", "limit"}}), &jobs_table,
                   "no such job");
}

exit_code show_audit(session& s) {
  return show_list(s, "/ops/audit" + query_of(s.given(), {{"limit", "page_size"}}), &audit_table, "no audit event");
}

exit_code show_agents(session& s) { return show_list(s, "/agents", &agents_table, "no agent"); }

exit_code show_why(session& s) {
  return s.show(s.daemon().get("/ops/why/" + url_escaped(s.given().words[0])), [&](const json& body) {
    const auto& decided = member(body, "decision");
    if (decided.is_object())
      print_decision(s.out(), decided);
    else
      s.out().line({{"No decision of an agent is behind it.", tone::faint}});
    print_section(s.out(), "Orders", orders_table(rows_of(member(body, "orders"))));
    print_section(s.out(), "What happened", events_table(rows_of(member(body, "events"))));
    print_section(s.out(), "Fills", fills_table(rows_of(member(body, "fills"))));
    const auto& trade = member(body, "trade");
    if (trade.is_object()) print_section(s.out(), "Trade", trades_table(json::array({trade})));
  });
}

exit_code show_version(session& s) {
  return s.show(s.daemon().get("/version"), [&](const json& body) {
    s.out().line({"rltraderd ", text_at(body, "version"), "  commit ", text_at(body, "commit"), "  ",
                  text_at(body, "build_type"), "  ", text_at(body, "backends")});
  });
}

}  // namespace rltrader::cli

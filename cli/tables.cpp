// Which fields of a row an operator wants to see, in which order and colour.
#include "cli/tables.hpp"

#include "cli/text.hpp"
#include "domain/money.hpp"

namespace rltrader::cli {

namespace {

constexpr auto right = align::right;

std::string time_at(const json& row, std::string_view key) { return time_text(text_at(row, key)); }
std::string decimal_at(const json& row, std::string_view key) { return short_decimal(text_at(row, key)); }
piece pnl_at(const json& row, std::string_view key) {
  const auto text = text_at(row, key);
  return {signed_money_text(text), tone_of_money(text)};
}

tone tone_of_state(std::string_view word) {
  if (word == "unknown") return tone::bad;
  if (word == "rejected" || word == "failed" || word == "not_placed") return tone::warning;
  if (word == "filled" || word == "closed" || word == "succeeded") return tone::plain;
  return tone::plain;
}
piece state_at(const json& row, std::string_view key) {
  const auto text = text_at(row, key);
  return {text, tone_of_state(text)};
}
/// The state of an order; older daemons give its older word alone.
piece order_state_of(const json& row) { return state_at(row, member(row, "state").is_null() ? "status" : "state"); }

}  // namespace

const json& member(const json& of, std::string_view key) {
  static const json nothing;
  if (!of.is_object()) return nothing;
  const auto found = of.find(std::string(key));
  return found == of.end() ? nothing : *found;
}

std::string text_of_json(const json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  std::string out;
  if (value.is_array()) {
    for (const auto& one : value) out += (out.empty() ? "" : ", ") + text_of_json(one);
    return out;
  }
  if (value.is_object()) {
    for (const auto& [key, one] : value.items()) out += (out.empty() ? "" : " ") + key + "=" + text_of_json(one);
    return out;
  }
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string text_at(const json& row, std::string_view key) { return text_of_json(member(row, key)); }

const json& rows_of(const json& body) {
  static const json none = json::array();
  if (body.is_array()) return body;
  const auto& data = member(body, "data");
  return data.is_array() ? data : none;
}

tone tone_of_level(std::string_view word) {
  if (word == "ok" || word == "active") return tone::good;
  return word == "reducing" ? tone::warning : tone::bad;
}

tone tone_of_severity(std::string_view word) {
  if (word == "high") return tone::bad;
  return word == "medium" ? tone::warning : tone::plain;
}

tone tone_of_money(std::string_view decimal) {
  const auto amount = money::parse(decimal);
  if (!amount || amount->is_zero()) return tone::plain;
  return amount->negative() ? tone::bad : tone::good;
}

piece position_piece(const json& pair_row) {
  const auto held = text_at(pair_row, "held");
  const auto amount = quantity::parse(held);
  if (!amount) return held;
  if (amount->is_zero()) return {"flat", tone::faint};
  if (amount->negative()) return "short " + short_decimal(held.substr(1));
  return "long " + short_decimal(held);
}

piece run_piece(const json& pair_row) {
  const auto& run = member(pair_row, "run");
  if (member(pair_row, "alive") == json(false)) return {"dead", tone::bad};
  const auto status = text_at(run, "id").empty() ? std::string("no run") : text_at(run, "status");
  if (status == "running") return {status, tone::good};
  const auto why = text_at(run, "pause_reason");
  return {status == "paused" && !why.empty() && why != "none" ? status + ": " + why : status, tone::warning};
}

table pairs_table(const json& rows) {
  table out({{"PAIR"},
             {"RUN"},
             {"MODE"},
             {"POSITION"},
             {"ENTRY", right},
             {"DECISION"},
             {"AT"},
             {"LAST BAR"},
             {"RESTARTS", right},
             {"MODEL"},
             {"QUARANTINED"}});
  for (const auto& row : rows) {
    const auto& last = member(row, "last_decision");
    const bool quarantined = member(row, "quarantined") == json(true);
    const auto cause = text_at(member(row, "quarantine"), "cause");
    const auto entry = decimal_at(row, "entry_price");
    out.row({text_at(row, "pair"),
             run_piece(row),
             text_at(member(row, "run"), "mode"),
             position_piece(row),
             entry == "0" ? "" : entry,
             text_at(last, "action"),
             time_at(last, "decided_at"),
             time_at(row, "last_bar"),
             text_at(row, "restarts"),
             text_at(row, "model"),
             {!quarantined    ? "no"
              : cause.empty() ? "yes"
                              : cause,
              quarantined ? tone::bad : tone::plain}});
  }
  return out;
}

table orders_table(const json& rows) {
  table out({{"ORDER"},
             {"PAIR"},
             {"KIND"},
             {"SIDE"},
             {"QUANTITY", right},
             {"FILLED", right},
             {"AVERAGE", right},
             {"STATE"},
             {"TRIES", right},
             {"CREATED"},
             {"WHY"}});
  for (const auto& row : rows)
    out.row({text_at(row, "client_order_id"), text_at(row, "requested_instrument"), text_at(row, "execution_kind"),
             text_at(row, "requested_side"), decimal_at(row, "requested_quantity"), decimal_at(row, "filled_quantity"),
             decimal_at(row, "average_price"), order_state_of(row), text_at(row, "attempt_count"),
             time_at(row, "created_at"), text_at(row, "status_reason")});
  return out;
}

table trades_table(const json& rows) {
  table out({{"TRADE"},
             {"PAIR"},
             {"SIDE"},
             {"QUANTITY", right},
             {"HELD", right},
             {"ENTRY", right},
             {"PNL", right},
             {"STATUS"},
             {"MODE"},
             {"CREATED"},
             {"CLOSED"}});
  for (const auto& row : rows)
    out.row({text_at(row, "id"), text_at(row, "instrument"), text_at(row, "side"), decimal_at(row, "quantity"),
             decimal_at(row, "position_size"), decimal_at(row, "avg_fill_price"), pnl_at(row, "pnl"),
             state_at(row, "status"), text_at(row, "mode"), time_at(row, "created_at"), time_at(row, "closed_at")});
  return out;
}

table decisions_table(const json& rows) {
  table out({{"DECISION"},
             {"PAIR"},
             {"AT"},
             {"ACTION"},
             {"SIZE", right},
             {"CONFIDENCE", right},
             {"GATE"},
             {"WARNINGS"},
             {"WHY"}});
  for (const auto& row : rows) {
    const bool passed = member(row, "gate_passed") == json(true);
    out.row({text_at(row, "id"),
             text_at(row, "pair"),
             time_at(row, "decided_at"),
             text_at(row, "action"),
             decimal_at(row, "size"),
             text_at(row, "confidence_score").substr(0, 6),
             {passed ? "passed" : "held", passed ? tone::plain : tone::warning},
             text_at(row, "warnings"),
             text_at(row, "reason")});
  }
  return out;
}

table alerts_table(const json& rows) {
  table out({{"ALERT"},
             {"SEVERITY"},
             {"CATEGORY"},
             {"STATUS"},
             {"COUNT", right},
             {"LAST SEEN"},
             {"METRIC"},
             {"VALUE", right},
             {"LIMIT", right},
             {"MORE"}});
  for (const auto& row : rows) {
    const auto severity = text_at(row, "severity");
    out.row({text_at(row, "id"),
             {severity, tone_of_severity(severity)},
             text_at(row, "category"),
             text_at(row, "status"),
             text_at(row, "count"),
             time_at(row, "last_seen_at"),
             text_at(row, "metric"),
             decimal_at(row, "value"),
             decimal_at(row, "threshold"),
             text_at(row, "metadata")});
  }
  return out;
}

table jobs_table(const json& rows) {
  table out({{"JOB"}, {"TYPE"}, {"STATUS"}, {"TRIES", right}, {"NEXT"}, {"LAST ERROR"}});
  for (const auto& row : rows) {
    const auto status = text_at(row, "status");
    out.row({text_at(row, "id"),
             text_at(row, "job_type"),
             {status, status == "failed" ? tone::bad : tone::plain},
             text_at(row, "attempts") + "/" + text_at(row, "max_attempts"),
             time_at(row, "next_attempt_at"),
             text_at(row, "last_error")});
  }
  return out;
}

table audit_table(const json& rows) {
  table out({{"NUMBER", right}, {"AT"}, {"WHO"}, {"WHAT"}, {"KIND"}, {"WHICH"}, {"MORE"}});
  for (const auto& row : rows)
    out.row({text_at(row, "sequence"), time_at(row, "created_at"), text_at(row, "actor"), text_at(row, "action"),
             text_at(row, "resource_type"), text_at(row, "resource_id"), text_at(row, "metadata")});
  return out;
}

table agents_table(const json& rows) {
  table out({{"AGENT"}, {"NAME"}, {"STATUS"}});
  for (const auto& row : rows) {
    const auto status = text_at(row, "status");
    out.row({text_at(row, "id"), text_at(row, "name"), {status, status == "running" ? tone::good : tone::warning}});
  }
  return out;
}

table events_table(const json& rows) {
  table out({{"AT"}, {"ORDER"}, {"NUMBER", right}, {"FROM"}, {"TO"}, {"FILLED", right}, {"WHY"}});
  for (const auto& row : rows)
    out.row({time_at(row, "at"), text_at(row, "client_order_id"), text_at(row, "number"), text_at(row, "before"),
             state_at(row, "after"), decimal_at(row, "filled_quantity"), text_at(row, "reason")});
  return out;
}

table fills_table(const json& rows) {
  table out({{"AT"}, {"FILL"}, {"ORDER"}, {"SIDE"}, {"QUANTITY", right}, {"PRICE", right}, {"FEE", right}, {"CAUSE"}});
  for (const auto& row : rows)
    out.row({time_at(row, "at"), text_at(row, "id"), text_at(row, "client_order_id"), text_at(row, "side"),
             decimal_at(row, "quantity"), decimal_at(row, "price"), decimal_at(row, "fee"), text_at(row, "cause")});
  return out;
}

table mismatches_table(const json& rows) {
  table out({{"PAIR"}, {"KIND"}, {"DONE"}, {"OURS AND THEIRS"}});
  for (const auto& row : rows)
    out.row({text_at(row, "pair"),
             {text_at(row, "kind"), tone::warning},
             text_at(row, "action"),
             text_at(row, "explanation")});
  return out;
}

}  // namespace rltrader::cli

// The older words of the API.
#include "messages/views.hpp"

#include "domain/breaker.hpp"

namespace rltrader {

std::string execution_status(order_state s) {
  switch (s) {
    case order_state::intent:
    case order_state::sent:
    case order_state::accepted: return "submitted";
    case order_state::partial: return "partial";
    case order_state::unknown: return "unknown";
    case order_state::filled: return "filled";
    case order_state::rejected:
    case order_state::not_placed: return "failed";
    case order_state::cancelled:
    case order_state::expired: return "cancelled";
  }
  return "unknown";
}

execution_view execution_view_of(const order& o) {
  execution_view v;
  v.id = o.id.text();
  v.trade_id = o.intent.trade.text();
  v.trade_decision_id = o.intent.decision.text();
  v.execution_kind = o.intent.slot.leg == order_leg::entry ? "entry" : "exit";
  v.exchange_order_id = o.venue_order.text();
  v.client_order_id = o.id.text();
  v.idempotency_key = o.fingerprint;
  v.trace_id = o.trace_id;
  v.execution_mode = std::string(text_of(o.intent.slot.mode));
  v.requested_instrument = o.intent.content.pair.text();
  v.requested_side = std::string(text_of(o.intent.content.side));
  v.requested_quantity = o.intent.content.quantity;
  v.filled_quantity = o.filled;
  if (o.average.positive()) v.average_price = o.average;
  v.status = execution_status(o.state);
  v.state = std::string(text_of(o.state));
  v.status_reason = o.status_reason;
  v.reconciliation_status = terminal(o.state) ? "agreed" : "pending";
  v.attempt_count = o.attempts;
  v.last_attempt_at = o.sent_at;
  v.created_at = o.created_at;
  v.updated_at = o.updated_at;
  return v;
}

breaker_state_view breaker_view_of(const breaker_row& row) {
  breaker_state_view v;
  v.id = row.scope;
  v.status = std::string(api_word(row));
  v.cooldown_until = row.cooldown_until;
  v.last_triggered_at = row.triggered_at;
  v.trigger_reason = row.reason;
  v.cause = row.cause;
  return v;
}

position_list positions_compared(const std::vector<position>& ours, const std::vector<compared_position>& seen,
                                 instant seen_at) {
  position_list out;
  std::map<std::pair<pair_name, position_side>, std::size_t> rows;
  for (const auto& p : ours) {
    rows[{p.pair, p.leg_side}] = out.data.size();
    static_cast<position&>(out.data.emplace_back()) = p;
  }
  for (const auto& s : seen) {
    const auto [row, is_new] = rows.try_emplace({s.pair, s.leg_side}, out.data.size());
    if (is_new && s.theirs.is_zero()) continue;
    if (is_new) {
      auto& only_there = out.data.emplace_back();
      only_there.pair = s.pair;
      only_there.leg_side = s.leg_side;
      only_there.updated_at = seen_at;
    }
    auto& view = out.data[row->second];
    view.venue_held = s.theirs;
    view.difference = s.ours - s.theirs;
    view.compared_at = seen_at;
  }
  out.total = static_cast<std::int64_t>(out.data.size());
  return out;
}

ports::list_query query_of(const list_request& r, std::int64_t rows_unsaid) {
  ports::list_query q;
  q.pair = r.pair ? r.pair : r.instrument;
  q.status = r.status;
  q.mode = r.mode;
  q.side = r.side;
  q.severity = r.severity;
  q.run = r.run;
  q.id = r.id;
  q.start = r.start ? r.start : r.since;
  q.end = r.end;
  q.limit = r.page_size.value_or(r.limit.value_or(rows_unsaid));
  q.offset = (r.page.value_or(1) - 1) * q.limit;
  return q;
}

}  // namespace rltrader

// Rows as operators see them: the older words of the API for orders and breakers.
#pragma once

#include "messages/ops.hpp"

#include "domain/reconcile.hpp"

namespace rltrader {

/// submitted, partial, filled, failed, cancelled, unknown: the older words of an order's state.
std::string execution_status(order_state s);
execution_view execution_view_of(const order& o);
/// ok, reducing, cooldown, halted.
breaker_state_view breaker_view_of(const breaker_row& row);
/// Our positions with both sides of a comparison; what the venue alone holds has a row too.
position_list positions_compared(const std::vector<position>& ours, const std::vector<compared_position>& seen,
                                 instant seen_at);
/// A list request as the store's query: page and page_size, or limit; `least` rows when nothing is said.
ports::list_query query_of(const list_request& r, std::int64_t rows_unsaid);

}  // namespace rltrader

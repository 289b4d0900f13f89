// Rows of trading: round trips and what became of each order.
#pragma once

#include "domain/order.hpp"

#include <optional>
#include <string>

namespace rltrader {

enum class trade_status : unsigned char { proposed, placed, partial, filled, cancelled, rejected, unknown, closed };
constexpr auto words(trade_status) {
  return std::array{word{trade_status::proposed, "proposed"},   word{trade_status::placed, "placed"},
                    word{trade_status::partial, "partial"},     word{trade_status::filled, "filled"},
                    word{trade_status::cancelled, "cancelled"}, word{trade_status::rejected, "rejected"},
                    word{trade_status::unknown, "unknown"},     word{trade_status::closed, "closed"}};
}

/// One round trip: from its entry order to flat. Table trades.
struct trade {
  trade_id id;
  run_id run;
  pair_name instrument;
  position_side side{};  ///< long or short
  rltrader::quantity quantity;
  trade_status status{};
  trading_mode mode{};
  order_id entry_order;
  price average_fill_price;
  rltrader::quantity position_size;  ///< still held
  money pnl;                         ///< realised, after fees and funding
  rate pnl_pct;                      ///< of the entry notional, a fraction
  std::optional<price> tp_price;
  std::optional<price> sl_price;
  rate leverage;
  std::optional<instant> closed_at;
  instant created_at{};

  static constexpr auto type_name = "trade";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &trade::id, "the round trip"}, field{"agent_run_id", &trade::run, "the run"},
             field{"instrument", &trade::instrument, "the pair"}, field{"side", &trade::side, "long or short"},
             field{"quantity", &trade::quantity, "base coins asked for by the entry"},
             field{"status", &trade::status, "where it stands"}, field{"mode", &trade::mode, "paper or live"},
             field{"client_order_id", &trade::entry_order, "the entry order"},
             field{"avg_fill_price", &trade::average_fill_price, "USDT, of the entry"},
             field{"position_size", &trade::position_size, "base coins still held"},
             field{"pnl", &trade::pnl, "USDT realised after fees and funding"},
             field{"pnl_pct", &trade::pnl_pct, "fraction of the entry notional"},
             field{"tp_price", &trade::tp_price, "USDT"}, field{"sl_price", &trade::sl_price, "USDT"},
             field{"leverage", &trade::leverage, "as set at the venue"},
             field{"closed_at", &trade::closed_at, "when flat again"},
             field{"created_at", &trade::created_at, "when the entry was wanted"});
  }
};

/// One transition of an order. Table trade_state_events, append only.
struct state_event {
  order_id order;
  int number = 0;  ///< 1, 2, 3... per order
  pair_name pair;
  std::optional<order_state> before;
  order_state after{};
  std::string reason;
  quantity filled;
  instant at{};
  std::string trace_id;

  static constexpr auto type_name = "state_event";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"client_order_id", &state_event::order, "the order"},
             field{"number", &state_event::number, "1.. per order"}, field{"pair", &state_event::pair, "the pair"},
             field{"before", &state_event::before, "none for the first"},
             field{"after", &state_event::after, "the new state"}, field{"reason", &state_event::reason, "why"},
             field{"filled_quantity", &state_event::filled, "base coins filled so far"},
             field{"at", &state_event::at, "market time"},
             field{"trace_id", &state_event::trace_id, "ties it to its cause"});
  }
};

}  // namespace rltrader

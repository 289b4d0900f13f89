// What the simulated venue is made of: its durable rows and the events it tells, all described.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/instrument.hpp"
#include "domain/market.hpp"
#include "domain/money.hpp"
#include "domain/order.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rltrader::sim {

/// An order as the venue holds it. Key: number.
struct venue_order {
  venue_order_id id{};                        ///< the number as text
  std::int64_t number = 0;                    ///< a snowflake; grows with each order
  order_id client{};                          ///< as the venue keeps it: lower case; may be empty
  order_content content{};                    ///< as accepted, so possibly truncated
  order_state state = order_state::accepted;  ///< accepted, partial, filled, cancelled or expired
  quantity filled{};
  money quote{};           ///< USDT: sum of price x quantity of the fills
  price average{};         ///< of the fills; zero before the first
  money fees{};            ///< USDT paid
  bool triggered = false;  ///< a stop or take-profit whose trigger was met: it executes as a market order
  bool rested = false;     ///< it has met a price since it arrived: a limit is a maker from then on
  instant placed_at{};
  instant updated_at{};
  std::string reason{};  ///< why it ended, when it ended without being filled

  quantity open_quantity() const { return content.quantity - filled; }
  friend bool operator==(const venue_order&, const venue_order&) = default;
  static constexpr auto type_name = "venue_order";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"exchange_order_id", &venue_order::id, "the venue's id"},
             field{"number", &venue_order::number, "the same as a number"},
             field{"client_order_id", &venue_order::client, "the client's id, lower case"},
             field{"content", &venue_order::content, "what was accepted"},
             field{"state", &venue_order::state, "accepted, partial, filled, cancelled or expired"},
             field{"filled_quantity", &venue_order::filled, "base coins"},
             field{"filled_value", &venue_order::quote, "USDT"}, field{"average_price", &venue_order::average, "USDT"},
             field{"fees", &venue_order::fees, "USDT paid"},
             field{"triggered", &venue_order::triggered, "its trigger was met"},
             field{"rested", &venue_order::rested, "it has met a price since it arrived"},
             field{"placed_at", &venue_order::placed_at, "when it was accepted"},
             field{"updated_at", &venue_order::updated_at, "last change"},
             field{"reason", &venue_order::reason, "why it ended unfilled"});
  }
};

/// A fill with its place in the venue's sequence and what it realised. Key: sequence.
struct venue_fill {
  std::int64_t sequence = 0;  ///< 1, 2, 3...: the cursor of fills_since
  fill trade{};
  money realised{};  ///< USDT, before the fee

  friend bool operator==(const venue_fill&, const venue_fill&) = default;
  static constexpr auto type_name = "venue_fill";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"sequence", &venue_fill::sequence, "place in the venue's sequence"},
             field{"fill", &venue_fill::trade, "the fill"},
             field{"realised_pnl", &venue_fill::realised, "USDT before the fee"});
  }
};

/// A position as the venue holds it. Key: pair and position side. A flat one keeps its sums.
struct venue_position {
  pair_name pair{};
  position_side leg_side{};
  quantity held{};           ///< base coins, negative when short (also in hedge legs)
  money cost{};              ///< USDT paid for what is held, with the sign of held
  price entry{};             ///< |cost| / |held|; zero when flat
  money margin{};            ///< isolated margin locked, USDT
  price liquidation{};       ///< mark price at which it is liquidated; zero: never
  quantity bought{};         ///< base coins, sum of all buy fills
  quantity sold{};           ///< base coins, sum of all sell fills
  money realised{};          ///< USDT before fees and funding
  money fees{};              ///< USDT paid
  money funding_received{};  ///< USDT
  std::optional<instant> opened_at{};
  instant updated_at{};

  friend bool operator==(const venue_position&, const venue_position&) = default;
  static constexpr auto type_name = "venue_position";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &venue_position::pair, "the pair"},
             field{"position_side", &venue_position::leg_side, "both or the leg"},
             field{"held", &venue_position::held, "base coins, negative when short"},
             field{"cost", &venue_position::cost, "USDT, with the sign of held"},
             field{"entry_price", &venue_position::entry, "USDT"},
             field{"margin", &venue_position::margin, "USDT locked"},
             field{"liquidation_price", &venue_position::liquidation, "USDT; zero: never"},
             field{"bought", &venue_position::bought, "base coins"}, field{"sold", &venue_position::sold, "base coins"},
             field{"realised_pnl", &venue_position::realised, "USDT before fees and funding"},
             field{"fees", &venue_position::fees, "USDT paid"},
             field{"funding", &venue_position::funding_received, "USDT received"},
             field{"opened_at", &venue_position::opened_at, "since when it is held"},
             field{"updated_at", &venue_position::updated_at, "last fill or funding"});
  }
};

enum class income_kind : unsigned char { funding_fee, insurance_clear, transfer };
constexpr auto words(income_kind) {
  return std::array{word{income_kind::funding_fee, "FUNDING_FEE"},
                    word{income_kind::insurance_clear, "INSURANCE_CLEAR"}, word{income_kind::transfer, "TRANSFER"}};
}

/// Money that came or went without a fill. Key: sequence.
struct income_row {
  std::int64_t sequence = 0;  ///< 1, 2, 3...: the cursor of income_since
  income_kind what{};
  pair_name pair{};  ///< empty for transfers
  position_side leg_side{};
  money amount{};         ///< USDT received; negative: paid
  rltrader::rate rate{};  ///< the funding rate, else zero
  instant at{};

  friend bool operator==(const income_row&, const income_row&) = default;
  static constexpr auto type_name = "income_row";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"sequence", &income_row::sequence, "place in the venue's sequence"},
             field{"kind", &income_row::what, "what it is"}, field{"pair", &income_row::pair, "the pair"},
             field{"position_side", &income_row::leg_side, "both or the leg"},
             field{"amount", &income_row::amount, "USDT received"},
             field{"rate", &income_row::rate, "the funding rate"}, field{"at", &income_row::at, "when"});
  }
};

/// What the venue knows of a pair's market. Key: pair. It changes with each price and is told only beside other
/// changes.
struct book_row {
  pair_name pair{};
  instrument terms{};  ///< the contract; the settings' list wins over it
  int leverage = 1;
  price last{};  ///< zero before the first price
  price mark{};
  instant seen_at{};                    ///< of the last price
  std::optional<instant> opened_bar{};  ///< the bar whose open was already met
  std::optional<quantity> volume{};     ///< of the last closed bar
  std::optional<instant> funded_at{};   ///< last funding; the same one again is ignored

  friend bool operator==(const book_row&, const book_row&) = default;
  static constexpr auto type_name = "book_row";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &book_row::pair, "the pair"}, field{"contract", &book_row::terms, "its terms"},
             field{"leverage", &book_row::leverage, "of new positions"}, field{"last", &book_row::last, "USDT"},
             field{"mark", &book_row::mark, "USDT"}, field{"seen_at", &book_row::seen_at, "of the last price"},
             field{"opened_bar", &book_row::opened_bar, "the bar whose open was met"},
             field{"volume", &book_row::volume, "of the last closed bar"},
             field{"funded_at", &book_row::funded_at, "last funding"});
  }
};

/// The account: wallet = starting balance + realised - fees + funding + insurance + transfers, and the counters.
struct account_row {
  position_mode mode{};
  money starting_balance{};
  money wallet{};
  money realised{};
  money fees{};
  money funding_received{};
  money insurance{};  ///< paid by the venue where a liquidation cost more than its margin
  money transfers{};
  std::int64_t last_number = 0;   ///< the highest number given to an order or a fill
  std::int64_t fill_count = 0;    ///< the last fill's sequence
  std::int64_t income_count = 0;  ///< the last income row's sequence

  friend bool operator==(const account_row&, const account_row&) = default;
  static constexpr auto type_name = "account_row";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"position_mode", &account_row::mode, "one_way or hedge"},
             field{"starting_balance", &account_row::starting_balance, "USDT"},
             field{"wallet", &account_row::wallet, "USDT"}, field{"realised_pnl", &account_row::realised, "USDT"},
             field{"fees", &account_row::fees, "USDT paid"},
             field{"funding", &account_row::funding_received, "USDT received"},
             field{"insurance", &account_row::insurance, "USDT received"},
             field{"transfers", &account_row::transfers, "USDT received"},
             field{"last_number", &account_row::last_number, "the highest number given to an order or a fill"},
             field{"fill_count", &account_row::fill_count, "the last fill's sequence"},
             field{"income_count", &account_row::income_count, "the last income row's sequence"});
  }
};

/// Durable rows: all of them (a snapshot) or those that a step changed. Upserting each step's rows by key keeps a
/// journal.
struct venue_rows {
  std::vector<venue_order> orders{};
  std::vector<venue_fill> fills{};
  std::vector<venue_position> positions{};
  std::vector<income_row> income{};
  std::vector<book_row> books{};
  std::optional<account_row> account{};

  bool empty() const { return orders.empty() && positions.empty() && books.empty() && !account; }
  friend bool operator==(const venue_rows&, const venue_rows&) = default;
  static constexpr auto type_name = "venue_rows";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"orders", &venue_rows::orders, "by number"}, field{"fills", &venue_rows::fills, "by sequence"},
             field{"positions", &venue_rows::positions, "by pair and side"},
             field{"income", &venue_rows::income, "by sequence"}, field{"books", &venue_rows::books, "by pair"},
             field{"account", &venue_rows::account, "one row"});
  }
};

/// What the account is worth. equity = wallet + unrealised.
struct balance {
  money wallet{};
  money unrealised{};  ///< at the mark prices
  money equity{};
  money used_margin{};  ///< locked by positions
  money frozen{};       ///< reserved by open orders that may open
  money available{};    ///< for new orders; never below zero

  friend bool operator==(const balance&, const balance&) = default;
  static constexpr auto type_name = "balance";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"wallet", &balance::wallet, "USDT"}, field{"unrealised", &balance::unrealised, "USDT at the marks"},
             field{"equity", &balance::equity, "wallet and unrealised"},
             field{"used_margin", &balance::used_margin, "USDT locked by positions"},
             field{"frozen", &balance::frozen, "USDT reserved by open orders"},
             field{"available", &balance::available, "USDT for new orders"});
  }
};

/// The state of an order after a change.
struct order_updated {
  venue_order order{};
  friend bool operator==(const order_updated&, const order_updated&) = default;
  static constexpr auto type_name = "order_updated";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"order", &order_updated::order, "after the change"});
  }
};
struct position_changed {
  venue_position position{};
  friend bool operator==(const position_changed&, const position_changed&) = default;
  static constexpr auto type_name = "position_changed";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"position", &position_changed::position, "after the change"});
  }
};
struct balance_changed {
  money wallet{};
  std::string why{};  ///< ORDER, FUNDING_FEE, INSURANCE_CLEAR or TRANSFER
  friend bool operator==(const balance_changed&, const balance_changed&) = default;
  static constexpr auto type_name = "balance_changed";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"wallet", &balance_changed::wallet, "USDT after the change"},
             field{"why", &balance_changed::why, "what moved it"});
  }
};
struct funding_paid {
  income_row income{};
  friend bool operator==(const funding_paid&, const funding_paid&) = default;
  static constexpr auto type_name = "funding_paid";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"income", &funding_paid::income, "the ledger's row"});
  }
};

/// What happened, in order. A fill comes before the order, position and wallet that it changed.
using venue_event = std::variant<venue_fill, order_updated, position_changed, balance_changed, funding_paid>;

/// The outcome of one step: what happened, and the rows that a journal must upsert before anybody is told.
struct venue_step {
  std::vector<venue_event> events{};
  venue_rows changes{};
  friend bool operator==(const venue_step&, const venue_step&) = default;
};

/// Why the venue refused, in BingX's numbers (the codes of late 2025).
struct rejection {
  int code = 0;
  std::string message{};

  friend bool operator==(const rejection&, const rejection&) = default;
  static constexpr auto type_name = "rejection";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"code", &rejection::code, "BingX's number"}, field{"message", &rejection::message, "in words"});
  }
};

}  // namespace rltrader::sim

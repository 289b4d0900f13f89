// One simulated BingX-like perpetual venue as a pure machine: books, matching, fees, funding, liquidation.
//
// Rules of matching:
//  - An order meets only prices that come after it: events of its pair fed later, and not older than its placing. So
//    in bar mode an order placed at a bar's close fills at the next bar's open.
//  - Market: at the next tick or the next bar's open, plus slippage against it, clipped to a tick against it. What
//    the volume does not allow rests for the following events.
//  - Limit: marketable at its first price: at that price plus slippage, never beyond the limit, as taker. Afterwards
//    only when the price trades through it (a touch is not enough), at the limit, as maker.
//  - Stop and take-profit: triggered by the mark, and they only close. Ticks: filled as market at the tick after the
//    trigger. Bars: at the open when it gapped through, else at the trigger on the bar's path, plus slippage.
//  - A bar's path: open, then the extreme against the position (without one: the extreme away from the close), the
//    other extreme, close.
//  - An order that only closes never fills more than is held; without a position it expires.
//  - Liquidation at the mark, when isolated margin + unrealised falls to the maintenance margin. What it costs
//    beyond the position's margin is paid by the venue's insurance.
//
// Feed a pair with ticks or with bars, not both. Prices that are not above zero, bars that cannot be and events
// older than the last one are ignored. An amount that does not fit throws arithmetic_overflow; the shell then
// restores the venue from its rows.
#pragma once

#include "domain/result.hpp"
#include "sim/venue_settings.hpp"
#include "sim/venue_values.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace rltrader::sim {

struct place_request {
  order_id client{};  ///< may be empty; 1 to 40 of [0-9a-zA-Z-], kept in lower case, never to be repeated
  order_content content{};
  instant at{};  ///< the venue's time of arrival
};

/// Names an order: by client id, else by the venue's id.
struct order_key {
  pair_name pair{};
  order_id client{};
  venue_order_id id{};
};

/// The open price of a bar that has just begun.
struct bar_open {
  pair_name pair{};
  instant at{};
  rltrader::price price{};
};

/// The venue's word on a request. Refused: nothing changed. Accepted does not mean filled.
struct command_answer {
  std::optional<rejection> refused{};
  venue_order order{};  ///< as it is now; empty when refused and for commands without an order
  venue_step step{};
  friend bool operator==(const command_answer&, const command_answer&) = default;
  explicit operator bool() const { return !refused; }
};

/// A position with what the mark price makes of it.
struct position_view {
  venue_position position{};
  price mark{};
  money unrealised{};
  int leverage = 1;
};

class venue_core {
 public:
  explicit venue_core(venue_settings settings);
  /// The venue that these rows describe: a snapshot, or all steps' changes upserted. It continues as the original
  /// would; from a journal, prices of pairs that traded nothing since are as old as their last change until the next
  /// event.
  static venue_core restore(venue_settings settings, const venue_rows& rows);

  // Commands. All times are market time; the core reads no clock.
  command_answer place(const place_request& request);
  command_answer cancel(const order_key& key, instant at);
  /// Refused with orders or positions open (109401).
  command_answer set_mode(position_mode mode, instant at);
  /// For new positions of the pair; refused above the instrument's cap (101414).
  command_answer set_leverage(const pair_name& pair, int leverage, instant at);
  /// A deposit (above zero) or a withdrawal, which is refused beyond what is available (101204).
  command_answer transfer(money amount, instant at);
  /// Adds a contract, or replaces the terms of one.
  void list(const instrument& contract);

  // The market. Pairs that are not listed are ignored.
  venue_step on_tick(const tick& seen, std::optional<quantity> volume = std::nullopt);
  /// Optional: tells the open at once, so that fills at the open need not wait for the bar's close.
  venue_step on_bar_open(const bar_open& opened);
  /// A closed bar, met by orders placed at its open or before. Its open is met first unless on_bar_open told it.
  venue_step on_bar(const bar& closed);
  /// Longs pay rate x notional at the mark, shorts receive it. A repeated or older one is ignored.
  venue_step on_funding(const funding& due);

  // Reads.
  std::optional<venue_order> query(const order_key& key) const;
  std::vector<venue_order> open_orders() const;
  std::vector<venue_order> open_orders(const pair_name& pair) const;
  /// Orders that ended at `since` or later, by number.
  std::vector<venue_order> closed_orders(instant since) const;
  std::vector<position_view> positions() const;  ///< not flat
  std::optional<position_view> position_of(const pair_name& pair, position_side leg_side) const;
  /// Fills with a sequence above the cursor, at most `limit`, oldest first.
  std::vector<venue_fill> fills_since(std::int64_t cursor, std::size_t limit = 1000) const;
  std::vector<venue_fill> fills_since(instant since) const;
  std::vector<income_row> income_since(std::int64_t cursor, std::size_t limit = 1000) const;
  rltrader::sim::balance balance() const;
  position_mode mode() const { return account_.mode; }
  const account_row& account() const { return account_; }
  std::vector<instrument> instruments() const;
  std::optional<book_row> book_of(const pair_name& pair) const;
  venue_rows snapshot() const;

  /// Forgets closed orders that ended before, and fills and income rows older than that; those client ids are free
  /// again.
  void prune(instant before);

 private:
  struct resting_order {
    venue_order order{};
    std::int64_t met = 0;  ///< the event at which it last took its share of the volume
  };
  struct book {
    book_row row{};
    std::array<venue_position, 3> legs{};  ///< by position_side
    std::vector<resting_order> open{};     ///< by number
  };
  struct stepping;  ///< one step under way: moves orders, positions and money, and collects what happened
  struct review;    ///< what BingX would refuse of a new order

  book* find(const pair_name& pair);
  const book* find(const pair_name& pair) const;
  book& add_book(const instrument& terms);
  std::int64_t next_number(instant at);
  std::optional<std::int64_t> number_of(const order_key& key) const;
  money frozen_by(const book& b) const;
  static bool idle(const book& b);                        ///< no order and no position
  static bool untouched(const book& b, const candle& c);  ///< the bar can change nothing but the price

  venue_settings settings_;
  account_row account_;
  std::vector<book> books_;
  std::unordered_map<pair_name, std::size_t> book_index_;
  std::map<std::int64_t, venue_order> closed_;
  std::unordered_map<order_id, std::int64_t> client_index_;  ///< number of each known client id
  std::vector<venue_fill> fills_;                            ///< by sequence
  std::vector<income_row> income_;                           ///< by sequence
  std::int64_t event_ = 0;                                   ///< counts market events; only for resting_order::met
};

/// Upserts rows by key: `into` becomes what a journal of steps holds. Rows stay sorted by key.
void merge(venue_rows& into, const venue_rows& changes);

}  // namespace rltrader::sim

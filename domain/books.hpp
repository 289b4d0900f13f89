// Our books: open orders, positions and round trips, and what each word of the venue does to them.
//
// Invariants: a fill is applied once, by its id (I7); what each step changes is handed out as rows that belong in one
// transaction, with one state event and one audit note per transition (I14); nothing is decided here about the venue.
#pragma once

#include "domain/order_machine.hpp"
#include "domain/position.hpp"
#include "domain/records.hpp"
#include "domain/result.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rltrader {

/// What one step changed: to be made durable together before anybody is told.
struct booked {
  std::optional<order> now;
  std::optional<fill> by_fill;
  std::optional<position> held;
  std::optional<trade> round_trip;
  std::vector<state_event> events;
  std::vector<audit_note> notes;
  std::optional<desk_fact> fact{};  ///< what makes an insurance payment known for good
  bool changed() const { return now || held || by_fill; }
};

class order_books {
 public:
  using position_key = std::pair<pair_name, position_side>;

  /// What an earlier life left behind. Ended orders and fills go back as far as the venue may still speak of them, so that nothing
  /// that was booked is booked again (I7).
  void restore(const std::vector<order>& open_orders, const std::vector<fill>& fills,
               const std::vector<position>& positions, const std::vector<trade>& open_trades,
               const std::vector<order>& ended_orders = {}, const std::vector<desk_fact>& facts = {});

  /// Opens an intent. The same slot with the same content again changes nothing; with another content it is errc::conflict (I3).
  result<booked> open(const order_intent& intent, instant now, const std::string& trace_id);
  /// Takes back an intent that could not be made durable: it never existed.
  void forget(const order_id& id);
  /// Anything but a fill that happens to an order.
  result<booked> note(const order_id& id, const order_event& event, instant now);
  /// A fill, of an order of ours or (liquidation, ADL, foreign) of none. A known id changes nothing.
  result<booked> note_fill(const fill& f, instant now);
  booked note_funding(const funding& f, price mark, instant now);
  /// A known id changes nothing (I7).
  booked note_insurance(const insurance_paid& paid, instant now);

  const order* find(const order_id& id) const;  ///< open, or lately ended
  bool knows_fill(const pair_name& pair, const fill_id& id) const;
  position held(const pair_name& pair, position_side leg) const;
  const std::map<order_id, order>& open_orders() const { return open_; }
  const std::map<position_key, position>& positions() const { return positions_; }
  const std::map<trade_id, trade>& open_trades() const { return trades_; }
  /// What is remembered from `since` on: fills by the venue's time ("pair|id"), ended orders by their last change.
  std::vector<std::string> fill_ids_since(instant since) const;
  std::vector<std::string> ended_orders_since(instant since) const;
  const std::set<std::string>& known_insurance() const { return insurance_; }  ///< ids, all of them: they are few

 private:
  void settle(order after, const order* before, const std::string& reason, instant now, booked& out);
  void remember_fill(const fill& f);
  void remember_end(const order& o);
  void update_trade(const order& o, const fill* f, const position* before, const position* after, instant now,
                    booked& out);
  /// A fill without an order of ours moves the round trip that is open on its leg.
  void update_foreign(const fill& f, const position& before, const position& after, instant now, booked& out);

  std::map<order_id, order> open_;
  std::unordered_map<order_id, order> ended_;  ///< bounded: the last 4,096; looked up, never walked
  std::deque<order_id> ended_order_;
  std::map<position_key, position> positions_;
  std::map<trade_id, trade> trades_;
  std::set<std::string> fills_;  ///< "pair|id", bounded: the last 65,536
  std::set<std::string> insurance_;
  std::deque<std::pair<instant, std::string>> fill_order_;  ///< as booked, with the venue's time
};

/// The trade's status word for the state of its entry order.
trade_status status_of_entry(order_state s);

}  // namespace rltrader

// The life of an order: advance(order, event) spells out every transition; what is not in the table is refused (I4, I5).
//
// Rules that the table alone does not show:
//  - FILLED is reached by fills, never by word alone: a look-up that says "filled" or "cancelled" while fills are still to be
//    fetched leaves the order open (it counts as exposure) and names what is missing in `order_step::missing`.
//  - A late fill of an order that we hold as CANCELLED or EXPIRED is booked on it (filled, average, fees grow) and the state
//    stays: terminal states absorb, and no fill is lost. The caller books every new fill on the position, whatever is said here.
//  - A fill beyond the quantity, of another pair or side, or of an order held as REJECTED, NOT_PLACED or FILLED is a conflict: the
//    caller still books it on the position and raises the alarm; for NOT_PLACED the absence was believed wrongly.
//  - A request leaves at most once (I1): send_started is for INTENT alone, and not after a cancel was asked for.
//  - After a restart an INTENT may have left without our having noted it; so the venue's word on it counts as if it were SENT.
#pragma once

#include "domain/order.hpp"
#include "domain/result.hpp"

#include <optional>
#include <variant>

namespace rltrader {

namespace order_events {
struct send_started {};  ///< the request is about to leave: sent, one more attempt
struct venue_accepted {
  venue_order_id id;
};
struct venue_rejected {
  std::string code, message;
};  ///< the venue's no
struct refused_before_send {
  std::string why;
};  ///< proof that it never left: last gate, expired validity
struct no_word {
  std::string why;
};  ///< time-out, 5xx, unreadable; an intent found after a restart: unknown
struct filled {
  fill what;
};  ///< once per fill id; the caller has sorted out repeats (I7)
/// The venue ended it. With `filled` it says how much had been filled: what we lack is waited for.
struct venue_cancelled {
  std::string why;
  std::optional<quantity> filled{};
};
struct venue_expired {
  std::string why;
  std::optional<quantity> filled{};
};
struct absence_proved {
  std::string evidence;
};  ///< domain/absence.hpp
struct cancel_wanted {
  std::string why;
};
/// A look-up's answer: the venue's state, without the fills, which come one by one.
struct looked_up {
  order_state state{};
  venue_order_id id;
  quantity filled;
};
}  // namespace order_events

using order_event = std::variant<order_events::send_started, order_events::venue_accepted, order_events::venue_rejected,
                                 order_events::refused_before_send, order_events::no_word, order_events::filled,
                                 order_events::venue_cancelled, order_events::venue_expired,
                                 order_events::absence_proved, order_events::cancel_wanted, order_events::looked_up>;

/// The columns of the table: what an event comes to once fills are counted and look-ups are read.
enum class order_word : unsigned char {
  send_started,
  accepted,
  rejected,
  refused_before_send,
  no_word,
  part_filled,
  all_filled,
  cancelled,
  expired,
  absence_proved,
  cancel_wanted,
};
constexpr std::size_t order_words = 11;
constexpr std::size_t order_states = 10;

/// A cell of the table.
struct order_move {
  enum class ruling : unsigned char {
    go,        ///< to another state
    stay,      ///< nothing new, or only a note (a cancel asked for, a late fill, an id)
    conflict,  ///< contradicts what is proved: refused, nothing changes
  };
  ruling what = ruling::conflict;
  order_state to{};
  friend bool operator==(const order_move&, const order_move&) = default;
};
order_move move_of(order_state from, order_word said);

/// The order after an event. `changed` is false for a repeated word that says nothing new. A transition that is not in the
/// table (a fill beyond the quantity, a word after the end that contradicts it) is errc::conflict and changes nothing.
struct order_step {
  order after;
  bool changed = false;
  quantity missing;  ///< the venue has filled this much that we have not booked: fetch the fills, then look up again
};
result<order_step> advance(const order& before, const order_event& event, instant now);

/// A new order from an intent: state intent, id from the slot, fingerprint from the content.
order order_of(const order_intent& intent, instant now, std::string trace_id);

}  // namespace rltrader

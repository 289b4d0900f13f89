// The life of an order: advance(order, event) spells out every transition; what is not in the table is refused (I4, I5).
#pragma once

#include "domain/order.hpp"
#include "domain/result.hpp"

#include <variant>

namespace rltrader {

namespace order_events {
struct send_started {};                                   ///< the request is about to leave: sent, one more attempt
struct venue_accepted { venue_order_id id; };
struct venue_rejected { std::string code, message; };     ///< the venue's no
struct refused_before_send { std::string why; };          ///< proof that it never left: last gate, expired validity
struct no_word { std::string why; };                      ///< time-out, 5xx, unreadable: unknown
struct filled { fill what; };                             ///< once per fill id; the caller has sorted out repeats (I7)
struct venue_cancelled { std::string why; };
struct venue_expired { std::string why; };
struct absence_proved { std::string evidence; };          ///< domain/absence.hpp
struct cancel_wanted { std::string why; };
/// A look-up's answer: the venue's state, without the fills, which come one by one.
struct looked_up { order_state state{}; venue_order_id id; quantity filled; };
}  // namespace order_events

using order_event = std::variant<order_events::send_started, order_events::venue_accepted, order_events::venue_rejected,
                                 order_events::refused_before_send, order_events::no_word, order_events::filled,
                                 order_events::venue_cancelled, order_events::venue_expired, order_events::absence_proved,
                                 order_events::cancel_wanted, order_events::looked_up>;

/// The order after an event. `changed` is false for a repeated word that says nothing new. A transition that is not in the
/// table (a fill beyond the quantity, a word after the end that contradicts it) is errc::conflict and changes nothing.
struct order_step {
  order after;
  bool changed = false;
};
result<order_step> advance(const order& before, const order_event& event, instant now);

/// A new order from an intent: state intent, id from the slot, fingerprint from the content.
order order_of(const order_intent& intent, instant now, std::string trace_id);

}  // namespace rltrader

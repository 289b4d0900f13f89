// Compares our orders, fills and positions with the venue's.
//
// Entry point: reconcile(ours, theirs, terms). Invariants:
//  - a failed or partial answer of the venue never reaches this function: no books, no diff;
//  - every fill and insurance payment of the venue that we lack is booked exactly once, by its id (I7), before positions are
//    compared;
//  - an order of ours that the venue does not show is a question (look it up), never an outcome (I4);
//  - orders younger than the grace time are left alone;
//  - positions are compared at quiet points only: not while an order of the pair is younger than the grace time;
//  - nothing is invented, and the same books give the same list in the same order.
#pragma once

#include "domain/order.hpp"
#include "domain/position.hpp"
#include "domain/records.hpp"

#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rltrader {

/// What the venue shows of one order and one position; the adapter's reports in the core's words.
struct venue_order_view {
  order_id id;
  venue_order_id venue_order;
  pair_name pair;
  order_side side{};
  order_state state{};
  rltrader::quantity quantity;
  rltrader::quantity filled;
};
struct venue_position_view {
  pair_name pair;
  position_side leg_side{};
  quantity held;
};
/// A venue trade id is unique per pair, so a fill is known by both (I7).
using fill_key = std::pair<pair_name, fill_id>;
struct local_books {
  std::vector<order> open_orders;
  std::set<fill_key> known_fills;
  std::vector<position> positions;
  std::set<order_id>
      ended_orders{};  ///< ours that ended: an older view may still show them; without it they look like a second daemon
  std::set<std::string> known_insurance{};
};
struct venue_view {
  std::vector<venue_order_view> open_orders;
  std::vector<fill> fills;
  std::vector<venue_position_view> positions;
  instant at{};
  std::vector<insurance_paid> insurance{};
};
struct reconcile_terms {
  milliseconds grace = seconds{5};  ///< younger orders are left alone
  std::string own_prefix = "rl";    ///< of our client order ids
  std::set<pair_name> pairs;        ///< empty: all
};

namespace corrections {
struct book_fill {
  fill what;
};  ///< the venue has it, we do not
struct book_insurance {
  insurance_paid what;
};  ///< likewise
struct look_up {
  pair_name pair;
  order_id id;
  std::string why;
};
struct adopt_state {
  order_id id;
  order_state state{};
  venue_order_id venue_order;
};  ///< the venue shows it further on than we do
struct foreign_order {
  venue_order_view what;
};  ///< not ours: shown, counted, never touched
struct second_daemon {
  venue_order_view what;
};  ///< our prefix, unknown to this store, or an id of ours shown twice
struct position_mismatch {
  pair_name pair;
  position_side leg_side{};
  quantity ours;
  quantity theirs;
};
}  // namespace corrections
using correction =
    std::variant<corrections::book_fill, corrections::book_insurance, corrections::look_up, corrections::adopt_state,
                 corrections::foreign_order, corrections::second_daemon, corrections::position_mismatch>;

/// Both sides of a position, ours after the fills that are to be booked.
struct compared_position {
  pair_name pair;
  position_side leg_side{};
  quantity ours;
  quantity theirs;
};

struct reconcile_result {
  std::vector<correction> todo;              ///< fills first, then orders, then positions as they are after those fills
  std::set<pair_name> agreeing;              ///< pairs whose books agree without any correction
  std::vector<compared_position> positions;  ///< all that one side or both hold or held, by pair and leg
  int orders_checked = 0;
};
reconcile_result reconcile(const local_books& ours, const venue_view& theirs, const reconcile_terms& terms,
                           instant now);

}  // namespace rltrader

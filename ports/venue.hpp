// What the core needs of a venue: place, cancel, look up, and the books. Asynchronous; an answer may be lost.
#pragma once

#include "domain/instrument.hpp"
#include "domain/order.hpp"
#include "domain/result.hpp"
#include "domain/risk.hpp"

#include <functional>
#include <variant>
#include <vector>

namespace rltrader::ports {

/// The venue's word on a request, or the lack of one.
struct place_accepted {
  venue_order_id id;
};
struct place_rejected {
  std::string code;
  std::string message;
};
/// Sent without a word: time-out, 5xx, unreadable answer. The outcome is not known (I4).
struct no_word {
  std::string why;
};
/// Proof that the request never left: refused before the socket.
struct never_left {
  std::string why;
};
using place_answer = std::variant<place_accepted, place_rejected, no_word, never_left>;
struct cancel_accepted {};
using cancel_answer = std::variant<cancel_accepted, place_rejected, no_word>;

/// An order as the venue tells it.
struct order_report {
  order_id id;
  venue_order_id venue_order;
  pair_name pair;
  order_side side{};
  position_side leg_side{};
  order_state state{};  ///< accepted, partial, filled, cancelled, expired, rejected
  rltrader::quantity quantity;
  rltrader::quantity filled;
  rltrader::price average;
  bool reduce_only = false;
  instant updated_at{};
};
struct order_absent {};
/// `no_word`: the look-up itself failed; that is not an answer.
using lookup_answer = std::variant<order_report, order_absent, no_word>;

struct position_report {
  pair_name pair;
  position_side leg_side{};
  quantity held;  ///< signed
  price entry;
  price mark;
  price liquidation;  ///< zero: none
};
struct balance_report {
  money wallet;
  money unrealised;
  money equity;
  money used_margin;
};

/// The venue's books at one moment, for the reconciler.
struct venue_books {
  std::vector<order_report> open_orders;
  std::vector<position_report> positions;
  std::vector<fill> fills;                ///< since the asked moment, oldest first
  std::vector<insurance_paid> insurance;  ///< likewise
  balance_report balance;
  position_mode mode{};
  instant at{};
};

/// What the venue says of its own accord; lossy and repeated, so it only speeds up what polling proves.
using venue_event = std::variant<fill, order_report, insurance_paid>;

/// Callbacks may run on any thread, at most once; they only post to an actor. A lost answer is no call at all.
struct venue {
  virtual ~venue() = default;
  virtual void place(const approved_order& what, std::function<void(place_answer)> then) = 0;
  virtual void cancel(const pair_name& pair, const order_id& id, std::function<void(cancel_answer)> then) = 0;
  virtual void look_up(const pair_name& pair, const order_id& id, std::function<void(lookup_answer)> then) = 0;
  virtual void books(instant fills_since, std::function<void(result<venue_books>)> then) = 0;
  /// Where events go from now on; an empty function stops them.
  virtual void on_event(std::function<void(const venue_event&)> sink) = 0;
  virtual std::vector<instrument> instruments() = 0;
  virtual std::string name() const = 0;
};

}  // namespace rltrader::ports

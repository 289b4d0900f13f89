// The table of an order's life, and how events are read into its columns.
#include "domain/order_machine.hpp"

#include <algorithm>
#include <array>

namespace rltrader {

namespace {

constexpr order_move stay{order_move::ruling::stay, {}};
constexpr order_move no{order_move::ruling::conflict, {}};
constexpr order_move to(order_state s) { return {order_move::ruling::go, s}; }

constexpr auto sent = to(order_state::sent);
constexpr auto accepted = to(order_state::accepted);
constexpr auto partial = to(order_state::partial);
constexpr auto unknown = to(order_state::unknown);
constexpr auto filled = to(order_state::filled);
constexpr auto rejected = to(order_state::rejected);
constexpr auto cancelled = to(order_state::cancelled);
constexpr auto expired = to(order_state::expired);
constexpr auto not_placed = to(order_state::not_placed);

using row = std::array<order_move, order_words>;

// clang-format off
// Rows in the order of order_state, columns in the order of order_word.
constexpr std::array<row, order_states> table{
  //   send  accepted  rejected  refused   no_word  part     all     cancelled  expired  absence     cancel_wanted
  row{ sent, accepted, rejected, rejected, unknown, partial, filled, cancelled, expired, not_placed, stay },  // intent
  row{ no,   accepted, rejected, rejected, unknown, partial, filled, cancelled, expired, not_placed, stay },  // sent
  row{ no,   stay,     rejected, no,       stay,    partial, filled, cancelled, expired, no,         stay },  // accepted
  row{ no,   stay,     no,       no,       stay,    partial, filled, cancelled, expired, no,         stay },  // partial
  row{ no,   accepted, rejected, no,       stay,    partial, filled, cancelled, expired, not_placed, stay },  // unknown
  row{ no,   stay,     no,       no,       stay,    no,      no,     no,        no,      no,         stay },  // filled
  row{ no,   no,       stay,     stay,     stay,    no,      no,     no,        no,      stay,       stay },  // rejected
  row{ no,   stay,     no,       no,       stay,    stay,    stay,   stay,      no,      no,         stay },  // cancelled
  row{ no,   stay,     no,       no,       stay,    stay,    stay,   no,        stay,    no,         stay },  // expired
  row{ no,   no,       no,       stay,     stay,    no,      no,     no,        no,      stay,       stay },  // not_placed
};
// clang-format on

constexpr bool table_is_sound() {
  for (std::size_t s = 0; s < order_states; ++s)
    for (const auto& move : table[s])
      if (terminal(static_cast<order_state>(s)) && move.what == order_move::ruling::go) return false;
  return true;
}
static_assert(table_is_sound(), "terminal states absorb (I5)");

/// An event as the table understands it.
struct reading {
  order_word word{};
  std::string why;
  venue_order_id id{};
  quantity missing{};
  const fill* booked = nullptr;
};

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

result<reading> read_fill(const order& o, const fill& f) {
  must(f.price.positive(), "a fill's price must be positive");
  must(f.quantity.positive(), "a fill's quantity must be positive");
  const auto& asked = o.content();
  if (f.pair != asked.pair || f.side != asked.side || f.leg_side != asked.leg_side)
    return {errc::conflict, "fill " + f.id.text() + " is not of this order: it says " + f.pair.text() + ' ' +
                                std::string(text_of(f.side)) + ' ' + std::string(text_of(f.leg_side))};
  const auto total = o.filled + f.quantity;
  if (total > asked.quantity)
    return {errc::conflict,
            "fill " + f.id.text() + " makes " + total.text() + " of an order of " + asked.quantity.text()};
  const auto word = total == asked.quantity ? order_word::all_filled : order_word::part_filled;
  return reading{word, {}, {}, {}, &f};
}

/// The venue's word on where the order stands, with what it has filled of it.
result<reading> read_state(const order& o, order_state says, quantity filled_there, const venue_order_id& id,
                           std::string why) {
  const auto whole = o.content().quantity;
  if (filled_there.negative() || filled_there > whole)
    return {errc::conflict, "the venue filled " + filled_there.text() + " of an order of " + whole.text()};
  const bool ended = says == order_state::filled || says == order_state::cancelled || says == order_state::expired;
  if (says == order_state::filled) filled_there = whole;
  const auto missing = std::max(quantity{}, filled_there - o.filled);
  if (says == order_state::filled && missing.positive() &&
      (o.state == order_state::cancelled || o.state == order_state::expired))
    return {errc::conflict, "the venue says filled, we hold it as " + std::string(text_of(o.state)) + " with " +
                                o.filled.text() + " of " + whole.text()};
  if (ended && missing.positive() && !terminal(o.state))
    return reading{order_word::accepted,
                   "the venue says " + std::string(text_of(says)) + ", " + missing.text() + " of it is not booked yet",
                   id, missing};
  switch (says) {
    case order_state::accepted:
    case order_state::partial:
    case order_state::filled: return reading{order_word::accepted, {}, id, missing};
    case order_state::cancelled: return reading{order_word::cancelled, std::move(why), id, missing};
    case order_state::expired: return reading{order_word::expired, std::move(why), id, missing};
    case order_state::rejected: return reading{order_word::rejected, std::move(why), id, missing};
    case order_state::intent:
    case order_state::sent:
    case order_state::unknown:
    case order_state::not_placed: break;
  }
  return {errc::conflict, "a venue cannot say " + std::string(text_of(says))};
}

result<reading> read(const order& o, const order_event& event) {
  namespace on = order_events;
  using answer = result<reading>;
  return std::visit(
      overloaded{
          [&](const on::send_started&) -> answer {
            if (o.cancel_requested)
              return {errc::conflict, "a cancel was asked for before it left: refuse it before the send"};
            return reading{order_word::send_started, {}};
          },
          [](const on::venue_accepted& e) -> answer {
            return reading{order_word::accepted, {}, e.id};
          },
          [](const on::venue_rejected& e) -> answer {
            return reading{order_word::rejected, e.code.empty() ? e.message : e.code + ": " + e.message};
          },
          [](const on::refused_before_send& e) -> answer {
            return reading{order_word::refused_before_send, e.why};
          },
          [](const on::no_word& e) -> answer {
            return reading{order_word::no_word, e.why};
          },
          [&](const on::filled& e) { return read_fill(o, e.what); },
          [&](const on::venue_cancelled& e) {
            return read_state(o, order_state::cancelled, e.filled.value_or(o.filled), {}, e.why);
          },
          [&](const on::venue_expired& e) {
            return read_state(o, order_state::expired, e.filled.value_or(o.filled), {}, e.why);
          },
          [](const on::absence_proved& e) -> answer {
            return reading{order_word::absence_proved,
                           e.evidence.empty() ? "never_arrived" : "never_arrived: " + e.evidence};
          },
          [](const on::cancel_wanted& e) -> answer {
            return reading{order_word::cancel_wanted, e.why};
          },
          [&](const on::looked_up& e) { return read_state(o, e.state, e.filled, e.id, "found by look-up"); },
      },
      event);
}

/// What a conflict says; the caller shows it to a person.
std::string contradiction(const order& o, order_word word) {
  constexpr std::array<const char*, order_words> said{"the request leaves once more",
                                                      "the venue accepted it",
                                                      "the venue rejected it",
                                                      "it never left",
                                                      "no word came",
                                                      "the venue filled a part of it",
                                                      "the venue filled it",
                                                      "the venue cancelled it",
                                                      "it expired at the venue",
                                                      "its absence is proved",
                                                      "a cancel is wanted"};
  auto text =
      std::string("we hold it as ") + std::string(text_of(o.state)) + ", but " + said[static_cast<std::size_t>(word)];
  if (o.state == order_state::not_placed) text += ": its absence was believed wrongly";
  return text;
}

/// A trigger's child may have an id of its own at the venue; any other order has one id for life (I1).
bool another_id(const order& o, const venue_order_id& id) {
  const bool plain = o.content().type == order_type::market || o.content().type == order_type::limit;
  return plain && !id.empty() && !o.venue_order.empty() && o.venue_order != id;
}

void book(order& o, const fill& f) {
  o.filled += f.quantity;
  o.filled_notional += value_of(f.price, f.quantity);
  o.average = price_of(o.filled_notional, o.filled);
  o.fees += f.fee;
}

bool note_reason(order& o, const std::string& why) {
  if (why.empty() || o.status_reason == why) return false;
  o.status_reason = why;
  return true;
}

bool note_id(order& o, const venue_order_id& id) {
  if (id.empty() || !o.venue_order.empty()) return false;
  o.venue_order = id;
  return true;
}

}  // namespace

order_move move_of(order_state from, order_word said) {
  return table[static_cast<std::size_t>(from)][static_cast<std::size_t>(said)];
}

result<order_step> advance(const order& before, const order_event& event, instant now) {
  const auto got = read(before, event);
  if (!got) return got.error();
  const auto move = move_of(before.state, got->word);
  if (move.what == order_move::ruling::conflict) return {errc::conflict, contradiction(before, got->word)};
  if (another_id(before, got->id))
    return {errc::conflict, "the venue names it " + got->id.text() + ", before it was " + before.venue_order.text()};

  order_step step{before, false, got->missing};
  auto& o = step.after;
  if (got->booked != nullptr) book(o, *got->booked);
  step.changed = got->booked != nullptr;
  if (note_id(o, got->id)) step.changed = true;
  if (got->word == order_word::send_started) {
    ++o.attempts;
    o.sent_at = now;
  }
  if (got->word == order_word::cancel_wanted && !terminal(o.state) && !o.cancel_requested) {
    o.cancel_requested = true;
    step.changed = true;
    note_reason(o, got->why);
  }
  if (move.what == order_move::ruling::go && move.to != before.state) {
    o.state = move.to;
    o.status_reason = got->why;
    step.changed = true;
  } else if (got->missing.positive() && !terminal(o.state) && note_reason(o, got->why)) {
    step.changed = true;
  }
  if (step.changed) o.updated_at = std::max(before.updated_at, now);

  must(o.filled <= o.content().quantity, "I5: filled quantity never exceeds the order");
  must(o.filled >= before.filled, "I5: filled quantity never falls");
  must(o.state != order_state::filled || o.filled == o.content().quantity, "I4: FILLED needs all its fills");
  return step;
}

order order_of(const order_intent& intent, instant now, std::string trace_id) {
  order o;
  o.id = order_id_of(intent.slot);
  o.fingerprint = fingerprint_of(intent.content);
  o.intent = intent;
  o.state = order_state::intent;
  o.created_at = now;
  o.updated_at = now;
  o.trace_id = std::move(trace_id);
  return o;
}

}  // namespace rltrader

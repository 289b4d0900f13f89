// What clients ask of the simulated venue, and what BingX would refuse of it.
#include "sim/venue_stepping.hpp"

#include <algorithm>
#include <charconv>

namespace rltrader::sim {

namespace {

__extension__ using wide = __int128;

/// price x quantity against an amount, without overflow.
int compare_value(price p, quantity q, money amount) {
  const auto value = static_cast<wide>(p.raw()) * q.raw();
  const auto bound = static_cast<wide>(amount.raw()) * fixed_scale;
  return value < bound ? -1 : (value > bound ? 1 : 0);
}

order_id lower_case(const order_id& id) {
  auto text = id.text();
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return order_id{std::move(text)};
}

bool well_formed(const order_id& id) {
  const auto& text = id.text();
  return text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

template <class Fixed>
Fixed cut(Fixed value, Fixed unit) {
  return Fixed::of_raw(value.raw() - value.raw() % unit.raw());
}

command_answer refuse(rejection why) { return {.refused = std::move(why), .order = {}, .step = {}}; }

}  // namespace

/// The checks of a new order, in the order in which they are made. The content may be cut to the contract's precision.
struct venue_core::review {
  const venue_core& venue;
  const book& on;
  order_content content;
  order_id client;

  using verdict = std::optional<rejection>;

  const instrument& terms() const { return on.row.terms; }
  const venue_position& leg() const { return on.legs[static_cast<std::size_t>(content.leg_side)]; }
  price reference() const { return content.limit && content.type == order_type::limit ? *content.limit : on.row.last; }

  verdict mode();
  verdict name() const;
  verdict parameters() const;
  verdict precision();
  verdict prices() const;
  verdict closing() const;
  verdict minimums() const;
  verdict room() const;
  quantity pending(bool (*counts)(const venue_order&, const order_content&)) const;
  quantity opening() const;

  verdict all() {
    if (auto no = mode()) return no;
    if (auto no = name()) return no;
    if (auto no = parameters()) return no;
    if (auto no = precision()) return no;
    if (auto no = prices()) return no;
    if (auto no = closing()) return no;
    if (auto no = minimums()) return no;
    return room();
  }
};

std::optional<rejection> venue_core::review::mode() {
  const bool one_way = venue.account_.mode == position_mode::one_way;
  if (one_way && content.leg_side != position_side::both)
    return rejection{109400, "In the One-way mode, the 'PositionSide' field can only be set to BOTH."};
  if (!one_way && content.leg_side == position_side::both)
    return rejection{109400, "In the Hedge mode, the 'PositionSide' field can only be set to LONG or SHORT."};
  if (!one_way && content.reduce_only) {
    if (venue.settings_.in_hedge == hedge_reduce_only::reject)
      return rejection{109400, "In the Hedge mode, the 'ReduceOnly' field can not be filled."};
    content.reduce_only = false;
  }
  return {};
}

std::optional<rejection> venue_core::review::name() const {
  if (!well_formed(client)) return rejection{109400, "clientOrderID must be 1 to 40 of letters, digits and hyphens"};
  if (!client.empty() && venue.client_index_.contains(client))
    return rejection{101481, "clientOrderID cannot be repeated"};
  return {};
}

std::optional<rejection> venue_core::review::parameters() const {
  if (!content.quantity.positive()) return rejection{109400, "parameter quantity must be above zero"};
  if (content.type == order_type::limit && (!content.limit || !content.limit->positive()))
    return rejection{109400, "parameter price must be above zero"};
  if (has_trigger(content.type) && (!content.trigger || !content.trigger->positive()))
    return rejection{109400, "parameter stopPrice must be above zero"};
  return {};
}

std::optional<rejection> venue_core::review::precision() {
  auto exact = content;
  exact.quantity = cut(exact.quantity, terms().step);
  if (exact.limit) exact.limit = cut(*exact.limit, terms().tick);
  if (exact.trigger) exact.trigger = cut(*exact.trigger, terms().tick);
  if (venue.settings_.precision == excess_precision::reject && exact != content) {
    if (exact.quantity != content.quantity)
      return rejection{110425, "quantity precision: must be a multiple of " + terms().step.text()};
    return rejection{110425, "price precision: must be a multiple of " + terms().tick.text()};
  }
  content = std::move(exact);
  return parameters();  // what was cut may be nothing now
}

std::optional<rejection> venue_core::review::prices() const {
  const auto last = on.row.last;
  if (!last.positive()) return rejection{101415, "the contract has no price yet"};
  if (content.type == order_type::limit) {
    const auto band = part_of(last, venue.settings_.price_band);
    if (*content.limit > last + band) return rejection{101211, "price must not be above " + (last + band).text()};
    if (*content.limit < last - band) return rejection{101211, "price must not be below " + (last - band).text()};
  }
  if (!has_trigger(content.type)) return {};
  const bool sells = content.side == order_side::sell;
  const auto trigger = *content.trigger;
  const auto mark = on.row.mark;
  if (content.type == order_type::stop_market) {
    if (sells && trigger >= mark) return rejection{110411, "stop loss must be below the current price " + mark.text()};
    if (!sells && trigger <= mark) return rejection{110412, "stop loss must be above the current price " + mark.text()};
    return {};
  }
  if (sells && trigger <= mark) return rejection{110413, "take profit must be above the current price " + mark.text()};
  if (!sells && trigger >= mark) return rejection{110414, "take profit must be below the current price " + mark.text()};
  return {};
}

quantity venue_core::review::pending(bool (*counts)(const venue_order&, const order_content&)) const {
  quantity sum;
  for (const auto& r : on.open)
    if (r.order.content.leg_side == content.leg_side && r.order.content.side == content.side &&
        counts(r.order, content))
      sum += r.order.open_quantity();
  return sum;
}

std::optional<rejection> venue_core::review::closing() const {
  if (!only_closes(content)) return {};
  const auto held = closable(leg(), content.side);
  if (content.quantity > held || held.is_zero()) {
    if (content.reduce_only)
      return rejection{101290,
                       "The Reduce Only order can only decrease the position and not be used to open a position. "
                       "Please check your positions and open orders."};
    return rejection{101205, "No position to close"};
  }
  if (has_trigger(content.type)) {
    const auto resting = pending([](const venue_order& o, const order_content& c) { return o.content.type == c.type; });
    if (content.quantity > held - std::min(resting, held)) {
      if (content.type == order_type::stop_market)
        return rejection{110406, "the stop losses of the position would exceed it"};
      return rejection{110407, "the take profits of the position would exceed it"};
    }
    return {};
  }
  const auto resting = pending([](const venue_order& o, const order_content&) {
    return only_closes(o.content) && (!has_trigger(o.content.type) || o.triggered);
  });
  if (content.quantity > held - std::min(resting, held))
    return rejection{101212, "pending orders hold the position: available " + (held - std::min(resting, held)).text()};
  return {};
}

std::optional<rejection> venue_core::review::minimums() const {
  const bool whole_remainder = only_closes(content) && content.quantity == closable(leg(), content.side);
  if (whole_remainder && venue.settings_.remainder == small_close::accept) return {};
  if (content.quantity < terms().minimum)
    return rejection{101400, "quantity must be at least " + terms().minimum.text()};
  if (compare_value(reference(), content.quantity, terms().minimum_notional) < 0)
    return rejection{110425, "Please ensure that the minimum nominal value of the order placed must be greater than " +
                                 terms().minimum_notional.text() + "u"};
  return {};
}

quantity venue_core::review::opening() const {
  if (only_closes(content)) return {};
  const auto closes = content.leg_side == position_side::both ? closable(leg(), content.side) : quantity{};
  return content.quantity - std::min(content.quantity, closes);
}

std::optional<rejection> venue_core::review::room() const {
  if (std::cmp_greater_equal(on.open.size(), venue.settings_.open_orders_most))
    return rejection{80013, "too many open orders"};
  const auto opens = opening();
  if (opens.is_zero()) return {};
  const auto most = venue.settings_.largest_position;
  const rejection too_large{101209, "the position's value would be above " + most.text()};
  if (compare_value(reference(), opens, most) > 0) return too_large;
  const auto same_side = content.side == order_side::buy ? leg().held : -leg().held;
  const auto opposite = closable(leg(), content.side);
  const auto waiting = pending([](const venue_order& o, const order_content&) { return !only_closes(o.content); });
  const auto grown = opposite.is_zero() ? same_side + waiting + opens : waiting + opens;
  if (compare_value(reference(), grown, most) > 0) return too_large;
  const auto value = value_of(reference(), opens, rounding::up);
  const auto needed = value.scaled(1, on.row.leverage, rounding::up) + part_of(value, terms().taker_fee, rounding::up);
  if (needed > venue.balance().available) return rejection{101204, "Insufficient margin"};
  return {};
}

command_answer venue_core::place(const place_request& request) {
  auto* b = find(request.content.pair);
  if (!b)
    return refuse({109425, request.content.pair.text() +
                               ",symbol not exist, please verify it in api: /openApi/swap/v2/quote/contracts"});
  review checks{.venue = *this, .on = *b, .content = request.content, .client = lower_case(request.client)};
  if (auto no = checks.all()) return refuse(std::move(*no));

  venue_order order;
  order.number = next_number(request.at);
  order.id = venue_order_id{std::to_string(order.number)};
  order.client = checks.client;
  order.content = std::move(checks.content);
  order.placed_at = order.updated_at = request.at;
  if (!order.client.empty()) client_index_.emplace(order.client, order.number);
  stepping step{*this, b, request.at};
  b->open.push_back({.order = order});
  step.tell(b->open.back());
  return {.refused = {}, .order = std::move(order), .step = step.finish()};
}

std::optional<std::int64_t> venue_core::number_of(const order_key& key) const {
  if (!key.client.empty()) {
    const auto found = client_index_.find(lower_case(key.client));
    return found == client_index_.end() ? std::nullopt : std::optional(found->second);
  }
  const auto& text = key.id.text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

command_answer venue_core::cancel(const order_key& key, instant at) {
  const auto known = query(key);
  if (!known) return refuse({109421, "order not exist"});
  if (terminal(known->state)) return refuse({109422, "order is already " + std::string(text_of(known->state))});
  auto* b = find(key.pair);
  stepping step{*this, b, at};
  const auto found =
      std::find_if(b->open.begin(), b->open.end(), [&](const auto& r) { return r.order.number == known->number; });
  step.end(*found, order_state::cancelled, "cancelled by the client");
  auto cancelled = found->order;
  return {.refused = {}, .order = std::move(cancelled), .step = step.finish()};
}

command_answer venue_core::set_mode(position_mode mode, instant at) {
  if (mode == account_.mode) return {};
  if (!std::all_of(books_.begin(), books_.end(), idle))
    return refuse({109401, "the account has positions or pending orders"});
  account_.mode = mode;
  stepping step{*this, nullptr, at};
  step.account_touched = true;
  return {.refused = {}, .order = {}, .step = step.finish()};
}

command_answer venue_core::set_leverage(const pair_name& pair, int leverage, instant at) {
  auto* b = find(pair);
  if (!b) return refuse({109425, pair.text() + ",symbol not exist"});
  if (leverage < 1) return refuse({109400, "leverage must be at least 1"});
  if (leverage > b->row.terms.leverage_most)
    return refuse({101414, "leverage must not be above " + std::to_string(b->row.terms.leverage_most)});
  b->row.leverage = leverage;
  stepping step{*this, b, at};
  step.account_touched = true;
  return {.refused = {}, .order = {}, .step = step.finish()};
}

command_answer venue_core::transfer(money amount, instant at) {
  if (amount.is_zero()) return {};
  if (amount.negative() && -amount > balance().available) return refuse({101204, "Insufficient margin"});
  stepping step{*this, nullptr, at};
  step.book_income({.what = income_kind::transfer, .amount = amount}, "TRANSFER");
  return {.refused = {}, .order = {}, .step = step.finish()};
}

}  // namespace rltrader::sim

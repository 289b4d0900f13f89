// The simulated venue's books: how they begin, what they answer, how they are kept and restored.
#include "sim/venue_core.hpp"

#include "sim/venue_stepping.hpp"

#include <algorithm>

namespace rltrader::sim {

namespace {

/// Order numbers count milliseconds from here in their upper bits, as the venue's own do.
constexpr std::int64_t snowflake_epoch_ms = 1'288'834'974'657;

template <class Row, class Cursor>
auto after(const std::vector<Row>& rows, Cursor cursor) {
  return std::upper_bound(rows.begin(), rows.end(), cursor,
                          [](std::int64_t sequence, const Row& row) { return sequence < row.sequence; });
}

template <class Row>
std::vector<Row> first_of(const std::vector<Row>& rows, std::int64_t cursor, std::size_t limit) {
  const auto begin = after(rows, cursor);
  const auto left = static_cast<std::size_t>(rows.end() - begin);
  return {begin, begin + static_cast<std::ptrdiff_t>(std::min(left, limit))};
}

/// Upserts into rows that are sorted by key.
template <class Row, class Key>
void upsert(std::vector<Row>& into, const std::vector<Row>& changes, Key key) {
  for (const auto& row : changes) {
    const auto where =
        std::lower_bound(into.begin(), into.end(), row, [&](const Row& a, const Row& b) { return key(a) < key(b); });
    if (where != into.end() && key(*where) == key(row))
      *where = row;
    else
      into.insert(where, row);
  }
}

/// A stored order must be one that matching can work with.
bool sound(const venue_order& o) {
  const bool priced = o.content.type != order_type::limit || o.content.limit;
  const bool armed = !has_trigger(o.content.type) || o.content.trigger;
  return priced && armed && o.filled <= o.content.quantity;
}

}  // namespace

venue_core::venue_core(venue_settings settings) : settings_(std::move(settings)) {
  account_.mode = settings_.mode;
  account_.starting_balance = account_.wallet = settings_.starting_balance;
  for (const auto& contract : settings_.instruments) list(contract);
}

void venue_core::list(const instrument& contract) {
  must(contract.tick.positive() && contract.step.positive(), "a contract needs a tick and a step");
  if (auto* known = find(contract.pair))
    known->row.terms = contract;
  else
    add_book(contract);
}

venue_core::book& venue_core::add_book(const instrument& terms) {
  book_index_.emplace(terms.pair, books_.size());
  auto& b = books_.emplace_back();
  const auto own = settings_.leverage_by_pair.find(terms.pair.text());
  const auto wanted = own == settings_.leverage_by_pair.end() ? settings_.leverage : own->second;
  b.row.pair = terms.pair;
  b.row.terms = terms;
  b.row.leverage = std::clamp(wanted, 1, std::max(1, terms.leverage_most));
  for (std::size_t i = 0; i < b.legs.size(); ++i) {
    b.legs[i].pair = terms.pair;
    b.legs[i].leg_side = static_cast<position_side>(i);
  }
  return b;
}

venue_core::book* venue_core::find(const pair_name& pair) {
  const auto found = book_index_.find(pair);
  return found == book_index_.end() ? nullptr : &books_[found->second];
}
const venue_core::book* venue_core::find(const pair_name& pair) const {
  const auto found = book_index_.find(pair);
  return found == book_index_.end() ? nullptr : &books_[found->second];
}

std::int64_t venue_core::next_number(instant at) {
  const auto since = std::max<std::int64_t>(ms_of(at) - snowflake_epoch_ms, 0);
  return account_.last_number = std::max(since << 22, account_.last_number + 1);
}

std::optional<venue_order> venue_core::query(const order_key& key) const {
  const auto number = number_of(key);
  const auto* b = find(key.pair);
  if (!number || !b) return std::nullopt;
  for (const auto& r : b->open)
    if (r.order.number == *number) return r.order;
  const auto found = closed_.find(*number);
  if (found == closed_.end() || found->second.content.pair != key.pair) return std::nullopt;
  return found->second;
}

std::vector<venue_order> venue_core::open_orders() const {
  std::vector<venue_order> out;
  for (const auto& b : books_)
    for (const auto& r : b.open) out.push_back(r.order);
  std::sort(out.begin(), out.end(), [](const auto& x, const auto& y) { return x.number < y.number; });
  return out;
}

std::vector<venue_order> venue_core::open_orders(const pair_name& pair) const {
  std::vector<venue_order> out;
  if (const auto* b = find(pair))
    for (const auto& r : b->open) out.push_back(r.order);
  return out;
}

std::vector<venue_order> venue_core::closed_orders(instant since) const {
  std::vector<venue_order> out;
  for (const auto& [number, order] : closed_)
    if (order.updated_at >= since) out.push_back(order);
  return out;
}

std::vector<position_view> venue_core::positions() const {
  std::vector<position_view> out;
  for (const auto& b : books_)
    for (const auto& leg : b.legs)
      if (!leg.held.is_zero()) out.push_back({leg, b.row.mark, unrealised_of(leg, b.row.mark), b.row.leverage});
  return out;
}

std::optional<position_view> venue_core::position_of(const pair_name& pair, position_side leg_side) const {
  const auto* b = find(pair);
  if (!b) return std::nullopt;
  const auto& leg = b->legs[static_cast<std::size_t>(leg_side)];
  return position_view{leg, b->row.mark, unrealised_of(leg, b->row.mark), b->row.leverage};
}

std::vector<venue_fill> venue_core::fills_since(std::int64_t cursor, std::size_t limit) const {
  return first_of(fills_, cursor, limit);
}

std::vector<venue_fill> venue_core::fills_since(instant since) const {
  // Fills are kept in the order of time, so the first that counts is found by halving.
  const auto first =
      std::partition_point(fills_.begin(), fills_.end(), [&](const auto& f) { return f.trade.at < since; });
  return {first, fills_.end()};
}

std::vector<income_row> venue_core::income_since(std::int64_t cursor, std::size_t limit) const {
  return first_of(income_, cursor, limit);
}

money venue_core::frozen_by(const book& b) const {
  money sum;
  for (const auto& r : b.open) {
    const auto& c = r.order.content;
    if (only_closes(c)) continue;
    const auto& leg = b.legs[static_cast<std::size_t>(c.leg_side)];
    const auto closes = c.leg_side == position_side::both ? closable(leg, c.side) : quantity{};
    const auto opens = r.order.open_quantity() - std::min(r.order.open_quantity(), closes);
    const auto at = c.type == order_type::limit ? *c.limit : b.row.last;
    sum += value_of(at, opens, rounding::up).scaled(1, b.row.leverage, rounding::up);
  }
  return sum;
}

balance venue_core::balance() const {
  rltrader::sim::balance out;
  out.wallet = account_.wallet;
  for (const auto& b : books_) {
    if (idle(b)) continue;
    out.frozen += frozen_by(b);
    for (const auto& leg : b.legs) {
      out.unrealised += unrealised_of(leg, b.row.mark);
      out.used_margin += leg.margin;
    }
  }
  out.equity = out.wallet + out.unrealised;
  out.available = std::max(money{}, std::min(out.wallet, out.equity) - out.used_margin - out.frozen);
  return out;
}

std::vector<instrument> venue_core::instruments() const {
  std::vector<instrument> out;
  for (const auto& b : books_) out.push_back(b.row.terms);
  return out;
}

std::optional<book_row> venue_core::book_of(const pair_name& pair) const {
  const auto* b = find(pair);
  return b ? std::optional(b->row) : std::nullopt;
}

venue_rows venue_core::snapshot() const {
  venue_rows out;
  for (const auto& [number, order] : closed_) out.orders.push_back(order);
  for (auto& order : open_orders()) out.orders.push_back(std::move(order));
  std::sort(out.orders.begin(), out.orders.end(), [](const auto& x, const auto& y) { return x.number < y.number; });
  out.fills = fills_;
  out.income = income_;
  out.account = account_;
  venue_rows unsorted;
  for (const auto& b : books_) {
    unsorted.books.push_back(b.row);
    for (const auto& leg : b.legs)
      if (leg.updated_at != instant{}) unsorted.positions.push_back(leg);
  }
  merge(out, unsorted);
  return out;
}

venue_core venue_core::restore(venue_settings settings, const venue_rows& rows) {
  venue_core venue{std::move(settings)};
  if (rows.account) venue.account_ = *rows.account;
  for (const auto& row : rows.books) {
    auto* b = venue.find(row.pair);
    if (!b) b = &venue.add_book(row.terms);
    const auto terms = b->row.terms;
    b->row = row;
    b->row.terms = terms;
  }
  for (const auto& row : rows.positions) {
    auto* b = venue.find(row.pair);
    must(b, "a stored position without its book");
    b->legs[static_cast<std::size_t>(row.leg_side)] = row;
  }
  for (const auto& row : rows.orders) {
    must(sound(row), "a stored order that matching cannot work with");
    if (!row.client.empty()) venue.client_index_.emplace(row.client, row.number);
    if (terminal(row.state)) {
      venue.closed_.emplace(row.number, row);
      continue;
    }
    auto* b = venue.find(row.content.pair);
    must(b, "a stored order without its book");
    b->open.push_back({.order = row});
  }
  venue.fills_ = rows.fills;
  venue.income_ = rows.income;
  return venue;
}

void venue_core::prune(instant before) {
  std::erase_if(closed_, [&](const auto& entry) {
    const bool old = entry.second.updated_at < before;
    if (old && !entry.second.client.empty()) client_index_.erase(entry.second.client);
    return old;
  });
  std::erase_if(fills_, [&](const auto& f) { return f.trade.at < before; });
  std::erase_if(income_, [&](const auto& i) { return i.at < before; });
}

void merge(venue_rows& into, const venue_rows& changes) {
  upsert(into.orders, changes.orders, [](const auto& r) { return r.number; });
  upsert(into.fills, changes.fills, [](const auto& r) { return r.sequence; });
  upsert(into.positions, changes.positions, [](const auto& r) { return std::pair(r.pair, r.leg_side); });
  upsert(into.income, changes.income, [](const auto& r) { return r.sequence; });
  upsert(into.books, changes.books, [](const auto& r) { return r.pair; });
  if (changes.account) into.account = changes.account;
}

}  // namespace rltrader::sim

// How the book that limits are measured on follows what happened.
#include "domain/risk.hpp"

#include <algorithm>

namespace rltrader {

namespace {

/// A pair that nobody configured can still hold something (foreign activity): it is counted, and trades nothing.
pair_exposure& pair_of(risk_book& book, const pair_name& name) {
  auto& pair = book.pairs[name];
  pair.instrument.pair = name;
  return pair;
}

position& position_of(pair_exposure& pair, const pair_name& name, position_side leg) {
  auto& p = pair.positions[leg];
  p.pair = name;
  p.leg_side = leg;
  return p;
}

}  // namespace

void note_order(risk_book& book, const order& o) {
  auto& pair = pair_of(book, o.content().pair);
  if (terminal(o.state))
    pair.open_orders.erase(o.id);
  else
    pair.open_orders[o.id] = o;
}

void note_fill(risk_book& book, const fill& f) {
  auto& held = position_of(pair_of(book, f.pair), f.pair, f.leg_side);
  const auto after = apply(held, f);
  const auto gained = after.realised - held.realised - f.fee;
  held = after;
  book.wallet += gained;
  book.realised += gained;
}

void note_funding(risk_book& book, const funding& f) {
  auto& pair = pair_of(book, f.pair);
  for (auto& [leg, held] : pair.positions) {
    auto at = held.entry;
    if (pair.mark) at = pair.mark->mark.positive() ? pair.mark->mark : pair.mark->last;
    const auto after = apply(held, f, at);
    const auto gained = after.funding_received - held.funding_received;
    held = after;
    book.wallet += gained;
    book.realised += gained;
  }
}

void note_tick(risk_book& book, const tick& t) {
  auto& pair = pair_of(book, t.pair);
  if (!pair.mark || t.at >= pair.mark->at) pair.mark = t;
}

void note_balance(risk_book& book, money wallet) { book.wallet = wallet; }

void note_position(risk_book& book, const position& held) {
  const auto it = book.pairs.find(held.pair);
  if (it == book.pairs.end()) return;
  auto& mine = it->second.positions[held.leg_side];
  const auto received = held.funding_received - mine.funding_received + held.realised - mine.realised;
  book.wallet += received;
  book.realised += received;
  mine = held;
}

}  // namespace rltrader

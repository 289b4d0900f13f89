// The difference between our books and the venue's, as a list of corrections.
#include "domain/reconcile.hpp"

#include "domain/side_table.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace rltrader {

namespace {

/// Our ids are the prefix and 28 of [0-9a-z]; somebody else's short name that begins alike is not ours.
bool looks_ours(const order_id& id, const std::string& prefix) {
  const auto& text = id.text();
  return text.size() == prefix.size() + 28 && text.compare(0, prefix.size(), prefix) == 0 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

/// How far along its life a state is; the venue's word is adopted only when it is further.
int progress(order_state s) {
  switch (s) {
    case order_state::intent:
    case order_state::sent:
    case order_state::unknown: return 0;
    case order_state::accepted: return 1;
    case order_state::partial: return 2;
    case order_state::filled:
    case order_state::rejected:
    case order_state::cancelled:
    case order_state::expired:
    case order_state::not_placed: return 3;
  }
  return 0;
}

/// One comparison, step by step; `todo` grows in the order in which it is to be applied.
class comparison {
 public:
  comparison(const local_books& ours, const venue_view& theirs, const reconcile_terms& terms, instant now)
      : ours_(ours), theirs_(theirs), terms_(terms), seen_at_(theirs.at == instant{} ? now : theirs.at) {}

  reconcile_result run() {
    fills();
    insurance();
    our_orders();
    other_orders();
    positions();
    for (const auto& pair : pairs_)
      if (disagreeing_.count(pair) == 0) out_.agreeing.insert(pair);
    return std::move(out_);
  }

 private:
  using leg_key = std::pair<pair_name, position_side>;

  bool in_scope(const pair_name& pair) const { return terms_.pairs.empty() || terms_.pairs.count(pair) != 0; }
  bool young(instant since) const { return since + terms_.grace > seen_at_; }
  void correct(const pair_name& pair, correction what) {
    disagreeing_.insert(pair);
    out_.todo.push_back(std::move(what));
  }

  void fills();
  void insurance();
  void our_orders();
  void compare_order(const order& o, const venue_order_view* shown);
  void other_orders();
  void positions();

  const local_books& ours_;
  const venue_view& theirs_;
  const reconcile_terms& terms_;
  instant seen_at_;  ///< the moment of the venue's view
  reconcile_result out_;
  std::set<pair_name> pairs_;                ///< all that were looked at
  std::set<pair_name> disagreeing_;          ///< corrected, or not quiet and different
  std::set<pair_name> busy_;                 ///< with an order too young to judge
  std::map<order_id, quantity> booked_now_;  ///< by the fills of this list
  std::map<leg_key, quantity> flow_;         ///< what those fills do to positions
};

void comparison::fills() {
  std::vector<fill> missing;
  std::set<fill_key> seen;
  for (const auto& f : theirs_.fills)
    if (in_scope(f.pair) && ours_.known_fills.count({f.pair, f.id}) == 0 && seen.insert({f.pair, f.id}).second)
      missing.push_back(f);
  std::sort(missing.begin(), missing.end(),
            [](const fill& a, const fill& b) { return std::tie(a.at, a.pair, a.id) < std::tie(b.at, b.pair, b.id); });
  for (const auto& f : missing) {
    pairs_.insert(f.pair);
    booked_now_[f.order] += f.quantity;
    flow_[{f.pair, f.leg_side}] += sign_of(f.side) > 0 ? f.quantity : -f.quantity;
    correct(f.pair, corrections::book_fill{f});
  }
}

void comparison::insurance() {
  std::set<std::string> seen;
  for (const auto& paid : theirs_.insurance) {
    if (!in_scope(paid.pair) || ours_.known_insurance.contains(paid.id) || !seen.insert(paid.id).second) continue;
    pairs_.insert(paid.pair);
    correct(paid.pair, corrections::book_insurance{paid});
  }
}

void comparison::our_orders() {
  std::map<order_id, const venue_order_view*> shown;
  for (const auto& v : theirs_.open_orders) shown.emplace(v.id, &v);
  std::map<order_id, const order*> ordered;
  for (const auto& o : ours_.open_orders)
    if (in_scope(o.content().pair) && !terminal(o.state)) ordered.emplace(o.id, &o);

  for (const auto& [id, o] : ordered) {
    pairs_.insert(o->content().pair);
    if (young(o->updated_at)) {
      busy_.insert(o->content().pair);
      continue;
    }
    ++out_.orders_checked;
    const auto found = shown.find(id);
    compare_order(*o, found == shown.end() ? nullptr : found->second);
  }
}

void comparison::compare_order(const order& o, const venue_order_view* shown) {
  const auto& pair = o.content().pair;
  const auto found = booked_now_.find(o.id);
  const auto filled = o.filled + (found == booked_now_.end() ? quantity{} : found->second);
  const auto ask = [&](const std::string& why) { correct(pair, corrections::look_up{pair, o.id, why}); };

  if (filled >= o.content().quantity) return;  // the fills of this list finish it
  if (shown == nullptr)
    return ask("we hold it as " + std::string(text_of(o.state)) + ", the venue does not show it among its open orders");
  if (shown->pair != pair || shown->side != o.content().side || shown->quantity != o.content().quantity)
    return ask("the venue shows another content under its id: " + shown->pair.text() + ' ' +
               std::string(text_of(shown->side)) + ' ' + shown->quantity.text());
  if (shown->filled > filled)
    return ask("the venue shows " + shown->filled.text() + " filled, the fills we have make " + filled.text());
  const bool by_fills = filled > o.filled;  // those fills bring it to partial by themselves
  const auto reached = by_fills ? std::max(progress(o.state), progress(order_state::partial)) : progress(o.state);
  if (progress(shown->state) > reached) correct(pair, corrections::adopt_state{o.id, shown->state, shown->venue_order});
}

void comparison::other_orders() {
  std::set<order_id> open;
  for (const auto& o : ours_.open_orders) open.insert(o.id);
  std::vector<const venue_order_view*> others;
  // An id of ours that the venue shows twice is one order too many: the second one was not sent from here (I1).
  for (const auto& v : theirs_.open_orders)
    if (in_scope(v.pair) && open.erase(v.id) == 0) others.push_back(&v);
  std::sort(others.begin(), others.end(), [](const auto* a, const auto* b) {
    return std::tie(a->pair, a->id, a->venue_order) < std::tie(b->pair, b->id, b->venue_order);
  });
  for (const auto* v : others) {
    pairs_.insert(v->pair);
    if (ours_.ended_orders.count(v->id) != 0)
      correct(v->pair, corrections::look_up{v->pair, v->id, "we hold it as ended, the venue still shows it as open"});
    else if (looks_ours(v->id, terms_.own_prefix))
      correct(v->pair, corrections::second_daemon{*v});
    else
      correct(v->pair, corrections::foreign_order{*v});
  }
}

void comparison::positions() {
  std::map<leg_key, quantity> mine;
  std::map<leg_key, quantity> venues;
  for (const auto& p : ours_.positions) {
    if (!in_scope(p.pair)) continue;
    pairs_.insert(p.pair);
    mine[{p.pair, p.leg_side}] += p.held;
    if (young(p.updated_at)) busy_.insert(p.pair);
  }
  for (const auto& [key, quantity] : flow_) mine[key] += quantity;
  for (const auto& v : theirs_.positions) {
    if (!in_scope(v.pair)) continue;
    pairs_.insert(v.pair);
    venues[{v.pair, v.leg_side}] += v.held;
  }
  for (const auto& [key, held] : mine) venues.emplace(key, quantity{});
  for (const auto& [key, held] : venues) {
    const auto& [pair, leg] = key;
    out_.positions.push_back({pair, leg, mine[key], held});
    if (mine[key] == held) continue;
    if (busy_.count(pair) != 0)
      disagreeing_.insert(pair);  // not a quiet point: neither agreement nor a mismatch
    else
      correct(pair, corrections::position_mismatch{pair, leg, mine[key], held});
  }
  for (const auto& pair : terms_.pairs) pairs_.insert(pair);
}

}  // namespace

reconcile_result reconcile(const local_books& ours, const venue_view& theirs, const reconcile_terms& terms,
                           instant now) {
  return comparison(ours, theirs, terms, now).run();
}

}  // namespace rltrader

// What is durable, what the venue holds, and the rules between them.
#include "domain/order_machine.hpp"
#include "tests/support/test_desk.hpp"

#include <algorithm>
#include <set>

namespace rltrader::testing_support {

namespace {

template <class T>
T needed(result<T> r) {
  if (!r) throw std::runtime_error(r.error().what);
  return std::move(*r);
}

constexpr ports::list_query everything{.limit = 10'000};

sim::venue_rows rows_of(ports::venue_journal& journal) { return needed(venue_rows_of(needed(journal.load()))); }

using words = std::vector<std::string>;

/// I5 and I14: events of an order are numbered 1.., follow one another, never leave an end, never lose a fill; and each has its one
/// audit note in the same transaction.
void check_history(const std::vector<ports::write_batch>& history, words& out) {
  std::map<order_id, state_event> last;
  std::map<std::string, int> fills;
  for (std::size_t n = 0; n < history.size(); ++n) {
    std::multiset<std::string> moved;
    std::multiset<std::string> noted;
    for (const auto& row : history[n]) {
      if (const auto* e = std::get_if<state_event>(&row)) {
        moved.insert(e->order.text() + " order." + std::string(text_of(e->after)));
        const auto it = last.find(e->order);
        const auto at = "order " + e->order.text() + " event " + std::to_string(e->number);
        if (e->number != (it == last.end() ? 1 : it->second.number + 1))
          out.push_back("I14: " + at + " is out of turn");
        if (it != last.end()) {
          if (e->before != it->second.after) out.push_back("I5: " + at + " does not begin where the last one ended");
          if (terminal(it->second.after) && e->after != it->second.after) out.push_back("I5: " + at + " leaves an end");
          if (e->filled < it->second.filled) out.push_back("I5: " + at + " loses a fill");
        }
        last[e->order] = *e;
      }
      if (const auto* a = std::get_if<audit_note>(&row);
          a && a->resource_type == "order" && a->action.starts_with("order."))
        noted.insert(a->resource_id + ' ' + a->action);
      if (const auto* f = std::get_if<fill>(&row))
        if (++fills[f->pair.text() + '|' + f->id.text()] > 1)
          out.push_back("I7: fill " + f->id.text() + " is booked twice");
    }
    if (moved != noted) out.push_back("I14: events and audit notes of commit " + std::to_string(n) + " differ");
  }
}

}  // namespace

std::vector<rltrader::order> test_desk::orders() { return needed(kept->orders(everything)).rows; }
std::vector<rltrader::order> test_desk::orders_of(const pair_name& pair) {
  auto all = orders();
  std::erase_if(all, [&](const rltrader::order& o) { return o.content().pair != pair; });
  std::reverse(all.begin(), all.end());
  return all;
}
std::vector<alert> test_desk::alerts(const std::string& category) {
  auto all = needed(kept->alerts(everything)).rows;
  if (!category.empty()) std::erase_if(all, [&](const alert& a) { return a.category != category; });
  return all;
}
std::vector<audit_event> test_desk::audit(const std::string& action) {
  auto all = needed(kept->audit(everything)).rows;
  if (!action.empty()) std::erase_if(all, [&](const audit_event& a) { return a.action != action; });
  std::reverse(all.begin(), all.end());
  return all;
}
std::vector<decision> test_desk::decisions(const pair_name& pair) {
  auto q = everything;
  q.pair = pair.text();
  auto all = needed(kept->decisions(q)).rows;
  std::reverse(all.begin(), all.end());
  return all;
}
std::vector<trade> test_desk::trades() { return needed(kept->trades(everything)).rows; }

quantity test_desk::held_by_us(const pair_name& pair) {
  quantity sum;
  for (const auto& p : needed(kept->load()).positions)
    if (p.pair == pair) sum += p.held;
  return sum;
}
quantity test_desk::held_there(const pair_name& pair) {
  const auto view = exchange->position_of(pair);
  return view ? view->position.held : quantity{};
}

std::vector<std::string> test_desk::violations(bool quiet) {
  words out;
  check_history(ops->history, out);
  if (const auto verified = kept->verify_audit(); !verified) out.push_back("I14: " + verified.error().what);

  std::map<order_id, rltrader::order> ours;
  for (auto& o : orders()) ours.emplace(o.id, std::move(o));
  const auto theirs = rows_of(*journal);
  std::map<order_id, int> at_venue;
  for (const auto& o : theirs.orders) {
    if (!ours.contains(o.client)) out.push_back("I2: the venue has order " + o.client.text() + " without an intent");
    if (++at_venue[o.client] > 1) out.push_back("I1: the venue has order " + o.client.text() + " twice");
  }
  for (const auto& [id, o] : ours)
    if (o.state == order_state::not_placed && at_venue.contains(id))
      out.push_back("I4: " + id.text() + " is called not placed, and the venue has it");
  if (!quiet) return out;

  const auto booked = needed(kept->fills(everything)).rows;
  for (const auto& f : theirs.fills) {
    const auto times = std::count_if(booked.begin(), booked.end(),
                                     [&](const fill& b) { return b.id == f.trade.id && b.pair == f.trade.pair; });
    if (times != 1) out.push_back("I7: fill " + f.trade.id.text() + " is booked " + std::to_string(times) + " times");
  }
  if (booked.size() != theirs.fills.size()) out.push_back("I7: the number of fills differs");
  const auto open_trades = needed(kept->load()).open_trades;
  for (const auto& name : options_.pairs) {
    const auto held = held_by_us(name);
    if (held != held_there(name))
      out.push_back("I6: we hold " + held.text() + ' ' + name.text() + ", the venue " + held_there(name).text());
    quantity in_trades;
    for (const auto& t : open_trades)
      if (t.instrument == name) in_trades += t.position_size;
    if (in_trades != held.abs())
      out.push_back("trades of " + name.text() + " hold " + in_trades.text() + ", the position " + held.text());
  }
  for (const auto& [id, o] : ours)
    if (!terminal(o.state))
      out.push_back("I22: order " + id.text() + " is still " + std::string(text_of(o.state)) + ": " + o.status_reason);
  if (desk_) {
    const auto mine = books();
    for (const auto& p : mine.positions)
      if (p.held != held_there(p.pair))
        out.push_back("I6: the executor's books differ from the venue's in " + p.pair.text());
    const auto known = risk().snapshot.equity;
    const auto true_equity = exchange->balance().equity;
    if ((known - true_equity).abs() > money::of(1))
      out.push_back("I6: risk reckons an equity of " + known.text() + ", the venue has " + true_equity.text());
  }
  return out;
}

std::string lines(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& w : all) out += w + '\n';
  return out;
}

}  // namespace rltrader::testing_support

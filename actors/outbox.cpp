// Rows of the executor that wait for the ledger.
#include "actors/outbox.hpp"

#include <iterator>
#include <utility>

namespace rltrader {

namespace {

void append(const booked& b, ports::write_batch& rows) {
  if (b.now) rows.emplace_back(*b.now);
  if (b.by_fill) rows.emplace_back(*b.by_fill);
  if (b.held) rows.emplace_back(*b.held);
  if (b.round_trip) rows.emplace_back(*b.round_trip);
  for (const auto& e : b.events) rows.emplace_back(e);
  for (const auto& n : b.notes) rows.emplace_back(n);
  if (b.fact) rows.emplace_back(*b.fact);
}

}  // namespace

std::optional<ports::write_batch> outbox::next() {
  if (under_way_ > 0 || waiting_.empty()) return std::nullopt;
  under_way_ = one_by_one_ > 0 ? std::size_t{1} : waiting_.size();
  ports::write_batch rows;
  for (std::size_t i = 0; i < under_way_; ++i) append(waiting_[i].what, rows);
  return rows;
}

pending_save outbox::take_first() {
  auto p = std::move(waiting_.front());
  waiting_.pop_front();
  if (one_by_one_ > 0) --one_by_one_;
  return p;
}

std::vector<pending_save> outbox::written() {
  std::vector<pending_save> finished;
  for (auto count = std::exchange(under_way_, 0); count > 0; --count) finished.push_back(take_first());
  return finished;
}

std::vector<order_id> outbox::failed() {
  std::vector<order_id> given_up;
  const auto count = std::exchange(under_way_, 0);
  for (std::size_t i = 0; i < count; ++i) {
    auto& p = waiting_[i];
    p.tried = true;
    if (!p.opens) continue;
    p.opens = false;
    p.told = true;
    p.then = nullptr;
    given_up.push_back(p.what.now->id);
  }
  return given_up;
}

std::optional<pending_save> outbox::refused() {
  const auto count = std::exchange(under_way_, 0);
  if (count == 1) return take_first();
  one_by_one_ = count;
  return std::nullopt;
}

}  // namespace rltrader

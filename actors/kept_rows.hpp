// Rows that must reach the ledger: in order, one write at a time with all that waits. What it does not take is kept and tried again.
//
// Its actor answers `save_again` with again(). After an answer that was lost a row may be written twice: rows with an id are the
// same row then, an audit note stands there twice.
#pragma once

#include "actors/actors.hpp"
#include "actors/log.hpp"
#include "messages/errors.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

namespace rltrader {

template <class Self>
class kept_rows {
 public:
  /// Hears once whether its rows are durable, or why not yet.
  using told = std::function<void(const failure* why)>;

  /// `trouble`: the ledger did not take what waits.
  kept_rows(Self* self, std::string actor, ledger_actor ledger, caf::timespan patience,
            std::function<void(const failure&)> trouble)
      : self_(self),
        actor_(std::move(actor)),
        ledger_(std::move(ledger)),
        patience_(patience),
        trouble_(std::move(trouble)) {}

  void add(ports::write_batch rows, told then = {}) {
    if (waiting_.size() >= most_waiting) {
      const failure full{errc::unavailable, "too much waits for the store"};
      log_event(log_level::error, "rows.dropped", "", actor_, "", full.what);
      if (then) then(&full);
      return;
    }
    waiting_.push_back({std::move(rows), std::move(then)});
    write();
  }
  void again() { write(); }
  void clear() {
    waiting_.clear();
    destroy(ledger_);
  }

 private:
  static constexpr std::size_t most_waiting = 1'000;
  struct batch {
    ports::write_batch rows;
    told then;
  };

  void write() {
    if (under_way_ > 0 || waiting_.empty()) return;
    under_way_ = one_by_one_ ? 1 : waiting_.size();
    ports::write_batch all;
    for (std::size_t i = 0; i < under_way_; ++i)
      all.insert(all.end(), waiting_[i].rows.begin(), waiting_[i].rows.end());
    self_->request(ledger_, patience_, write_rows{std::move(all)})
        .then([this](const written&) { kept(); }, [this](const caf::error& e) { not_kept(from_caf(e, "the ledger")); });
  }

  /// What was under way, taken off; the next write begins before anybody hears of this one.
  std::deque<batch> taken_off() {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(under_way_, 0));
    std::deque<batch> out{std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end)};
    waiting_.erase(waiting_.begin(), end);
    if (waiting_.empty()) one_by_one_ = false;
    write();
    return out;
  }

  void kept() {
    for (const auto& b : taken_off())
      if (b.then) b.then(nullptr);
  }

  void not_kept(const failure& why) {
    if (why.code == errc::conflict && under_way_ == 1) {  // it contradicts the store, so it never will be written
      log_event(log_level::error, "rows.refused", "", actor_, "", why.what);
      trouble_(why);
      for (const auto& b : taken_off())
        if (b.then) b.then(&why);
      return;
    }
    under_way_ = 0;
    one_by_one_ = one_by_one_ || why.code == errc::conflict;
    log_event(log_level::error, "rows.not_kept", "", actor_, "", why.what);
    trouble_(why);
    for (auto& b : waiting_)
      if (const auto then = std::exchange(b.then, {})) then(&why);
    self_->delayed_send(self_, std::chrono::seconds{1}, save_again{});
  }

  Self* self_;
  std::string actor_;
  ledger_actor ledger_;
  caf::timespan patience_;
  std::function<void(const failure&)> trouble_;
  std::deque<batch> waiting_;
  std::size_t under_way_ = 0;  ///< of the waiting ones, from the front
  bool one_by_one_ = false;    ///< after a conflict, until nothing waits
};

}  // namespace rltrader

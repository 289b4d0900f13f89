// Rows of the executor that wait for the ledger, in order: one write at a time with all that waits, so that the commits of many are one.
//
// A new intent that the ledger does not take is given up, because nothing of it has left; all else is kept and tried again: a fill
// is never lost here. After a conflict the rows are written one by one, so that what was written already does not keep the rest
// from being written.
#pragma once

#include "domain/books.hpp"
#include "ports/ops_store.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// Rows that wait for the ledger, and what follows when they are durable.
struct pending_save {
  booked what;
  std::string cause;
  bool opens = false;  ///< a new intent: nothing has left, so it is given up when the ledger does not take it
  std::function<void()> then;
  bool told = false;   ///< what it says was told already
  bool tried = false;  ///< a write of it failed without the certainty that nothing was written
};

class outbox {
 public:
  std::size_t size() const { return waiting_.size(); }
  void add(pending_save what) { waiting_.push_back(std::move(what)); }
  void clear() { waiting_.clear(); }

  /// The next write, if anything waits and none is under way; its end is said by one of the three below.
  std::optional<ports::write_batch> next();
  /// It is durable: what was in it, in order.
  std::vector<pending_save> written();
  /// It failed: all is kept. The intents in it that are given up.
  std::vector<order_id> failed();
  /// Some row was there already. Of many, which one is found by writing one by one: nothing yet. A single one is taken out.
  std::optional<pending_save> refused();

 private:
  pending_save take_first();

  std::deque<pending_save> waiting_;
  std::size_t under_way_ = 0;
  std::size_t one_by_one_ = 0;  ///< how many of the first are written one at a time
};

}  // namespace rltrader

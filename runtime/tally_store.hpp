// Counts what passes into the ops store: decisions, warnings, orders, fills and their costs, and hashes the decision log.
//
// A decorator for replay: calls go on to the store beneath, and only what that took is counted. Of decisions only the newest
// of each pair is kept, and metric points are not: half a year of them is counted and hashed here, and nobody reads it again.
// Used by one thread.
#pragma once

#include "domain/sha256.hpp"
#include "ports/ops_store.hpp"

#include <map>
#include <string>
#include <unordered_map>

namespace rltrader {

/// What one pair did.
struct pair_tally {
  std::int64_t decisions = 0;
  std::map<std::string, std::int64_t> by_action;
  std::map<std::string, std::int64_t> warnings;
  std::int64_t orders = 0;
  std::map<std::string, std::int64_t> ended;  ///< orders by the state that they ended in
  std::int64_t fills = 0;
  money fees;      ///< USDT paid
  money slippage;  ///< USDT lost between the price a decision saw and the price of its fills; negative: gained
  money traded;    ///< USDT of notional
};

class tally_store final : public ports::ops_store {
 public:
  explicit tally_store(ports::ops_store& beneath) : beneath_(beneath) {}

  const std::map<pair_name, pair_tally>& pairs() const { return pairs_; }
  std::int64_t decisions() const { return decisions_; }
  /// SHA-256 over every decision so far, in the order in which they became durable (I20).
  std::string decision_hash() const;
  /// How often the store refused a commit.
  std::int64_t refused() const { return refused_; }

  result<void> commit(const ports::write_batch& rows) override;
  result<ports::desk_image> load() override;
  /// Nothing: the store beneath is one in memory, and bounds itself; looking for what is old would cost more than it gives.
  result<void> retain(instant, instant) override { return {}; }
  std::string backend() const override { return beneath_.backend(); }

  result<retry_job> enqueue(const retry_job& job) override { return beneath_.enqueue(job); }
  result<std::vector<retry_job>> claim(const ports::job_claim& what) override { return beneath_.claim(what); }
  result<bool> finish(const job_end& end) override { return beneath_.finish(end); }
  result<std::vector<retry_job>> reap(const ports::lease_check& what) override { return beneath_.reap(what); }
  result<retry_job> change(const ports::job_change& what) override { return beneath_.change(what); }
  result<ports::job_depth> depth() override { return beneath_.depth(); }

  /// Of decisions: the newest of each pair.
  result<std::int64_t> rows_of(const shape* record, const ports::list_query& q, ports::row_sink into) override;
  result<std::int64_t> verify_audit() override { return beneath_.verify_audit(); }

 private:
  void count(const decision& d);
  void count(const order& o);
  void count(const state_event& e);
  void count(const fill& f);
  template <class Other>
  void count(const Other&) {}

  ports::ops_store& beneath_;
  ports::write_batch passed_on_;  ///< of one commit; kept for its memory
  std::map<pair_name, decision> newest_;
  std::map<pair_name, pair_tally> pairs_;
  std::unordered_map<order_id, price> references_;  ///< what the decision behind an order saw
  sha256 log_;
  std::string text_;  ///< of one decision; kept for its memory
  std::int64_t decisions_ = 0;
  std::int64_t refused_ = 0;
};

/// The text of a decision that goes into the hash: every field, numbers exact. Features are folded into 64 bits, for the
/// candles behind them are in the input hash already.
void append_canonical(const decision& d, std::string& text);

}  // namespace rltrader

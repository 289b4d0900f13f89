// The venue of paper trading, demo and replay: the pure venue core behind the core's port, with books that survive a kill.
//
// Requests come from any thread and only queue. One driver thread feeds the market and runs what waits; what happened is made
// durable in the venue's journal in one write, and only then told. So whatever the venue has said is still so after a kill.
// While the journal does not take a write, the venue goes on and says nothing: its callers time out, look up, and are
// answered when the journal works again.
#pragma once

#include "adapters/exchange/event_sink.hpp"
#include "ports/market_source.hpp"
#include "ports/venue.hpp"
#include "ports/venue_journal.hpp"
#include "sim/venue_core.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rltrader {

/// What the venue really holds, for tests and reports.
struct exchange_truth {
  sim::account_row account;
  sim::balance balance;
  std::vector<sim::position_view> positions;  ///< not flat
  std::vector<sim::venue_order> open_orders;
};

class simulated_exchange final : public ports::venue {
 public:
  struct setup {
    sim::venue_settings settings;
    ports::venue_journal* journal = nullptr;  ///< outlives the exchange; null: nothing survives the process (replay)
    std::string name = "paper";
  };
  /// Restores the books from the journal; fails with `corrupt` when they cannot be read, or as the journal fails.
  static result<std::unique_ptr<simulated_exchange>> open(setup how);

  // ports::venue, from any thread.
  void place(const approved_order& what, std::function<void(ports::place_answer)> then) override;
  void cancel(const pair_name& pair, const order_id& id, std::function<void(ports::cancel_answer)> then) override;
  void look_up(const pair_name& pair, const order_id& id, std::function<void(ports::lookup_answer)> then) override;
  void books(instant fills_since, std::function<void(result<ports::venue_books>)> then) override;
  void on_event(std::function<void(const ports::venue_event&)> sink) override { sink_.set(std::move(sink)); }
  std::vector<instrument> instruments() override { return settings_.instruments; }
  std::string name() const override { return name_; }

  /// Called, from any thread, when a request was queued: lets a sleeping driver wake. Set before the first request.
  void on_wake(std::function<void()> wake) { wake_ = std::move(wake); }

  // The driver, one thread.
  /// Executes what was queued before the call, makes it durable and answers. Returns how many requests that were.
  std::size_t run_pending(instant now);
  /// Feeds the venue. Give a pair either ticks, or bars with their opens.
  void apply(const ports::market_event& event, instant now);
  void apply(const sim::bar_open& opened, instant now);
  /// Rows that the journal has not taken yet are tried again; true when everything said is durable.
  bool settle();
  /// Why the journal refused its last write; empty when it did not.
  const std::string& journal_trouble() const { return trouble_; }
  /// Forgets ended orders, fills and income from before; the journal keeps them. Their client ids are free again.
  void prune(instant before) { core_->prune(before); }

  exchange_truth truth() const;
  /// One position with its mark, flat or not.
  std::optional<sim::position_view> position_of(const pair_name& pair) const {
    return core_->position_of(pair, position_side::both);
  }
  sim::balance balance() const { return core_->balance(); }
  const sim::account_row& account() const { return core_->account(); }
  std::optional<sim::book_row> book_of(const pair_name& pair) const { return core_->book_of(pair); }
  std::vector<sim::venue_fill> fills_since(std::int64_t cursor) const { return core_->fills_since(cursor); }

 private:
  explicit simulated_exchange(setup how);
  using request = std::function<void(instant now)>;
  void queue(request what);
  /// Keeps what a step changed and queues what it says.
  void take(sim::venue_step&& step);
  void answer(std::function<void()> call) { untold_.push_back(std::move(call)); }
  void place_now(const order_intent& intent, instant valid_until, const std::function<void(ports::place_answer)>& then,
                 instant now);
  ports::venue_books books_now(instant fills_since, instant now) const;
  /// Runs something on the core; an amount that does not fit restores the core from what is durable.
  template <class Do>
  bool guarded(Do&& something);
  void restore();

  sim::venue_settings settings_;
  ports::venue_journal* journal_;
  std::string name_;
  std::function<void()> wake_;

  std::mutex guard_;  ///< of the next one
  std::deque<request> waiting_;
  event_sink<ports::venue_event> sink_;

  std::unique_ptr<sim::venue_core> core_;
  sim::venue_rows unsaved_;
  std::deque<std::function<void()>> untold_;  ///< answers and events, in the order in which they happened
  std::string trouble_;
};

/// A venue order as the core reads it.
ports::order_report report_of(const sim::venue_order& order);

/// The venue's rows as the journal keeps them, and back. Tables: orders, fills, positions, income, books, account.
std::vector<ports::venue_row> journal_rows(const sim::venue_rows& rows);
result<sim::venue_rows> venue_rows_of(const std::vector<ports::venue_row>& rows);

}  // namespace rltrader

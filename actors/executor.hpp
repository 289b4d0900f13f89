// The class of the executor. Sending and cancelling are in executor.cpp, what the venue says in executor_words.cpp, looking orders up
// in executor_lookups.cpp, saving and telling in executor_saving.cpp. What an order is and becomes is decided in domain/books and
// domain/order_machine.
#pragma once

#include "actors/actors.hpp"
#include "actors/outbox.hpp"
#include "domain/absence.hpp"
#include "domain/books.hpp"

#include <caf/all.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rltrader {

class executor : public executor_actor::base {
  using super = executor_actor::base;

 public:
  executor(caf::actor_config& cfg, const surroundings& around, ledger_actor ledger, alert_sink_actor alerts,
           retry_queue_actor queue, ports::venue& venue, std::shared_ptr<const level_gate> gate,
           const std::shared_ptr<const ports::desk_image>& image, executor_terms terms);

  behavior_type make_behavior() override;
  void on_exit() override;

 private:
  struct lookup_state {
    absence_case evidence;
    std::uint64_t round = 0;
    bool told_silent = false;
  };

  books_reply books_since(instant since) const;
  health_reply health() const;

  // ---- saving and telling
  void save(booked what, std::string cause, std::function<void()> then = {}, bool opens = false);
  void write_out();
  void saved();
  void not_saved(const failure& why);
  void refused_by_ledger(const failure& why);
  void finish(const pending_save& p);
  void give_up(const order_id& id, const failure& why);
  void tell(const booked& what, const std::string& cause);
  void broadcast(const order_changed& what);
  void show_unknown() const;
  void raise(std::string category, severity how, std::string pair, std::string metric, double value,
             std::map<std::string, std::string> metadata);

  // ---- sending and cancelling
  void execute(execute_order&& what);
  void refuse_unbooked(const order_intent& intent, const std::string& trace, const std::string& why);
  void leave(const order_id& id, const approved_order& approved);
  caf::result<execution_view> cancel(const cancel_order& what);
  void ask_cancel(const order_id& id);
  caf::result<execution_view> end_unknown(const end_order& what);
  void cancel_all_entries(const cancel_entries& what);

  // ---- the venue's word
  /// Applies an event to an order and saves what it changed; false when it contradicts what is known.
  bool note(const order_id& id, const order_event& event);
  void hear(venue_answered& what);
  void hear_placing(const order& o, const ports::place_answer& answer);
  void note_roundtrip(std::uint64_t token, bool silence);
  void take_fill(const fill& f);
  void take_insurance(const insurance_paid& paid) { save(books_.note_insurance(paid, around_.now()), "insurance"); }
  void note_slippage(const fill& f, price reference);
  void take_report(const ports::order_report& r);

  // ---- looking up
  void take_up_where_left();
  void begin_lookups(const order_id& id);
  void look_up(const order_id& id);
  void look_later(const order_id& id);
  void hear_lookup(const order_id& id, const ports::lookup_answer& answer);
  void unanswered(const order& o);
  void ask_venue_books(const order_id& id);
  void hear_books(const books_answered& what);
  void found(const order_id& id);
  bool positions_agree(const ports::venue_books& theirs, const pair_name& pair) const;
  caf::result<job_done> do_lookup(const retry_job& job);

  /// A new token for a question about an order; its answer comes back with it.
  std::uint64_t token_for(const order_id& id);
  /// Carries an answer of the venue from wherever its callback runs into this actor's mailbox.
  template <class Answer>
  std::function<void(Answer)> answer_to(std::uint64_t token);
  /// Silence is an answer too, in time.
  template <class Answer>
  void expect_in_time(std::uint64_t token);

  surroundings around_;
  ledger_actor ledger_;
  alert_sink_actor alerts_;
  retry_queue_actor queue_;
  ports::venue& venue_;
  std::shared_ptr<const level_gate> gate_;
  executor_terms terms_;
  order_books books_;
  std::vector<order_listener> listeners_;
  outbox outbox_;
  std::map<std::uint64_t, order_id> tokens_;
  std::uint64_t last_token_ = 0;
  std::map<std::uint64_t, double> sent_at_;  ///< by token, in seconds of the stopwatch
  std::map<order_id, lookup_state> lookups_;
  std::string trouble_;
};

template <class Answer>
std::function<void(Answer)> executor::answer_to(std::uint64_t token) {
  return [weak = caf::weak_actor_ptr{ctrl()}, token](Answer a) {
    if (auto self = caf::actor_cast<executor_actor>(weak)) caf::anon_send(self, venue_answered{token, std::move(a)});
  };
}

template <class Answer>
void executor::expect_in_time(std::uint64_t token) {
  delayed_send(this, caf::timespan{terms_.venue_timeout},
               venue_answered{token, Answer{ports::no_word{"no answer in time"}}});
}

}  // namespace rltrader

// A venue that loses, delays, doubles and reorders as it is told, in front of one that does not.
//
// Like BingX it refuses a request that arrives more than two seconds after it was sent; so a delayed one may still be executed
// within that window and never after it.
#pragma once

#include "ports/clock.hpp"
#include "ports/venue.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rltrader::testing_support {

enum class venue_fate : unsigned char {
  well,
  lost_request,  ///< it never arrives, nobody is told
  lost_answer,   ///< it is done, nobody is told
  late_request,  ///< it arrives `lateness` later
  late_answer,   ///< it is done, the answer comes `lateness` later
  no_word,       ///< not done; the adapter says at once that it has no word (5xx, unreadable)
  done_no_word,  ///< done; the adapter says that it has no word
  never_left,    ///< proof that it never left (only for placing)
  rejected,      ///< the venue says no
};

class faulty_venue final : public ports::venue {
 public:
  faulty_venue(ports::venue& inner, const ports::clock& clock) : inner_(inner), clock_(clock) {}

  /// What becomes of a request: verb is place, cancel, look_up or books (whose id is empty).
  std::function<venue_fate(std::string_view verb, const order_id&)> fate_of;
  /// How often an event is told: 0 loses it.
  std::function<int(const ports::venue_event&)> copies_of;
  /// What the venue shows besides, or no longer, when it is asked for its books.
  std::function<void(ports::venue_books&)> shows;
  /// Sees each placing that leaves, before its fate.
  std::function<void(const order_intent&)> on_place;
  milliseconds lateness = milliseconds{1'500};
  milliseconds event_delay{};        ///< above zero: events are told this much later, the youngest of a moment first
  bool connected = true;             ///< false: the process is gone; nothing comes or goes
  std::map<std::string, int> asked;  ///< requests by verb

  /// Cuts what is under way to a process that is gone; requests on their way still arrive.
  void cut() {
    connected = false;
    ++connection_;
    sink_ = {};
  }
  /// Runs what is due; says whether anything was.
  bool run_due();
  std::optional<instant> next_due() const { return due_.empty() ? std::nullopt : std::optional{due_.begin()->first}; }

  void place(const approved_order& what, std::function<void(ports::place_answer)> then) override;
  void cancel(const pair_name& pair, const order_id& id, std::function<void(ports::cancel_answer)> then) override;
  void look_up(const pair_name& pair, const order_id& id, std::function<void(ports::lookup_answer)> then) override;
  void books(instant fills_since, std::function<void(result<ports::venue_books>)> then) override;
  void on_event(std::function<void(const ports::venue_event&)> sink) override;
  std::vector<instrument> instruments() override { return inner_.instruments(); }
  std::string name() const override { return inner_.name(); }

 private:
  venue_fate fate(std::string_view verb, const order_id& id) {
    ++asked[std::string(verb)];
    return fate_of ? fate_of(verb, id) : venue_fate::well;
  }
  void later(milliseconds wait, std::function<void()> what) { due_.emplace(clock_.now() + wait, std::move(what)); }
  /// An answer that reaches the process that asked, or nobody.
  template <class Answer>
  std::function<void(Answer)> to_asker(std::function<void(Answer)> then, milliseconds wait = {});
  template <class Answer, class Ask>
  void carry(venue_fate how, std::function<void(Answer)> then, Answer no_word, Answer refused, Ask ask);

  ports::venue& inner_;
  const ports::clock& clock_;
  std::function<void(const ports::venue_event&)> sink_;
  std::multimap<instant, std::function<void()>> due_;
  int connection_ = 0;
};

}  // namespace rltrader::testing_support

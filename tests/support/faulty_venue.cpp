// Requests and their fates.
#include "tests/support/faulty_venue.hpp"

namespace rltrader::testing_support {

namespace {
constexpr milliseconds receive_window = seconds{2};
}

bool faulty_venue::run_due() {
  bool any = false;
  while (!due_.empty() && due_.begin()->first <= clock_.now()) {
    const auto what = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    what();
    any = true;
  }
  return any;
}

template <class Answer>
std::function<void(Answer)> faulty_venue::to_asker(std::function<void(Answer)> then, milliseconds wait) {
  return [this, mine = connection_, then = std::move(then), wait](Answer a) {
    const auto tell = [this, mine, then, a] {
      if (mine == connection_ && connected) then(a);
    };
    if (wait.count() > 0)
      later(wait, tell);
    else
      tell();
  };
}

template <class Answer, class Ask>
void faulty_venue::carry(venue_fate how, std::function<void(Answer)> then, Answer no_word, Answer refused, Ask ask) {
  switch (how) {
    case venue_fate::well: return ask(to_asker(std::move(then)));
    case venue_fate::lost_request: return;
    case venue_fate::lost_answer: return ask([](Answer) {});
    case venue_fate::late_answer: return ask(to_asker(std::move(then), lateness));
    case venue_fate::late_request:
      return later(lateness, [this, ask, refused, to = to_asker(std::move(then))] {
        if (lateness > receive_window) return to(refused);
        ask(to);
      });
    case venue_fate::no_word: return to_asker(std::move(then))(no_word);
    case venue_fate::done_no_word: {
      ask([](Answer) {});
      return to_asker(std::move(then))(no_word);
    }
    case venue_fate::never_left:
    case venue_fate::rejected: return to_asker(std::move(then))(refused);
  }
}

void faulty_venue::place(const approved_order& what, std::function<void(ports::place_answer)> then) {
  if (!connected) return;
  if (on_place) on_place(what.intent());
  const auto how = fate("place", order_id_of(what.intent().slot));
  ports::place_answer refused = ports::place_rejected{"100421", "timestamp is invalid"};
  if (how == venue_fate::never_left) refused = ports::never_left{"the socket was closed"};
  carry<ports::place_answer>(how, std::move(then), ports::no_word{"502 Bad Gateway"}, refused,
                             [this, what](auto answer) { inner_.place(what, std::move(answer)); });
}

void faulty_venue::cancel(const pair_name& pair, const order_id& id, std::function<void(ports::cancel_answer)> then) {
  if (!connected) return;
  carry<ports::cancel_answer>(fate("cancel", id), std::move(then), ports::no_word{"502 Bad Gateway"},
                              ports::place_rejected{"80018", "order is already filled"},
                              [this, pair, id](auto answer) { inner_.cancel(pair, id, std::move(answer)); });
}

void faulty_venue::look_up(const pair_name& pair, const order_id& id, std::function<void(ports::lookup_answer)> then) {
  if (!connected) return;
  carry<ports::lookup_answer>(fate("look_up", id), std::move(then), ports::no_word{"503 Service Unavailable"},
                              ports::order_absent{},
                              [this, pair, id](auto answer) { inner_.look_up(pair, id, std::move(answer)); });
}

void faulty_venue::books(instant fills_since, std::function<void(result<ports::venue_books>)> then) {
  if (!connected) return;
  const result<ports::venue_books> down{errc::unavailable, "503 Service Unavailable"};
  carry<result<ports::venue_books>>(fate("books", {}), std::move(then), down, down, [this, fills_since](auto answer) {
    inner_.books(fills_since, [this, answer = std::move(answer)](auto found) {
      if (found && shows) shows(*found);
      answer(std::move(found));
    });
  });
}

void faulty_venue::on_event(std::function<void(const ports::venue_event&)> sink) {
  sink_ = std::move(sink);
  inner_.on_event([this](const ports::venue_event& e) {
    for (int left = copies_of ? copies_of(e) : 1; left > 0; --left) {
      const auto tell = [this, mine = connection_, e] {
        if (mine == connection_ && sink_) sink_(e);
      };
      // Put before those of the same moment: the youngest is told first.
      if (event_delay.count() > 0)
        due_.emplace_hint(due_.lower_bound(clock_.now() + event_delay), clock_.now() + event_delay, tell);
      else
        tell();
    }
  });
}

}  // namespace rltrader::testing_support

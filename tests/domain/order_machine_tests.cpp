// The life of an order: the whole table, what events are read as, and generated histories (I4, I5).
#include "domain/order_machine.hpp"

#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace rltrader {
namespace {

using namespace testing;
namespace on = order_events;
using state = order_state;

constexpr std::array states{state::intent, state::sent,     state::accepted,  state::partial, state::unknown,
                            state::filled, state::rejected, state::cancelled, state::expired, state::not_placed};

/// An order of 1 in a state, with the fills that the state implies.
order order_at(state s, const char* filled_part = "0.4") {
  auto o = order_in(s);
  const bool some = s == state::partial || s == state::cancelled || s == state::expired;
  if (some || s == state::filled) {
    o.filled = s == state::filled ? q("1") : q(filled_part);
    o.filled_notional = value_of(price::of(100), o.filled);
    o.average = price::of(100);
  }
  return o;
}

struct named_event {
  const char* name;
  order_event event;
};

/// One event of each column, as it would come for an order of 1 of which `filled` is filled.
std::vector<named_event> events_for(const order& o) {
  const auto rest = o.content().quantity - o.filled;
  auto all = fill_of(o, "f-all", "1");
  all.quantity = rest.positive() ? rest : q("1");
  return {{"send", on::send_started{}},
          {"accepted", on::venue_accepted{venue_order_id{"77"}}},
          {"rejected", on::venue_rejected{"109400", "no"}},
          {"refused", on::refused_before_send{"expired"}},
          {"no_word", on::no_word{"time-out"}},
          {"part", on::filled{fill_of(o, "f-part", "0.1")}},
          {"all", on::filled{all}},
          {"cancelled", on::venue_cancelled{"user", {}}},
          {"expired", on::venue_expired{"gtd", {}}},
          {"absence", on::absence_proved{"3 denials"}},
          {"cancel", on::cancel_wanted{"operator"}}};
}

// "." means: stays as it is; "-" means: a conflict that changes nothing.
constexpr const char* expected_table = R"(
from       send accepted rejected refused  no_word part      all       cancelled expired absence    cancel
intent     sent accepted rejected rejected unknown partial   filled    cancelled expired not_placed .
sent       -    accepted rejected rejected unknown partial   filled    cancelled expired not_placed .
accepted   -    .        rejected -        .       partial   filled    cancelled expired -          .
partial    -    .        -        -        .       .         filled    cancelled expired -          .
unknown    -    accepted rejected -        .       partial   filled    cancelled expired not_placed .
filled     -    .        -        -        .       -         -         -         -       -          .
rejected   -    -        .        .        .       -         -         -         -       .          .
cancelled  -    .        -        -        .       .         .         .         -       -          .
expired    -    .        -        -        .       .         .         -         .       -          .
not_placed -    -        -        .        .       -         -         -         -       .          .
)";

TEST(order_machine, follows_its_table_in_every_state_for_every_event) {
  std::istringstream lines(expected_table);
  std::string line;
  std::vector<std::string> columns;
  int cells = 0;
  while (std::getline(lines, line)) {
    std::istringstream words_of_line(line);
    std::vector<std::string> cell;
    for (std::string w; words_of_line >> w;) cell.push_back(w);
    if (cell.empty()) continue;
    if (columns.empty()) {
      columns = cell;
      continue;
    }
    const auto before = order_at(*value_of<state>(cell[0]));
    const auto events = events_for(before);
    ASSERT_EQ(events.size() + 1, cell.size()) << line;
    for (std::size_t i = 0; i < events.size(); ++i) {
      SCOPED_TRACE(cell[0] + " x " + events[i].name);
      ASSERT_EQ(columns[i + 1], events[i].name);
      const auto step = advance(before, events[i].event, noon + seconds{1});
      ++cells;
      if (cell[i + 1] == "-") {
        ASSERT_FALSE(step);
        EXPECT_EQ(step.error().code, errc::conflict);
        continue;
      }
      ASSERT_TRUE(step) << step.error().what;
      EXPECT_EQ(text_of(step->after.state), cell[i + 1] == "." ? cell[0] : cell[i + 1]);
    }
  }
  EXPECT_EQ(cells, 110);
}

TEST(order_machine, keeps_terminal_states_whatever_is_said) {
  for (const auto s : states) {
    if (!terminal(s)) continue;
    const auto before = order_at(s);
    for (const auto& [name, event] : events_for(before)) {
      const auto step = advance(before, event, noon);
      if (step) {
        EXPECT_EQ(step->after.state, s) << text_of(s) << " x " << name;
      }
    }
  }
}

TEST(order_machine, says_so_when_a_word_is_repeated) {
  auto o = order_at(state::sent);
  const auto first = advance(o, on::venue_accepted{venue_order_id{"77"}}, noon + seconds{1});
  const auto second = advance(first->after, on::venue_accepted{venue_order_id{"77"}}, noon + seconds{2});
  EXPECT_TRUE(first->changed);
  EXPECT_FALSE(second->changed);
  EXPECT_EQ(second->after.updated_at, noon + seconds{1});
}

TEST(order_machine, counts_the_send_and_its_time_once) {
  const auto step = advance(order_at(state::intent), on::send_started{}, noon + seconds{3});
  EXPECT_EQ(step->after.attempts, 1);
  EXPECT_EQ(step->after.sent_at, noon + seconds{3});
  EXPECT_FALSE(advance(step->after, on::send_started{}, noon + seconds{4})) << "I1: a request leaves at most once";
}

TEST(order_machine, does_not_send_what_was_to_be_cancelled) {
  const auto wanted = advance(order_at(state::intent), on::cancel_wanted{"operator"}, noon);
  ASSERT_TRUE(wanted->after.cancel_requested);
  EXPECT_FALSE(advance(wanted->after, on::send_started{}, noon));
  EXPECT_EQ(advance(wanted->after, on::refused_before_send{"cancelled before it left"}, noon)->after.state,
            state::rejected);
}

TEST(order_machine, notes_a_wanted_cancel_once_and_only_while_the_order_lives) {
  const auto once = advance(order_at(state::accepted), on::cancel_wanted{"operator"}, noon);
  EXPECT_TRUE(once->changed);
  EXPECT_TRUE(once->after.cancel_requested);
  EXPECT_FALSE(advance(once->after, on::cancel_wanted{"operator"}, noon)->changed);
  const auto late = advance(order_at(state::filled), on::cancel_wanted{"operator"}, noon);
  EXPECT_FALSE(late->changed);
  EXPECT_FALSE(late->after.cancel_requested);
}

TEST(order_machine, averages_the_price_over_the_exact_notional) {
  auto o = order_at(state::accepted);
  for (const auto& [id, amount, at] : {std::tuple{"a", "0.3", "100"}, {"b", "0.3", "100.1"}, {"c", "0.4", "100.25"}})
    o = advance(o, on::filled{fill_of(o, id, amount, at)}, noon)->after;
  EXPECT_EQ(o.state, state::filled);
  EXPECT_EQ(o.filled_notional, usdt("100.13"));
  EXPECT_EQ(o.average, p("100.13"));
}

TEST(order_machine, does_not_let_rounding_creep_into_the_average) {
  auto o = order_in(state::accepted, {.quantity = "3"});
  for (const auto* at : {"0.00000001", "0.00000001", "0.00000002"})
    o = advance(o, on::filled{fill_of(o, at, "1", at)}, noon)->after;
  EXPECT_EQ(o.filled_notional, usdt("0.00000004"));
  EXPECT_EQ(o.average, p("0.00000001")) << "4e-8 / 3, rounded once";
}

TEST(order_machine, sums_the_fees) {
  auto o = order_at(state::accepted);
  auto f = fill_of(o, "a", "0.5");
  f.fee = usdt("0.05");
  auto rebate = fill_of(o, "b", "0.5");
  rebate.fee = usdt("-0.01");
  o = advance(o, on::filled{f}, noon)->after;
  EXPECT_EQ(advance(o, on::filled{rebate}, noon)->after.fees, usdt("0.04"));
}

TEST(order_machine, books_a_late_fill_of_a_cancelled_order_and_stays_cancelled) {
  const auto before = order_at(state::cancelled);
  const auto part = advance(before, on::filled{fill_of(before, "late", "0.2", "110")}, noon + seconds{9});
  ASSERT_TRUE(part);
  EXPECT_TRUE(part->changed);
  EXPECT_EQ(part->after.state, state::cancelled);
  EXPECT_EQ(part->after.filled, q("0.6"));
  EXPECT_EQ(part->after.filled_notional, usdt("62"));
  const auto whole = advance(part->after, on::filled{fill_of(before, "last", "0.4")}, noon);
  EXPECT_EQ(whole->after.state, state::cancelled) << "terminal states absorb";
  EXPECT_EQ(whole->after.filled, q("1"));
  EXPECT_FALSE(advance(whole->after, on::filled{fill_of(before, "more", "0.001")}, noon));
}

TEST(order_machine, refuses_a_fill_beyond_the_quantity) {
  const auto before = order_at(state::partial);
  const auto step = advance(before, on::filled{fill_of(before, "x", "0.601")}, noon);
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error(), (failure{errc::conflict, "fill x makes 1.001 of an order of 1"}));
}

TEST(order_machine, refuses_a_fill_of_another_side_or_pair) {
  const auto before = order_at(state::accepted);
  auto other_side = fill_of(before, "x", "0.1");
  other_side.side = order_side::sell;
  auto other_pair = fill_of(before, "x", "0.1");
  other_pair.pair = eth;
  EXPECT_FALSE(advance(before, on::filled{other_side}, noon));
  EXPECT_FALSE(advance(before, on::filled{other_pair}, noon));
}

TEST(order_machine, says_that_absence_was_believed_wrongly_when_a_fill_comes) {
  const auto before = order_at(state::not_placed);
  const auto step = advance(before, on::filled{fill_of(before, "x", "1")}, noon);
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().what, "we hold it as not_placed, but the venue filled it: its absence was believed wrongly");
}

TEST(order_machine, holds_a_fill_without_price_or_quantity_for_a_defect) {
  const auto before = order_at(state::accepted);
  EXPECT_THROW((void)advance(before, on::filled{fill_of(before, "x", "1", "0")}, noon), std::logic_error);
  EXPECT_THROW((void)advance(before, on::filled{fill_of(before, "x", "0")}, noon), std::logic_error);
}

TEST(order_machine, waits_for_the_fills_of_what_the_venue_calls_filled) {
  const auto step = advance(order_at(state::unknown), on::looked_up{state::filled, venue_order_id{"77"}, q("1")}, noon);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->after.state, state::accepted) << "I4: FILLED needs its fills";
  EXPECT_EQ(step->missing, q("1"));
  EXPECT_EQ(step->after.status_reason, "the venue says filled, 1 of it is not booked yet");
  EXPECT_EQ(step->after.open_quantity(), q("1")) << "I10: it counts until it is booked";
  EXPECT_EQ(advance(step->after, on::filled{fill_of(step->after, "x", "1")}, noon)->after.state, state::filled);
}

TEST(order_machine, waits_for_the_fills_of_what_the_venue_cancelled) {
  const auto before = order_at(state::partial);
  const auto step = advance(before, on::looked_up{state::cancelled, venue_order_id{"77"}, q("0.7")}, noon);
  EXPECT_EQ(step->after.state, state::partial);
  EXPECT_EQ(step->missing, q("0.3"));
  const auto booked = advance(step->after, on::filled{fill_of(before, "x", "0.3")}, noon);
  const auto again = advance(booked->after, on::looked_up{state::cancelled, venue_order_id{"77"}, q("0.7")}, noon);
  EXPECT_EQ(again->after.state, state::cancelled);
  EXPECT_EQ(again->missing, quantity{});
}

TEST(order_machine, waits_for_fills_when_the_cancelling_word_counts_them) {
  const auto before = order_at(state::accepted);
  EXPECT_EQ(advance(before, on::venue_cancelled{"user", q("0.2")}, noon)->missing, q("0.2"));
  EXPECT_EQ(advance(before, on::venue_cancelled{"user", q("0")}, noon)->after.state, state::cancelled);
}

TEST(order_machine, reads_look_ups_as_the_venues_word) {
  struct row {
    state held, venue;
    const char* filled;
    const char* expected;  // "-": conflict
  };
  const std::vector<row> rows{
      {state::unknown, state::accepted, "0", "accepted"},
      {state::unknown, state::cancelled, "0", "cancelled"},
      {state::unknown, state::expired, "0", "expired"},
      {state::unknown, state::rejected, "0", "rejected"},
      {state::unknown, state::partial, "0.3", "accepted"},
      {state::intent, state::accepted, "0", "accepted"},
      {state::sent, state::cancelled, "0.5", "accepted"},
      {state::partial, state::accepted, "0.1", "partial"},
      {state::partial, state::partial, "0.4", "partial"},
      {state::partial, state::cancelled, "0.4", "cancelled"},
      {state::filled, state::filled, "1", "filled"},
      {state::filled, state::partial, "0.5", "filled"},
      {state::filled, state::cancelled, "0.5", "-"},
      {state::cancelled, state::filled, "1", "-"},
      {state::cancelled, state::accepted, "0", "cancelled"},
      {state::cancelled, state::cancelled, "0.4", "cancelled"},
      {state::not_placed, state::accepted, "0", "-"},
      {state::not_placed, state::cancelled, "0", "-"},
      {state::rejected, state::filled, "1", "-"},
      {state::unknown, state::intent, "0", "-"},
      {state::unknown, state::not_placed, "0", "-"},
      {state::accepted, state::accepted, "1.1", "-"},
      {state::accepted, state::accepted, "-0.1", "-"},
  };
  for (const auto& r : rows) {
    SCOPED_TRACE(std::string(text_of(r.held)) + " looked up as " + std::string(text_of(r.venue)) + " with " + r.filled);
    const auto step = advance(order_at(r.held), on::looked_up{r.venue, venue_order_id{"77"}, q(r.filled)}, noon);
    if (std::string(r.expected) == "-") {
      EXPECT_FALSE(step);
    } else {
      ASSERT_TRUE(step) << step.error().what;
      EXPECT_EQ(text_of(step->after.state), r.expected);
    }
  }
}

TEST(order_machine, refuses_a_second_id_of_the_venue_but_for_triggers) {
  auto plain = order_at(state::accepted);
  plain.venue_order = venue_order_id{"1"};
  EXPECT_FALSE(advance(plain, on::venue_accepted{venue_order_id{"2"}}, noon)) << "I1";
  auto stop = order_in(state::accepted, {.leg = order_leg::stop});
  stop.venue_order = venue_order_id{"1"};
  EXPECT_TRUE(advance(stop, on::venue_accepted{venue_order_id{"2"}}, noon));
}

TEST(order_machine, makes_an_order_of_an_intent) {
  const auto intent = intent_of();
  const auto o = order_of(intent, noon, "trace");
  EXPECT_EQ(o.id, order_id_of(intent.slot));
  EXPECT_EQ(o.fingerprint, fingerprint_of(intent.content));
  EXPECT_EQ(o.state, state::intent);
  EXPECT_EQ(o.created_at, noon);
  EXPECT_EQ(o.trace_id, "trace");
}

/// A random event, sensible or not, for an order of 1.
order_event random_event(const order& o, dice& d, int& number) {
  const auto amount = quantity::of_raw(d.between(1, 60) * (fixed_scale / 100));
  auto f = fill_of(o, ("f" + std::to_string(++number)).c_str(), "1");
  f.quantity = amount;
  f.price = price::of(d.between(90, 110));
  switch (d.below(14)) {
    case 0: return on::send_started{};
    case 1: return on::venue_accepted{venue_order_id{d.one_in(9) ? "78" : "77"}};
    case 2: return on::venue_rejected{"1", "no"};
    case 3: return on::refused_before_send{"late"};
    case 4: return on::no_word{"time-out"};
    case 5:
    case 6:
    case 7: return on::filled{f};
    case 8: return on::venue_cancelled{"user", d.one_in(2) ? std::optional(amount) : std::nullopt};
    case 9: return on::venue_expired{"gtd", {}};
    case 10: return on::absence_proved{"3"};
    case 11: return on::cancel_wanted{"op"};
    default: return on::looked_up{states[static_cast<std::size_t>(d.below(10))], venue_order_id{"77"}, amount};
  }
}

TEST(order_machine, goes_only_forward_in_generated_histories) {
  int ended = 0;
  int conflicts = 0;
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    dice d(seed);
    auto o = order_of(intent_of(), noon, "");
    int number = 0;
    quantity booked;
    money worth;
    for (int i = 0; i < 25; ++i) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", event " + std::to_string(i));
      const auto event = random_event(o, d, number);
      const auto before = o;
      const auto step = advance(o, event, noon + seconds{i});
      if (!step) {
        ++conflicts;
        continue;
      }
      o = step->after;
      if (const auto* f = std::get_if<on::filled>(&event)) {
        booked += f->what.quantity;
        worth += value_of(f->what.price, f->what.quantity);
      }
      ASSERT_EQ(o.filled, booked) << "I5, I7: each accepted fill counts once, nothing else does";
      ASSERT_EQ(o.filled_notional, worth);
      ASSERT_LE(o.filled, q("1")) << "I5";
      ASSERT_GE(o.filled, before.filled) << "I5";
      if (terminal(before.state)) {
        ASSERT_EQ(o.state, before.state) << "I5";
      }
      if (o.state == state::filled) {
        ASSERT_EQ(o.filled, q("1")) << "I4";
      }
      if (o.state == state::partial) {
        ASSERT_TRUE(o.filled.positive() && o.filled < q("1"));
      }
      if (o.state == state::unknown || o.state == state::accepted) {
        ASSERT_TRUE(o.filled.is_zero());
      }
      ASSERT_LE(o.attempts, 1) << "I1";
    }
    ended += terminal(o.state) ? 1 : 0;
  }
  EXPECT_GT(ended, 1'000) << "the histories reach ends";
  EXPECT_GT(conflicts, 1'000) << "and contradictions";
}

}  // namespace
}  // namespace rltrader

// Our books: what each word of the venue does to orders, positions and round trips.
#include "domain/books.hpp"

#include <gtest/gtest.h>

namespace rltrader {
namespace {

const pair_name eth{"ETH-USDT"};
const instant noon = instant_of_ms(1'700'000'000'000);

order_intent intent_of(order_leg leg, order_side side, const char* amount, int ordinal = 0) {
  order_intent i;
  i.slot = {"here", "paper", trading_mode::paper, eth, noon, leg, ordinal};
  i.content = {.pair = eth,
               .side = side,
               .leg_side = position_side::both,
               .type = order_type::market,
               .quantity = *quantity::parse(amount),
               .limit = {},
               .trigger = {},
               .reduce_only = leg != order_leg::entry};
  i.trade = trade_id{"t-1"};
  i.run = run_id{"run-1"};
  i.created_at = noon;
  return i;
}

fill fill_of(const order_id& order, const char* id, order_side side, const char* amount, const char* at) {
  fill f;
  f.id = fill_id{id};
  f.order = order;
  f.pair = eth;
  f.side = side;
  f.leg_side = position_side::both;
  f.price = *price::parse(at);
  f.quantity = *quantity::parse(amount);
  f.fee = *money::parse("0.5");
  f.at = noon;
  return f;
}

TEST(books, a_round_trip_ends_with_its_result_after_costs) {
  order_books books;
  auto opened = books.open(intent_of(order_leg::entry, order_side::buy, "2"), noon, "trace");
  ASSERT_TRUE(opened);
  const auto entry = opened->now->id;
  EXPECT_EQ(opened->round_trip->status, trade_status::proposed);
  ASSERT_TRUE(books.note(entry, order_events::send_started{}, noon));
  ASSERT_TRUE(books.note(entry, order_events::venue_accepted{venue_order_id{"7"}}, noon));
  auto in = books.note_fill(fill_of(entry, "f1", order_side::buy, "2", "100"), noon);
  ASSERT_TRUE(in);
  EXPECT_EQ(in->now->state, order_state::filled);
  EXPECT_EQ(in->round_trip->status, trade_status::filled);
  EXPECT_EQ(in->held->held, quantity::of(2));

  auto closing = books.open(intent_of(order_leg::exit, order_side::sell, "2"), noon, "trace");
  ASSERT_TRUE(closing);
  const auto exit = closing->now->id;
  ASSERT_TRUE(books.note(exit, order_events::send_started{}, noon));
  auto out = books.note_fill(fill_of(exit, "f2", order_side::sell, "2", "110"), noon);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->round_trip->status, trade_status::closed);
  EXPECT_EQ(out->round_trip->pnl, money::of(19));  // 2 x 10 less two fees of 0.5
  EXPECT_EQ(out->held->held, quantity{});
  EXPECT_TRUE(books.open_trades().empty());
  EXPECT_TRUE(books.open_orders().empty());
}

TEST(books, a_fill_counts_once_I7) {
  order_books books;
  const auto entry = books.open(intent_of(order_leg::entry, order_side::buy, "2"), noon, "")->now->id;
  ASSERT_TRUE(books.note(entry, order_events::send_started{}, noon));
  const auto f = fill_of(entry, "f1", order_side::buy, "1", "100");
  EXPECT_TRUE(books.note_fill(f, noon)->changed());
  EXPECT_FALSE(books.note_fill(f, noon)->changed());
  EXPECT_EQ(books.held(eth, position_side::both).held, quantity::of(1));
  order_books restarted;
  restarted.restore({*books.find(entry)}, {f}, {books.held(eth, position_side::both)}, {});
  EXPECT_FALSE(restarted.note_fill(f, noon)->changed());
}

TEST(books, the_same_slot_is_one_order_and_another_content_is_refused_I1_I3) {
  order_books books;
  const auto first = intent_of(order_leg::entry, order_side::buy, "2");
  ASSERT_TRUE(books.open(first, noon, "")->now);
  const auto again = books.open(first, noon, "");
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->now);
  const auto other = books.open(intent_of(order_leg::entry, order_side::buy, "3"), noon, "");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, errc::conflict);
}

TEST(books, each_transition_has_one_numbered_event_and_one_note_I14) {
  order_books books;
  std::vector<booked> steps;
  steps.push_back(*books.open(intent_of(order_leg::entry, order_side::buy, "2"), noon, ""));
  const auto id = steps.front().now->id;
  steps.push_back(*books.note(id, order_events::send_started{}, noon));
  steps.push_back(*books.note(id, order_events::no_word{"time-out"}, noon));
  steps.push_back(*books.note_fill(fill_of(id, "f1", order_side::buy, "2", "100"), noon));
  int number = 0;
  for (const auto& s : steps) {
    ASSERT_EQ(s.events.size(), 1u);
    EXPECT_EQ(s.notes.size(), 1u);
    EXPECT_EQ(s.events.front().number, ++number);
  }
}

TEST(books, a_fill_without_an_order_moves_the_position_and_says_so) {
  order_books books;
  auto f = fill_of(order_id{}, "liq-1", order_side::sell, "1", "90");
  f.cause = "liquidation";
  const auto step = books.note_fill(f, noon);
  ASSERT_TRUE(step);
  EXPECT_FALSE(step->now);
  EXPECT_EQ(step->held->held, quantity::of(-1));
  ASSERT_EQ(step->notes.size(), 1u);
  EXPECT_EQ(step->notes.front().action, "position.moved_without_order");
}

TEST(books, an_intent_that_was_not_kept_never_existed) {
  order_books books;
  const auto id = books.open(intent_of(order_leg::entry, order_side::buy, "2"), noon, "")->now->id;
  books.forget(id);
  EXPECT_EQ(books.find(id), nullptr);
  EXPECT_TRUE(books.open_trades().empty());
  EXPECT_TRUE(books.open(intent_of(order_leg::entry, order_side::buy, "3"), noon, "")->now);
}

TEST(books, funding_is_paid_on_what_is_held_and_belongs_to_the_round_trip) {
  order_books books;
  const auto id = books.open(intent_of(order_leg::entry, order_side::buy, "2"), noon, "")->now->id;
  ASSERT_TRUE(books.note(id, order_events::send_started{}, noon));
  ASSERT_TRUE(books.note_fill(fill_of(id, "f1", order_side::buy, "2", "100"), noon));
  const auto paid = books.note_funding({eth, noon, *rate::parse("0.001")}, price::of(100), noon);
  ASSERT_TRUE(paid.held);
  EXPECT_EQ(paid.held->funding_received, *money::parse("-0.2"));
  EXPECT_EQ(paid.round_trip->pnl, *money::parse("-0.7"));  // funding and the entry's fee
  EXPECT_FALSE(
      books.note_funding({pair_name{"SOL-USDT"}, noon, *rate::parse("0.001")}, price::of(100), noon).changed());
}

}  // namespace
}  // namespace rltrader

// The difference between our books and the venue's: each kind of correction, the grace time, and random books.
#include "domain/reconcile.hpp"

#include "domain/order_machine.hpp"
#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader {
namespace {

using namespace testing;
using enum position_side;
const instant later = noon + minutes{1};

/// A correction in one line, so that whole lists are compared.
std::string text_of_correction(const correction& c) {
  struct {
    std::string operator()(const corrections::book_fill& x) { return "book " + x.what.id.text(); }
    std::string operator()(const corrections::look_up& x) { return "look up: " + x.why; }
    std::string operator()(const corrections::adopt_state& x) {
      return "adopt " + std::string(text_of(x.state)) + " " + x.venue_order.text();
    }
    std::string operator()(const corrections::book_insurance& x) { return "insurance " + x.what.id; }
    std::string operator()(const corrections::foreign_order& x) { return "foreign " + x.what.venue_order.text(); }
    std::string operator()(const corrections::second_daemon& x) { return "second daemon " + x.what.venue_order.text(); }
    std::string operator()(const corrections::position_mismatch& x) {
      return "mismatch " + x.pair.text() + " " + std::string(text_of(x.leg_side)) + " ours " + x.ours.text() +
             " theirs " + x.theirs.text();
    }
  } say;
  return std::visit(say, c);
}
std::vector<std::string> texts(const reconcile_result& r) {
  std::vector<std::string> out;
  for (const auto& c : r.todo) out.push_back(text_of_correction(c));
  return out;
}
using lines = std::vector<std::string>;

/// Books that agree: one resting entry of 1 BTC, accepted, and 2 ETH held.
struct two_books {
  order entry = order_in(order_state::accepted);
  local_books ours;
  venue_view theirs;
  reconcile_terms terms;

  two_books() {
    entry.venue_order = venue_order_id{"77"};
    ours.open_orders = {entry};
    ours.positions = {held(eth, "2")};
    theirs.open_orders = {shown(entry)};
    theirs.positions = {{eth, both, q("2")}};
    theirs.at = later;
  }
  static position held(const pair_name& pair, const char* amount, position_side leg = both) {
    position x;
    x.pair = pair;
    x.leg_side = leg;
    x.held = q(amount);
    x.updated_at = noon;
    return x;
  }
  static venue_order_view shown(const order& o) {
    return {o.id, o.venue_order, o.content().pair, o.content().side, o.state, o.content().quantity, o.filled};
  }
  reconcile_result run() const { return reconcile(ours, theirs, terms, later); }
};

TEST(reconcile, says_nothing_when_the_books_agree) {
  const auto r = two_books{}.run();
  EXPECT_EQ(texts(r), lines{});
  EXPECT_EQ(r.agreeing, (std::set<pair_name>{btc, eth}));
  EXPECT_EQ(r.orders_checked, 1);
}

TEST(reconcile, books_a_fill_that_only_the_venue_has_once_and_before_it_compares_positions) {
  two_books b;
  auto f = fill_of(b.entry, "9", "0.4");
  b.theirs.fills = {f, f};
  b.theirs.positions.push_back({btc, both, q("0.4")});
  b.theirs.open_orders[0].filled = q("0.4");
  b.theirs.open_orders[0].state = order_state::partial;
  const auto r = b.run();
  EXPECT_EQ(texts(r), lines{"book 9"}) << "I7: once; and it explains the position and the order";
  EXPECT_EQ(r.agreeing, (std::set<pair_name>{eth}));
  b.ours.known_fills = {{btc, fill_id{"9"}}};
  b.ours.positions.push_back(two_books::held(btc, "0.4"));
  b.ours.open_orders[0].filled = q("0.4");
  b.ours.open_orders[0].state = order_state::partial;
  EXPECT_EQ(texts(b.run()), lines{});
}

TEST(reconcile, knows_a_fill_by_its_pair_and_id) {
  two_books b;
  auto f = fill_of(b.entry, "9", "1");
  b.theirs.fills = {f};
  b.theirs.open_orders.clear();
  b.theirs.positions.push_back({btc, both, q("1")});
  b.ours.known_fills = {{eth, fill_id{"9"}}};
  EXPECT_EQ(texts(b.run()), lines{"book 9"}) << "another pair's trade id is another trade";
}

TEST(reconcile, does_not_ask_for_an_order_that_its_fills_finish) {
  two_books b;
  b.theirs.fills = {fill_of(b.entry, "1", "0.5"), fill_of(b.entry, "2", "0.5")};
  b.theirs.open_orders.clear();
  b.theirs.positions.push_back({btc, both, q("1")});
  EXPECT_EQ(texts(b.run()), (lines{"book 1", "book 2"}));
}

TEST(reconcile, asks_for_an_order_that_the_venue_does_not_show) {
  for (const auto s :
       {order_state::intent, order_state::sent, order_state::accepted, order_state::partial, order_state::unknown}) {
    two_books b;
    b.ours.open_orders[0].state = s;
    b.theirs.open_orders.clear();
    EXPECT_EQ(texts(b.run()), (lines{"look up: we hold it as " + std::string(text_of(s)) +
                                     ", the venue does not show it among its open orders"}))
        << "I4: a question, never an outcome";
  }
}

TEST(reconcile, adopts_a_state_that_is_further_on_and_no_other) {
  struct row {
    order_state ours, theirs;
    lines expected;
  };
  using enum order_state;
  const std::vector<row> rows{
      {intent, accepted, {"adopt accepted 77"}},
      {sent, accepted, {"adopt accepted 77"}},
      {unknown, accepted, {"adopt accepted 77"}},
      {accepted, accepted, {}},
      {partial, accepted, {}},
      {accepted, cancelled, {"adopt cancelled 77"}},
      {unknown, rejected, {"adopt rejected 77"}},
  };
  for (const auto& r : rows) {
    two_books b;
    b.ours.open_orders[0].state = r.ours;
    b.theirs.open_orders[0].state = r.theirs;
    EXPECT_EQ(texts(b.run()), r.expected) << text_of(r.ours) << " and " << text_of(r.theirs);
  }
}

TEST(reconcile, asks_when_more_is_filled_than_there_are_fills) {
  two_books b;
  b.theirs.open_orders[0].filled = q("0.3");
  b.theirs.fills = {fill_of(b.entry, "1", "0.1")};
  b.theirs.positions.push_back({btc, both, q("0.3")});
  EXPECT_EQ(texts(b.run()), (lines{"book 1", "look up: the venue shows 0.3 filled, the fills we have make 0.1",
                                   "mismatch BTC-USDT both ours 0.1 theirs 0.3"}));
}

TEST(reconcile, asks_when_the_venue_shows_another_content_under_our_id) {
  two_books b;
  b.theirs.open_orders[0].quantity = q("2");
  EXPECT_EQ(texts(b.run()), (lines{"look up: the venue shows another content under its id: BTC-USDT buy 2"}));
}

TEST(reconcile, leaves_orders_alone_that_are_younger_than_the_grace_time) {
  two_books b;
  b.theirs.open_orders.clear();
  b.ours.open_orders[0].updated_at = later - milliseconds{4'999};
  const auto young = b.run();
  EXPECT_EQ(texts(young), lines{});
  EXPECT_EQ(young.orders_checked, 0);
  b.ours.open_orders[0].updated_at = later - seconds{5};
  EXPECT_EQ(b.run().orders_checked, 1);
}

TEST(reconcile, judges_youth_by_the_moment_of_the_venues_view) {
  two_books b;
  b.theirs.open_orders.clear();
  b.theirs.at = noon;  // the view is a minute old, the order as old as the view
  EXPECT_EQ(texts(b.run()), lines{});
}

TEST(reconcile, names_a_position_mismatch_at_a_quiet_point_only) {
  two_books b;
  b.theirs.positions = {{eth, both, q("3")}};
  const auto quiet = b.run();
  EXPECT_EQ(texts(quiet), (lines{"mismatch ETH-USDT both ours 2 theirs 3"})) << "I6";
  EXPECT_EQ(quiet.agreeing, (std::set<pair_name>{btc}));
  b.ours.positions[0].updated_at = later - seconds{1};
  ASSERT_EQ(quiet.positions.size(), 1U);
  EXPECT_EQ(quiet.positions[0].ours, q("2"));
  EXPECT_EQ(quiet.positions[0].theirs, q("3"));
  const auto busy = b.run();
  EXPECT_EQ(texts(busy), lines{});
  EXPECT_EQ(busy.agreeing, (std::set<pair_name>{btc})) << "neither agreement nor a mismatch";
}

TEST(reconcile, compares_positions_that_only_one_side_has) {
  two_books b;
  b.theirs.positions = {{sol, both, q("-1")}};
  EXPECT_EQ(texts(b.run()),
            (lines{"mismatch ETH-USDT both ours 2 theirs 0", "mismatch SOL-USDT both ours 0 theirs -1"}));
}

TEST(reconcile, compares_the_legs_of_a_hedge_apart) {
  two_books b;
  b.ours.positions = {two_books::held(eth, "2", long_side), two_books::held(eth, "-1", short_side)};
  b.theirs.positions = {{eth, long_side, q("2")}, {eth, short_side, q("-1")}};
  EXPECT_EQ(texts(b.run()), lines{});
  b.theirs.positions[1].held = q("-1.5");
  EXPECT_EQ(texts(b.run()), (lines{"mismatch ETH-USDT short ours -1 theirs -1.5"}));
}

TEST(reconcile, tells_foreign_orders_from_a_second_daemon) {
  two_books b;
  const auto view = [](const char* id, const char* venue) {
    return venue_order_view{
        order_id{id}, venue_order_id{venue}, eth, order_side::buy, order_state::accepted, q("1"), {}};
  };
  b.theirs.open_orders.push_back(view("", "1"));
  b.theirs.open_orders.push_back(view("rl-but-not-ours", "2"));
  auto other = order_in(order_state::accepted, {.pair = eth, .ordinal = 3});
  b.theirs.open_orders.push_back(view(other.id.text().c_str(), "3"));
  EXPECT_EQ(texts(b.run()), (lines{"foreign 1", "foreign 2", "second daemon 3"}));
  b.ours.ended_orders = {other.id};
  EXPECT_EQ(texts(b.run()).back(), "look up: we hold it as ended, the venue still shows it as open");
}

TEST(reconcile, does_not_overlook_an_id_of_ours_that_the_venue_shows_twice) {
  two_books b;
  auto twin = b.theirs.open_orders[0];
  twin.venue_order = venue_order_id{"78"};
  b.theirs.open_orders.push_back(twin);
  EXPECT_EQ(texts(b.run()), (lines{"second daemon 78"})) << "I1";
}

TEST(reconcile, looks_at_the_asked_pairs_alone) {
  two_books b;
  b.theirs.positions = {{eth, both, q("3")}};
  b.theirs.open_orders.clear();
  b.terms.pairs = {sol};
  const auto r = b.run();
  EXPECT_EQ(texts(r), lines{});
  EXPECT_EQ(r.agreeing, (std::set<pair_name>{sol}));
}

/// A venue's history and our books that have missed some of it.
struct random_books {
  two_books b;
  dice random;
  bool explained = true;  ///< the venue's fills and orders tell all that we lack

  explicit random_books(std::uint64_t seed) : random(seed) {
    b.ours = {};
    b.theirs.open_orders.clear();
    b.theirs.positions.clear();
    std::map<pair_name, position> mine;
    std::map<pair_name, position> venues;
    const std::array pairs{btc, eth, sol};
    for (const auto& pair : pairs) mine[pair] = venues[pair] = two_books::held(pair, "0");
    for (int i = 0; i < 12; ++i) one_order(pairs[static_cast<std::size_t>(random.below(3))], i, mine, venues);
    for (const auto& [pair, x] : mine) b.ours.positions.push_back(x);
    for (auto& [pair, x] : venues) {
      if (random.one_in(12)) {
        x.held += q("0.5");  // something the fills do not tell
        explained = false;
      }
      b.theirs.positions.push_back({pair, both, x.held});
    }
    shuffle(b.theirs.fills);
    shuffle(b.theirs.open_orders);
    shuffle(b.ours.open_orders);
  }

  template <class T>
  void shuffle(std::vector<T>& list) {
    for (std::size_t i = list.size(); i > 1; --i)
      std::swap(list[i - 1], list[static_cast<std::size_t>(random.below(static_cast<int>(i)))]);
  }

  void one_order(const pair_name& pair, int number, std::map<pair_name, position>& mine,
                 std::map<pair_name, position>& venues) {
    const auto which = random.one_in(2) ? long_side : short_side;
    auto ours = order_in(order_state::unknown, {.pair = pair, .which = which, .ordinal = number});
    auto theirs = ours;
    theirs.state = order_state::accepted;
    theirs.venue_order = venue_order_id{std::to_string(number)};
    for (int k = random.below(4); k > 0; --k) {
      auto f =
          fill_of(ours, (std::to_string(number) + "-" + std::to_string(k)).c_str(), random.one_in(3) ? "0.5" : "0.25");
      f.at = noon + seconds{number};
      const auto step = advance(theirs, order_events::filled{f}, noon);
      if (!step) break;
      theirs = step->after;
      theirs.updated_at = noon;
      venues[pair] = apply(venues[pair], f);
      b.theirs.fills.push_back(f);
      if (random.one_in(2)) continue;  // missed by us
      ours = advance(ours, order_events::filled{f}, noon)->after;
      mine[pair] = apply(mine[pair], f);
      b.ours.known_fills.insert({pair, f.id});
    }
    ours.updated_at = mine[pair].updated_at = noon;
    if (!terminal(ours.state)) b.ours.open_orders.push_back(ours);
    if (!terminal(theirs.state)) b.theirs.open_orders.push_back(two_books::shown(theirs));
  }
};

/// Carries the corrections out as the desk would; a mismatch is left as it is.
void carry_out(local_books& ours, const std::vector<correction>& todo) {
  const auto find = [&](const order_id& id) {
    return std::find_if(ours.open_orders.begin(), ours.open_orders.end(), [&](const auto& o) { return o.id == id; });
  };
  const auto say = [&](const order_id& id, const order_event& event) {
    const auto found = find(id);
    ASSERT_NE(found, ours.open_orders.end());
    const auto step = advance(*found, event, noon);
    ASSERT_TRUE(step) << step.error().what;
    *found = step->after;
    found->updated_at = noon;
  };
  for (const auto& c : todo) {
    if (const auto* book = std::get_if<corrections::book_fill>(&c)) {
      ASSERT_TRUE(ours.known_fills.insert({book->what.pair, book->what.id}).second) << "I7";
      for (auto& x : ours.positions)
        if (x.pair == book->what.pair) {
          x = apply(x, book->what);
          x.updated_at = noon;
        }
      say(book->what.order, order_events::filled{book->what});
    } else if (const auto* adopt = std::get_if<corrections::adopt_state>(&c)) {
      say(adopt->id, order_events::looked_up{adopt->state, adopt->venue_order, {}});
    }
  }
  std::erase_if(ours.open_orders, [](const auto& o) { return terminal(o.state); });
}

TEST(reconcile_of_random_books, makes_them_agree_or_names_the_mismatch_and_says_the_same_twice) {
  int corrected = 0;
  int unexplained = 0;
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_books books(seed);
    auto& b = books.b;
    const auto first = b.run();
    const auto said = texts(first);
    books.shuffle(b.theirs.fills);
    books.shuffle(b.theirs.open_orders);
    books.shuffle(b.ours.open_orders);
    ASSERT_EQ(texts(b.run()), said) << "the order of the answers changes nothing";

    carry_out(b.ours, first.todo);
    if (HasFatalFailure()) return;
    const auto second = b.run();
    for (const auto& c : second.todo)
      ASSERT_TRUE(std::holds_alternative<corrections::position_mismatch>(c)) << text_of_correction(c);
    ASSERT_EQ(second.todo.empty(), books.explained);
    corrected += first.todo.empty() ? 0 : 1;
    unexplained += books.explained ? 0 : 1;
  }
  EXPECT_GT(corrected, 1'000);
  EXPECT_GT(unexplained, 200);
}

}  // namespace
}  // namespace rltrader

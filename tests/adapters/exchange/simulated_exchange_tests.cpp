// The venue of paper trading as its callers see it: what it says, when it says it, and what it still knows after a kill.
#include "adapters/exchange/simulated_exchange.hpp"
#include "tests/adapters/exchange/approved_orders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace rltrader {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const pair_name btc{"BTC-USDT"};
constexpr instant noon = instant_of_ms(1'751'371'200'000);

/// A journal that can refuse, and counts what it is asked.
struct test_journal final : ports::venue_journal {
  std::map<std::pair<std::string, std::string>, std::string> rows;
  int writes = 0;
  std::size_t last_size = 0;
  bool broken = false;

  result<void> write(const std::vector<ports::venue_row>& more) override {
    ++writes;
    if (broken) return failure{errc::store_failed, "disk full"};
    last_size = more.size();
    for (const auto& row : more) rows[{row.table, row.key}] = row.content;
    return {};
  }
  result<std::vector<ports::venue_row>> load() override {
    std::vector<ports::venue_row> out;
    for (const auto& [key, content] : rows) out.push_back({key.first, key.second, content});
    return out;
  }
};

sim::venue_settings settings() {
  sim::venue_settings out;
  out.instruments = {simulated_instrument(btc), simulated_instrument(pair_name{"ETH-USDT"})};
  return out;
}

std::unique_ptr<simulated_exchange> opened(ports::venue_journal* journal) {
  auto out = simulated_exchange::open({settings(), journal, "paper"});
  if (!out) throw std::runtime_error(out.error().what);
  return std::move(*out);
}

bar minute_bar(int n, int open, int close) {
  candle c;
  c.open_time = noon + minutes{n};
  c.open = price::of(open);
  c.close = price::of(close);
  c.high = price::of(std::max(open, close) + 10);
  c.low = price::of(std::min(open, close) - 10);
  c.volume = quantity::of(100);
  return {btc, interval::m1, c};
}

std::string text_of_answer(const ports::place_answer& said) {
  if (const auto* yes = std::get_if<ports::place_accepted>(&said)) return "accepted " + yes->id.text();
  if (const auto* no = std::get_if<ports::place_rejected>(&said)) return "rejected " + no->code;
  return "no word";
}

/// All that the venue says, in order.
struct listener {
  std::vector<std::string> heard;
  std::vector<fill> fills;

  void listen(simulated_exchange& venue) {
    venue.on_event([this](const ports::venue_event& e) {
      if (const auto* f = std::get_if<fill>(&e)) {
        fills.push_back(*f);
        heard.push_back("fill " + f->quantity.text() + " at " + f->price.text());
      }
      if (const auto* r = std::get_if<ports::order_report>(&e))
        heard.push_back("order " + std::string(text_of(r->state)));
    });
  }
  void place(simulated_exchange& venue, const wanted_order& wanted) {
    venue.place(approved(wanted),
                [this](const ports::place_answer& said) { heard.push_back(text_of_answer(said).substr(0, 8)); });
  }
};

TEST(simulated_exchange, fills_a_market_order_at_the_next_open_and_never_at_the_price_that_was_seen) {
  auto venue = opened(nullptr);
  listener ear;
  ear.listen(*venue);
  venue->apply(sim::bar_open{btc, noon, price::of(100'000)}, noon);
  venue->apply(minute_bar(0, 100'000, 101'000), noon + minutes{1});
  ear.place(*venue, {.at = noon + minutes{1}});
  EXPECT_THAT(ear.heard, IsEmpty());
  EXPECT_EQ(venue->run_pending(noon + minutes{1}), 1U);
  EXPECT_THAT(ear.heard, ElementsAre("accepted", "order accepted"));
  venue->apply(sim::bar_open{btc, noon + minutes{1}, price::of(102'000)}, noon + minutes{1});
  // One basis point of slippage against the buyer: 102,000 x 1.0001, up to a tick.
  EXPECT_THAT(ear.heard, ElementsAre("accepted", "order accepted", "fill 0.01 at 102010.2", "order filled"));
  EXPECT_EQ(ear.fills[0].order, order_id_of(intent_of({.at = noon + minutes{1}}).slot));
  EXPECT_EQ(ear.fills[0].at, noon + minutes{1});
}

TEST(simulated_exchange, answers_look_ups_cancels_and_books) {
  auto venue = opened(nullptr);
  listener ear;
  ear.listen(*venue);
  venue->apply(tick{btc, noon, price::of(100'000), price::of(100'000)}, noon);
  const wanted_order entry{.at = noon};
  const auto id = order_id_of(intent_of(entry).slot);
  std::vector<std::string> said;
  venue->look_up(btc, id, [&](const ports::lookup_answer& a) { said.push_back(a.index() == 1 ? "absent" : "?"); });
  ear.place(*venue, entry);
  venue->look_up(btc, id, [&](const ports::lookup_answer& a) {
    const auto* report = std::get_if<ports::order_report>(&a);
    said.push_back(report != nullptr && report->id == id ? std::string(text_of(report->state)) : "?");
  });
  venue->books({}, [&](const result<ports::venue_books>& b) {
    said.push_back(std::to_string(b->open_orders.size()) + " open, wallet " + b->balance.wallet.text());
  });
  venue->cancel(btc, id, [&](const ports::cancel_answer& a) { said.push_back(a.index() == 0 ? "cancelling" : "?"); });
  venue->cancel(btc, id, [&](const ports::cancel_answer& a) {
    const auto* no = std::get_if<ports::place_rejected>(&a);
    said.push_back(no != nullptr ? "refused " + no->code : "?");
  });
  EXPECT_EQ(venue->run_pending(noon + seconds{1}), 6U);
  EXPECT_THAT(said, ElementsAre("absent", "accepted", "1 open, wallet 10000", "cancelling", HasSubstr("refused ")));
  EXPECT_THAT(ear.heard, ElementsAre("accepted", "order accepted", "order cancelled"));
}

TEST(simulated_exchange, tells_positions_and_fills_in_its_books) {
  auto venue = opened(nullptr);
  listener ear;
  ear.listen(*venue);
  venue->apply(tick{btc, noon, price::of(100'000), price::of(100'000)}, noon);
  ear.place(*venue, {.side = order_side::sell, .at = noon});
  venue->run_pending(noon);
  venue->apply(tick{btc, noon + seconds{1}, price::of(100'000), price::of(100'100)}, noon + seconds{1});
  std::optional<ports::venue_books> books;
  venue->books(noon, [&](const result<ports::venue_books>& b) { books = *b; });
  venue->run_pending(noon + seconds{2});
  ASSERT_EQ(books->positions.size(), 1U);
  EXPECT_EQ(books->positions[0].held.text(), "-0.01");
  EXPECT_EQ(books->positions[0].mark, price::of(100'100));
  EXPECT_EQ(books->fills, ear.fills);
  EXPECT_EQ(books->at, noon + seconds{2});
  EXPECT_EQ(books->balance.equity, books->balance.wallet + books->balance.unrealised);
}

TEST(simulated_exchange, refuses_what_comes_after_its_validity_and_what_the_contract_forbids) {
  auto venue = opened(nullptr);
  venue->apply(tick{btc, noon, price::of(100'000), price::of(100'000)}, noon);
  std::vector<std::string> said;
  const auto note = [&](const ports::place_answer& a) { said.push_back(text_of_answer(a)); };
  venue->place(approved({.at = noon, .validity = seconds{5}}), note);
  venue->run_pending(noon + milliseconds{5'001});
  venue->place(approved({.at = noon, .ordinal = 1}), note);
  venue->place(approved({.at = noon, .ordinal = 1}), note);  // the same slot again: one order (I1)
  venue->place(approved({.quantity = "0.01", .leg = order_leg::exit, .held = "-0.01", .at = noon}), note);
  venue->run_pending(noon);
  ASSERT_EQ(said.size(), 4U);
  EXPECT_EQ(said[0], "rejected 100421");
  EXPECT_THAT(said[1], HasSubstr("accepted"));
  EXPECT_THAT(said[2], HasSubstr("rejected"));
  EXPECT_THAT(said[3], HasSubstr("rejected"));  // nothing is held that it could reduce
  EXPECT_EQ(venue->truth().open_orders.size(), 1U);
}

TEST(simulated_exchange, writes_a_step_at_once_and_only_what_changed) {
  test_journal journal;
  auto venue = opened(&journal);
  const auto at_start = journal.writes;
  venue->apply(tick{btc, noon, price::of(100'000), price::of(100'000)}, noon);
  EXPECT_EQ(journal.writes, at_start);  // a price alone changes nothing that must be kept
  listener ear;
  ear.place(*venue, {.at = noon});
  ear.place(*venue, {.at = noon, .ordinal = 1});
  venue->run_pending(noon);
  EXPECT_EQ(journal.writes, at_start + 1);
  venue->apply(tick{btc, noon + seconds{1}, price::of(100'000), price::of(100'000)}, noon + seconds{1});
  EXPECT_EQ(journal.writes, at_start + 2);
  venue->look_up(btc, order_id{"none"}, [](const ports::lookup_answer&) {});
  venue->run_pending(noon + seconds{1});
  EXPECT_EQ(journal.writes, at_start + 2);
}

TEST(simulated_exchange, says_nothing_that_is_not_durable_and_says_it_in_order_once_it_is) {
  test_journal journal;
  auto venue = opened(&journal);
  listener ear;
  ear.listen(*venue);
  venue->apply(tick{btc, noon, price::of(100'000), price::of(100'000)}, noon);
  journal.broken = true;
  ear.place(*venue, {.at = noon});
  venue->run_pending(noon);
  venue->apply(tick{btc, noon + seconds{1}, price::of(100'000), price::of(100'000)}, noon + seconds{1});
  std::string looked_up;
  const auto id = order_id_of(intent_of({.at = noon}).slot);
  venue->look_up(btc, id, [&](const ports::lookup_answer& a) { looked_up = a.index() == 0 ? "found" : "absent"; });
  venue->run_pending(noon + seconds{1});
  EXPECT_THAT(ear.heard, IsEmpty());
  EXPECT_EQ(looked_up, "");
  EXPECT_EQ(venue->journal_trouble(), "disk full");

  // What a kill at this moment would leave: nothing of the order, and nobody was told of it.
  EXPECT_THAT(opened(&journal)->truth().open_orders, IsEmpty());

  journal.broken = false;
  EXPECT_TRUE(venue->settle());
  EXPECT_THAT(ear.heard, ElementsAre("accepted", "order accepted", "fill 0.01 at 100010", "order filled"));
  EXPECT_EQ(looked_up, "found");
  EXPECT_EQ(opened(&journal)->truth().positions.size(), 1U);
}

TEST(simulated_exchange, keeps_the_balance_it_began_with) {
  test_journal journal;
  opened(&journal);
  auto richer = settings();
  richer.starting_balance = money::of(99);
  auto again = simulated_exchange::open({richer, &journal, "paper"});
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->balance().wallet, money::of(10'000));
}

TEST(simulated_exchange, names_the_row_of_a_journal_that_cannot_be_read) {
  test_journal journal;
  opened(&journal);
  journal.rows[{"account", "account"}] = "{\"wallet\": 12";
  const auto broken = simulated_exchange::open({settings(), &journal, "paper"});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, errc::corrupt);
  EXPECT_THAT(broken.error().what, HasSubstr("account account"));
}

TEST(simulated_exchange, wakes_its_driver_for_each_request) {
  auto venue = opened(nullptr);
  int woken = 0;
  venue->on_wake([&] { ++woken; });
  venue->books({}, [](const result<ports::venue_books>&) {});
  venue->cancel(btc, order_id{"none"}, [](const ports::cancel_answer&) {});
  EXPECT_EQ(woken, 2);
}

TEST(simulated_exchange, answers_each_of_many_callers_once) {
  auto venue = opened(nullptr);
  std::atomic<int> answers{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> callers;
  for (int n = 0; n < 4; ++n)
    callers.emplace_back([&venue, &answers] {
      for (int i = 0; i < 250; ++i)
        venue->look_up(btc, order_id{"none"}, [&](const ports::lookup_answer&) { ++answers; });
    });
  std::thread driver([&] {
    while (!done) venue->run_pending(noon);
    venue->run_pending(noon);
  });
  for (auto& t : callers) t.join();
  done = true;
  driver.join();
  EXPECT_EQ(answers, 1000);
}

/// A made-up day of orders and prices, the same for the same seed.
class busy_day {
 public:
  explicit busy_day(std::uint64_t seed) : random_(seed) {}

  void step(simulated_exchange& venue, listener& ear, int n) {
    const auto now = noon + seconds{n};
    level_ += static_cast<int>(random_() % 401) - 200;
    venue.apply(tick{btc, now, price::of(level_), price::of(level_)}, now);
    const auto dice = random_() % 10;
    const auto held = venue.position_of(btc)->position.held;
    if (dice < 2) ear.place(venue, {.side = random_() % 2 != 0 ? order_side::buy : order_side::sell, .at = now});
    if (dice == 2 && !held.is_zero())
      ear.place(venue, {.side = held.positive() ? order_side::sell : order_side::buy,
                        .quantity = held.abs().text(),
                        .leg = order_leg::exit,
                        .held = held.text(),
                        .at = now});
    if (dice == 3 && !held.is_zero())
      ear.place(venue, {.side = held.positive() ? order_side::sell : order_side::buy,
                        .quantity = held.abs().text(),
                        .leg = order_leg::stop,
                        .held = held.text(),
                        .at = now,
                        .type = order_type::stop_market,
                        .trigger = price::of(held.positive() ? level_ - 500 : level_ + 500).text()});
    if (n % 97 == 0) venue.apply(funding{btc, now, *rate::parse("0.0001")}, now);
    venue.run_pending(now);
  }

 private:
  std::mt19937_64 random_;
  int level_ = 100'000;
};

TEST(simulated_exchange, knows_after_a_kill_at_any_step_all_that_it_has_said) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test_journal kept;
    auto steady = opened(nullptr);
    auto killed = opened(&kept);
    listener ear;
    listener ear_of_killed;
    busy_day day(seed);
    busy_day same_day(seed);
    std::mt19937_64 kills(seed);
    for (int n = 1; n <= 400; ++n) {
      ear.listen(*steady);
      ear_of_killed.listen(*killed);
      day.step(*steady, ear, n);
      same_day.step(*killed, ear_of_killed, n);
      if (kills() % 20 == 0) killed = opened(&kept);
    }
    ASSERT_EQ(ear_of_killed.heard, ear.heard);
    ASSERT_GT(ear.fills.size(), 20U);
    const auto a = steady->truth();
    killed = opened(&kept);
    const auto b = killed->truth();
    EXPECT_EQ(a.account, b.account);
    EXPECT_EQ(a.open_orders, b.open_orders);
    ASSERT_EQ(a.positions.size(), b.positions.size());
    for (std::size_t i = 0; i < a.positions.size(); ++i) EXPECT_EQ(a.positions[i].position, b.positions[i].position);
    const auto fills = killed->fills_since(0);
    ASSERT_EQ(fills.size(), ear.fills.size());
    for (std::size_t i = 0; i < fills.size(); ++i) EXPECT_EQ(fills[i].trade, ear.fills[i]);
  }
}

}  // namespace
}  // namespace rltrader

// What is counted, what is hashed, and that only what became durable is.
#include "runtime/tally_store.hpp"

#include "adapters/storage/memory_ops.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace rltrader {
namespace {

const pair_name btc{"BTC-USDT"};

decision made(const std::string& id) {
  decision d;
  d.id = decision_id{id};
  d.pair = btc;
  d.choice = action::go_long;
  d.features = {1.5, std::numeric_limits<double>::quiet_NaN()};
  d.warnings = {"candles_unsorted"};
  return d;
}

fill filled(const std::string& id, order_side side, const char* at) {
  fill f;
  f.id = fill_id{id};
  f.order = order_id{"rl1"};
  f.pair = btc;
  f.side = side;
  f.price = *price::parse(at);
  f.quantity = quantity::of(2);
  f.fee = *money::parse("0.1");
  return f;
}

std::string hash_of(const std::vector<decision>& log) {
  storage::memory_ops store;
  tally_store tally(store);
  for (const auto& d : log) EXPECT_TRUE(tally.commit({d}));
  return tally.decision_hash();
}

TEST(tally_store, counts_decisions_orders_fills_and_what_they_cost) {
  storage::memory_ops store;
  tally_store tally(store);
  order o;
  o.id = order_id{"rl1"};
  o.intent.content.pair = btc;
  o.intent.reference = price::of(100);
  state_event first;
  first.order = o.id;
  first.number = 1;
  first.pair = btc;
  first.after = order_state::intent;
  auto last = first;
  last.number = 2;
  last.before = order_state::intent;
  last.after = order_state::filled;
  ASSERT_TRUE(tally.commit({made("d1"), o, first}));
  ASSERT_TRUE(tally.commit({filled("f1", order_side::buy, "101"), filled("f2", order_side::sell, "99.5"), last}));
  const auto& t = tally.pairs().at(btc);
  EXPECT_EQ(t.decisions, 1);
  EXPECT_EQ(t.by_action, (std::map<std::string, std::int64_t>{{"long", 1}}));
  EXPECT_EQ(t.warnings, (std::map<std::string, std::int64_t>{{"candles_unsorted", 1}}));
  EXPECT_EQ(t.orders, 1);
  EXPECT_EQ(t.ended, (std::map<std::string, std::int64_t>{{"filled", 1}}));
  EXPECT_EQ(t.fills, 2);
  EXPECT_EQ(t.fees, *money::parse("0.2"));
  EXPECT_EQ(t.slippage, money::of(3));  // bought 1 too high and sold 0.5 too low, 2 coins each
  EXPECT_EQ(t.traded, money::of(401));
}

TEST(tally_store, counts_nothing_that_the_store_refused) {
  storage::memory_ops store;
  tally_store tally(store);
  ASSERT_TRUE(tally.commit({filled("f1", order_side::buy, "101")}));
  EXPECT_FALSE(tally.commit({made("d1"), filled("f1", order_side::buy, "101")}));
  EXPECT_EQ(tally.pairs().at(btc).fills, 1);
  EXPECT_EQ(tally.decisions(), 0);
  EXPECT_EQ(tally.refused(), 1);
}

TEST(tally_store, keeps_the_newest_decision_of_each_pair_and_counts_a_repeated_one_once) {
  storage::memory_ops store;
  tally_store tally(store);
  ASSERT_TRUE(tally.commit({made("d1")}));
  ASSERT_TRUE(tally.commit({made("d2")}));
  const auto hash = tally.decision_hash();
  ASSERT_TRUE(tally.commit({made("d2"), metric_point{}}));
  EXPECT_EQ(tally.decision_hash(), hash);
  EXPECT_EQ(tally.decisions(), 2);
  const auto image = tally.load();
  ASSERT_EQ(image->last_decisions.size(), 1U);
  EXPECT_EQ(image->last_decisions[0].id, decision_id{"d2"});
  EXPECT_EQ(tally.list<decision>({})->total, 1);
}

TEST(decision_hash, changes_with_every_field_and_with_the_order) {
  const auto plain = hash_of({made("d1"), made("d2")});
  EXPECT_EQ(plain, hash_of({made("d1"), made("d2")}));
  EXPECT_NE(plain, hash_of({made("d2"), made("d1")}));
  EXPECT_NE(plain, hash_of({made("d1")}));
  const std::vector<std::function<void(decision&)>> changes{
      [](decision& d) { d.run = run_id{"r"}; },
      [](decision& d) { d.bar_open = instant_of_ms(1); },
      [](decision& d) { d.decided_at = instant_of_ms(1); },
      [](decision& d) { d.choice = action::hold; },
      [](decision& d) { d.confidence = 0.1; },
      [](decision& d) { d.size = quantity::of(1); },
      [](decision& d) { d.reference = price::of(1); },
      [](decision& d) { d.reason = "x"; },
      [](decision& d) { d.warnings.clear(); },
      [](decision& d) { d.gate_passed = true; },
      [](decision& d) { d.risk_check_result = "asked"; },
      [](decision& d) { d.policy_version = "v"; },
      [](decision& d) { d.feature_fingerprint = "f"; },
      [](decision& d) { d.features[0] = 1.5000000000000002; },
      [](decision& d) { std::swap(d.features[0], d.features[1]); },
      [](decision& d) { d.source = "sim"; },
      [](decision& d) { d.trace_id = "t"; },
      [](decision& d) { d.input_hash = "h"; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto changed = made("d2");
    changes[i](changed);
    EXPECT_NE(plain, hash_of({made("d1"), changed})) << "change " << i;
  }
  auto other_nan = made("d2");
  other_nan.features[1] = -std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(plain, hash_of({made("d1"), other_nan}));
}

}  // namespace
}  // namespace rltrader

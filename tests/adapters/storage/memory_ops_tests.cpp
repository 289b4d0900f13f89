// What the store in memory forgets and what it never forgets.
#include "adapters/storage/memory_ops.hpp"

#include "tests/contract/ops_contract.hpp"

namespace rltrader::storage {
namespace {

using namespace contract;

constexpr std::size_t most = 10;

class bounded_memory : public testing::Test {
 protected:
  void keep(const ports::write_batch& rows) {
    const auto done = store.commit(rows);
    if (!done) throw std::runtime_error(done.error().what);
  }
  memory_ops store{memory_limits{most}};
};

TEST_F(bounded_memory, forgets_the_oldest_decisions_and_counts_them_still) {
  for (int i = 0; i < 100; ++i) keep({a_decision("d-" + std::to_string(i), btc(), i)});
  const auto page = valued(store.decisions({}));
  EXPECT_EQ(page.total, 100);
  ASSERT_EQ(page.rows.size(), most);
  EXPECT_EQ(page.rows.front().id, decision_id{"d-99"});
  EXPECT_EQ(page.rows.back().id, decision_id{"d-90"});
  EXPECT_TRUE(valued(store.decisions({.id = "d-3"})).rows.empty());
  EXPECT_EQ(valued(store.decisions({.id = "d-95"})).rows.at(0).features, a_decision("", btc(), 0).features);
}

TEST_F(bounded_memory, remembers_the_newest_decision_of_a_quiet_pair) {
  keep({a_decision("e-1", eth(), 0)});
  for (int i = 0; i < 100; ++i) keep({a_decision("d-" + std::to_string(i), btc(), i)});
  const auto image = valued(store.load());
  ASSERT_EQ(image.last_decisions.size(), 2u);
  EXPECT_EQ(image.last_decisions[0].id, decision_id{"e-1"});
  EXPECT_EQ(image.last_decisions[1].id, decision_id{"d-99"});
  keep({a_decision("e-2", eth(), 200)});
  EXPECT_EQ(valued(store.load()).last_decisions.back().id, decision_id{"e-2"});
}

TEST_F(bounded_memory, keeps_open_orders_and_their_fills_among_many_that_ended) {
  keep({an_order("open"), a_fill("f-open", "open")});
  for (int i = 0; i < 100; ++i) {
    const auto name = "o-" + std::to_string(i);
    keep({an_order(name), a_fill("f-" + name, name)});
    keep({an_order(name, order_state::filled)});
  }
  const auto image = valued(store.load());
  ASSERT_EQ(image.open_orders.size(), 1u);
  EXPECT_EQ(image.open_orders[0].id, order_id{"open"});
  ASSERT_EQ(image.open_order_fills.size(), 1u);
  EXPECT_EQ(image.open_order_fills[0].id, fill_id{"f-open"});
  EXPECT_EQ(valued(store.orders({})).rows.size(), most + 1);
  EXPECT_EQ(valued(store.orders({})).total, 101);
  keep({an_order("open", order_state::filled)});
  EXPECT_TRUE(valued(store.load()).open_orders.empty());
  EXPECT_EQ(valued(store.orders({.id = "o-99"})).total, 1);
}

TEST_F(bounded_memory, chains_on_when_the_beginning_is_forgotten) {
  for (int i = 0; i < 100; ++i) keep({a_note("n", i)});
  EXPECT_EQ(valued(store.verify_audit()), 100);
  EXPECT_EQ(valued(store.audit({})).rows.size(), most);
  EXPECT_EQ(valued(store.audit({})).rows.front().sequence, 100);
}

}  // namespace
}  // namespace rltrader::storage

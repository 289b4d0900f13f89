// Lists of an ops store: order, pages, filters, totals, and what cannot be asked; the same on every backend.
#include "tests/contract/ops_contract.hpp"

#include <algorithm>
#include <random>

namespace rltrader::contract {
namespace {

class ops_lists : public on_every_backend {
 protected:
  void open() override { store = home.open_ops(); }
  void keep(const ports::write_batch& rows) {
    const auto done = store->commit(rows);
    if (!done) throw std::runtime_error(done.error().what);
  }
  std::vector<std::string> order_ids(const ports::list_query& query) {
    std::vector<std::string> out;
    for (const auto& o : valued(store->orders(query)).rows) out.push_back(o.id.text());
    return out;
  }

  std::unique_ptr<ports::ops_store> store;
};

INSTANTIATE_TEST_SUITE_P(every_backend, ops_lists, every_backend(), name_of_backend);

using names = std::vector<std::string>;

TEST_P(ops_lists, come_newest_first_and_later_written_first_within_a_moment) {
  keep({an_order("a", order_state::intent, 5), an_order("b", order_state::intent, 7),
        an_order("c", order_state::intent, 5), an_order("d", order_state::intent, 1)});
  auto changed = an_order("a", order_state::sent, 5);
  keep({changed});
  EXPECT_EQ(order_ids({}), (names{"b", "c", "a", "d"}));
}

TEST_P(ops_lists, come_in_pages_with_the_total_of_all) {
  for (int i = 0; i < 25; ++i) keep({an_order("o-" + std::to_string(i), order_state::intent, i)});
  const auto page = valued(store->orders({.offset = 10, .limit = 3}));
  EXPECT_EQ(page.total, 25);
  EXPECT_EQ(order_ids({.offset = 10, .limit = 3}), (names{"o-14", "o-13", "o-12"}));
  EXPECT_EQ(order_ids({.offset = 24, .limit = 3}), names{"o-0"});
  EXPECT_EQ(order_ids({.offset = 100, .limit = 3}), names{});
  EXPECT_EQ(valued(store->orders({.limit = 0})).total, 25);
}

TEST_P(ops_lists, can_be_filtered_by_each_field_alone_and_together) {
  auto live_sell = an_order("a", order_state::filled, 1);
  live_sell.intent.slot.mode = trading_mode::live;
  live_sell.intent.content.side = order_side::sell;
  auto eth_order = an_order("b", order_state::unknown, 2);
  eth_order.intent.content.pair = eth();
  eth_order.intent.run = run_id{"run-2"};
  keep({live_sell, eth_order, an_order("c", order_state::unknown, 3)});
  EXPECT_EQ(order_ids({.pair = "ETH-USDT"}), names{"b"});
  EXPECT_EQ(order_ids({.status = "unknown"}), (names{"c", "b"}));
  EXPECT_EQ(order_ids({.run = "run-2"}), names{"b"});
  EXPECT_EQ(order_ids({.run = "trade-c"}), names{"c"});
  EXPECT_EQ(order_ids({.mode = "live"}), names{"a"});
  EXPECT_EQ(order_ids({.side = "sell"}), names{"a"});
  EXPECT_EQ(order_ids({.id = "c"}), names{"c"});
  EXPECT_EQ(order_ids({.start = at_minute(2), .end = at_minute(3)}), names{"b"});
  EXPECT_EQ(order_ids({.pair = "BTC-USDT", .status = "unknown", .start = at_minute(0)}), names{"c"});
  EXPECT_EQ(order_ids({.pair = "ETH-USDT", .status = "filled"}), names{});
  EXPECT_EQ(valued(store->orders_of_trade(trade_id{"trade-b"})).rows.at(0).id, order_id{"b"});
  EXPECT_EQ(valued(store->orders_of_decision(decision_id{"decision-a"})).rows.at(0).id, order_id{"a"});
}

TEST_P(ops_lists, treat_what_is_asked_as_text_and_never_as_a_statement) {
  keep({an_order("a")});
  EXPECT_EQ(order_ids({.pair = "x' OR '1'='1"}), names{});
  EXPECT_EQ(order_ids({.id = "a\"; DROP TABLE trade_executions; --"}), names{});
  EXPECT_EQ(order_ids({.id = "a"}), names{"a"});
}

TEST_P(ops_lists, take_rows_without_a_time_for_the_oldest) {
  ports::write_batch rows;
  for (int n = 1; n <= 3; ++n) {
    idea i;
    i.id = "i-" + std::to_string(n);
    i.source_id = "s";
    i.external_id = i.id;
    if (n != 2) i.published_at = at_minute(n);
    rows.push_back(i);
  }
  keep(rows);
  std::string newest, oldest;
  for (const auto& i : valued(store->list<idea>({})).rows) newest += i.id + " ";
  for (const auto& i : valued(store->list<idea>({.oldest_first = true})).rows) oldest += i.id + " ";
  EXPECT_EQ(newest, "i-3 i-1 i-2 ");
  EXPECT_EQ(oldest, "i-2 i-1 i-3 ");
}

TEST_P(ops_lists, say_what_cannot_be_asked) {
  struct row {
    ports::list_query query;
    errc code;
    std::string sentence;
  };
  const row table[] = {
      {{.offset = -1}, errc::out_of_bounds, "offset must be at least 0, was -1"},
      {{.limit = 10'001}, errc::out_of_bounds, "limit must be 0 to 10000, was 10001"},
      {{.severity = "high"}, errc::unsupported, "trade_executions cannot be asked by severity"},
      {{.side = "up"}, errc::out_of_bounds, "side must be one of buy, sell, was up"},
  };
  for (const auto& row : table) {
    const auto asked = store->orders(row.query);
    ASSERT_FALSE(asked) << row.sentence;
    EXPECT_EQ(asked.error(), (failure{row.code, row.sentence}));
  }
}

TEST_P(ops_lists, find_alerts_by_the_pair_in_their_metadata) {
  alert of_btc;
  of_btc.id = "a-1";
  of_btc.metadata = {{"pair", "BTC-USDT"}, {"other", "ETH-USDT"}};
  of_btc.severity = severity::high;
  alert of_nobody;
  of_nobody.id = "a-2";
  keep({of_btc, of_nobody});
  const auto found = valued(store->alerts({.pair = "BTC-USDT", .severity = "high"}));
  ASSERT_EQ(found.total, 1);
  EXPECT_EQ(found.rows[0].id, "a-1");
  EXPECT_EQ(valued(store->alerts({.pair = "ETH-USDT"})).total, 0);
}

TEST_P(ops_lists, answer_every_list_without_a_filter) {
  EXPECT_EQ(valued(store->decisions({})).total + valued(store->fills({})).total + valued(store->trades({})).total +
                valued(store->runs({})).total + valued(store->audit({})).total + valued(store->alerts({})).total +
                valued(store->jobs({})).total + valued(store->versions({})).total + valued(store->metrics({})).total +
                valued(store->fills_of_order(order_id{"x"})).total,
            0);
}

/// Both backends answer any query alike.
TEST_P(ops_lists, agree_with_memory_on_generated_histories) {
  constexpr std::uint64_t seed = 99;
  std::mt19937_64 chance(seed);
  const auto memory = storage::make_memory_ops();
  for (int i = 0; i < 300; ++i) {
    auto o = an_order("o-" + std::to_string(chance() % 40), static_cast<order_state>(chance() % 10),
                      static_cast<int>(chance() % 20));
    o.filled = quantity::of(static_cast<std::int64_t>(chance() % 3));
    ports::write_batch rows{o};
    if (chance() % 2 == 0) rows.push_back(a_fill("f-" + std::to_string(chance() % 100), o.id.text()));
    if (chance() % 2 == 0)
      rows.push_back(a_job("j-" + std::to_string(chance() % 10), "k-" + std::to_string(chance() % 5),
                           static_cast<job_status>(chance() % 4)));
    if (chance() % 3 == 0) rows.push_back(a_note("n"));
    const auto one = store->commit(rows);
    const auto other = memory->commit(rows);
    ASSERT_EQ(static_cast<bool>(one), static_cast<bool>(other))
        << "seed " << seed << " batch " << i << ": " << (one ? other.error().what : one.error().what);
    ports::list_query query;
    if (chance() % 2 == 0) query.status = text_of(static_cast<order_state>(chance() % 10));
    if (chance() % 2 == 0) query.start = at_minute(static_cast<int>(chance() % 20));
    query.offset = static_cast<std::int64_t>(chance() % 4);
    query.limit = static_cast<std::int64_t>(chance() % 6);
    const auto left = valued(store->orders(query));
    const auto right = valued(memory->orders(query));
    ASSERT_EQ(left.total, right.total) << "seed " << seed << " batch " << i;
    ASSERT_EQ(left.rows.size(), right.rows.size()) << "seed " << seed << " batch " << i;
    for (std::size_t k = 0; k < left.rows.size(); ++k)
      ASSERT_EQ(left.rows[k].id, right.rows[k].id) << "seed " << seed << " batch " << i;
  }
  const auto image = valued(store->load());
  const auto other_image = valued(memory->load());
  EXPECT_EQ(image.open_orders.size(), other_image.open_orders.size());
  EXPECT_EQ(image.open_order_fills, other_image.open_order_fills);
  EXPECT_EQ(image.live_jobs.size(), other_image.live_jobs.size());
  EXPECT_EQ(valued(store->verify_audit()), valued(memory->verify_audit()));
  EXPECT_EQ(valued(store->audit({})).rows.front().hash, valued(memory->audit({})).rows.front().hash);
}

}  // namespace
}  // namespace rltrader::contract

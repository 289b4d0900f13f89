// Posted markets on a whole desk: durable decisions, one order a slot, and the fleet's configuration as it changes.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader::testing_support {
namespace {

/// The decisions of posted markets alone.
std::vector<decision> posted_of(test_desk& desk, const pair_name& pair) {
  auto all = desk.decisions(pair);
  std::erase_if(all, [](const decision& d) { return d.source != posted_source; });
  return all;
}

void settle_down(test_desk& desk) {
  desk.open();
  desk.bars(2);
}

TEST(posted, is_decided_recorded_ordered_and_filled_like_any_other) {
  test_desk desk;
  settle_down(desk);
  desk.order(btc, action::go_long);
  const auto market = desk.posted(btc);
  const auto out = desk.post(btc, market);
  ASSERT_TRUE(out) << out.error().what;
  EXPECT_EQ(out->decided.choice, action::go_long);
  EXPECT_EQ(out->risk_check, "approved");
  EXPECT_EQ(out->state, order_state::intent);
  const auto kept = posted_of(desk, btc);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].id, out->decided.id);
  EXPECT_EQ(kept[0].bar_open, market.candles.back().open_time);
  const auto orders = desk.orders_of(btc);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].id, *out->order);
  EXPECT_EQ(orders[0].intent.trade, *out->trade);
  EXPECT_EQ(orders[0].intent.slot.bar_open, market.candles.back().open_time);
  const auto said = desk.audit("decision.posted");
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].actor, "tester");
  EXPECT_EQ(said[0].resource_id, out->decided.id.text());
  desk.bars();
  EXPECT_TRUE(desk.held_by_us(btc).positive());
  EXPECT_EQ(lines(desk.violations()), "");
}

// I1: the second asking names the first one's order, whatever became of that.
TEST(posted, the_same_twice_orders_once) {
  test_desk desk;
  settle_down(desk);
  const auto market = desk.posted(btc);
  desk.order(btc, action::go_long);
  const auto first = desk.post(btc, market);
  ASSERT_TRUE(first);
  desk.order(btc, action::go_long);
  const auto at_once = desk.post(btc, market);
  ASSERT_TRUE(at_once);
  EXPECT_FALSE(at_once->order) << "its order is not resolved yet";
  desk.bars();  // filled at the next open
  desk.order(btc, action::close);
  desk.bars();
  ASSERT_TRUE(desk.held_by_us(btc).is_zero());
  ASSERT_EQ(desk.orders_of(btc).size(), 2U);
  desk.order(btc, action::go_long);
  const auto later = desk.post(btc, market);
  ASSERT_TRUE(later) << later.error().what;
  EXPECT_EQ(later->order, first->order);
  EXPECT_EQ(later->state, order_state::filled) << "the first one's";
  desk.bars(2);
  EXPECT_EQ(desk.orders_of(btc).size(), 2U);
  EXPECT_TRUE(desk.held_by_us(btc).is_zero());
  EXPECT_EQ(lines(desk.violations()), "");
}

// I1: whoever decides on a bar, a bar has one entry.
TEST(posted, and_the_pairs_own_bar_share_one_slot) {
  test_desk desk;
  settle_down(desk);
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_EQ(desk.orders_of(btc).size(), 1U);
  const auto own = desk.orders_of(btc)[0];
  const auto its_market = desk.posted(btc);
  desk.order(btc, action::close);
  ASSERT_TRUE(desk.post(btc, its_market));
  desk.bars();
  ASSERT_TRUE(desk.held_by_us(btc).is_zero());
  desk.order(btc, action::go_long);
  const auto again = desk.post(btc, its_market);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->order, own.id);
  desk.bars();
  EXPECT_TRUE(desk.held_by_us(btc).is_zero());
  const auto orders = desk.orders_of(btc);
  EXPECT_EQ(
      std::count_if(orders.begin(), orders.end(), [](const order& o) { return o.intent.slot.leg == order_leg::entry; }),
      1);
}

TEST(posted, is_answered_as_not_kept_when_the_store_is_down_and_orders_nothing) {
  test_desk desk;
  settle_down(desk);
  desk.order(btc, action::go_long);
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  const auto out = desk.post(btc, desk.posted(btc));
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, errc::store_failed);
  desk.ops->fate_of = {};
  desk.bars(2);
  EXPECT_TRUE(desk.orders_of(btc).empty());
}

TEST(posted, does_not_stand_in_the_way_of_the_pairs_own_bars_after_a_restart) {
  test_desk desk;
  settle_down(desk);
  auto market = desk.posted(btc);
  auto ahead = market.candles.back();
  ahead.open_time = next_open(desk.terms.primary, ahead.open_time);
  market.candles.push_back(ahead);  // a bar that the pair has yet to see
  ASSERT_TRUE(desk.post(btc, market));
  desk.crash();
  desk.open();
  const auto before = desk.decisions(btc).size();
  desk.bars();
  EXPECT_EQ(desk.decisions(btc).size(), before + 1);
}

TEST(posted, refused_by_the_review_is_said_and_leaves_no_order) {
  test_desk desk;
  settle_down(desk);
  ASSERT_TRUE(desk.set_breaker(breaker_level::reducing));
  desk.order(btc, action::go_long);
  const auto out = desk.post(btc, desk.posted(btc));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->risk_check, "refused:breaker_reducing");
  EXPECT_EQ(out->warnings.back(), "execution_failed");
  EXPECT_TRUE(desk.orders_of(btc).empty());
}

TEST(posted, simulated_reaches_no_venue) {
  test_desk desk;
  settle_down(desk);
  desk.order(btc, action::go_long);
  const auto out = desk.post(btc, desk.posted(btc), simulated_execution::filled);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->simulated, simulated_execution::filled);
  EXPECT_EQ(posted_of(desk, btc).at(0).risk_check_result, "simulated");
  desk.bars(2);
  EXPECT_TRUE(desk.orders_of(btc).empty());
  EXPECT_TRUE(desk.held_there(btc).is_zero());
}

TEST(posted, to_a_stopped_run_or_a_pair_that_is_not_there_is_refused) {
  test_desk desk;
  settle_down(desk);
  ASSERT_TRUE(desk.command(btc, run_verb::stop));
  const auto stopped = desk.post(btc, desk.posted(btc));
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, errc::conflict);
}

TEST(market, a_mark_close_to_the_bars_close_reaches_the_gate_and_an_older_one_does_not) {
  for (const auto& [age, blocks] : {std::pair{seconds{2}, true}, std::pair{seconds{15}, false}}) {
    test_desk desk;
    settle_down(desk);
    const auto close = next_open(desk.terms.primary, open_of(desk.terms.primary, desk.clock.now()));
    desk.run_to(close - age);
    const auto last = desk.market.bars(btc, desk.terms.primary).back().close;
    desk.market.push(tick{btc, desk.clock.now(), last, price::of_double(last.to_double() * 1.05)});
    desk.bars();
    const auto words = desk.decisions(btc).back().warnings;
    EXPECT_EQ(std::count(words.begin(), words.end(), "data_integrity:cross_source_divergence"), blocks ? 1 : 0);
    EXPECT_EQ(desk.pair(btc).run.status, blocks ? run_status::paused : run_status::running);
  }
}

TEST(configuration, binds_the_confidence_of_entries_without_a_restart_and_after_one) {
  test_desk desk;
  settle_down(desk);
  desk.decide = [](const pair_name&, const observation& seen) -> policy_answer {
    if (seen.position_sign != 0) return {action::hold, 1, 0, "holds"};
    return {action::go_long, 0.6, 1, "somewhat sure"};
  };
  agent_configuration fleet;
  fleet.min_confidence_score = 0.7;
  ASSERT_TRUE(desk.change_configuration(fleet));
  desk.bars(2);
  EXPECT_TRUE(desk.orders().empty());
  EXPECT_EQ(desk.decisions(btc).back().reason, "confidence below the least that is traded");
  desk.crash();
  desk.open();
  desk.bars(2);
  EXPECT_TRUE(desk.orders().empty()) << "the restart forgot it";
  fleet.min_confidence_score = 0.6;
  ASSERT_TRUE(desk.change_configuration(fleet));
  desk.bars();
  EXPECT_FALSE(desk.orders_of(btc).empty());
  EXPECT_FALSE(desk.orders_of(eth).empty());
}

TEST(configuration, switches_and_limits_bind_entries_and_spare_reductions) {
  struct row {
    const char* what;
    std::function<void(agent_configuration&)> change;
    const char* rule;
  };
  const std::vector<row> table{
      {"enabled", [](auto& c) { c.enabled = false; }, "agents_disabled"},
      {"kill switch", [](auto& c) { c.kill_switch = true; }, ""},  // a halt: the decision itself holds
      {"instruments", [](auto& c) { c.allowed_instruments = {"ETH-USDT"}; }, "instrument_not_allowed"},
      {"size", [](auto& c) { c.max_position_size = money::of(100); }, "configuration_position_size"},
  };
  for (const auto& r : table) {
    test_desk desk;
    settle_down(desk);
    agent_configuration fleet;
    r.change(fleet);
    ASSERT_TRUE(desk.change_configuration(fleet)) << r.what;
    desk.order(btc, action::go_long);
    desk.bars();
    EXPECT_TRUE(desk.orders_of(btc).empty()) << r.what;
    const auto refused = desk.audit("intent.refused");
    if (*r.rule != 0) {
      ASSERT_EQ(refused.size(), 1U) << r.what;
      EXPECT_EQ(refused[0].metadata.at("rule"), r.rule);
    } else {
      EXPECT_TRUE(refused.empty());
    }
    ASSERT_TRUE(desk.change_configuration({})) << r.what;
    desk.order(btc, action::go_long);
    desk.bars();
    EXPECT_EQ(desk.orders_of(btc).size(), 1U) << r.what << " does not come back without a restart";
    if (*r.rule == 0) continue;
    ASSERT_TRUE(desk.change_configuration(fleet));
    desk.order(btc, action::close);
    desk.bars();
    EXPECT_TRUE(desk.held_by_us(btc).is_zero()) << r.what << " must not keep a position from being closed";
  }
}

TEST(configuration, a_days_loss_over_its_limit_ends_entries) {
  test_desk desk;
  settle_down(desk);
  agent_configuration fleet;
  fleet.daily_loss_limit = money::of(10);  // the account's own is 500
  ASSERT_TRUE(desk.change_configuration(fleet));
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_EQ(desk.orders_of(btc).size(), 1U);
  desk.walks.at(btc).jump(0.97);  // some 3 % of 1,000 USDT
  desk.bars();
  desk.order(btc, action::close);
  desk.bars(3);
  ASSERT_TRUE(desk.held_by_us(btc).is_zero());
  desk.order(eth, action::go_long);
  desk.bars();
  EXPECT_TRUE(desk.orders_of(eth).empty());
  // The tightest of the limits opens the breaker.
  const auto refused = desk.audit("intent.refused");
  ASSERT_FALSE(refused.empty());
  EXPECT_EQ(refused.front().metadata.at("rule"), "breaker_reducing");
  EXPECT_NE(refused.front().metadata.at("why").find("the limit is 10 USDT"), std::string::npos);
}

}  // namespace
}  // namespace rltrader::testing_support

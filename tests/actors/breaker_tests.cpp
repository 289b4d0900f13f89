// The wall: halts, reductions and limits where orders are already on their way.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace rltrader::testing_support {
namespace {

desk_options in_small_parts() {
  desk_options options;
  options.at_venue = [](sim::venue_settings& v) {
    v.least_depth = money::of(150);
    v.volume_share = rate::of_raw(1);
  };
  return options;
}

bool opens(const ports::write_batch& rows) {
  for (const auto& row : rows)
    if (const auto* o = std::get_if<rltrader::order>(&row); o && o->state == order_state::intent) return true;
  return false;
}

// I9: it is checked last, before the socket.
TEST(a_halt, stops_an_entry_that_is_already_approved_at_the_last_gate) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.ops->fate_of = [&](std::size_t, const ports::write_batch& rows) {
    if (opens(rows)) caf::anon_send(desk.handles().risk, set_breaker{breaker_level::halted, "now", {}, "tester"});
    return commit_fate::well;
  };
  desk.order(btc, action::go_long);
  desk.bars();
  desk.ops->fate_of = {};
  const auto o = desk.orders_of(btc).at(0);
  EXPECT_EQ(o.state, order_state::rejected);
  EXPECT_EQ(o.status_reason, "the breaker is halted");
  EXPECT_EQ(desk.venue->asked["place"], 0);
  EXPECT_EQ(desk.risk().state.status, "halted");
  EXPECT_EQ(lines(desk.violations()), "");
}

// I9: halted pairs hold, and go on after a resume; halting twice is one halt.
TEST(a_halt, holds_every_pair_until_an_operator_resumes) {
  test_desk desk;
  desk.open();
  desk.bars();
  ASSERT_TRUE(desk.set_breaker(breaker_level::halted));
  ASSERT_TRUE(desk.set_breaker(breaker_level::halted));
  EXPECT_TRUE(std::filesystem::exists(desk.halt_file));
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(desk.decisions(btc).back().choice, action::hold);
  EXPECT_TRUE(desk.orders().empty());
  const auto resumed = desk.set_breaker(breaker_level::active);
  ASSERT_TRUE(resumed) << resumed.error().what;
  EXPECT_EQ(resumed->state.status, "ok");
  EXPECT_FALSE(std::filesystem::exists(desk.halt_file));
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(desk.orders_of(btc).at(0).state, order_state::filled);
  EXPECT_EQ(desk.audit("breaker.halted").size(), 1u);
  EXPECT_EQ(desk.audit("breaker.active").size(), 1u);
}

// I9: opening first cancels what rests and may increase risk.
TEST(reducing, cancels_resting_entries_and_refuses_new_ones_but_lets_a_close_pass) {
  test_desk desk(in_small_parts());
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_EQ(desk.orders_of(btc).at(0).state, order_state::partial);
  ASSERT_TRUE(desk.set_breaker(breaker_level::reducing));
  desk.run_for(seconds{2});
  EXPECT_EQ(desk.orders_of(btc).at(0).state, order_state::cancelled);
  const auto held = desk.held_by_us(btc);
  EXPECT_TRUE(held.positive());
  desk.order(eth, action::go_long);
  desk.bars();
  EXPECT_TRUE(desk.orders_of(eth).empty());
  EXPECT_EQ(desk.audit("intent.refused").back().metadata.at("rule"), "breaker_reducing");
  desk.order(btc, action::close);
  desk.bars(4);
  EXPECT_TRUE(desk.held_by_us(btc).is_zero());
  EXPECT_EQ(lines(desk.violations()), "");
}

// I9: an UNKNOWN order may still become a position, so nothing is resumed before its outcome is known.
TEST(a_resume, is_refused_while_an_order_is_unknown) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.venue->fate_of = [](std::string_view verb, const order_id&) {
    return verb == "place" ? venue_fate::lost_request : venue_fate::no_word;
  };
  desk.order(btc, action::go_long);
  desk.bars();
  desk.run_for(seconds{8});
  const auto halted = desk.set_breaker(breaker_level::halted);
  ASSERT_TRUE(halted);
  EXPECT_EQ(halted->sends_in_flight, std::vector{desk.orders_of(btc).at(0).id.text()});
  const auto refused = desk.set_breaker(breaker_level::active);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::conflict);
  EXPECT_NE(refused.error().what.find("UNKNOWN"), std::string::npos) << refused.error().what;
  desk.venue->fate_of = {};
  desk.run_for(minutes{2});
  EXPECT_EQ(desk.orders_of(btc).at(0).state, order_state::not_placed);
  EXPECT_TRUE(desk.set_breaker(breaker_level::active));
}

// I9: a halt works with the store down and survives a restart by its file.
TEST(a_halt, works_while_the_store_is_down_and_stands_after_a_restart) {
  test_desk desk;
  desk.open();
  desk.order(btc, action::go_long);
  desk.bars();
  desk.bars();
  const auto peak = desk.risk().snapshot;
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  const auto said = desk.set_breaker(breaker_level::halted, "the store is gone");
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_FALSE(said->durable);
  EXPECT_EQ(said->state.status, "halted");
  desk.crash();
  desk.ops->fate_of = {};
  desk.open();
  desk.run_for(seconds{1});
  const auto view = desk.risk();
  EXPECT_EQ(view.state.status, "halted");
  EXPECT_NE(view.state.trigger_reason.find("the store is gone"), std::string::npos) << view.state.trigger_reason;
  // The day's opening equity is not lost with it: what was paid in fees still counts, though no mark has come yet.
  EXPECT_TRUE(peak.daily_loss.positive());
  EXPECT_TRUE(view.snapshot.daily_loss.positive());
  desk.order(eth, action::go_long);
  desk.bars();
  EXPECT_TRUE(desk.orders_of(eth).empty());
  const auto resumed = desk.set_breaker(breaker_level::active);
  ASSERT_TRUE(resumed) << resumed.error().what;
  desk.crash();
  desk.open();
  EXPECT_EQ(desk.risk().state.status, "ok");
}

// I9: what was said while the store was down needs no second word: pairs have no file to stand in.
TEST(a_halt_of_a_pair, that_the_store_did_not_take_is_durable_as_soon_as_it_works_again) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  const auto said = desk.set_breaker(breaker_level::halted, "prices look wrong", {btc.text()});
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_FALSE(said->durable);
  desk.run_for(minutes{2});
  EXPECT_TRUE(desk.audit("breaker.halted").empty());
  desk.ops->fate_of = {};
  desk.run_for(minutes{2});
  EXPECT_EQ(desk.audit("breaker.halted").size(), 1u);
  desk.crash();
  desk.open();
  desk.order(btc, action::go_long);
  desk.bars(2);
  EXPECT_TRUE(desk.orders_of(btc).empty());
  EXPECT_EQ(lines(desk.violations()), "");
}

// I9: closing takes effect only when it is durable.
TEST(a_resume, that_is_not_durable_leaves_the_wall_standing) {
  test_desk desk;
  desk.open();
  desk.bars();
  ASSERT_TRUE(desk.set_breaker(breaker_level::halted));
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  const auto said = desk.set_breaker(breaker_level::active);
  EXPECT_FALSE(said);
  EXPECT_EQ(desk.risk().state.status, "halted");
  EXPECT_TRUE(std::filesystem::exists(desk.halt_file));
  desk.ops->fate_of = {};
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_TRUE(desk.orders().empty());
  const auto again = desk.set_breaker(breaker_level::active);
  ASSERT_TRUE(again) << again.error().what;
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(desk.orders_of(btc).at(0).state, order_state::filled);
}

// I9: it opens within one tick of the mark that breaches.
TEST(the_breaker, opens_reducing_by_the_mark_that_makes_the_days_loss_too_large) {
  desk_options options;
  options.adjust = [](desk_terms& t) {
    t.first_policy.max_daily_loss = money::of(30);
    t.first_policy.circuit_breaker_loss = money::of(900);
  };
  test_desk desk(std::move(options));
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_TRUE(desk.held_by_us(btc).positive());
  EXPECT_EQ(desk.risk().state.status, "ok");
  desk.run_for(seconds{10});
  const auto last = desk.market.bars(btc, interval::m1).back().close;
  const auto fallen = last.scaled(96, 100);
  desk.exchange->apply(tick{btc, desk.clock.now(), fallen, fallen}, desk.clock.now());
  desk.market.push(tick{btc, desk.clock.now(), fallen, fallen});
  desk.settle();
  const auto view = desk.risk();
  EXPECT_EQ(view.state.status, "reducing");
  EXPECT_EQ(view.state.cause, "daily_loss");
  EXPECT_EQ(desk.alerts("breaker_reducing").size(), 1u);
  EXPECT_FALSE(desk.set_breaker(breaker_level::active));  // it ends with the day, and by an operator
}

// I10: what is in flight counts at once, also when eight pairs order at the same bar.
TEST(limits, hold_when_eight_pairs_want_to_enter_at_the_same_bar) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    desk_options options;
    options.pairs.assign(default_pairs().begin(), default_pairs().end());
    options.shuffled = seed;
    options.adjust = [](desk_terms& t) {
      t.first_policy.max_total_exposure = money::of(3'050);
      t.first_policy.max_open_positions = 5;
    };
    const auto pairs = options.pairs;
    test_desk desk(std::move(options));
    desk.open();
    desk.bars();
    for (const auto& name : pairs) desk.order(name, action::go_long);
    desk.bars();
    int held = 0;
    for (const auto& name : pairs) held += desk.held_by_us(name).positive() ? 1 : 0;
    EXPECT_EQ(held, 3) << "seed " << seed;
    EXPECT_EQ(desk.audit("intent.refused").size(), 5u) << "seed " << seed;
    EXPECT_EQ(desk.audit("intent.refused").back().metadata.at("rule"), "max_total_exposure") << "seed " << seed;
    EXPECT_EQ(lines(desk.violations()), "") << "seed " << seed;
  }
}

// I8: an operator's close passes a halt, reduces only, and its key names one order.
TEST(an_operators_close, passes_a_halt_and_happens_once_for_one_key) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_TRUE(desk.set_breaker(breaker_level::halted));
  const auto id = desk.trades().at(0).id;
  const auto said = desk.close_trade(id, "k1");
  ASSERT_TRUE(said) << said.error().what;
  desk.run_for(seconds{1});
  (void)desk.close_trade(id, "k1");
  desk.bars(2);
  EXPECT_TRUE(desk.held_there(btc).is_zero());
  EXPECT_EQ(desk.orders_of(btc).size(), 2u);
  EXPECT_FALSE(desk.close_trade(id));
  EXPECT_EQ(desk.trades().at(0).status, trade_status::closed);
  EXPECT_EQ(lines(desk.violations()), "");
}

}  // namespace
}  // namespace rltrader::testing_support

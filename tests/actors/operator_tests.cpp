// What an operator may say of orders, peaks and pairs, and what the venue does of its own accord.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader::testing_support {
namespace {

const pair_name sol{"SOL-USDT"};

ports::order_report order_there(const pair_name& pair, const char* id) {
  ports::order_report r;
  r.id = order_id{id};
  r.venue_order = venue_order_id{"77"};
  r.pair = pair;
  r.side = order_side::buy;
  r.state = order_state::accepted;
  r.quantity = quantity::of(1);
  return r;
}
std::string cause_of_pair(test_desk& desk, const pair_name& pair) {
  for (const auto& row : desk.risk().pairs)
    if (row.id == pair.text()) return row.status + " " + row.cause;
  return "ok";
}
/// Tells market and venue a price; what is held is measured with it.
void price_moves(test_desk& desk, const pair_name& pair, int percent_of_last) {
  const auto last = desk.market.bars(pair, interval::m1).back().close.scaled(percent_of_last, 100);
  const tick t{pair, desk.clock.now(), last, last};
  desk.exchange->apply(t, t.at);
  desk.market.push(t);
  desk.settle();
}

// ---- orders that are not ours

TEST(a_foreign_order, lets_its_pair_reduce_only_until_two_checks_after_it_is_gone) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.venue->shows = [](ports::venue_books& books) { books.open_orders.push_back(order_there(btc, "somebody")); };
  const auto found = desk.reconcile();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mismatches.at(0).kind, "foreign_order");
  EXPECT_EQ(cause_of_pair(desk, btc), "reducing foreign_order");
  EXPECT_EQ(desk.pair(btc).breaker, "reducing");
  EXPECT_EQ(desk.pair(btc).breaker_cause, "foreign_order");
  EXPECT_NE(desk.metrics.text().find("rltrader_breaker_state{scope=\"BTC-USDT\"} 1\n"), std::string::npos);
  desk.order(btc, action::go_long);
  desk.order(eth, action::go_long);
  desk.bars();
  EXPECT_TRUE(desk.orders_of(btc).empty());
  EXPECT_EQ(desk.orders_of(eth).at(0).state, order_state::filled);

  desk.run_for(minutes{10});  // any number of checks: it is still there
  EXPECT_EQ(cause_of_pair(desk, btc), "reducing foreign_order");
  desk.crash();
  desk.venue->fate_of = [](std::string_view verb, const order_id&) {
    return verb == "books" ? venue_fate::no_word : venue_fate::well;
  };
  desk.open();
  desk.run_for(minutes{10});  // nor does a restart end it, as long as nobody has looked
  EXPECT_EQ(cause_of_pair(desk, btc), "reducing foreign_order");

  desk.venue->fate_of = {};
  desk.venue->shows = {};
  ASSERT_TRUE(desk.reconcile());
  EXPECT_EQ(cause_of_pair(desk, btc), "reducing foreign_order");
  desk.run_for(minutes{5});  // two checks, two minutes apart
  EXPECT_EQ(cause_of_pair(desk, btc), "ok");
  EXPECT_NE(desk.metrics.text().find("rltrader_breaker_state{scope=\"BTC-USDT\"} 0\n"), std::string::npos);
  EXPECT_EQ(desk.pair(btc).breaker, "ok");
}

// ---- positions with both sides

TEST(positions, show_the_venues_side_as_the_last_comparison_saw_it) {
  desk_options options;
  options.pairs = {btc, eth, sol};
  test_desk desk(std::move(options));
  desk.open();
  desk.order(btc, action::go_long);
  desk.bars();
  desk.run_for(seconds{10});
  const auto held = desk.held_by_us(btc);
  ASSERT_TRUE(held.positive());
  const auto shown = [&](const pair_name& pair) {
    for (const auto& p : desk.positions().data)
      if (p.pair == pair) return p;
    return position_view{};
  };
  ASSERT_TRUE(desk.reconcile());
  const auto compared_at = desk.clock.now();
  EXPECT_EQ(shown(btc).held, held);
  EXPECT_EQ(shown(btc).venue_held, held);
  EXPECT_EQ(shown(btc).difference, quantity{});
  EXPECT_EQ(shown(btc).compared_at, compared_at);

  desk.venue->shows = [](ports::venue_books& books) {
    for (auto& p : books.positions) p.held = p.held + p.held;
    ports::position_report other;
    other.pair = sol;
    other.held = quantity::of(-3);
    books.positions.push_back(other);
  };
  ASSERT_TRUE(desk.reconcile());
  EXPECT_EQ(shown(btc).difference, -held);
  EXPECT_TRUE(shown(sol).held.is_zero());
  EXPECT_EQ(shown(sol).venue_held, quantity::of(-3));
  EXPECT_EQ(shown(sol).difference, quantity::of(3));

  desk.kill("reconciler");
  desk.reopen_if_ended();
  desk.venue->shows = {};
  EXPECT_EQ(shown(btc).held, held);
}

TEST(a_second_daemon, halts_the_account_until_an_operator_resumes) {
  test_desk desk;
  desk.open();
  desk.bars();
  const auto id = "rl" + std::string(28, 'x');
  desk.venue->shows = [id](ports::venue_books& books) { books.open_orders.push_back(order_there(eth, id.c_str())); };
  ASSERT_TRUE(desk.reconcile());
  const auto state = desk.risk().state;
  EXPECT_EQ(state.cause, "second_daemon");
  EXPECT_NE(state.trigger_reason.find(id), std::string::npos) << state.trigger_reason;
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_TRUE(desk.orders().empty());
  desk.venue->shows = {};
  ASSERT_TRUE(desk.reconcile());
  desk.run_for(minutes{10});
  EXPECT_EQ(desk.risk().state.cause, "second_daemon");
  ASSERT_TRUE(desk.set_breaker(breaker_level::active));
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(desk.orders_of(btc).at(0).state, order_state::filled);
}

// ---- a halt whose row is known already

TEST(a_halt, said_again_after_the_store_was_down_is_kept_with_its_kill_switch) {
  test_desk desk;
  desk.open();
  desk.bars();
  ASSERT_TRUE(desk.set_breaker(breaker_level::halted, "why"));
  // The store has the halted row, but the configuration of before: as an import of another table would leave it.
  auto image = desk.kept->load();
  auto configuration = image->configurations.at(0);
  ASSERT_TRUE(configuration.kill_switch);
  configuration.kill_switch = false;
  desk.crash();
  ASSERT_TRUE(desk.kept->commit({configuration}));
  desk.open();
  const auto said = desk.set_breaker(breaker_level::halted, "why");
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->durable);
  EXPECT_TRUE(desk.kept->load()->configurations.at(0).kill_switch);
}

// ---- rebase

TEST(a_rebase, ends_a_drawdown_and_is_kept_with_who_and_why) {
  desk_options options;
  options.adjust = [](desk_terms& t) {
    t.first_policy.max_drawdown = rate::of_raw(fixed_scale / 200);  // half a percent
    t.first_policy.max_daily_loss = money::of(900);
  };
  test_desk desk(std::move(options));
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  desk.run_for(seconds{5});
  price_moves(desk, btc, 90);
  ASSERT_EQ(desk.risk().state.cause, "drawdown");
  EXPECT_FALSE(desk.set_breaker(breaker_level::active));

  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  const auto lost = desk.rebase("new start");
  EXPECT_FALSE(lost);
  EXPECT_EQ(desk.risk().state.cause, "drawdown") << "what is not durable is not said";
  desk.ops->fate_of = {};
  desk.run_for(seconds{5});

  const auto said = desk.rebase("new start");
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_EQ(said->state.status, "ok");
  EXPECT_LT(said->peak, said->peak_before);
  EXPECT_TRUE(desk.risk().snapshot.drawdown.is_zero());
  const auto notes = desk.audit("risk.peak_rebased");
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].actor, "tester");
  EXPECT_EQ(notes[0].metadata.at("reason"), "new start");
  desk.crash();
  desk.open();
  EXPECT_EQ(desk.risk().state.status, "ok");
  EXPECT_TRUE(desk.risk().snapshot.drawdown < percent(1));
}

TEST(a_rebase, is_refused_while_the_account_is_halted) {
  test_desk desk;
  desk.open();
  desk.bars();
  ASSERT_TRUE(desk.set_breaker(breaker_level::halted));
  const auto said = desk.rebase("why");
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, errc::conflict);
  EXPECT_TRUE(desk.audit("risk.peak_rebased").empty());
}

// ---- an UNKNOWN order that only a person ends

TEST(an_unknown_order, is_ended_by_an_operator_only_when_it_is_denied_often_enough_or_old) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.venue->fate_of = [](std::string_view verb, const order_id&) {
    return verb == "place" ? venue_fate::lost_request : venue_fate::no_word;
  };
  desk.order(btc, action::go_long);
  desk.bars();
  desk.run_for(seconds{30});
  const auto id = desk.orders_of(btc).at(0).id;
  const auto early = desk.end_order(id, "I looked");
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, errc::conflict);
  EXPECT_NE(early.error().what.find("0 of 3"), std::string::npos) << early.error().what;
  EXPECT_EQ(desk.end_order(order_id{"nobody"}, "I looked").error().code, errc::not_found);

  desk.run_for(minutes{61});
  ASSERT_EQ(desk.orders_of(btc).at(0).state, order_state::unknown);
  const auto ended = desk.end_order(id, "not in the venue's history");
  ASSERT_TRUE(ended) << ended.error().what;
  const auto o = desk.orders_of(btc).at(0);
  EXPECT_EQ(o.state, order_state::not_placed);
  EXPECT_NE(o.status_reason.find("tester: not in the venue's history"), std::string::npos) << o.status_reason;
  EXPECT_TRUE(o.filled.is_zero());
  const auto notes = desk.audit("operator.ended_order");
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].actor, "tester");
  EXPECT_FALSE(desk.end_order(id, "again"));
  desk.venue->fate_of = {};
  desk.bars(12);
  EXPECT_EQ(lines(desk.violations()), "");
}

TEST(an_unknown_order, that_the_venue_has_shown_is_never_ended_by_hand) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.venue->copies_of = [](const ports::venue_event&) { return 0; };
  desk.venue->fate_of = [](std::string_view verb, const order_id&) {
    return verb == "place" ? venue_fate::lost_answer : verb == "books" ? venue_fate::no_word : venue_fate::well;
  };
  desk.order(btc, action::go_long);
  desk.bars();
  desk.run_for(minutes{61});  // its look-ups say that it filled; its fills cannot be had
  const auto o = desk.orders_of(btc).at(0);
  ASSERT_EQ(o.state, order_state::unknown);
  const auto said = desk.end_order(o.id, "I do not see it");
  ASSERT_FALSE(said);
  EXPECT_NE(said.error().what.find("has shown it"), std::string::npos) << said.error().what;
  desk.venue->fate_of = {};
  desk.venue->copies_of = {};
  desk.bars(12);
  EXPECT_EQ(desk.orders_of(btc).at(0).state, order_state::filled);
  EXPECT_EQ(lines(desk.violations()), "");
}

// ---- liquidation beyond the margin

TEST(insurance, that_the_venue_pays_is_booked_once_whether_told_or_found) {
  for (const bool told : {true, false}) {
    desk_options options;
    options.at_venue = [](sim::venue_settings& v) { v.leverage = 20; };
    options.adjust = [](desk_terms& t) { t.first_policy.circuit_breaker_loss = money::of(100'000); };
    test_desk desk(std::move(options));
    desk.open();
    desk.bars();
    desk.order(btc, action::go_long);
    desk.bars();
    ASSERT_TRUE(desk.held_by_us(btc).positive());
    if (!told) desk.venue->copies_of = [](const ports::venue_event&) { return 0; };
    price_moves(desk, btc, 60);
    ASSERT_TRUE(desk.held_there(btc).is_zero());
    ASSERT_TRUE(desk.exchange->truth().account.insurance.positive());
    desk.venue->copies_of = {};
    ASSERT_TRUE(desk.reconcile());
    desk.run_for(seconds{1});
    ASSERT_TRUE(desk.reconcile());
    const auto theirs = desk.exchange->truth().balance.equity;
    EXPECT_EQ(desk.risk().snapshot.equity, theirs) << (told ? "told" : "found");
    EXPECT_EQ(desk.audit("position.insured").size(), 1u);
    EXPECT_EQ(cause_of_pair(desk, btc), "cooldown liquidation");
    desk.crash();
    desk.open();
    ASSERT_TRUE(desk.reconcile());
    EXPECT_EQ(desk.risk().snapshot.equity, theirs);
    EXPECT_EQ(desk.audit("position.insured").size(), 1u);
    EXPECT_TRUE(desk.risk().quarantined.empty());
  }
}

// ---- views

TEST(a_pairs_view, shows_its_quarantine_with_the_cause) {
  test_desk desk;
  desk.open();
  desk.bars();
  EXPECT_FALSE(desk.pair(btc).quarantined);
  caf::anon_send(desk.handles().risk, quarantine_pair{btc, "books_disagree", "ours 1, the venue's 2"});
  desk.settle();
  const auto v = desk.pair(btc);
  EXPECT_TRUE(v.quarantined);
  ASSERT_TRUE(v.quarantine);
  EXPECT_EQ(v.quarantine->cause, "books_disagree");
  EXPECT_FALSE(desk.pair(eth).quarantined);
}

}  // namespace
}  // namespace rltrader::testing_support

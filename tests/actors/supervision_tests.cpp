// Deaths: of a pair, which is brought back, and of anything else, which ends the desk and opens it again.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rltrader::testing_support {
namespace {

const pair_name sol{"SOL-USDT"};

/// SOL is supported and not on the list.
desk_options one_to_add() {
  desk_options options;
  options.pairs = {btc, eth, sol};
  options.adjust = [](desk_terms& t) { t.pairs = {btc, eth}; };
  return options;
}

// I17: one pair that throws is restarted from the ledger while the others go on.
TEST(a_pair, that_throws_once_is_restarted_with_its_position_and_its_open_order) {
  desk_options options;
  options.at_venue = [](sim::venue_settings& v) {  // the entry fills in parts, so it is open for a while
    v.least_depth = money::of(150);
    v.volume_share = rate::of_raw(1);
  };
  const auto throws = std::make_shared<int>(0);
  options.adjust = [throws](desk_terms& t) {
    t.before_decision = [throws](const pair_name& name, instant) {
      if (name == btc && (*throws)-- == 1) throw std::runtime_error("a defect of the pair");
    };
  };
  test_desk desk(std::move(options));
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars(2);
  ASSERT_EQ(desk.orders_of(btc).at(0).state, order_state::partial);
  *throws = 1;
  desk.bars();
  desk.run_for(seconds{2});
  auto view = desk.pair(btc);
  EXPECT_TRUE(view.alive);
  EXPECT_EQ(view.restarts, 1);
  EXPECT_EQ(view.held, desk.held_there(btc));
  EXPECT_EQ(desk.alerts("pair_restarted").size(), 1u);
  ASSERT_TRUE(view.last_decision);
  EXPECT_EQ(view.last_decision->bar_open, desk.market.bars(btc, interval::m1).back().open_time);

  desk.order(btc, action::close);  // the entry is still open: nothing new is asked
  desk.bars();
  EXPECT_EQ(desk.orders_of(btc).size(), 1u);
  EXPECT_NE(desk.decisions(btc).back().reason.find("unresolved"), std::string::npos);
  desk.bars(8);
  desk.order(btc, action::close);
  desk.bars(8);
  EXPECT_TRUE(desk.held_by_us(btc).is_zero());
  EXPECT_EQ(desk.trades().at(0).status, trade_status::closed);
  EXPECT_EQ(desk.pair(eth).restarts, 0);
  EXPECT_EQ(desk.decisions(btc).size(), desk.decisions(eth).size());  // no bar was lost, none decided twice
  EXPECT_EQ(lines(desk.violations()), "");
}

// I17: bounded restarts, then it is left down, quarantined and alerted; the others notice nothing.
TEST(a_pair, that_always_throws_is_left_down_and_quarantined_while_the_others_go_on) {
  desk_options options;
  options.adjust = [](desk_terms& t) {
    t.before_decision = [](const pair_name& name, instant) {
      if (name == btc) throw std::runtime_error("a defect of the pair");
    };
  };
  test_desk desk(std::move(options));
  desk.open();
  desk.bars();
  desk.order(eth, action::go_long);
  desk.bars(2);
  const auto view = desk.pair(btc);
  EXPECT_FALSE(view.alive);
  EXPECT_EQ(view.restarts, 5);
  ASSERT_EQ(desk.alerts("pair_left_down").size(), 1u);
  EXPECT_EQ(desk.alerts("pair_left_down")[0].severity, severity::high);
  bool quarantined = false;
  for (const auto& q : desk.risk().quarantined)
    quarantined = quarantined || (q.pair == btc && q.cause == "too_many_restarts");
  EXPECT_TRUE(quarantined);
  EXPECT_TRUE(desk.decisions(btc).empty());
  EXPECT_EQ(desk.decisions(eth).size(), 4u);
  EXPECT_EQ(desk.orders_of(eth).at(0).state, order_state::filled);
  EXPECT_TRUE(desk.failed().empty());
  EXPECT_EQ(desk.command(btc, run_verb::pause).error().code, errc::unavailable);
}

// The one way to recover from anything that is not a pair: everything is dropped and opened again from the store.
TEST(a_desk, that_loses_an_actor_says_so_and_goes_on_when_it_is_opened_again) {
  for (const auto* name : {"executor", "risk", "ledger", "market_store", "reader", "alert_sink", "pair_supervisor",
                           "reconciler", "retry_queue", "market_feed", "scheduler"}) {
    test_desk desk;
    desk.open();
    desk.bars();
    desk.order(btc, action::go_long);
    desk.order(eth, action::go_short);
    desk.bars(2);
    EXPECT_TRUE(desk.failed().empty());
    desk.kill(name);
    EXPECT_EQ(desk.failed().substr(0, desk.failed().find(' ')), name);
    ASSERT_TRUE(desk.reopen_if_ended()) << name;
    desk.bars(2);
    EXPECT_EQ(lines(desk.violations()), "") << name;
    desk.order(btc, action::close);
    desk.order(eth, action::close);
    desk.bars();
    EXPECT_TRUE(desk.held_there(btc).is_zero()) << name;
    EXPECT_TRUE(desk.held_there(eth).is_zero()) << name;
    desk.bars(11);
    EXPECT_EQ(lines(desk.violations()), "") << name;
    EXPECT_TRUE(desk.risk().quarantined.empty()) << name;
    EXPECT_EQ(desk.risk().state.status, "ok") << name;
  }
}

// I6, I7: a restart after everything has ended books nothing twice, also a day later.
TEST(a_desk, that_is_opened_again_after_its_orders_ended_has_the_venues_books) {
  test_desk desk;
  desk.open();
  desk.bars();
  for (int i = 0; i < 3; ++i) {
    desk.order(btc, action::go_long);
    desk.bars();
    desk.order(btc, action::close);
    desk.bars();
  }
  desk.order(eth, action::go_long);
  desk.bars();
  const auto before = desk.books();
  for (int i = 0; i < 3; ++i) {
    desk.close();
    desk.open();
    desk.bars(6);
    EXPECT_EQ(lines(desk.violations()), "") << "opening " << desk.openings();
    EXPECT_TRUE(desk.alerts("foreign_fill").empty());
    EXPECT_TRUE(desk.alerts("reconcile_missing_fill").empty());
  }
}

// I6: the money of pairs that have long been flat still counts.
TEST(a_desk, knows_what_was_lost_in_a_pair_that_was_last_touched_days_ago) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.order(eth, action::go_long);
  desk.bars();
  desk.walks.at(eth).jump(0.97);
  desk.bars();
  desk.order(eth, action::close);
  desk.bars();
  ASSERT_LT(desk.exchange->balance().wallet, money::of(9'990));
  desk.bars(60 * 25);
  desk.order(btc, action::go_long);
  desk.bars();
  desk.close();
  desk.open();
  desk.bars(2);
  EXPECT_EQ(lines(desk.violations()), "");
}

// ---- runs and the pair list ----------------------------------------------------------------------------------------------

TEST(a_run, is_paused_resumed_and_stopped_by_the_rules) {
  test_desk desk;
  desk.open();
  desk.bars();
  EXPECT_EQ(desk.command(btc, run_verb::start).error().code, errc::conflict);
  EXPECT_EQ(desk.command(sol, run_verb::pause).error().code, errc::not_found);
  EXPECT_EQ(desk.command(sol, run_verb::start).error().code, errc::refused);

  const auto paused = desk.command(btc, run_verb::pause);
  ASSERT_TRUE(paused);
  EXPECT_EQ(paused->status, run_status::paused);
  EXPECT_EQ(paused->pause_reason, pause_reason::operator_asked);
  desk.order(btc, action::go_long);
  desk.bars(5);
  EXPECT_TRUE(desk.orders().empty());
  EXPECT_EQ(desk.pair(btc).run.status, run_status::paused);  // an operator's pause latches

  ASSERT_TRUE(desk.command(btc, run_verb::resume));
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_TRUE(desk.held_by_us(btc).positive());

  const auto refused = desk.command(btc, run_verb::stop);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::conflict);
  const auto stopped = desk.command(btc, run_verb::stop, disposition::flatten);
  ASSERT_TRUE(stopped) << stopped.error().what;
  EXPECT_EQ(stopped->status, run_status::stopped);
  desk.bars(2);
  EXPECT_TRUE(desk.held_by_us(btc).is_zero());
  EXPECT_EQ(desk.trades().at(0).status, trade_status::closed);
  const auto decided = desk.decisions(btc).size();
  desk.bars(2);
  EXPECT_EQ(desk.decisions(btc).size(), decided);
  EXPECT_EQ(desk.command(btc, run_verb::resume).error().code, errc::conflict);

  // It stays stopped after a restart of the desk, until it is started.
  desk.close();
  desk.open();
  desk.bars(2);
  EXPECT_EQ(desk.decisions(btc).size(), decided);
  const auto started = desk.command(btc, run_verb::start);
  ASSERT_TRUE(started) << started.error().what;
  EXPECT_NE(started->id, stopped->id);
  desk.bars(2);
  EXPECT_GT(desk.decisions(btc).size(), decided);
  EXPECT_EQ(lines(desk.violations()), "");
}

TEST(a_run, that_stops_with_adopt_keeps_the_position_and_the_next_run_must_say_what_becomes_of_it) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_TRUE(desk.command(btc, run_verb::stop, disposition::adopt));
  desk.bars();
  EXPECT_TRUE(desk.held_by_us(btc).positive());
  EXPECT_EQ(desk.command(btc, run_verb::start).error().code, errc::conflict);
  const auto adopted = desk.command(btc, run_verb::start, disposition::adopt);
  ASSERT_TRUE(adopted) << adopted.error().what;
  desk.bars();
  EXPECT_EQ(desk.pair(btc).held, desk.held_there(btc));
  desk.order(btc, action::close);
  desk.bars();
  EXPECT_TRUE(desk.held_by_us(btc).is_zero());
  EXPECT_EQ(desk.trades().at(0).status, trade_status::closed);

  desk.order(btc, action::go_short);
  desk.bars();
  ASSERT_TRUE(desk.command(btc, run_verb::stop, disposition::adopt));
  ASSERT_TRUE(desk.command(btc, run_verb::start, disposition::flatten));
  desk.bars(2);
  EXPECT_TRUE(desk.held_by_us(btc).is_zero());
  EXPECT_EQ(lines(desk.violations()), "");
}

TEST(a_run, is_not_stopped_with_flatten_while_an_order_is_unresolved) {
  desk_options options;
  options.at_venue = [](sim::venue_settings& v) {
    v.least_depth = money::of(150);
    v.volume_share = rate::of_raw(1);
  };
  test_desk desk(std::move(options));
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars(2);
  ASSERT_EQ(desk.orders_of(btc).at(0).state, order_state::partial);
  const auto said = desk.command(btc, run_verb::stop, disposition::flatten);
  ASSERT_FALSE(said);  // or it would be stopped and keep what it should have closed
  EXPECT_EQ(said.error().code, errc::conflict);
  EXPECT_EQ(desk.pair(btc).run.status, run_status::running);
}

TEST(the_pair_list, grows_and_shrinks_but_keeps_who_holds_something) {
  test_desk desk(one_to_add());
  desk.open();
  desk.bars();
  EXPECT_TRUE(desk.decisions(sol).empty());
  auto said = desk.change_pairs({btc, eth, sol, pair_name{"DOGE-USDT"}});
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_EQ(said->added, std::vector<std::string>{"SOL-USDT"});
  EXPECT_EQ(said->refused.size(), 1u);
  desk.bars();
  EXPECT_FALSE(desk.decisions(sol).empty());

  desk.order(eth, action::go_long);
  desk.bars();
  said = desk.change_pairs({btc});
  ASSERT_TRUE(said);
  EXPECT_EQ(said->removed, std::vector<std::string>{"SOL-USDT"});
  ASSERT_EQ(said->refused.size(), 1u);
  EXPECT_NE(said->refused[0].find("holds"), std::string::npos);
  EXPECT_EQ(desk.pairs().pairs.size(), 2u);

  desk.order(eth, action::close);
  desk.bars();
  said = desk.change_pairs({btc, sol});
  ASSERT_TRUE(said);
  EXPECT_EQ(said->removed, std::vector<std::string>{"ETH-USDT"});
  EXPECT_EQ(said->added, std::vector<std::string>{"SOL-USDT"});
  const auto decided = desk.decisions(sol).size();
  desk.bars();
  EXPECT_EQ(desk.pair(sol).run.status, run_status::running);
  EXPECT_GT(desk.decisions(sol).size(), decided);
  EXPECT_EQ(lines(desk.violations()), "");
}

TEST(the_pair_list, says_whose_silence_counts) {
  test_desk desk(one_to_add());
  desk.open();
  desk.bars();
  const auto silent = [&] {
    std::set<std::string> out;
    for (const auto& p : desk.health())
      if (p.check == "feeds") out.insert(p.problem.substr(0, p.problem.find(':')));
    return out;
  };
  EXPECT_EQ(silent(), std::set<std::string>{});
  desk.stand_still(minutes{10});
  EXPECT_EQ(silent(), (std::set<std::string>{"BTC-USDT", "ETH-USDT"}));
  desk.bars(2);
  EXPECT_EQ(silent(), std::set<std::string>{});
  ASSERT_TRUE(desk.change_pairs({btc, sol}));
  desk.stand_still(minutes{3});
  EXPECT_EQ(silent(), std::set<std::string>{}) << "a bar's length and three minutes are not over";
  desk.stand_still(minutes{10});
  EXPECT_EQ(silent(), (std::set<std::string>{"BTC-USDT", "SOL-USDT"}));
}

TEST(a_pause, is_answered_when_it_is_durable_and_kept_as_soon_as_the_store_can) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  const auto said = desk.command(btc, run_verb::pause);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, errc::store_failed);
  EXPECT_NE(said.error().what.find("paused"), std::string::npos) << said.error().what;
  EXPECT_EQ(desk.pair(btc).run.status, run_status::paused) << "in force at once";
  desk.ops->fate_of = {};
  desk.run_for(minutes{5});
  EXPECT_EQ(desk.audit("agent.paused").size(), 1u);
  EXPECT_FALSE(desk.alerts("run_not_kept").empty());
  desk.crash();
  desk.open();
  EXPECT_EQ(desk.pair(btc).run.status, run_status::paused);

  ASSERT_TRUE(desk.command(btc, run_verb::resume));
  desk.crash();
  desk.open();
  EXPECT_EQ(desk.pair(btc).run.status, run_status::running) << "answered before it was durable";
}

TEST(a_run, that_the_store_does_not_take_is_not_started) {
  test_desk desk(one_to_add());
  desk.open();
  desk.bars();
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  const auto said = desk.command(sol, run_verb::start);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, errc::store_failed);
  EXPECT_EQ(desk.pairs().pairs.size(), 2u);
  desk.ops->fate_of = {};
  ASSERT_TRUE(desk.command(sol, run_verb::start));
  desk.bars();
  EXPECT_FALSE(desk.decisions(sol).empty());
}

TEST(a_quarantine, that_the_store_did_not_take_is_kept_when_it_can) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.ops->fate_of = [](std::size_t, const ports::write_batch&) { return commit_fate::fails; };
  desk.venue->shows = [](ports::venue_books& books) {
    ports::position_report other;
    other.pair = btc;
    other.held = quantity::of(3);
    books.positions.push_back(other);
  };
  ASSERT_TRUE(desk.reconcile());
  EXPECT_TRUE(desk.kept->load()->quarantines.empty());
  desk.ops->fate_of = {};
  desk.run_for(minutes{1});
  ASSERT_EQ(desk.kept->load()->quarantines.size(), 1u);
  EXPECT_EQ(desk.kept->load()->quarantines[0].cause, "books_disagree");
  EXPECT_FALSE(desk.alerts("risk_state_not_kept").empty());
}

TEST(a_run, asked_for_twice_at_once_is_started_once) {
  test_desk desk(one_to_add());
  desk.open();
  desk.bars();
  run_command start;
  start.verb = run_verb::start;
  start.pair = sol;
  caf::anon_send(desk.handles().pairs, start);
  EXPECT_EQ(desk.command(sol, run_verb::start).error().code, errc::conflict);
  EXPECT_EQ(desk.audit("agent.started").size(), 3u);
}

TEST(the_pair_list, keeps_who_has_an_order_under_way_and_says_so_and_lets_go_what_was_stopped_with_a_word) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.venue->fate_of = [](std::string_view, const order_id&) { return venue_fate::lost_request; };
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_FALSE(desk.orders_of(btc).empty());
  const auto stopped = desk.command(btc, run_verb::stop);
  ASSERT_FALSE(stopped);
  EXPECT_NE(stopped.error().what.find("an order of the run is unresolved"), std::string::npos) << stopped.error().what;
  const auto said = desk.change_pairs({eth});
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_TRUE(said->removed.empty());
  ASSERT_EQ(said->refused.size(), 1u);
  const auto told = desk.alerts("pair_not_removed");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].metadata.at("pair"), btc.text());
}

TEST(the_pair_list, lets_a_pair_go_whose_position_was_adopted) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  ASSERT_TRUE(desk.command(btc, run_verb::stop, disposition::adopt));
  const auto said = desk.change_pairs({eth});
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_EQ(said->removed, std::vector<std::string>{"BTC-USDT"});
  EXPECT_TRUE(desk.held_by_us(btc).positive());
}

TEST(the_pair_list, of_another_start_leaves_no_position_without_its_agent) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  desk.close();
  desk.terms.pairs = {eth};
  desk.open();
  desk.run_for(seconds{1});
  EXPECT_EQ(desk.pairs().pairs.size(), 2u);
  EXPECT_EQ(desk.pair(btc).run.status, run_status::running);
  // Once it is flat, a start without it is one without it.
  desk.order(btc, action::close);
  desk.bars();
  desk.close();
  desk.open();
  desk.settle();
  EXPECT_EQ(desk.pairs().pairs.size(), 1u);
  ASSERT_EQ(desk.audit("agent.stopped").size(), 1u);
  EXPECT_EQ(desk.audit("agent.stopped")[0].actor, "daemon");
  const auto image = desk.kept->load();
  for (const auto& run : image->runs)
    EXPECT_EQ(run.status, run.pair == btc ? run_status::stopped : run_status::running);
}

TEST(the_pair_list, of_a_desk_that_is_opened_again_has_what_was_started_by_hand) {
  test_desk desk(one_to_add());
  desk.open();
  desk.bars();
  ASSERT_TRUE(desk.command(sol, run_verb::start));
  desk.terms.reopening = true;  // as the daemon's loop says after a death
  desk.kill("executor");
  ASSERT_TRUE(desk.reopen_if_ended());
  desk.bars(2);
  EXPECT_EQ(desk.pairs().pairs.size(), 3u);
  EXPECT_EQ(desk.pair(sol).run.status, run_status::running);
  EXPECT_TRUE(desk.audit("agent.stopped").empty());
}

}  // namespace
}  // namespace rltrader::testing_support

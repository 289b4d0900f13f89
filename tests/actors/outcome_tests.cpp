// What becomes of an order whose request, answer or news is lost, late, doubled or refused.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rltrader::testing_support {
namespace {

/// The next request of this verb has this fate; all others are well.
void next_is(test_desk& desk, std::string verb, venue_fate how) {
  const auto left = std::make_shared<int>(1);
  desk.venue->fate_of = [verb = std::move(verb), how, left](std::string_view asked, const order_id&) {
    return asked == verb && (*left)-- > 0 ? how : venue_fate::well;
  };
}
void nobody_hears(test_desk& desk) {
  desk.venue->copies_of = [](const ports::venue_event&) { return 0; };
}
void everybody_hears(test_desk& desk) {
  desk.venue->fate_of = {};
  desk.venue->copies_of = {};
}
std::vector<order_state> path_of(test_desk& desk, const order_id& id) {
  std::vector<order_state> out;
  const auto page = desk.kept->events_of_order(id);
  for (const auto& e : page->rows) out.push_back(e.after);
  return out;
}
rltrader::order only_order(test_desk& desk, const pair_name& pair = btc) {
  const auto all = desk.orders_of(pair);
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? rltrader::order{} : all.back();
}

// I4: no word is UNKNOWN, never a guess; the look-up finds what the venue did.
TEST(an_order, is_unknown_when_its_answer_is_lost_and_is_found_by_looking) {
  test_desk desk;
  desk.open();
  desk.bars();
  next_is(desk, "place", venue_fate::lost_answer);
  nobody_hears(desk);
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(only_order(desk).state, order_state::sent);
  desk.run_for(seconds{4});
  EXPECT_EQ(only_order(desk).state, order_state::sent);
  desk.run_for(seconds{3});
  const auto o = only_order(desk);
  EXPECT_EQ(o.state, order_state::filled) << o.status_reason;
  const auto path = path_of(desk, o.id);
  EXPECT_EQ(std::count(path.begin(), path.end(), order_state::unknown), 1);
  everybody_hears(desk);
  desk.bars(12);
  EXPECT_EQ(desk.venue->asked["place"], 1);
  EXPECT_EQ(lines(desk.violations()), "");
}

// I4: a word that says "I do not know" is no outcome either.
TEST(an_order, is_unknown_when_the_venue_answers_with_an_error_after_sending) {
  for (const auto how : {venue_fate::no_word, venue_fate::done_no_word}) {
    test_desk desk;
    desk.open();
    desk.bars();
    next_is(desk, "place", how);
    nobody_hears(desk);
    desk.order(btc, action::go_long);
    desk.bars();
    const auto path = path_of(desk, only_order(desk).id);
    ASSERT_GE(path.size(), 3u);
    EXPECT_EQ(path[2], order_state::unknown);
    everybody_hears(desk);
    desk.bars(12);
    EXPECT_EQ(only_order(desk).state, how == venue_fate::no_word ? order_state::not_placed : order_state::filled);
    EXPECT_EQ(lines(desk.violations()), "");
  }
}

// I1, I4: absence is believed late, after three denials and with books that agree; the entry is never sent again.
TEST(an_order, is_not_placed_only_when_its_absence_is_proved) {
  test_desk desk;
  desk.open();
  desk.bars();
  next_is(desk, "place", venue_fate::lost_request);
  desk.order(btc, action::go_long);
  desk.bars();
  const auto sent = *only_order(desk).sent_at;
  while (only_order(desk).state != order_state::not_placed && desk.clock.now() < sent + minutes{3})
    desk.run_for(milliseconds{500});
  const auto o = only_order(desk);
  EXPECT_EQ(o.state, order_state::not_placed);
  EXPECT_TRUE(o.status_reason.starts_with("never_arrived")) << o.status_reason;
  EXPECT_GE(desk.clock.now() - sent, seconds{2 + 10 + 2 * 2});
  EXPECT_EQ(desk.venue->asked["place"], 1);
  EXPECT_EQ(lines(desk.violations()), "");

  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(desk.orders_of(btc).back().state, order_state::filled);  // the pair trades on
  EXPECT_EQ(lines(desk.violations()), "");
}

// I4: an answer that comes after its time-out is still the venue's word.
TEST(an_order, takes_a_late_yes_and_a_late_no) {
  for (const auto how : {venue_fate::late_answer, venue_fate::late_request}) {
    test_desk desk;
    desk.open();
    desk.bars();
    desk.venue->lateness = seconds{8};
    const auto left = std::make_shared<int>(1);
    desk.venue->fate_of = [how, left](std::string_view asked, const order_id&) {
      if (asked == "place" && (*left)-- > 0) return how;
      return asked == "place" ? venue_fate::well : venue_fate::no_word;  // nothing else is answered
    };
    nobody_hears(desk);
    desk.order(btc, action::go_long);
    desk.bars();
    desk.run_for(seconds{7});
    EXPECT_EQ(only_order(desk).state, order_state::unknown);
    desk.run_for(seconds{2});
    const auto o = only_order(desk);
    EXPECT_EQ(o.state, how == venue_fate::late_answer ? order_state::accepted : order_state::rejected);
    everybody_hears(desk);
    desk.bars(12);
    EXPECT_EQ(lines(desk.violations()), "");
  }
}

TEST(an_order, is_rejected_by_the_venues_no_and_by_proof_that_it_never_left) {
  for (const auto how : {venue_fate::rejected, venue_fate::never_left}) {
    test_desk desk;
    desk.open();
    desk.bars();
    next_is(desk, "place", how);
    desk.order(btc, action::go_long);
    desk.bars();
    const auto o = only_order(desk);
    EXPECT_EQ(o.state, order_state::rejected);
    EXPECT_FALSE(o.status_reason.empty());
    EXPECT_TRUE(desk.trades().at(0).status == trade_status::rejected);
    desk.order(btc, action::go_short);
    desk.bars();
    EXPECT_TRUE(desk.held_by_us(btc).negative());
    EXPECT_EQ(lines(desk.violations()), "");
  }
}

// I4, I13, I22: silence is alerted and quarantined, looked up for as long as it takes, and lifted by the venue's own word.
TEST(an_order, without_any_word_quarantines_its_pair_until_the_venue_speaks) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.venue->fate_of = [](std::string_view verb, const order_id&) {
    return verb == "place" ? venue_fate::lost_answer : venue_fate::no_word;
  };
  nobody_hears(desk);
  desk.order(btc, action::go_long);
  desk.bars();
  desk.run_for(seconds{30});
  EXPECT_EQ(only_order(desk).state, order_state::unknown);
  ASSERT_EQ(desk.alerts("order_unknown").size(), 1u);
  EXPECT_EQ(desk.alerts("order_unknown")[0].severity, severity::high);
  auto view = desk.risk();
  ASSERT_EQ(view.quarantined.size(), 1u);
  EXPECT_EQ(view.quarantined[0].pair, btc);
  EXPECT_TRUE(view.snapshot.unknown_exposure.positive());  // I10: it counts
  const auto jobs = desk.kept->jobs({.status = "pending"});
  ASSERT_EQ(jobs->rows.size(), 1u);
  EXPECT_EQ(jobs->rows[0].job_type, "order_lookup");

  desk.order(eth, action::go_long);
  desk.bars();
  desk.run_for(seconds{10});
  EXPECT_EQ(desk.orders_of(eth).size(), 1u);  // I17: the other pair goes on

  desk.bars(3);
  everybody_hears(desk);
  desk.bars(18);
  EXPECT_EQ(only_order(desk).state, order_state::filled);
  EXPECT_TRUE(desk.risk().quarantined.empty());
  EXPECT_TRUE(desk.kept->jobs({.status = "pending"})->rows.empty());
  EXPECT_EQ(lines(desk.violations()), "");
}

// I7: what is told twice, late and in the wrong order counts once.
TEST(fills, count_once_when_events_are_doubled_and_reordered) {
  desk_options options;
  options.at_venue = [](sim::venue_settings& v) {  // in many parts
    v.least_depth = money::of(150);
    v.volume_share = rate::of_raw(1);
  };
  test_desk desk(std::move(options));
  desk.open();
  desk.bars();
  desk.venue->copies_of = [](const ports::venue_event&) { return 3; };
  desk.venue->event_delay = milliseconds{700};
  desk.order(btc, action::go_long);
  desk.bars(10);
  desk.run_for(seconds{10});
  const auto o = only_order(desk);
  EXPECT_EQ(o.state, order_state::filled);
  EXPECT_GT(desk.kept->fills_of_order(o.id)->rows.size(), 3u);
  EXPECT_EQ(lines(desk.violations()), "");
}

// I7: events that are lost are found by the reconciler.
TEST(fills, are_found_by_the_reconciler_when_no_event_comes) {
  test_desk desk;
  desk.open();
  desk.bars();
  nobody_hears(desk);
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(only_order(desk).state, order_state::accepted);
  desk.bars(7);
  EXPECT_EQ(only_order(desk).state, order_state::filled);
  EXPECT_EQ(lines(desk.violations()), "");
}

TEST(a_resting_order, is_cancelled_when_asked_and_keeps_what_it_filled) {
  for (const auto how : {venue_fate::well, venue_fate::lost_answer, venue_fate::no_word, venue_fate::done_no_word}) {
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
    const auto before = only_order(desk);
    ASSERT_EQ(before.state, order_state::partial);
    next_is(desk, "cancel", how);
    const auto said = desk.cancel(before.id);
    ASSERT_TRUE(said) << said.error().what;
    desk.run_for(seconds{8});
    const bool done = how != venue_fate::no_word;
    EXPECT_EQ(only_order(desk).state, done ? order_state::cancelled : order_state::partial);
    if (!done) {
      ASSERT_TRUE(desk.cancel(before.id));
      desk.run_for(seconds{8});
    }
    const auto o = only_order(desk);
    EXPECT_EQ(o.state, order_state::cancelled);
    EXPECT_GE(o.filled, before.filled);
    EXPECT_EQ(desk.trades().at(0).status, trade_status::filled);
    EXPECT_FALSE(desk.cancel(o.id));
    desk.bars(2);
    EXPECT_EQ(lines(desk.violations()), "");
  }
}

// I4: an order that is cancelled before it has left never leaves.
TEST(a_waiting_order, does_not_leave_after_it_was_cancelled) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.ops->fate_of = [&](std::size_t, const ports::write_batch& rows) {
    for (const auto& row : rows)
      if (const auto* o = std::get_if<rltrader::order>(&row);
          o && o->state == order_state::intent && o->transitions == 1)
        caf::anon_send(desk.handles().executor, cancel_order{o->id, "changed my mind", "tester"});
    return commit_fate::well;
  };
  desk.order(btc, action::go_long);
  desk.bars();
  desk.ops->fate_of = {};
  desk.run_for(seconds{20});
  const auto o = only_order(desk);
  EXPECT_TRUE(o.cancel_requested || desk.venue->asked["place"] == 1);
  if (desk.venue->asked["place"] == 0) {
    EXPECT_EQ(o.state, order_state::rejected);
  }
  EXPECT_TRUE(desk.alerts("order_contradiction").empty());
  EXPECT_EQ(lines(desk.violations()), "");
}

}  // namespace
}  // namespace rltrader::testing_support

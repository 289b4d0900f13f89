// Figures that decisions, orders and bars leave in the store and on the page of metrics, and what breached objectives raise.
#include "tests/support/test_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace rltrader::testing_support {
namespace {

std::vector<double> figures(test_desk& desk, const std::string& name) {
  std::vector<double> out;
  const auto page = desk.kept->metrics({.id = name, .limit = 10'000});
  for (const auto& row : page->rows) out.push_back(row.value);
  return out;
}
/// The value of a line of the page; NaN when there is none.
double shown(const test_desk& desk, const std::string& series) {
  const auto page = "\n" + desk.metrics.text();
  const auto at = page.find("\n" + series + " ");
  return at == std::string::npos ? std::nan("") : std::stod(page.substr(at + series.size() + 2));
}
std::string grade_of(test_desk& desk, const std::string& category) {
  const auto found = desk.alerts(category);
  return found.empty() ? "none" : std::string(text_of(found.back().severity));
}
/// A closed bar of BTC that comes this late.
void push_late(test_desk& desk, milliseconds late) {
  desk.market_runs = false;
  auto bar_of_now = desk.market.bars(btc, interval::m1).back();
  bar_of_now.open_time = next_open(interval::m1, bar_of_now.open_time);
  desk.run_to(next_open(interval::m1, bar_of_now.open_time) + late);
  desk.market.push(bar{btc, interval::m1, bar_of_now});
  desk.settle();
}

struct objective_case {
  double factor;
  const char* grade;
};
/// Severity grows with how far an objective is missed: 1.25 times and twice.
const std::vector<objective_case> cases{{0.9, "none"}, {1.1, "low"}, {1.4, "medium"}, {2.2, "high"}};

TEST(each_figure, is_kept_in_the_store_and_shown_on_the_page) {
  double elapsed = 0;
  desk_options options;
  options.adjust = [&](desk_terms& t) { t.stopwatch = [&] { return elapsed; }; };
  test_desk desk(std::move(options));
  desk.decide = [&, inner = desk.decide](const pair_name& pair, const observation& seen) {
    elapsed += 0.25;
    return inner(pair, seen);
  };
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars(2);
  push_late(desk, seconds{7});
  desk.run_for(seconds{2});
  for (const auto* name : {"decision_latency_ms", "confidence", "feature_quality", "slippage_bps", "ingest_lag_sec"})
    EXPECT_FALSE(figures(desk, name).empty()) << name;
  EXPECT_EQ(figures(desk, "decision_latency_ms").front(), 250);
  EXPECT_EQ(figures(desk, "confidence").front(), 1);
  EXPECT_GT(figures(desk, "feature_quality").front(), 0.5);
  EXPECT_LE(figures(desk, "feature_quality").front(), 1);
  EXPECT_EQ(figures(desk, "ingest_lag_sec").front(), 7);
  EXPECT_LT(std::abs(figures(desk, "slippage_bps").front()), 20);
  EXPECT_GE(shown(desk, "rltrader_decision_latency_seconds_count"), 4);
  EXPECT_GE(shown(desk, "rltrader_decision_confidence_count"), 1);
  EXPECT_EQ(shown(desk, "rltrader_slippage_bps_count"), 1);
  EXPECT_GE(shown(desk, "rltrader_feature_quality_count{pair=\"BTC-USDT\"}"), 3);
  EXPECT_EQ(shown(desk, "rltrader_ingest_lag_seconds_sum{pair=\"BTC-USDT\",source=\"script\"}"), 7);
}

TEST(an_objective, of_decision_latency_raises_by_how_far_it_is_missed) {
  for (const auto& c : cases) {
    double elapsed = 0;
    desk_options options;
    options.adjust = [&](desk_terms& t) {
      t.stopwatch = [&] { return elapsed; };
      t.latency_slo_ms = 100;
    };
    test_desk desk(std::move(options));
    desk.decide = [&](const pair_name&, const observation&) -> policy_answer {
      elapsed += 0.1 * c.factor;
      return {action::hold, 1, 0, "slowly"};
    };
    desk.open();
    desk.bars(2);
    EXPECT_EQ(grade_of(desk, "slo_decision_latency"), c.grade) << c.factor;
  }
}

TEST(an_objective, of_slippage_raises_by_how_far_it_is_missed) {
  for (const auto& c : cases) {
    desk_options options;
    options.adjust = [](desk_terms& t) { t.slippage_slo_bps = 100; };
    options.at_venue = [&](sim::venue_settings& v) { v.slippage = bps(static_cast<int>(100 * c.factor)); };
    test_desk desk(std::move(options));
    desk.open();
    desk.bars();
    desk.order(btc, action::go_long);
    desk.bars();
    ASSERT_TRUE(desk.held_by_us(btc).positive());
    EXPECT_EQ(grade_of(desk, "slo_slippage"), c.grade) << c.factor;
  }
}

TEST(an_objective, of_ingestion_lag_raises_by_how_far_it_is_missed) {
  for (const auto& c : cases) {
    desk_options options;
    options.adjust = [](desk_terms& t) { t.ingest_lag_slo_sec = 10; };
    test_desk desk(std::move(options));
    desk.open();
    desk.bars();
    push_late(desk, milliseconds{static_cast<std::int64_t>(10'000 * c.factor)});
    EXPECT_EQ(grade_of(desk, "slo_ingestion_lag"), c.grade) << c.factor;
  }
}

TEST(orders, are_counted_when_they_leave_and_when_they_end) {
  test_desk desk;
  desk.open();
  desk.bars();
  desk.order(btc, action::go_long);
  desk.bars();
  EXPECT_EQ(shown(desk, "rltrader_orders_submitted_total{pair=\"BTC-USDT\",outcome=\"sent\"}"), 1);
  EXPECT_EQ(shown(desk, "rltrader_orders_submitted_total{pair=\"BTC-USDT\",outcome=\"filled\"}"), 1);
  EXPECT_EQ(shown(desk, "rltrader_fills_total{pair=\"BTC-USDT\"}"), 1);
  desk.venue->fate_of = [](std::string_view verb, const order_id&) {
    return verb == "place" ? venue_fate::lost_request : venue_fate::no_word;
  };
  desk.order(eth, action::go_long);
  desk.bars();
  EXPECT_EQ(shown(desk, "rltrader_orders_submitted_total{pair=\"ETH-USDT\",outcome=\"sent\"}"), 1);
  desk.run_for(seconds{8});
  EXPECT_EQ(shown(desk, "rltrader_orders_unknown"), 1);
  EXPECT_TRUE(std::isnan(shown(desk, "rltrader_orders_submitted_total{pair=\"ETH-USDT\",outcome=\"filled\"}")));
  desk.venue->fate_of = {};
  desk.run_for(minutes{3});
  EXPECT_EQ(shown(desk, "rltrader_orders_submitted_total{pair=\"ETH-USDT\",outcome=\"not_placed\"}"), 1);
  EXPECT_EQ(shown(desk, "rltrader_orders_unknown"), 0);
}

TEST(mailboxes, are_measured_when_asked) {
  test_desk desk;
  desk.open();
  desk.bars();
  const auto& risk = desk.handles().risk;
  for (int i = 0; i < 5; ++i) caf::anon_send(risk, ask_risk{});
  caf::anon_send<caf::message_priority::high>(risk, measure_mailbox{});
  caf::anon_send(desk.handles().ledger, measure_mailbox{});
  desk.settle();
  EXPECT_GE(shown(desk, "rltrader_mailbox_depth{actor=\"risk\"}"), 4);
  EXPECT_EQ(shown(desk, "rltrader_mailbox_depth{actor=\"ledger\"}"), 0);
}

}  // namespace
}  // namespace rltrader::testing_support

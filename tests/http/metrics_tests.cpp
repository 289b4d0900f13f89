// The registry and its text.
#include "http/metrics.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <thread>
#include <vector>

using namespace rltrader::http;

namespace {

/// Lines of the page that begin with this.
std::vector<std::string> lines_with(const std::string& text, const std::string& start) {
  std::vector<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(start)) out.push_back(line);
  return out;
}

using strings = std::vector<std::string>;

}  // namespace

TEST(metrics, show_counters_with_help_type_and_labels) {
  metrics_registry m;
  m.add(metric::decisions, {"BTC-USDT", "long"});
  m.add(metric::decisions, {"BTC-USDT", "long"}, 2);
  m.add(metric::decisions, {"ETH-USDT", "hold"});
  EXPECT_EQ(lines_with(m.text(), "rltrader_decisions_total"),
            (strings{"rltrader_decisions_total{pair=\"BTC-USDT\",action=\"long\"} 3",
                     "rltrader_decisions_total{pair=\"ETH-USDT\",action=\"hold\"} 1"}));
  EXPECT_EQ(lines_with(m.text(), "# HELP rltrader_decisions_total "),
            strings{"# HELP rltrader_decisions_total Decisions by pair and action."});
  EXPECT_EQ(lines_with(m.text(), "# TYPE rltrader_decisions_total "),
            strings{"# TYPE rltrader_decisions_total counter"});
  EXPECT_EQ(lines_with(m.text(), "gvfx_agent_decisions_total{pair=\"BTC-USDT\""),
            strings{"gvfx_agent_decisions_total{pair=\"BTC-USDT\",action=\"long\"} 3"});
}

TEST(metrics, show_gauges_without_labels_from_the_start) {
  metrics_registry m;
  EXPECT_EQ(lines_with(m.text(), "rltrader_orders_unknown "), strings{"rltrader_orders_unknown 0"});
  m.set(metric::orders_unknown, 2);
  EXPECT_EQ(lines_with(m.text(), "rltrader_orders_unknown "), strings{"rltrader_orders_unknown 2"});
}

TEST(metrics, sum_histogram_buckets_upwards) {
  metrics_registry m;
  for (const double value : {0.0001, 0.003, 0.003, 60.0}) m.observe(metric::order_roundtrip, value);
  m.observe(metric::order_roundtrip, std::numeric_limits<double>::quiet_NaN());
  const auto text = m.text();
  const auto buckets = lines_with(text, "rltrader_order_roundtrip_seconds_bucket");
  ASSERT_EQ(buckets.size(), 15U);
  EXPECT_EQ(buckets.front(), "rltrader_order_roundtrip_seconds_bucket{le=\"0.0005\"} 1");
  EXPECT_EQ(buckets[3], "rltrader_order_roundtrip_seconds_bucket{le=\"0.005\"} 3");
  EXPECT_EQ(buckets.back(), "rltrader_order_roundtrip_seconds_bucket{le=\"+Inf\"} 4");
  EXPECT_EQ(lines_with(text, "rltrader_order_roundtrip_seconds_sum"),
            strings{"rltrader_order_roundtrip_seconds_sum 60.0061"});
  EXPECT_EQ(lines_with(text, "rltrader_order_roundtrip_seconds_count"),
            strings{"rltrader_order_roundtrip_seconds_count 4"});
}

TEST(metrics, bound_their_labels_and_count_the_rest_as_other) {
  metrics_registry m;
  for (int i = 0; i < 1000; ++i) m.add(metric::fills, {"pair" + std::to_string(i)});
  const auto lines = lines_with(m.text(), "rltrader_fills_total{");
  EXPECT_EQ(lines.size(), 65U);
  EXPECT_EQ(lines.back(), "rltrader_fills_total{pair=\"other\"} 936");
}

TEST(metrics, escape_label_values) {
  metrics_registry m;
  m.add(metric::fills, {"a\"b\\c\nd"});
  EXPECT_EQ(lines_with(m.text(), "rltrader_fills_total{"), strings{"rltrader_fills_total{pair=\"a\\\"b\\\\c\\nd\"} 1"});
}

TEST(metrics, hide_what_is_retired_until_it_is_set_again) {
  metrics_registry m;
  m.set(metric::model_info, {"BTC-USDT", "v1", "champion"}, 1);
  m.set(metric::model_info, {"ETH-USDT", "v1", "champion"}, 1);
  m.retire(metric::model_info, "BTC-USDT");
  m.set(metric::model_info, {"BTC-USDT", "v2", "champion"}, 1);
  EXPECT_EQ(lines_with(m.text(), "rltrader_model_info{"),
            (strings{"rltrader_model_info{pair=\"ETH-USDT\",version=\"v1\",stage=\"champion\"} 1",
                     "rltrader_model_info{pair=\"BTC-USDT\",version=\"v2\",stage=\"champion\"} 1"}));
}

TEST(metrics, lose_no_count_between_threads_and_make_no_twins) {
  metrics_registry m;
  constexpr int threads = 4;
  constexpr int rounds = 5000;
  {
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t)
      all.emplace_back([&] {
        for (int i = 0; i < rounds; ++i) {
          m.add(metric::fills, {"p" + std::to_string(i % 20)});
          m.observe(metric::store_commit, 0.001);
        }
      });
  }
  const auto lines = lines_with(m.text(), "rltrader_fills_total{");
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), 20U);
  for (const auto& line : lines) EXPECT_TRUE(line.ends_with("} 1000")) << line;
  EXPECT_EQ(lines_with(m.text(), "rltrader_store_commit_seconds_count"),
            strings{"rltrader_store_commit_seconds_count 20000"});
}

TEST(metrics, declare_each_family_once_with_its_kind) {
  metrics_registry m;
  std::set<std::string> names;
  for (const auto& line : lines_with(m.text(), "# TYPE ")) {
    const auto name = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(name.starts_with("rltrader_") || name.starts_with("gvfx_")) << name;
  }
  EXPECT_GE(names.size(), 31U);
}

TEST(process_metrics, tell_of_this_process) {
  std::string text;
  add_process_metrics(text);
  for (const auto* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
                           "process_threads", "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
    const auto lines = lines_with(text, std::string(name) + " ");
    ASSERT_EQ(lines.size(), 1U) << name;
    const double value = std::stod(lines[0].substr(lines[0].find(' ')));
    EXPECT_TRUE(value > 0 || std::string(name) == "process_cpu_seconds_total") << lines[0];
  }
}

// Every described message through CAF's binary serializer and back: what arrives is what was said.
#include "messages/protocols.hpp"
#include "tests/support/generated.hpp"
#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <caf/all.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace rltrader {
namespace {

template <class... Ts>
struct list_of_types {};

using described_messages =
    list_of_types<review_intent, review_outcome, closed_bar, order_changed, position_changed, cancel_order,
                  cancel_entries, resolve_order, end_order, ask_books, books_reply, book_fill, book_insurance,
                  book_funding, quarantine_pair, books_compared, balance_known, breaker_moved, run_command,
                  decide_posted, configuration_changed, pair_view, pair_list, pairs_running, change_pairs,
                  pairs_changed, written, load_image, store_bars, store_funding, list_request, execution_view,
                  trade_with_executions, trade_page, audit_page, decision_page, order_page, alert_rows, job_rows,
                  run_rows, version_rows, limit_set_rows, candle_row, candle_rows, candles_request, breaker_state_view,
                  ask_risk, risk_view, set_breaker, breaker_answer, rebase_peak, rebase_answer, change_policy,
                  reconcile_now, mismatch_view, ask_positions, position_view, position_list, reconcile_report,
                  enqueue_job, do_job, job_done, change_job, change_alert, change_configuration, change_limit_set,
                  ask_configuration, configuration_reply, close_trade, trade_and_execution, check_problem, ask_health,
                  health_reply, why_view, bucket, ask_summary, trading_summary, idempotency_reply>;

class messages : public ::testing::Test {
 protected:
  caf::actor_system_config config;
  caf::actor_system system{config};

  template <class T>
  std::vector<char> written_down(const T& value) {
    std::vector<char> buffer;
    caf::binary_serializer sink{system, buffer};
    auto copy = value;
    EXPECT_EQ(sink(copy), caf::none) << T::type_name;
    return buffer;
  }

  template <class T>
  void goes_round(std::uint64_t seed) {
    std::mt19937_64 chance(seed);
    for (int i = 0; i < 40; ++i) {
      const auto said = testing_support::generated<T>(chance);
      const auto buffer = written_down(said);
      T heard = testing_support::generated<T>(chance);  // what was there before must not shine through
      caf::binary_deserializer source{system, buffer};
      ASSERT_EQ(source(heard), caf::none) << T::type_name << " seed " << seed << " value " << i;
      const auto before = json_text(said);
      const auto after = json_text(heard);
      const auto differs =
          std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first - before.begin();
      ASSERT_TRUE(before == after) << T::type_name << " seed " << seed << " value " << i << " differs at "
                                   << before.substr(static_cast<std::size_t>(std::max<std::ptrdiff_t>(differs - 40, 0)),
                                                    60);
      ASSERT_TRUE(testing_support::same(said, heard)) << T::type_name << " seed " << seed << " value " << i;
    }
  }

  template <class... Ts>
  void all_go_round(list_of_types<Ts...>) {
    std::uint64_t seed = 40;
    (goes_round<Ts>(++seed), ...);
  }

  template <class T>
  void breaks_nothing_when_cut(std::uint64_t seed) {
    std::mt19937_64 chance(seed);
    const auto buffer = written_down(testing_support::generated<T>(chance));
    for (std::size_t kept = 0; kept < buffer.size(); ++kept) {
      std::vector<char> cut(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(kept));
      T heard{};
      caf::binary_deserializer source{system, cut};
      ASSERT_NE(source(heard), caf::none)
          << T::type_name << " read from " << kept << " of " << buffer.size() << " bytes";
    }
  }

  template <class... Ts>
  std::set<std::string> names(list_of_types<Ts...>) {
    return {Ts::type_name...};
  }
};

TEST_F(messages, arrive_as_they_were_said) { all_go_round(described_messages{}); }

TEST_F(messages, that_are_cut_short_are_refused) {
  breaks_nothing_when_cut<order_changed>(1);
  breaks_nothing_when_cut<run_command>(2);
  breaks_nothing_when_cut<list_request>(3);
  breaks_nothing_when_cut<risk_view>(4);
}

TEST_F(messages, are_all_tried_here) {
  const char* root = std::getenv("RLTRADER_SOURCE_DIR");
  if (root == nullptr) GTEST_SKIP() << "RLTRADER_SOURCE_DIR is not set";
  std::set<std::string> declared;
  for (const auto& file : std::filesystem::directory_iterator(std::string(root) + "/messages")) {
    if (file.path().extension() != ".hpp") continue;
    std::ifstream in(file.path());
    const std::regex name("type_name = \"(\\w+)\"");
    for (std::string line; std::getline(in, line);)
      if (std::smatch found; std::regex_search(line, found, name)) declared.insert(found[1]);
  }
  EXPECT_GT(declared.size(), 60u);
  EXPECT_EQ(declared, names(described_messages{}));
}

}  // namespace
}  // namespace rltrader

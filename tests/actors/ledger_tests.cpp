// The ledger alone: what waits becomes one transaction, and one bad batch spoils no other.
#include "actors/actors.hpp"
#include "adapters/storage/memory_ops.hpp"
#include "runtime/stepper.hpp"
#include "runtime/wiring.hpp"
#include "tests/support/faulty_ops.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rltrader {
namespace {

constexpr instant ten_o_clock = instant_of_ms(1'736'157'600'000);

class a_ledger : public ::testing::Test {
 protected:
  a_ledger() {
    surroundings around;
    around.clock = &clock;
    ledger = spawn_ledger(system, around, store);
  }
  ~a_ledger() override {
    caf::anon_send_exit(ledger, caf::exit_reason::user_shutdown);
    ledger = nullptr;
    steps.drain();
    steps.drop_timers();
  }

  /// Sends all batches before any is looked at; whether each was written.
  std::vector<bool> write(const std::vector<ports::write_batch>& batches) {
    caf::scoped_actor self{system};
    std::vector<bool> kept(batches.size(), false);
    std::vector<caf::response_handle<caf::blocking_actor, caf::detail::type_list<written>, true>> answers;
    for (const auto& rows : batches) answers.push_back(self->request(ledger, caf::infinite, write_rows{rows}));
    steps.drain();
    for (std::size_t i = 0; i < answers.size(); ++i)
      answers[i].receive([&](const written&) { kept[i] = true; }, [](const caf::error&) {});
    return kept;
  }
  std::set<std::string> facts() {
    std::set<std::string> names;
    const auto image = durable.load();
    for (const auto& fact : image->facts) names.insert(fact.name);
    return names;
  }

  stepped_clock clock{ten_o_clock};
  storage::memory_ops durable;
  testing_support::faulty_ops store{durable};
  system_config config{system_config::scheduler::testing};
  caf::actor_system system{config};
  stepper steps{system, clock};
  ledger_actor ledger;
};

TEST_F(a_ledger, writes_what_waits_together_in_one_transaction) {
  EXPECT_EQ(write({{desk_fact{"a", "1"}}, {desk_fact{"b", "1"}, desk_fact{"c", "1"}}}),
            (std::vector<bool>{true, true}));
  EXPECT_EQ(store.commits, 1u);
  EXPECT_EQ(facts(), (std::set<std::string>{"a", "b", "c"}));
}

TEST_F(a_ledger, refuses_the_batch_that_contradicts_and_keeps_its_neighbours) {
  fill known;
  known.id = fill_id{"1"};
  known.pair = pair_name{"BTC-USDT"};
  ASSERT_TRUE(durable.commit({known}));
  EXPECT_EQ(write({{desk_fact{"a", "1"}, desk_fact{"b", "1"}}, {desk_fact{"c", "1"}, known}, {desk_fact{"d", "1"}}}),
            (std::vector<bool>{true, false, true}));
  EXPECT_EQ(facts(), (std::set<std::string>{"a", "b", "d"}));
  EXPECT_EQ(write({{desk_fact{"e", "1"}}}), std::vector<bool>{true});
  EXPECT_EQ(facts(), (std::set<std::string>{"a", "b", "d", "e"}));
}

}  // namespace
}  // namespace rltrader

// The audit chain: golden hashes computed by another program, and every change of a link is seen.
#include "domain/audit.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace rltrader {
namespace {

audit_note first_note() {
  return {"executor", "order.sent", "order", "o-1", {{"why", "because"}}, instant_of_ms(1'700'000'000'000)};
}
audit_note second_note() { return {"executor", "order.filled", "order", "o-1", {}, instant_of_ms(1'700'000'060'000)}; }

TEST(audit, chains_with_the_hashes_that_anybody_can_compute) {
  const auto first = chain({}, first_note());
  const auto second = chain({first.sequence, first.hash}, second_note());
  EXPECT_EQ(first.sequence, 1);
  EXPECT_EQ(first.previous_hash, "");
  EXPECT_EQ(first.hash, "ce831793bef1418184eea4a161bded249d12d3b872fa1d22a5c1f86d753c04ca");
  EXPECT_EQ(second.sequence, 2);
  EXPECT_EQ(second.previous_hash, first.hash);
  EXPECT_EQ(second.hash, "602ba17855fc92b9cd6fe39aef6e1704bf91f6246071a588d79243d630662074");
}

TEST(audit, follows_a_sound_chain_to_its_end) {
  const auto first = chain({}, first_note());
  const auto second = chain({1, first.hash}, second_note());
  const auto one = follow({}, first);
  ASSERT_TRUE(one);
  const auto two = follow(*one, second);
  ASSERT_TRUE(two);
  EXPECT_EQ(*two, (audit_head{2, second.hash}));
}

TEST(audit, sees_every_change_of_an_event) {
  const std::function<void(audit_event&)> changes[] = {
      [](audit_event& e) { e.sequence = 2; },
      [](audit_event& e) { e.hash = ""; },
      [](audit_event& e) { e.previous_hash = "x"; },
      [](audit_event& e) { e.actor = "else"; },
      [](audit_event& e) { e.action = "order.sen"; },
      [](audit_event& e) { e.resource_type += "o"; },
      [](audit_event& e) { e.resource_id = ""; },
      [](audit_event& e) { e.metadata["why"] = "no"; },
      [](audit_event& e) { e.metadata["more"] = ""; },
      [](audit_event& e) { e.created_at += milliseconds{1}; },
      // What moves from one field to its neighbour is a change as well.
      [](audit_event& e) {
        e.resource_type = "";
        e.resource_id = "ordero-1";
      },
  };
  for (const auto& change : changes) {
    auto event = chain({}, first_note());
    change(event);
    const auto followed = follow({}, event);
    ASSERT_FALSE(followed) << &change - changes;
    EXPECT_EQ(followed.error().code, errc::corrupt);
    EXPECT_NE(followed.error().what.find("at sequence 1"), std::string::npos) << followed.error().what;
  }
}

}  // namespace
}  // namespace rltrader

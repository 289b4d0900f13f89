// When a person may end an UNKNOWN order.
#include "domain/absence.hpp"
#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

namespace rltrader::testing {
namespace {

struct hand_case {
  const char* what;
  order_state state;
  int denials;
  milliseconds age;
  bool shown;
  const char* filled;
  const char* says;  ///< of the refusal; null: it is ended
};

TEST(an_operator, ends_an_unknown_order_only_where_nothing_speaks_for_its_arrival) {
  const hand_case all[]{
      {"denied often enough", order_state::unknown, 3, minutes{1}, false, "0", nullptr},
      {"old, whatever was said", order_state::unknown, 0, hours{1} + seconds{1}, false, "0", nullptr},
      {"neither", order_state::unknown, 2, minutes{59}, false, "0",
       "2 of 3 times, and it becomes older than an hour in 60 s"},
      {"shown once", order_state::unknown, 3, hours{2}, true, "0", "has shown it"},
      {"filled in part", order_state::unknown, 3, hours{2}, false, "0.5", "0.5 of it is filled"},
      {"on its way", order_state::sent, 3, hours{2}, false, "0", "it is sent"},
      {"resting", order_state::accepted, 3, hours{2}, false, "0", "it is accepted"},
      {"ended", order_state::filled, 3, hours{2}, false, "0", "it is filled"},
  };
  for (const auto& c : all) {
    auto o = order_in(c.state);
    o.filled = q(c.filled);
    absence_case seen;
    seen.sent_at = noon;
    seen.denials = c.denials;
    seen.shown = c.shown;
    const auto said = ending_by_operator(o, seen, noon + c.age, absence_terms{});
    ASSERT_EQ(static_cast<bool>(said), c.says == nullptr) << c.what;
    if (said) continue;
    EXPECT_EQ(said.error().code, errc::conflict) << c.what;
    EXPECT_NE(said.error().what.find(c.says), std::string::npos) << c.what << ": " << said.error().what;
  }
}

}  // namespace
}  // namespace rltrader::testing

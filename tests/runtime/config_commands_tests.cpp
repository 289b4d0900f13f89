// What is printed of settings: values with their origin, secrets masked, and the verdict of a check.
#include "runtime/config_commands.hpp"
#include "runtime/dotenv.hpp"
#include "tests/runtime/settings_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace rltrader {
namespace {

using test::load;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct printed {
  int code = 0;
  std::string out;
  std::string err;
};

printed run(const std::vector<std::string>& words, const loaded& state) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = run_config_command(words, state, out, err);
  return {code, out.str(), err.str()};
}

TEST(config_commands, show_values_with_their_origin_and_no_secret) {
  const auto state = load(
      {.arguments = {"--port=99"}, .environment = {{"API_TOKEN", "tell-nobody"}}, .file = "CORS_ORIGIN='a # b'\n"});
  const auto shown = run({"show", "--origin"}, state);
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.out, HasSubstr("\nPORT=99                                                 # flag --port\n"));
  EXPECT_THAT(shown.out, HasSubstr("\nAPI_TOKEN=********                                      # environment\n"));
  EXPECT_THAT(shown.out, HasSubstr("\nCORS_ORIGIN=\"a # b\"                                     # conf.env:1\n"));
  EXPECT_THAT(shown.out, Not(HasSubstr("tell-nobody")));
  EXPECT_THAT(run({"show"}, state).out, HasSubstr("\nPORT=99\n"));
}

TEST(config_commands, show_what_a_file_of_the_same_form_would_hold) {
  const auto state = load({.environment = {{"CORS_ORIGIN", "a\"b\\c #d\te"}}});
  const auto file = parse_dotenv(run({"show"}, state).out);
  EXPECT_THAT(file.problems, IsEmpty());
  std::string value;
  for (const auto& entry : file.entries)
    if (entry.key == "CORS_ORIGIN") value = entry.value;
  EXPECT_EQ(value, "a\"b\\c #d\te");
}

TEST(config_commands, check_and_answer_78_for_what_is_wrong) {
  EXPECT_EQ(run({"check"}, load({})).out, "the configuration is sound: 127 settings, 0 of them set\n");
  const auto wrong = run({"check"}, load({.file = "PORT=x\n"}));
  EXPECT_EQ(wrong.code, 78);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(wrong.err,
            "the configuration is refused, 1 violation:\n  PORT = \"x\" (conf.env:1) must be a whole number from "
            "0 to 65535\n");
  const auto missing = run({"check"}, load({.environment = {{"CONVEX_URL", "https://x"}}}));
  EXPECT_EQ(missing.code, 78);
  EXPECT_EQ(missing.err, "error: CONVEX_URL is set, but the Convex backend is not built into this version\n");
}

TEST(config_commands, show_what_stands_even_when_something_is_wrong) {
  const auto shown = run({"show"}, load({.file = "PORT=x\n"}));
  EXPECT_EQ(shown.code, 78);
  EXPECT_THAT(shown.out, HasSubstr("\nPORT=8787\n"));
}

TEST(config_commands, answer_2_to_words_they_do_not_know) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"show", "--json"}, {"what"}})
    EXPECT_EQ(run(words, load({})).code, 2);
}

TEST(config_commands, offer_a_secret_as_a_file_in_the_help) {
  std::ostringstream out;
  print_flags(out);
  EXPECT_THAT(out.str(), HasSubstr("  --api-token-file=PATH\n"));
  EXPECT_THAT(out.str(), HasSubstr("  --seed [1]\n"));
}

}  // namespace
}  // namespace rltrader

// The command line and the daemon's address, without a process.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/screen.hpp"
#include "cli/text.hpp"
#include "runtime/setting_row.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace rltrader::cli {
namespace {

std::variant<invocation, misuse> read(std::vector<std::string> arguments) {
  return read_arguments(arguments, all_commands());
}

TEST(arguments, are_options_words_and_settings_in_any_order) {
  const auto got =
      std::get<invocation>(read({"--json", "--port", "9000", "trades", "--pair", "GOLD", "t1", "--limit=5"}));
  EXPECT_STREQ(got.command->name, "trades");
  EXPECT_EQ(got.words, std::vector<std::string>{"t1"});
  EXPECT_EQ(got.option("pair"), "GOLD");
  EXPECT_EQ(got.option("limit"), "5");
  EXPECT_TRUE(got.has("json"));
  ASSERT_EQ(got.settings.given.size(), 1U);
  EXPECT_EQ(got.settings.given[0].key, "PORT");
}

TEST(arguments, may_have_any_value_behind_an_equals_sign) {
  EXPECT_EQ(std::get<invocation>(read({"halt", "--reason=a=b --c"})).option("reason"), "a=b --c");
  EXPECT_EQ(std::get<invocation>(read({"halt", "--reason="})).option("reason"), "");
}

TEST(arguments, name_the_nearest_command) {
  const std::pair<const char*, const char*> slips[] = {
      {"stat", "status"},     {"satus", "status"},      {"order", "orders"},  {"HALT", "halt"},
      {"recon", "reconcile"}, {"pause", "pause-agent"}, {"tradse", "trades"}, {"verison", "version"}};
  for (const auto& [slip, meant] : slips) {
    const auto got = read({slip});
    ASSERT_TRUE(std::holds_alternative<misuse>(got)) << slip;
    EXPECT_NE(std::get<misuse>(got).lines.at(0).find(std::string("did you mean ") + meant + "?"), std::string::npos)
        << std::get<misuse>(got).lines.at(0);
  }
}

TEST(commands, have_one_name_each_and_options_that_no_setting_has) {
  std::set<std::string> names;
  std::map<std::string, bool> takes_value;
  const auto check = [&](const option_row& row) {
    const bool value = row.value != nullptr;
    EXPECT_EQ(takes_value.emplace(row.name, value).first->second, value) << row.name;
    const auto line = read_command_line(std::vector<std::string>{"--" + std::string(row.name) + "=x"});
    EXPECT_EQ(line.rest.size(), 1U) << row.name << " is a setting too";
  };
  for (const auto& row : common_options()) check(row);
  for (const auto& row : changing_options()) check(row);
  for (const auto& command : all_commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_NE(command.go, nullptr) << command.name;
    EXPECT_TRUE(span_of(command.time_out)) << command.name;
    EXPECT_TRUE(std::string_view(command.examples).starts_with(command.name)) << command.name;
    EXPECT_TRUE(std::string_view(command.about).empty() || std::string_view(command.about).ends_with('\n'))
        << command.name;
    for (const auto& row : command.options) check(row);
  }
}

TEST(commands, have_examples_that_are_understood) {
  for (const auto& command : all_commands()) {
    std::istringstream examples(command.examples);
    for (std::string line; std::getline(examples, line);) {
      line = line.substr(0, line.find_first_of("|>"));
      std::vector<std::string> words;
      bool quoted_part = false;
      words.emplace_back();
      for (const char c : line) {
        if (c == '\'')
          quoted_part = !quoted_part;
        else if (c == ' ' && !quoted_part)
          words.emplace_back();
        else
          words.back() += c;
      }
      std::erase(words, "");
      const auto got = read(words);
      ASSERT_TRUE(std::holds_alternative<invocation>(got)) << line;
      EXPECT_EQ(std::get<invocation>(got).command, &command) << line;
    }
  }
}

TEST(parse_url, takes_what_people_type) {
  const auto at = [](const char* text) { return *parse_url(text); };
  EXPECT_EQ(at("http://127.0.0.1:9000"), (endpoint{"127.0.0.1", 9000, "", "http://127.0.0.1:9000"}));
  EXPECT_EQ(at("localhost"), (endpoint{"localhost", 8787, "", "http://localhost:8787"}));
  EXPECT_EQ(at(" HTTP://[::1]:80/ "), (endpoint{"::1", 80, "", "http://[::1]:80"}));
  EXPECT_EQ(at("desk:81/api/v1/"), (endpoint{"desk", 81, "/api/v1", "http://desk:81/api/v1"}));
  for (const auto* wrong : {"", "http://", "https://x", "x:", "x:0", "x:65536", "x:80a", "http://user@x", "http://x?y",
                            "[::1", "[::1]x", "http://x/a b", ":80", "a b"})
    EXPECT_FALSE(parse_url(wrong)) << wrong;
}

TEST(trouble_of, says_each_field_and_how_it_ends) {
  const auto got = trouble_of(
      {.status = 422,
       .headers = {},
       .body = R"({"detail":"no","code":"refused","details":[{"field":"","problem":"must be x","was":""},7]})"});
  EXPECT_EQ(got.code, exit_code::refused);
  EXPECT_EQ(got.lines, (std::vector<std::string>{"refused (422 refused): no", "  the body must be x"}));
  EXPECT_EQ(trouble_of({.status = 500, .headers = {}, .body = "oops"}).lines,
            (std::vector<std::string>{"HTTP 500 without a reason; is that rltraderd?", "  it said \"oops\""}));
  EXPECT_EQ(trouble_of({.status = 302, .headers = {}, .body = {}}).code, exit_code::error);
}

TEST(table, lines_up_and_cuts_its_last_column_on_a_terminal) {
  table t({{"PAIR"}, {"HELD", align::right}, {"WHY"}});
  t.row({"BTC-USDT", "1", "a long\x1b[31m reason"});
  t.row({"X", {"22", tone::bad}, ""});
  std::ostringstream plain;
  screen on_paper(plain, {});
  t.print(on_paper);
  EXPECT_EQ(plain.str(), "PAIR      HELD  WHY\nBTC-USDT     1  a long reason\nX           22  -\n");
  std::ostringstream narrow;
  screen on_terminal(narrow, {.colour = true, .width = 22});
  t.print(on_terminal);
  EXPECT_EQ(narrow.str(),
            "\x1b[2mPAIR\x1b[0m      \x1b[2mHELD\x1b[0m  \x1b[2mWHY\x1b[0m\nBTC-USDT     1  a lon…\nX           "
            "\x1b[1;31m22\x1b[0m  \x1b[2m-\x1b[0m\n");
}

}  // namespace
}  // namespace rltrader::cli

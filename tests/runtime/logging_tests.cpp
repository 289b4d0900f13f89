// Lines of the log: their fields in both forms, valid whatever is logged, and never a secret.
#include "actors/log.hpp"
#include "runtime/log_line.hpp"
#include "runtime/logging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

namespace rltrader {
namespace {

using testing::HasSubstr;
using testing::Not;

const log_record sent{.at = instant_of_ms(1'709'208'000'123),
                      .level = "info",
                      .event = "order_sent",
                      .pair = "BTC-USDT",
                      .actor = "executor",
                      .trace_id = "t1",
                      .text = "buy \"0.01\"\nat 50000"};

TEST(log_line, has_its_fields_as_text) {
  EXPECT_EQ(log_line(sent, log_form::text_lines, {}),
            "2024-02-29T12:00:00.123Z info  order_sent pair=BTC-USDT actor=executor trace=t1 buy \"0.01\"\\nat 50000");
  EXPECT_EQ(log_line({.at = sent.at, .level = "error", .text = "plain"}, log_form::text_lines, {}),
            "2024-02-29T12:00:00.123Z error plain");
}

TEST(log_line, has_its_fields_as_json) {
  EXPECT_EQ(log_line(sent, log_form::json_lines, {}),
            "{\"time\":\"2024-02-29T12:00:00.123Z\",\"level\":\"info\",\"event\":\"order_sent\",\"pair\":\"BTC-USDT\","
            "\"actor\":\"executor\",\"trace_id\":\"t1\",\"message\":\"buy \\\"0.01\\\"\\nat 50000\"}");
}

TEST(log_line, is_one_valid_line_whatever_is_logged) {
  constexpr std::uint64_t seed = 7;
  SCOPED_TRACE(seed);
  std::mt19937_64 chance(seed);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<std::size_t> length(0, 40);
  for (int i = 0; i < 5'000; ++i) {
    std::string noise(length(chance), '\0');
    for (char& c : noise) c = static_cast<char>(byte(chance));
    auto record = sent;
    record.text = noise;
    record.trace_id = noise;
    const auto line = log_line(record, log_form::json_lines, {});
    ASSERT_EQ(line.find_first_of("\n\r"), std::string::npos);
    ASSERT_TRUE(nlohmann::json::accept(line)) << line;
    const auto text = log_line(record, log_form::text_lines, {});
    ASSERT_TRUE(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
  }
}

TEST(log_line, says_in_json_what_was_logged) {
  auto record = sent;
  record.text = "tab\t quote\" back\\ del\x7f \xc3\xa9 broken\xff.";
  const auto parsed = nlohmann::json::parse(log_line(record, log_form::json_lines, {}));
  EXPECT_EQ(parsed.at("message"), "tab\t quote\" back\\ del\x7f \xc3\xa9 broken\xef\xbf\xbd.");
}

TEST(log_line, shows_no_secret_in_any_field_of_either_form) {
  const std::vector<std::string> secrets{"sec\"ret\\1", "sec"};
  for (const auto form : {log_form::text_lines, log_form::json_lines}) {
    auto record = sent;
    record.event = record.pair = record.actor = record.trace_id = record.text = "a sec\"ret\\1 b";
    const auto line = log_line(record, form, secrets);
    EXPECT_THAT(line, HasSubstr("a ******** b"));
    EXPECT_THAT(line, Not(HasSubstr("sec")));
    EXPECT_THAT(line, Not(HasSubstr("ret")));
  }
}

TEST(log_line, takes_apart_only_what_log_event_made) {
  EXPECT_EQ(take_payload_apart("plain").text, "plain");
  EXPECT_EQ(take_payload_apart("a\x1f\x1f\x1f"
                               "b")
                .text,
            "a\x1f\x1f\x1f"
            "b");
  const auto record = take_payload_apart(
      "e\x1f\x1f"
      "a\x1ft\x1ftext \x1f more");
  EXPECT_EQ(record.event, "e");
  EXPECT_EQ(record.pair, "");
  EXPECT_EQ(record.actor, "a");
  EXPECT_EQ(record.trace_id, "t");
  EXPECT_EQ(record.text, "text \x1f more");
}

// The default logger is the process's own, so each test puts the former one back.
class logging : public testing::Test {
 protected:
  logging() : folder_(std::filesystem::temp_directory_path() / ("rltrader-log-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~logging() override {
    spdlog::set_default_logger(former_);
    std::filesystem::remove_all(folder_);
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string content(const std::string& file) {
    std::stringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
  }

 private:
  std::filesystem::path folder_;
  std::shared_ptr<spdlog::logger> former_ = spdlog::default_logger();
};

TEST_F(logging, writes_the_fields_of_an_event_to_the_file) {
  ASSERT_TRUE(set_up_logging({.form = log_form::json_lines, .file = path("log")}));
  log_event(log_level::warn, "e1", "P", "A", "x1", "hello {}");
  spdlog::info("plain {}", 7);
  log_event(log_level::debug, "hidden", "", "", "", "below the level");
  std::istringstream lines(content(path("log")));
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  auto first = nlohmann::json::parse(line);
  EXPECT_EQ(first.at("time").get<std::string>().size(), 24U);
  first.erase("time");
  EXPECT_EQ(first, (nlohmann::json{{"level", "warn"},
                                   {"event", "e1"},
                                   {"pair", "P"},
                                   {"actor", "A"},
                                   {"trace_id", "x1"},
                                   {"message", "hello {}"}}));
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(nlohmann::json::parse(line).at("message"), "plain 7");
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(logging, changes_its_level_while_it_runs) {
  ASSERT_TRUE(set_up_logging({.level = log_threshold::errors_only, .file = path("log")}));
  spdlog::warn("first");
  set_log_level(log_threshold::debug_and_up);
  spdlog::debug("second");
  EXPECT_THAT(content(path("log")), testing::EndsWith("debug second\n"));
  EXPECT_THAT(content(path("log")), Not(HasSubstr("first")));
}

TEST_F(logging, redacts_secrets_old_and_new) {
  ASSERT_TRUE(set_up_logging({.file = path("log"), .secrets = {"first-key"}}));
  redact_in_log({"second-key", "second-key-longer"});
  spdlog::info("first-key second-key second-key-longer");
  EXPECT_THAT(content(path("log")), HasSubstr("info  ******** ******** ********\n"));
}

TEST_F(logging, opens_its_file_anew_after_a_rotation) {
  ASSERT_TRUE(set_up_logging({.file = path("log")}));
  spdlog::info("before");
  std::filesystem::rename(path("log"), path("log.1"));
  ASSERT_TRUE(reopen_log_file());
  spdlog::info("after");
  EXPECT_THAT(content(path("log.1")), testing::EndsWith("before\n"));
  EXPECT_THAT(content(path("log")), testing::EndsWith("after\n"));
}

TEST_F(logging, fails_clearly_when_the_file_cannot_be_opened) {
  const auto file = path("no/such/log");
  EXPECT_EQ(set_up_logging({.file = file}).error(),
            (failure{errc::unavailable, "the log file " + file + ": No such file or directory"}));
}

TEST_F(logging, goes_on_and_says_it_on_stderr_when_the_disk_is_full) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full here";
  ASSERT_TRUE(set_up_logging({.file = "/dev/full"}));
  testing::internal::CaptureStderr();
  spdlog::info("must be said somewhere");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("must be said somewhere\n"));
  EXPECT_EQ(lost_log_lines(), 0U);
}

TEST_F(logging, never_mixes_the_lines_of_several_threads) {
  ASSERT_TRUE(set_up_logging({.form = log_form::json_lines, .file = path("log")}));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 500; ++i) log_event(log_level::info, "e", "", "", "", std::string(200, 'x'));
    });
  for (auto& thread : threads) thread.join();
  std::istringstream lines(content(path("log")));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) ASSERT_TRUE(nlohmann::json::accept(line)) << line;
  EXPECT_EQ(count, 2000);
}

}  // namespace
}  // namespace rltrader

// Rows from JSONL and JSON arrays: what is read, and what hostile files are told.
#include "tests/adapters/storage/row_files.hpp"

#include <sys/stat.h>

namespace rltrader::storage {
namespace {

class json_rows : public row_files {};

const texts one_and_two{R"({"number":1,"text":null})", R"({"number":2,"text":"b"})"};

TEST_F(json_rows, come_from_lines) {
  for (const auto* name : {"n.jsonl", "n.ndjson", "n.json", "n.txt", "n"}) {
    const auto read = reading(name, "{\"number\":1}\n{\"number\":2,\"text\":\"b\",\"_source\":\"bingx\"}\n");
    EXPECT_EQ(read.rows, one_and_two) << name << read.why();
    EXPECT_EQ(read.sources, (texts{"", "bingx"}));
  }
}

TEST_F(json_rows, come_from_lines_with_other_ends_blank_ones_and_a_mark) {
  const auto read = reading("n.jsonl", "\xEF\xBB\xBF\r\n {\"number\":1}\r\n\r\n  \n\t{\"number\":2,\"text\":\"b\"} ");
  EXPECT_EQ(read.rows, one_and_two) << read.why();
}

TEST_F(json_rows, come_from_a_list) {
  for (const auto* text : {R"([{"number":1},{"number":2,"text":"b"}])",
                           "\xEF\xBB\xBF [\n {\"number\": 1 } ,\n{\"number\":2,\n\"text\":\"b\"}\n]\n\n"})
    for (const auto* name : {"n.json", "n.jsonl", "n"}) {
      const auto read = reading(name, text);
      EXPECT_EQ(read.rows, one_and_two) << name << read.why();
    }
  const auto tricky = reading("n.json", R"([{"number":1,"text":"],\"[{\\"}])");
  EXPECT_EQ(tricky.rows, texts{R"({"number":1,"text":"],\"[{\\"})"}) << tricky.why();
}

TEST_F(json_rows, are_none_in_an_empty_file_of_any_format) {
  for (const auto* name : {"empty.jsonl", "empty.json", "empty.csv", "empty.zip", "empty", "empty.ndjson"}) {
    const auto read = reading(name, "");
    EXPECT_TRUE(read.rows.empty() && !read.failed) << name << read.why();
  }
  for (const auto* text : {"\n", "[]", " [ ] \n"}) {
    const auto read = reading("n.json", text);
    EXPECT_TRUE(read.rows.empty() && !read.failed) << text << read.why();
  }
}

TEST_F(json_rows, of_many_blocks_keep_their_lines) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += "{\"number\":" + std::to_string(i) + ",\"text\":\"somewhat longer\"}\n";
  EXPECT_EQ(reading("n.jsonl", text).rows.size(), 60'000u);
  const auto read = reading("n.jsonl", text + "{\"number\":-1}\n");
  EXPECT_TRUE(says(read.why(), "n.jsonl line 60001: number must be at least 0, was -1"));
}

TEST_F(json_rows, are_refused_with_line_field_rule_and_what_it_was) {
  struct {
    const char* line;
    const char* says;
  } const table[]{
      {R"({})", "line 2: number is missing"},
      {R"({"number":null})", "line 2: number must be an integer, was null"},
      {R"({"number":"1"})", "line 2: number must be an integer, was 1"},
      {R"({"number":1.0})", "line 2: number must be an integer, was 1.0"},
      {R"({"number":-1})", "line 2: number must be at least 0, was -1"},
      {R"({"number":9223372036854775808})", "line 2: number must be an integer that fits 64 bits"},
      {R"({"number":18446744073709551616})", "line 2: number must be an integer"},
      {R"({"number":1e400})", "line 2: must be JSON"},
      {R"({"number":1,"text":7})", "line 2: text must be text, was 7"},
      {R"({"number":1,"text":"123456789012345678901"})", "line 2: text must have at most 20 characters"},
      {R"({"number":1,"colour":"red"})", "line 2: colour is not a field, was red"},
      {R"({"number":1,"_id":"x"})", "line 2: _id is not a field"},
      {R"({"number":1,"_source":7})", "line 2: _source must be text"},
      {R"({"number":1,"number":2})", "line 2: number must be given once"},
      {R"({"number":1,"_source":"a","_source":"b"})", "line 2: _source must be given once"},
      {R"({"number":1)", "line 2: must be JSON; it cannot be read at byte"},
      {R"({"number":1} {"number":2})", "line 2: must be JSON"},
      {R"([{"number":1}])", "line 2: must be an object, was a list of 1"},
      {R"("number")", "line 2: must be an object"},
      {R"(NaN)", "line 2: must be JSON"},
      {R"({"number":1,"text":"\u0000"})", "line 2: text must not hold a NUL character"},
      {R"({"number":1,"a\u0000b":""})", "must not have a name with a NUL character"},
      {"{\"number\":1,\"text\":\"\xff\xfe\"}", "line 2: must be JSON"},
      {"{\"number\":1,\"text\":\"\xc3\"}", "line 2: must be JSON"},
      {"{\"number\":1,\"text\":\"a\x1b[2J\"}", "line 2: must be JSON"},
  };
  for (const auto& row : table) {
    const auto read = reading("n.jsonl", std::string("{\"number\":5}\n") + row.line + "\n{\"number\":6}\n");
    EXPECT_EQ(read.code(), errc::malformed) << row.line;
    EXPECT_TRUE(says(read.why(), scratch.file("n.jsonl"))) << row.line;
    EXPECT_TRUE(says(read.why(), "line 2: ")) << row.line;
    EXPECT_TRUE(says(read.why(), row.says)) << row.line;
    for (const char c : read.why()) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= ' ') << row.line;
    const auto listed = reading("n.json", std::string("[{\"number\":5},\n") + row.line + "\n,{\"number\":6}]");
    EXPECT_EQ(listed.code(), errc::malformed) << row.line;
    EXPECT_TRUE(says(listed.why(), "line 2: ")) << row.line;
  }
}

TEST_F(json_rows, with_a_raw_nul_are_refused) {
  const auto read = reading("n.jsonl", std::string("{\"number\":1,\"text\":\"a\0b\"}\n", 25));
  EXPECT_TRUE(says(read.why(), "line 1: must be JSON"));
  EXPECT_EQ(read.why().find('\0'), std::string::npos);
}

TEST_F(json_rows, name_ten_errors_and_count_the_rest) {
  std::string text;
  for (int i = 0; i < 25; ++i) text += i % 2 == 0 ? "{\"number\":-1}\n" : "{\"number\":1}\n";
  const auto read = reading("n.jsonl", text);
  EXPECT_TRUE(read.rows.empty());
  EXPECT_TRUE(says(read.why(), "n.jsonl has 13 errors:\n  line 1: number must be at least 0, was -1\n  line 3: "));
  EXPECT_TRUE(says(read.why(), "\n  line 19: number must be at least 0, was -1\n  and 3 more"));
  EXPECT_FALSE(says(read.why(), "line 21"));
}

TEST_F(json_rows, before_a_bad_one_are_given_and_none_behind_it) {
  const auto read = reading("n.jsonl", "{\"number\":1}\n{\"number\":2,\"text\":\"b\"}\nx\n{\"number\":3}\n");
  EXPECT_EQ(read.rows, one_and_two);
  EXPECT_EQ(read.code(), errc::malformed);
}

TEST_F(json_rows, nest_within_a_bound) {
  const auto nested = [](int depth) {
    return R"({"number":1,"text":)" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  EXPECT_TRUE(says(reading("n.jsonl", nested(100)).why(), "must not nest deeper than 32 levels"));
  EXPECT_TRUE(says(reading("n.jsonl", nested(3'000'000)).why(), "must not nest deeper than 32 levels"));
  EXPECT_TRUE(says(reading("n.json", "[" + nested(3'000'000) + "]").why(), "must not nest deeper than 32 levels"));
  EXPECT_TRUE(says(reading("n.json", std::string(3'000'000, '[')).why(), "Is it cut off?"));
}

TEST_F(json_rows, have_a_longest_length_and_longer_ones_are_passed_over) {
  const auto row = [](std::size_t length) { return "{\"number\":1,\"text\":\"" + std::string(length, 'x') + "\"}"; };
  const auto read = reading("n.jsonl", row(100'000'000) + "\n{\"number\":-1}\n");
  EXPECT_TRUE(says(read.why(), "has 2 errors:\n  line 1: must have at most 8388608 bytes"));
  EXPECT_TRUE(says(read.why(), "line 2: number must be at least 0"));
  const auto listed = reading("n.json", "[" + row(20'000'000) + ",\n{\"number\":-1}]");
  EXPECT_TRUE(says(listed.why(), "has 2 errors:\n  line 1: must have at most 8388608 bytes"));
  EXPECT_TRUE(says(listed.why(), "line 2: number must be at least 0"));
  // The longest one that is allowed, then one byte more; both fail by the field's own rule or by the row's length.
  const auto frame = row(0).size();
  EXPECT_TRUE(says(reading("n.jsonl", row(row_longest - frame)).why(), "text must have at most 20 characters"));
  EXPECT_TRUE(
      says(reading("n.jsonl", row(row_longest - frame) + "\r\n").why(), "text must have at most 20 characters"));
  EXPECT_TRUE(says(reading("n.jsonl", row(row_longest - frame + 1)).why(), "must have at most 8388608 bytes"));
}

TEST_F(json_rows, of_a_list_that_is_cut_off_or_goes_on_are_refused) {
  struct {
    const char* text;
    const char* says;
  } const table[]{{"[", "Is it cut off?"},
                  {R"([{"number":1})", "Is it cut off?"},
                  {R"([{"number":1},)", "Is it cut off?"},
                  {R"([{"number":1,"te)", "Is it cut off?"},
                  {R"([{"number":1}]x)", "nothing behind the ]"},
                  {R"([{"number":1}][])", "nothing behind the ]"},
                  {R"([{"number":1},])", "must be JSON"},
                  {R"([,{"number":1}])", "must be JSON"},
                  {R"([{"number":1} {"number":2}])", "must be JSON"},
                  {R"([{"number":1]})", "cut off"}};
  for (const auto& row : table) {
    const auto read = reading("n.json", row.text);
    EXPECT_EQ(read.code(), errc::malformed) << row.text;
    EXPECT_TRUE(says(read.why(), row.says)) << row.text;
  }
}

TEST_F(json_rows, are_not_read_from_files_of_no_known_format) {
  struct {
    const char* name;
    std::string bytes;
    const char* says;
  } const table[]{{"n.txt", "hello", "is of no known format: it begins with 'hello'"},
                  {"n.zip", "hello", "is called .zip, but is no ZIP archive"},
                  {"n.jsonl", "\x1f\x8b\x08", "is packed by gzip"},
                  {"n.jsonl", std::string("\xff\xfe{\0", 4), "is UTF-16"},
                  {"n.bin", std::string("\0\0\0\0", 4), "is of no known format: it begins with"},
                  {"n.txt", std::string(10'000, ' '), "is of no known format"},
                  {"n.jsonl", "hello", "line 1: must be JSON"}};
  for (const auto& row : table) {
    const auto read = reading(row.name, row.bytes);
    EXPECT_EQ(read.code(), errc::malformed) << row.name;
    EXPECT_TRUE(says(read.why(), row.says)) << row.name;
    EXPECT_TRUE(says(read.why(), row.name));
  }
}

TEST_F(json_rows, are_not_read_from_what_is_no_file) {
  ASSERT_EQ(::mkfifo(scratch.file("pipe.jsonl").c_str(), 0600), 0);
  EXPECT_EQ(read_all(scratch.file("pipe.jsonl"), notes()).code(), errc::refused);
  EXPECT_EQ(read_all(scratch.file(""), notes()).code(), errc::refused);
  EXPECT_EQ(read_all(scratch.file("absent.jsonl"), notes()).code(), errc::not_found);
}

TEST_F(json_rows, of_big_integers_keep_every_digit) {
  const auto read = reading("n.jsonl", "{\"number\":9223372036854775807}\n{\"number\":9007199254740993}\n");
  EXPECT_EQ(read.rows,
            (texts{R"({"number":9223372036854775807,"text":null})", R"({"number":9007199254740993,"text":null})"}));
}

}  // namespace
}  // namespace rltrader::storage

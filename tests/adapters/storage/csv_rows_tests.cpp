// Rows from CSV: quotes, line ends, empty cells, and lines that cannot be rows.
#include "tests/adapters/storage/row_files.hpp"

namespace rltrader::storage {
namespace {

class csv_rows : public row_files {};

TEST_F(csv_rows, fill_columns_by_their_names_in_any_order) {
  const auto read = reading("n.csv", "text,_source,number\nb,bingx,2\n,,1\n");
  EXPECT_EQ(read.rows, (texts{R"({"number":2,"text":"b"})", R"({"number":1,"text":null})"})) << read.why();
  EXPECT_EQ(read.sources, (texts{"bingx", ""}));
}

TEST_F(csv_rows, have_quotes_line_ends_and_commas_in_cells) {
  const auto read = reading(
      "n.csv", "\xEF\xBB\xBF\"number\",\"text\"\r\n1,\"a,b\"\r\n\r\n2,\"a\r\nb \"\"c\"\"\"\r\n\"3\",\"\"\n4,  x ");
  EXPECT_EQ(read.rows, (texts{R"({"number":1,"text":"a,b"})", R"({"number":2,"text":"a\r\nb \"c\""})",
                              R"({"number":3,"text":null})", R"({"number":4,"text":"  x "})"}))
      << read.why();
}

TEST_F(csv_rows, fill_columns_of_every_kind) {
  const std::string header =
      "id,good,count,score,at,painted,since,lasted,maybe,list,more,inner_number,inner_text,inner_maybe\n";
  const auto read = reading(
      "t.csv",
      header +
          "a,true,-5,0.25,60000.12345678,green,2025-01-31T12:00:00Z,1500,9223372036854775807,\"[\"\"x\"\",\"\"y\"\"]\","
          "\"{\"\"k\"\":\"\"v\"\"}\",7,é,\"{\"\"number\"\":1,\"\"text\"\":\"\"\"\"}\"\n"
          ",false,0,1,0,red,1738324800000,0,,[],{},0,,\n",
      things());
  EXPECT_EQ(read.rows,
            (texts{R"({"id":"a","good":true,"count":-5,"score":0.25,"at":"60000.12345678","painted":"green",)"
                   R"("since":"2025-01-31T12:00:00.000Z","lasted":1500,"maybe":9223372036854775807,"list":["x","y"],)"
                   R"("more":{"k":"v"},"inner":{"number":7,"text":"é"},"inner_maybe":{"number":1,"text":""}})",
                   R"({"id":"","good":false,"count":0,"score":1.0,"at":"0","painted":"red",)"
                   R"("since":"2025-01-31T12:00:00.000Z","lasted":0,"maybe":null,"list":[],"more":{},)"
                   R"("inner":{"number":0,"text":""},"inner_maybe":null})"}))
      << read.why();
}

TEST_F(csv_rows, that_cannot_be_are_refused_with_line_and_column) {
  struct {
    std::string column;
    std::string cell;
    const char* says;
  } const table[]{
      {"good", "yes", "good must be true or false, was yes"},
      {"good", "", "good must not be empty"},
      {"count", "", "count must not be empty"},
      {"count", "1.0", "count must be an integer, was 1.0"},
      {"count", "9223372036854775808", "count must be an integer, was 9223372036854775808"},
      {"count", " 1", "count must be an integer, was  1"},
      {"score", "1.5", "score must be at most 1, was 1.5"},
      {"score", "nan", "score must be a number, was nan"},
      {"score", "1e999", "score must be a number, was 1e999"},
      {"at", "1e3", "at must be a plain decimal"},
      {"at", "", "at must not be empty"},
      {"at", "-1", "at must be at least 0"},
      {"painted", "blue", "painted must be one of red, green, was blue"},
      {"since", "2025-01-31", "since must be a time such as"},
      {"since", "1738324800", "since must be a time such as"},
      {"lasted", "1s", "lasted must be an integer"},
      {"maybe", "x", "maybe must be an integer, was x"},
      {"list", "", "list must not be empty"},
      {"list", "x", "list must be JSON"},
      {"list", "{}", "list must be a list"},
      {"more", "{\"\"k\"\":1}", "more.k must be text"},
      {"inner_number", "x", "inner_number must be an integer, was x"},
      {"inner_maybe", "{\"\"number\"\":1}", "inner_maybe.text is missing"},
      {"inner_text", "a\xff", "inner_text must be UTF-8, was a\xEF\xBF\xBD"},
      {"inner_text", std::string("a\0b", 3), "inner_text must not hold a NUL character"},
      {"id", std::string(41, 'x'), "id must have at most 40 characters, was 41 characters"},
  };
  const std::vector<std::pair<std::string, std::string>> good{
      {"id", "a"},        {"good", "true"},      {"count", "1"},     {"score", "0"},     {"at", "1"},
      {"painted", "red"}, {"since", "0"},        {"lasted", "0"},    {"maybe", ""},      {"list", "[]"},
      {"more", "{}"},     {"inner_number", "1"}, {"inner_text", ""}, {"inner_maybe", ""}};
  for (const auto& row : table) {
    std::string header;
    std::string before;
    std::string bad;
    for (const auto& [name, cell] : good) {
      const auto* comma = header.empty() ? "" : ",";
      header += comma + name;
      before += comma + cell;
      bad += comma + std::string("\"") + (name == row.column ? row.cell : cell) + "\"";
    }
    const auto read = reading("t.csv", header + "\n" + before + "\n" + bad + "\n", things());
    EXPECT_EQ(read.rows.size(), 1u) << row.column << read.why();
    EXPECT_EQ(read.code(), errc::malformed) << row.column << ": " << row.cell;
    EXPECT_TRUE(says(read.why(), "t.csv line 3: " + std::string(row.says))) << row.cell;
  }
}

TEST_F(csv_rows, need_a_first_line_that_names_their_columns) {
  struct {
    const char* text;
    const char* says;
  } const table[]{{"number,text,colour\n1,a,b\n", "line 1: must name columns of the table: number, text, was colour"},
                  {"text\na\n", "line 1: number is missing from the first line"},
                  {"number,number\n1,1\n", "line 1: must name a column once, was number"},
                  {"number,_source,_source\n1,a,b\n", "line 1: must name a column once, was _source"},
                  {"1,a\n2,b\n", "must name columns of the table"},
                  {"number;text\n1;a\n", "must name columns of the table: number, text, was number;text"},
                  {"number\ttext\n1\ta\n", "must name columns of the table"}};
  for (const auto& row : table) {
    const auto read = reading("n.csv", row.text);
    EXPECT_EQ(read.code(), errc::malformed) << row.text;
    EXPECT_TRUE(says(read.why(), row.says)) << row.text;
  }
  EXPECT_FALSE(reading("n.csv", "number\n").failed);
  EXPECT_EQ(reading("n.csv", "number\n7").rows, texts{R"({"number":7,"text":null})"});
}

TEST_F(csv_rows, have_as_many_cells_as_there_are_columns) {
  const auto read = reading("n.csv", "number,text\n1\n1,a,b\n1,\"a\nb\"\n2,\n,\n");
  EXPECT_TRUE(says(read.why(),
                   "has 3 errors:\n  line 2: must have 2 cells, as the first line has, was 1 cells\n"
                   "  line 3: must have 2 cells, as the first line has, was 3 cells\n"
                   "  line 7: number must not be empty"));
}

TEST_F(csv_rows, with_wrong_quotes_end_the_reading) {
  struct {
    const char* text;
    const char* says;
  } const table[]{{"number,text\n1,\"a\n2,b\n", "line 2: must have a quote at the end of this cell"},
                  {"number,text\n1,a\"b\n", "line 2: must have quotes around a whole cell"},
                  {"number,text\n1,\"a\"b\n", "line 2: must have a comma or a line end behind a quoted cell"},
                  {"number,text\n1,a\rb\n", "line 2: must have CR only before LF or within quotes"},
                  {"\"number", "line 1: must have a quote at the end"}};
  for (const auto& row : table) {
    const auto read = reading("n.csv", row.text);
    EXPECT_EQ(read.code(), errc::malformed) << row.text;
    EXPECT_TRUE(says(read.why(), row.says)) << row.text;
  }
}

TEST_F(csv_rows, are_bounded_in_length_and_in_cells) {
  const auto read = reading("n.csv", "number,text\n1," + std::string(20'000'000, 'x') + "\n-1,\n");
  EXPECT_TRUE(says(read.why(), "has 2 errors:\n  line 2: must have at most 8388608 bytes"));
  EXPECT_TRUE(says(read.why(), "line 3: number must be at least 0"));
  EXPECT_TRUE(
      says(reading("n.csv", "number,text\n" + std::string(20'000'000, ',') + "\n").why(), "was 20000001 cells"));
  EXPECT_TRUE(says(reading("n.csv", std::string(20'000'000, ',')).why(), "must name columns of the table"));
}

TEST_F(csv_rows, name_columns_of_nested_records_as_tables_do) {
  const auto read = reading("o.csv", "intent_content_pair,state\nBTC-USDT,filled\n", table_of<order>());
  EXPECT_TRUE(says(read.why(), "line 1: client_order_id is missing from the first line"));
  EXPECT_FALSE(says(read.why(), "intent_content_pair"));
}

}  // namespace
}  // namespace rltrader::storage

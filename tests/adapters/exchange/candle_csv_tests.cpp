// Recorded files as people have them: broken in every way, each with its own sentence.
#include "adapters/exchange/decimal_text.hpp"
#include "adapters/exchange/market_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

namespace rltrader {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t start_ms = 1'751'328'000'000;  // 2025-07-01 00:00 UTC
constexpr std::int64_t step_ms = 300'000;

/// A folder of its own for each test.
class recorded_files : public testing::Test {
 protected:
  recorded_files() {
    auto pattern = (fs::temp_directory_path() / "rltrader-csv-XXXXXX").string();
    const char* made = ::mkdtemp(pattern.data());
    if (made == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = made;
  }
  ~recorded_files() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string write_gz(const std::string& name, const std::string& text) {
    const auto path = (folder_ / name).string();
    gzFile out = gzopen(path.c_str(), "wb");
    gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    gzclose(out);
    return path;
  }
  static std::string row(int n) {
    return std::to_string(start_ms + n * step_ms) + ",100,102,99,101," + std::to_string(n) + "\n";
  }
  /// Rows [from, to), one of them replaced.
  static std::string rows(int from, int to, int replaced = -1, const std::string& by = "") {
    std::string out;
    for (int n = from; n < to; ++n) out += n == replaced ? by : row(n);
    return out;
  }

  fs::path folder_;
  const std::string header = "timestamp_ms,open,high,low,close,volume\n";
  const market_file_terms terms{{pair_name{"BTC-USDT"}, pair_name{"XAUTUSDT"}, pair_name{"XRP-USDT"}}, {}, {}};
};

TEST_F(recorded_files, a_clean_file_is_read_exactly) {
  const auto path = write("BTC.csv", header + "1751328000000,108989.4,108989.40000001,108941,108953.5,219.412\n");
  const auto read = read_candle_csv(path, interval::m5);
  EXPECT_EQ(read.found.refused, "");
  const candle expected{instant_of_ms(start_ms), *price::parse("108989.4"), *price::parse("108989.40000001"),
                        *price::parse("108941"), *price::parse("108953.5"), *quantity::parse("219.412")};
  EXPECT_THAT(read.rows, ElementsAre(expected));
  EXPECT_THAT(read.found.lines, IsEmpty());
}

TEST_F(recorded_files, header_byte_order_mark_line_ends_and_compression_make_no_difference) {
  const auto plain = read_candle_csv(write("a.csv", header + rows(0, 300)), interval::m5);
  auto with_returns = header + rows(0, 300);
  for (std::size_t at = 0; (at = with_returns.find('\n', at)) != std::string::npos; at += 2)
    with_returns.insert(at, "\r");
  ASSERT_EQ(plain.rows.size(), 300U);
  EXPECT_EQ(read_candle_csv(write("b.csv", rows(0, 300)), interval::m5).rows, plain.rows);
  EXPECT_EQ(read_candle_csv(write("c.csv", "\xEF\xBB\xBF" + with_returns), interval::m5).rows, plain.rows);
  EXPECT_EQ(read_candle_csv(write_gz("d.csv.gz", header + rows(0, 300)), interval::m5).rows, plain.rows);
  const auto without_end = header + rows(0, 300);
  EXPECT_EQ(read_candle_csv(write("e.csv", without_end.substr(0, without_end.size() - 1)), interval::m5).rows,
            plain.rows);
}

struct bad_row {
  const char* text;
  const char* kind;
  const char* sentence;
};

TEST_F(recorded_files, each_defective_row_is_dropped_counted_and_named_by_file_and_line) {
  const std::array table{
      bad_row{"1751358000000,100,102,99,NaN,1", "not_finite",
              "BTC.csv:102: close must be a positive decimal, was 'NaN'"},
      bad_row{"1751358000000,inf,102,99,101,1", "not_finite",
              "BTC.csv:102: open must be a positive decimal, was 'inf'"},
      bad_row{"1751358000000,100,-102,99,101,1", "negative",
              "BTC.csv:102: high must be a positive decimal, was '-102'"},
      bad_row{"1751358000000,100,102,0,101,1", "zero_price", "BTC.csv:102: low must be a positive decimal, was '0'"},
      bad_row{"1751358000000,100,102,99,101,-1", "negative",
              "BTC.csv:102: volume must be a decimal of at least 0, was '-1'"},
      bad_row{"1751358000000,100,102,99,,1", "not_a_number", "BTC.csv:102: close must be a positive decimal, was ''"},
      bad_row{"1751358000000,100,102,99,0x10,1", "not_a_number",
              "BTC.csv:102: close must be a positive decimal, was '0x10'"},
      bad_row{"1751358000000,100,99,102,101,1", "high_below_low", "BTC.csv:102: high must not be below low"},
      bad_row{"1751358000000,103,102,99,101,1", "outside_range", "BTC.csv:102: open must lie between low and high"},
      bad_row{"1751358000000,100,102,99,101", "wrong_columns", "BTC.csv:102: has 5 columns, 6 are needed"},
      bad_row{"1751358000000,100,102,99,101,1,7", "wrong_columns", "BTC.csv:102: has 7 columns, 6 are needed"},
      bad_row{"noon,100,102,99,101,1", "bad_time",
              "BTC.csv:102: timestamp_ms must be milliseconds since 1970, was 'noon'"},
      bad_row{"1751358000,100,102,99,101,1", "time_in_seconds", "BTC.csv:102: timestamp_ms is in seconds"},
      bad_row{"1751358000000000,100,102,99,101,1", "time_too_fine",
              "BTC.csv:102: timestamp_ms is finer than milliseconds"},
      bad_row{"12,100,102,99,101,1", "bad_time", "BTC.csv:102: timestamp_ms must lie between 1990 and 2100"},
      bad_row{"1751358000001,100,102,99,101,1", "off_grid", "BTC.csv:102: timestamp_ms is not the open of a bar of 5m"},
      bad_row{"1751358000000,100,102,99,99999999999999999999,1", "not_a_number", "close must be a positive decimal"},
  };
  for (const auto& bad : table) {
    const auto path = write("BTC.csv", header + rows(0, 200, 100, std::string(bad.text) + "\n"));
    const auto read = read_candle_csv(path, interval::m5);
    EXPECT_EQ(read.found.refused, "") << bad.text;
    EXPECT_EQ(read.rows.size(), 199U) << bad.text;
    EXPECT_EQ(read.found.rows, 200) << bad.text;
    EXPECT_EQ(read.found.defective, 1) << bad.text;
    EXPECT_EQ(read.found.counts.at(bad.kind), 1) << bad.text;
    EXPECT_EQ(read.found.counts.at("gap"), 1) << bad.text;
    EXPECT_EQ(read.found.counts.at("missing_bars"), 1) << bad.text;
    ASSERT_FALSE(read.found.lines.empty()) << bad.text;
    EXPECT_THAT(read.found.lines.front(), HasSubstr(bad.sentence));
  }
}

TEST_F(recorded_files, a_line_that_never_ends_costs_one_row_and_no_memory) {
  const auto path = write("BTC.csv", header + rows(0, 200, 100, std::string(3'000'000, '9') + "\n"));
  const auto read = read_candle_csv(path, interval::m5);
  EXPECT_EQ(read.found.counts.at("line_too_long"), 1);
  EXPECT_EQ(read.rows.size(), 199U);
  EXPECT_THAT(read.found.lines.front(), HasSubstr("BTC.csv:102: the line is longer than 4096 bytes"));
}

TEST_F(recorded_files, rows_out_of_order_are_sorted_doubles_dropped_and_of_two_that_differ_the_first_is_kept) {
  const auto other = std::to_string(start_ms + 3 * step_ms) + ",100,103,99,101,3\n";
  const auto path = write("BTC.csv", header + row(0) + row(2) + row(1) + row(3) + row(3) + rows(4, 300) + other);
  const auto read = read_candle_csv(path, interval::m5);
  EXPECT_EQ(read.found.refused, "");
  EXPECT_EQ(read.rows, read_candle_csv(write("clean.csv", rows(0, 300)), interval::m5).rows);
  const std::map<std::string, std::int64_t> expected{{"conflict", 1}, {"duplicate", 1}, {"out_of_order", 2}};
  EXPECT_EQ(read.found.counts, expected);
  EXPECT_EQ(read.found.defective, 1);
  EXPECT_THAT(read.found.lines, testing::Contains(HasSubstr("BTC.csv:303: has the time of line 5 but other values")));
}

struct refused_file {
  const char* name;
  std::string text;
  const char* sentence;
};

TEST_F(recorded_files, what_cannot_be_vouched_for_is_refused_with_a_sentence) {
  std::string seconds;
  for (int n = 0; n < 20; ++n) seconds += std::to_string((start_ms + n * step_ms) / 1000) + ",100,102,99,101,1\n";
  const std::array table{
      refused_file{"empty", "", "is empty"},
      refused_file{"header alone", header, "has no rows"},
      refused_file{"other header", "date,open,high,low,close,volume\n" + rows(0, 9),
                   "has the wrong columns: timestamp_ms,open"},
      refused_file{"semicolons", "1751328000000;100;102;99;101;1\n", "has 1 columns, 6 are needed"},
      refused_file{"funding", "1751328000000,0.0001\n", "has 2 columns, 6 are needed"},
      refused_file{"seconds", seconds, "20 of 20 rows are defective, more than 1 % (20 time_in_seconds)"},
      refused_file{"two of 100", rows(0, 50, 7, "x\n") + rows(50, 100, 60, "y\n"), "2 of 100 rows are defective"},
      refused_file{"binary",
                   std::string("\x7f"
                               "ELF\0\1\2\n\3\4",
                               10),
                   "has the wrong columns"},
  };
  for (const auto& bad : table) {
    const auto read = read_candle_csv(write("BTC.csv", bad.text), interval::m5);
    EXPECT_THAT(read.found.refused, HasSubstr(bad.sentence)) << bad.name;
    EXPECT_THAT(read.rows, IsEmpty()) << bad.name;
  }
}

TEST_F(recorded_files, one_defective_row_in_a_hundred_is_still_taken) {
  const auto read = read_candle_csv(write("BTC.csv", rows(0, 100, 50, "1,2\n")), interval::m5);
  EXPECT_EQ(read.found.refused, "");
  EXPECT_EQ(read.rows.size(), 99U);
}

TEST_F(recorded_files, a_wrong_interval_is_named_instead_of_listing_gaps) {
  const auto path = write("BTC.csv", rows(0, 300));
  EXPECT_EQ(read_candle_csv(path, interval::m1).found.refused,
            "its rows are 5m apart, but its interval is said to be 1m");
  EXPECT_EQ(read_candle_csv(path, interval::h1).found.refused,
            "its rows are 5m apart, but its interval is said to be 1h");
}

TEST_F(recorded_files, a_truncated_or_damaged_gzip_is_refused_whole) {
  std::string text = header;
  std::mt19937_64 random(7);
  for (int n = 0; n < 5000; ++n) {
    const auto tail = std::to_string(random() % 1'000'000);
    text += std::to_string(start_ms + n * step_ms) + ",100." + tail + ",102,99,101,1\n";
  }
  const auto whole = write_gz("BTC.csv.gz", text);
  ASSERT_EQ(read_candle_csv(whole, interval::m5).rows.size(), 5000U);
  std::ifstream in(whole, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const auto cut = read_candle_csv(write("cut.csv.gz", bytes.substr(0, bytes.size() / 2)), interval::m5);
  EXPECT_THAT(cut.found.refused, HasSubstr("is cut off"));
  EXPECT_THAT(cut.rows, IsEmpty());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  const auto hurt = read_candle_csv(write("hurt.csv.gz", bytes), interval::m5);
  EXPECT_THAT(hurt.found.refused, HasSubstr("is damaged"));
  EXPECT_THAT(hurt.rows, IsEmpty());
}

TEST_F(recorded_files, funding_is_read_with_its_uneven_times_and_signs) {
  const auto path =
      write("XRPUSDT-funding-8h.csv", "timestamp_ms,funding_rate\n1637193600017,0.0001\n1637222400007,-1e-05\n");
  const auto read = load_market({path}, terms);
  ASSERT_EQ(read.funding.size(), 1U);
  const pair_name xrp{"XRP-USDT"};
  EXPECT_THAT(read.funding[0].rows, ElementsAre(funding{xrp, instant_of_ms(1637193600017), *rate::parse("0.0001")},
                                                funding{xrp, instant_of_ms(1637222400007), *rate::parse("-0.00001")}));
}

TEST_F(recorded_files, names_say_pair_interval_and_funding) {
  struct row_of {
    const char* name;
    const char* pair;
    std::optional<interval> length;
    bool is_funding;
  };
  for (const auto& [name, pair, length, is_funding] : {
           row_of{"BTCUSDT-5m-2025H2.csv.gz", "BTCUSDT", interval::m5, false},
           row_of{"BTC-USDT_1h.csv", "BTC-USDT", interval::h1, false},
           row_of{"XAUTUSDT-1M.csv", "XAUTUSDT", interval::mo1, false},
           row_of{"XRPUSDT-funding-8h-2021-11.csv", "XRPUSDT", interval::h8, true},
           row_of{"BTCUSDT_2024.csv", "BTCUSDT", std::nullopt, false},
           row_of{"BTCUSDT.csv", "BTCUSDT", std::nullopt, false},
           row_of{".csv", "", std::nullopt, false},
       }) {
    const auto said = read_file_name(name);
    EXPECT_EQ(said.pair_text, pair) << name;
    EXPECT_EQ(said.interval, length) << name;
    EXPECT_EQ(said.funding, is_funding) << name;
  }
}

TEST_F(recorded_files, a_folder_gives_its_files_and_says_what_it_leaves_out) {
  write("BTCUSDT-5m.csv", rows(0, 10));
  write("XAUUSD-5m.csv", rows(0, 10));
  write("notes.txt", "hello");
  write("XRPUSDT.csv", rows(0, 10));
  const auto read = load_market({folder_.string(), (folder_ / "BTCUSDT-5m.csv").string(), "/nowhere.csv"}, terms);
  ASSERT_EQ(read.candles.size(), 1U);
  EXPECT_EQ(read.candles[0].pair, pair_name{"BTC-USDT"});
  EXPECT_EQ(read.candles[0].interval, interval::m5);
  EXPECT_THAT(read.skipped, testing::UnorderedElementsAre(HasSubstr("XAUUSD is not a supported pair"),
                                                          HasSubstr("it is named twice")));
  EXPECT_THAT(read.refused,
              testing::UnorderedElementsAre(HasSubstr("/nowhere.csv: refused: there is no such file"),
                                            HasSubstr("XRPUSDT.csv: refused: its name says no interval")));
}

TEST_F(recorded_files, flags_name_what_a_file_does_not) {
  auto with_flags = terms;
  with_flags.pair = pair_name{"XAUTUSDT"};
  with_flags.interval = interval::m5;
  const auto own = write("gold.csv", rows(0, 10));
  const auto other = write("BTCUSDT-5m.csv", rows(0, 10));
  const auto length = write("XAUTUSDT-1h.csv", rows(0, 10));
  const auto read = load_market({own, other, length}, with_flags);
  ASSERT_EQ(read.candles.size(), 1U);
  EXPECT_EQ(read.candles[0].pair, pair_name{"XAUTUSDT"});
  EXPECT_THAT(read.refused, IsEmpty());
  EXPECT_THAT(read.skipped, ElementsAre("BTCUSDT-5m.csv: skipped: it is of BTC-USDT, asked for is XAUTUSDT",
                                        "XAUTUSDT-1h.csv: skipped: its interval is 1h, asked for is 5m"));
}

TEST_F(recorded_files, files_of_one_series_are_united_where_they_agree) {
  write("BTCUSDT-5m-b.csv", rows(90, 200));
  write("BTCUSDT-5m-a.csv", rows(0, 100));
  write("BTCUSDT-5m-c.csv", rows(300, 400));
  const auto read = load_market({folder_.string()}, terms);
  EXPECT_THAT(read.refused, IsEmpty());
  ASSERT_EQ(read.candles.size(), 1U);
  EXPECT_EQ(read.candles[0].candles.size(), 300U);
}

TEST_F(recorded_files, files_that_contradict_each_other_are_refused_by_name) {
  write("BTCUSDT-5m-a.csv", rows(0, 100));
  write("BTCUSDT-5m-b.csv", rows(50, 200, 60, std::to_string(start_ms + 60 * step_ms) + ",100,102,99,100,60\n"));
  const auto read = load_market({folder_.string()}, terms);
  EXPECT_THAT(read.candles, IsEmpty());
  EXPECT_THAT(read.refused,
              ElementsAre("BTC-USDT 5m: refused: BTCUSDT-5m-a.csv and BTCUSDT-5m-b.csv overlap and differ "
                          "at 2025-07-01T05:00:00.000Z; give one of them"));
}

TEST(decimals, are_read_exactly_or_not_at_all) {
  struct row_of {
    const char* text;
    std::optional<std::int64_t> raw;
  };
  for (const auto& [text, raw] : {
           row_of{"1", 100'000'000},
           row_of{"-1.5", -150'000'000},
           row_of{"0.00000001", 1},
           row_of{"0.000000005", 1},
           row_of{"0.0000000049", 0},
           row_of{"1e-05", 1'000},
           row_of{"2.5E+2", 25'000'000'000},
           row_of{"1234.5670000000001", 123'456'700'000},
           row_of{"0.1000000000000000055511151231257827", 10'000'000},
           row_of{"92233720368.54775807", 9'223'372'036'854'775'807},
           row_of{"92233720368.54775808", std::nullopt},
           row_of{"1e300", std::nullopt},
           row_of{"1e-300", 0},
           row_of{"0e999", 0},
           row_of{".5", 50'000'000},
           row_of{"5.", 500'000'000},
           row_of{".", std::nullopt},
           row_of{"", std::nullopt},
           row_of{"1e", std::nullopt},
           row_of{"1.2.3", std::nullopt},
           row_of{"1 ", std::nullopt},
           row_of{"--1", std::nullopt},
           row_of{"nan", std::nullopt},
           row_of{"Infinity", std::nullopt},
       })
    EXPECT_EQ(decimal_raw(text), raw) << "'" << text << "'";
}

TEST(decimals, agree_with_the_text_form_of_money) {
  std::mt19937_64 random(20250701);
  for (int n = 0; n < 20'000; ++n) {
    const auto raw = static_cast<std::int64_t>(random() >> (random() % 40 + 5)) % 9'000'000'000'000'000'000;
    EXPECT_EQ(decimal_raw(price::of_raw(raw).text()), raw);
  }
}

}  // namespace
}  // namespace rltrader

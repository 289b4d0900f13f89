// JSON over shapes: what is written is read back, and what is wrong is named, all of it, with its place.
#include "wire/json.hpp"

#include "domain/instrument.hpp"
#include "ports/market_store.hpp"
#include "ports/ops_store.hpp"
#include "tests/support/generated.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace rltrader {
namespace {

using testing_support::generated;
using testing_support::same;

template <class T>
class every_row : public testing::Test {};

/// All rows of both stores, and what else is described.
template <class... Others>
struct with_rows {
  template <class... Ops, class... Market>
  static testing::Types<Others..., Ops..., Market...> of(const std::variant<Ops...>*, const std::variant<Market...>*);
  using types = decltype(of(static_cast<ports::ops_row*>(nullptr), static_cast<ports::market_row*>(nullptr)));
};
using rows = with_rows<instrument, candle, bar, tick, funding, order_slot, order_content, order_intent, observation,
                       policy_answer, audit_event>::types;
TYPED_TEST_SUITE(every_row, rows);

TYPED_TEST(every_row, comes_back_as_it_was_written) {
  constexpr std::uint64_t seed = 20'240'229;
  std::mt19937_64 chance(seed);
  for (int i = 0; i < 200; ++i) {
    const auto before = generated<TypeParam>(chance);
    const auto text = json_text(before);
    const auto parsed = parse_json(text);
    ASSERT_TRUE(std::holds_alternative<json>(parsed)) << "seed " << seed << ", value " << i << ": " << text;
    const auto after = from_json<TypeParam>(std::get<json>(parsed));
    ASSERT_TRUE(std::holds_alternative<TypeParam>(after))
        << "seed " << seed << ", value " << i << ": " << text << "\n"
        << std::get<1>(after).front().field << " " << std::get<1>(after).front().problem;
    ASSERT_TRUE(same(before, std::get<TypeParam>(after))) << "seed " << seed << ", value " << i << ": " << text;
  }
}

/// Random bytes, and documents with a few bytes changed, are read or refused, never more.
TYPED_TEST(every_row, survives_bytes_that_nobody_wrote) {
  constexpr std::uint64_t seed = 7;
  std::mt19937_64 chance(seed);
  for (int i = 0; i < 200; ++i) {
    auto text = json_text(generated<TypeParam>(chance));
    for (int changes = static_cast<int>(chance() % 4) + 1; changes > 0; --changes)
      text[chance() % text.size()] = static_cast<char>(chance());
    const auto parsed = parse_json(text);
    if (std::holds_alternative<json>(parsed)) from_json<TypeParam>(std::get<json>(parsed));
    std::string noise(chance() % 64, ' ');
    for (char& c : noise) c = "{}[]\",:0129.-e\\utrfalsn \xC3\xFF\x00"[chance() % 27];
    const auto refused = parse_json(noise);
    if (std::holds_alternative<json>(refused)) from_json<TypeParam>(std::get<json>(refused));
  }
}

// A struct with one field of each kind that has rules.
struct leg {
  order_side way{};
  price at;
  friend bool operator==(const leg&, const leg&) = default;
  static constexpr auto type_name = "leg";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"way", &leg::way, "buy or sell"}, field{"at", &leg::at, "USDT", rule{.least = 0.5, .most = 1000}});
  }
};
struct body {
  std::int64_t count = 0;
  std::uint8_t small = 0;
  std::string title;
  bool on = false;
  double share = 0;
  instant when{};
  std::optional<money> fee;
  std::vector<leg> legs;
  std::map<std::string, std::int64_t> extra;
  static constexpr auto type_name = "body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"count", &body::count, "how many", rule{.least = 1, .most = 250}},
             field{"small", &body::small, "a byte"}, field{"title", &body::title, "a text", rule{.longest = 5}},
             field{"on", &body::on, "whether"}, field{"share", &body::share, "0..1", rule{.least = 0, .most = 1}},
             field{"when", &body::when, "a time"}, field{"fee", &body::fee, "USDT"},
             field{"legs", &body::legs, "a list", rule{.longest = 2}}, field{"extra", &body::extra, "more"});
  }
};

constexpr auto good =
    R"({"count":1,"small":255,"title":"hello","on":true,"share":0.5,"when":"2024-02-29T00:00:00Z","fee":null,)"
    R"("legs":[{"way":"buy","at":"0.5"}],"extra":{"a":1}})";

json with(const char* pointer, const json& value) {
  auto out = json::parse(good);
  out[json::json_pointer(pointer)] = value;
  return out;
}

std::vector<violation> violations_of(const json& from) {
  auto read = from_json<body>(from);
  return read.index() == 0 ? std::vector<violation>{} : std::get<1>(read);
}

TEST(json_reading, accepts_a_body_within_all_rules) {
  EXPECT_EQ(violations_of(json::parse(good)), (std::vector<violation>{}));
}

TEST(json_reading, names_each_rule_that_is_broken) {
  struct row {
    const char* pointer;
    json value;
    violation expected;
  };
  const row table[] = {
      {"/count", 300, {"count", "must be at most 250", "300"}},
      {"/count", 0, {"count", "must be at least 1", "0"}},
      {"/count", "7", {"count", "must be an integer", "7"}},
      {"/count", 7.5, {"count", "must be an integer", "7.5"}},
      {"/count", 18446744073709551615u, {"count", "must be an integer that fits 64 bits", "18446744073709551615"}},
      {"/small", 256, {"small", "must be an integer within its type's range", "256"}},
      {"/small", -1, {"small", "must be an integer within its type's range", "-1"}},
      {"/title", "hello!", {"title", "must have at most 5 characters", "6 characters"}},
      {"/title", 5, {"title", "must be text", "5"}},
      {"/on", 1, {"on", "must be true or false", "1"}},
      {"/share", 1.5, {"share", "must be at most 1", "1.5"}},
      {"/share", nullptr, {"share", "must be at least 0", "null"}},
      {"/share", "0.5", {"share", "must be a number", "0.5"}},
      {"/when",
       "2024-02-30T00:00:00Z",
       {"when", "must be a time such as 2025-01-31T12:00:00Z", "2024-02-30T00:00:00Z"}},
      {"/when", 5, {"when", "must be a time such as 2025-01-31T12:00:00Z", "5"}},
      {"/fee", "1e3", {"fee", "must be a plain decimal with at most 8 places, below 90 billion", "1e3"}},
      {"/legs", json::object(), {"legs", "must be a list", "an object"}},
      {"/legs", json::array({1, 2, 3}), {"legs", "must have at most 2 elements", "3 elements"}},
      {"/legs/0", 3, {"legs[0]", "must be an object", "3"}},
      {"/legs/0/way", "up", {"legs[0].way", "must be one of buy, sell", "up"}},
      {"/legs/0/at", "0.25", {"legs[0].at", "must be at least 0.5", "0.25"}},
      {"/legs/0/at", true, {"legs[0].at", "must be a plain decimal with at most 8 places, below 90 billion", "true"}},
      {"/legs/0/tip", 1, {"legs[0].tip", "is not a field", "1"}},
      {"/extra/b", "x", {"extra.b", "must be an integer", "x"}},
      {"/unknown", json::array({1}), {"unknown", "is not a field", "a list of 1"}},
  };
  for (const auto& row : table)
    EXPECT_EQ(violations_of(with(row.pointer, row.value)), std::vector{row.expected})
        << row.pointer << " " << row.value;
}

TEST(json_reading, reports_everything_that_is_wrong_at_once) {
  auto bad = with("/count", 0);
  bad["legs"][0].erase("at");
  bad.erase("on");
  bad["mystery"] = 1;
  const std::vector<violation> expected{{"count", "must be at least 1", "0"},
                                        {"on", "is missing", ""},
                                        {"legs[0].at", "is missing", ""},
                                        {"mystery", "is not a field", "1"}};
  EXPECT_EQ(violations_of(bad), expected);
}

TEST(json_reading, may_miss_what_is_optional_and_lists_what_it_ignores) {
  auto given = with("/later", 1);
  given["legs"][0]["more"] = 2;
  given.erase("fee");
  body value;
  value.fee = money::of(3);
  std::vector<violation> violations;
  std::vector<std::string> ignored;
  read_json(*shape_of<body>(), given, &value, violations, unknown_fields::ignored, &ignored);
  EXPECT_EQ(violations, (std::vector<violation>{}));
  EXPECT_EQ(ignored, (std::vector<std::string>{"legs[0].more", "later"}));
  EXPECT_EQ(value.fee, std::nullopt);
}

std::variant<leg, std::vector<violation>> leg_at(const std::string& number) {
  return from_json<leg>(std::get<json>(parse_json(R"({"way":"buy","at":)" + number + "}")));
}

TEST(json_reading, takes_amounts_from_numbers_without_rounding) {
  const std::pair<const char*, const char*> table[] = {
      {"0.7", "0.7"},
      {"1", "1"},
      {"1.0", "1"},
      {"999.99999999", "999.99999999"},
      {"1e2", "100"},
      {"7.5e-1", "0.75"},
      {"0.50000001", "0.50000001"},
      {"\"0.7\"", "0.7"},
      {"1000.0", "1000"},
      {"123.45678901", "123.45678901"},
  };
  for (const auto& [number, text] : table) {
    const auto read = leg_at(number);
    ASSERT_TRUE(std::holds_alternative<leg>(read)) << number;
    EXPECT_EQ(std::get<leg>(read).at.text(), text) << number;
  }
}

TEST(json_reading, keeps_every_eight_place_decimal_below_2_to_the_26) {
  constexpr std::uint64_t seed = 26;
  std::mt19937_64 chance(seed);
  for (int i = 0; i < 20'000; ++i) {
    const auto amount = money::of_raw(static_cast<std::int64_t>(chance() % 6'710'886'400'000'000));
    std::vector<violation> violations;
    auto text = amount.text();
    if (text.find('.') == text.npos) text += ".0";
    const auto parsed = std::get<json>(parse_json(text));
    ASSERT_TRUE(parsed.is_number_float()) << text;
    money back;
    read_json(*shape_of<money>(), parsed, &back, violations);
    ASSERT_EQ(violations, (std::vector<violation>{})) << text;
    ASSERT_EQ(back, amount) << "seed " << seed << ": " << text;
  }
}

TEST(json_reading, refuses_amounts_that_a_number_cannot_carry) {
  for (const char* number : {"67108864.5", "1000000000.00000001", "1e300", "0.123456789", "1.5e-9"}) {
    money back;
    std::vector<violation> violations;
    read_json(*shape_of<money>(), std::get<json>(parse_json(number)), &back, violations);
    EXPECT_EQ(violations.size(), 1u) << number;
  }
}

TEST(json_writing, gives_null_for_what_is_no_number_and_for_what_is_absent) {
  observation o;
  o.features = {1.5, std::nan(""), HUGE_VAL};
  EXPECT_EQ(json_text(o), R"({"features":[1.5,null,null],"position_sign":0,"bars_held":0,"unrealised_fraction":0.0})");
}

std::vector<violation> parse_violations(const std::string& text) {
  auto parsed = parse_json(text);
  return parsed.index() == 0 ? std::vector<violation>{} : std::get<1>(parsed);
}

TEST(json_parsing, finds_names_that_come_twice_wherever_they_are) {
  EXPECT_EQ(parse_violations(R"({"a":1,"b":[{"c":1},{"c":{"d":1,"d":2},"c":3}],"a":2})"),
            (std::vector<violation>{{"b[1].c.d", "must be given once", "given twice"},
                                    {"b[1].c", "must be given once", "given twice"},
                                    {"a", "must be given once", "given twice"}}));
}

TEST(json_parsing, refuses_what_is_no_json) {
  for (const char* text :
       {"", "{", "{}x", "{} {}", "[1,]", "nul", "{\"a\":}", "\"\xFF\"", "\xEF\xBB", "{'a':1}", "01", "NaN"})
    EXPECT_EQ(parse_violations(text).size(), 1u) << text;
}

TEST(json_parsing, bounds_the_depth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(parse_violations(nested(32)), (std::vector<violation>{}));
  EXPECT_EQ(parse_violations(nested(33)),
            (std::vector<violation>{{"", "must not nest deeper than 32 levels", "deeper"}}));
  EXPECT_EQ(parse_violations(std::string(1'000'000, '[')).size(), 1u);
}

TEST(json_parsing, cuts_what_it_shows_between_characters) {
  std::string long_text;
  for (int i = 0; i < 50; ++i) long_text += "\xC3\xBC";
  const auto wrong = violations_of(with("/on", long_text));
  ASSERT_EQ(wrong.size(), 1u);
  EXPECT_EQ(wrong.front().was, long_text.substr(0, 80) + "...");
}

}  // namespace
}  // namespace rltrader

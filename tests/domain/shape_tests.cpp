// The run-time form of described types: every kind, read and written through its shape.
#include "domain/ids.hpp"
#include "domain/market.hpp"
#include "domain/money.hpp"
#include "domain/shape.hpp"

#include <gtest/gtest.h>

namespace rltrader {
namespace {

struct inner {
  int depth = 0;
  static constexpr auto type_name = "inner";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"depth", &inner::depth, "how deep", rule{.least = 0, .most = 9}});
  }
};

struct everything {
  bool yes = false;
  std::uint8_t byte = 0;
  std::int64_t whole = 0;
  double number = 0;
  std::string text;
  price at;
  pair_name pair;
  interval unit{};
  instant when{};
  milliseconds lasts{};
  std::optional<money> fee;
  std::vector<inner> list;
  std::map<std::string, int> counts;
  inner one;

  static constexpr auto type_name = "everything";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"yes", &everything::yes, "a"}, field{"byte", &everything::byte, "b"},
             field{"whole", &everything::whole, "c"}, field{"number", &everything::number, "d"},
             field{"text", &everything::text, "e", rule{.longest = 10}}, field{"at", &everything::at, "f"},
             field{"pair", &everything::pair, "g"}, field{"unit", &everything::unit, "h"},
             field{"when", &everything::when, "i"}, field{"lasts", &everything::lasts, "j"},
             field{"fee", &everything::fee, "k"}, field{"list", &everything::list, "l"},
             field{"counts", &everything::counts, "m"}, field{"one", &everything::one, "n"});
  }
};

const shape_member& member(const char* name) {
  for (const auto& m : shape_of<everything>()->members)
    if (std::string_view(m.name) == name) return m;
  throw std::logic_error(name);
}

/// The shape of a member and where it lies in `x`.
std::pair<const shape*, void*> in(everything& x, const char* name) {
  const auto& m = member(name);
  return {m.of(), field_of(static_cast<void*>(&x), m.offset)};
}

TEST(shape, lists_the_fields_in_their_order_with_kind_and_rule) {
  const auto* s = shape_of<everything>();
  EXPECT_EQ(s->is, kind::record);
  EXPECT_STREQ(s->name, "everything");
  const std::vector<std::pair<std::string, kind>> expected{
      {"yes", kind::boolean},       {"byte", kind::integer},   {"whole", kind::integer}, {"number", kind::number},
      {"text", kind::text},         {"at", kind::spelled},     {"pair", kind::spelled},  {"unit", kind::enumeration},
      {"when", kind::timestamp},    {"lasts", kind::duration}, {"fee", kind::optional},  {"list", kind::list},
      {"counts", kind::dictionary}, {"one", kind::record}};
  std::vector<std::pair<std::string, kind>> found;
  for (const auto& m : s->members) found.emplace_back(m.name, m.of()->is);
  EXPECT_EQ(found, expected);
  EXPECT_STREQ(member("yes").sentence, "a");
  EXPECT_EQ(member("text").rules.longest, 10u);
  EXPECT_EQ(member("list").of()->inner()->members[0].rules.most, 9);
}

TEST(shape, is_one_per_type) { EXPECT_EQ(shape_of<everything>(), shape_of<everything>()); }

TEST(shape, reads_and_writes_plain_values) {
  everything x;
  {
    auto [s, p] = in(x, "yes");
    s->set_bool(p, true);
    EXPECT_TRUE(s->get_bool(p));
  }
  {
    auto [s, p] = in(x, "number");
    s->set_number(p, 2.5);
    EXPECT_EQ(s->get_number(p), 2.5);
  }
  {
    auto [s, p] = in(x, "text");
    EXPECT_TRUE(s->set_text(p, "words"));
    EXPECT_EQ(s->get_text(p), "words");
  }
  {
    auto [s, p] = in(x, "when");
    EXPECT_TRUE(s->set_integer(p, 1'700'000'000'123));
    EXPECT_EQ(s->get_integer(p), 1'700'000'000'123);
  }
  {
    auto [s, p] = in(x, "lasts");
    EXPECT_TRUE(s->set_integer(p, 250));
    EXPECT_EQ(s->get_integer(p), 250);
  }
  EXPECT_TRUE(x.yes);
  EXPECT_EQ(x.number, 2.5);
  EXPECT_EQ(x.text, "words");
  EXPECT_EQ(x.when, instant_of_ms(1'700'000'000'123));
  EXPECT_EQ(x.lasts, milliseconds{250});
}

TEST(shape, refuses_integers_that_do_not_fit) {
  everything x;
  auto [s, p] = in(x, "byte");
  EXPECT_TRUE(s->set_integer(p, 255));
  EXPECT_FALSE(s->set_integer(p, 256));
  EXPECT_FALSE(s->set_integer(p, -1));
  EXPECT_EQ(x.byte, 255);
  EXPECT_EQ(s->get_integer(p), 255);
}

TEST(shape, spells_prices_exactly_and_ids_as_text) {
  everything x;
  auto [s, p] = in(x, "at");
  EXPECT_TRUE(s->scaled);
  EXPECT_TRUE(s->set_text(p, "0.1"));
  EXPECT_EQ(s->get_integer(p), 10'000'000);
  EXPECT_FALSE(s->set_text(p, "1e5"));
  EXPECT_EQ(x.at, *price::parse("0.1"));
  EXPECT_TRUE(s->set_integer(p, 5));
  EXPECT_EQ(s->get_text(p), "0.00000005");

  auto [ids, id] = in(x, "pair");
  EXPECT_FALSE(ids->scaled);
  EXPECT_TRUE(ids->set_text(id, "BTC-USDT"));
  EXPECT_FALSE(ids->set_text(id, "two words"));
  EXPECT_EQ(x.pair, pair_name{"BTC-USDT"});
}

TEST(shape, takes_only_words_of_an_enum) {
  everything x;
  auto [s, p] = in(x, "unit");
  EXPECT_EQ(s->words.size(), 15u);
  EXPECT_TRUE(s->set_text(p, "1M"));
  EXPECT_FALSE(s->set_text(p, "7m"));
  EXPECT_FALSE(s->set_text(p, ""));
  EXPECT_EQ(x.unit, interval::mo1);
  EXPECT_EQ(s->get_text(p), "1M");
}

TEST(shape, opens_and_closes_optionals) {
  everything x;
  auto [s, p] = in(x, "fee");
  EXPECT_FALSE(s->has(p));
  EXPECT_TRUE(s->inner()->set_text(s->engage(p), "1.5"));
  EXPECT_TRUE(s->has(p));
  EXPECT_EQ(s->inner()->get_text(s->peek(p)), "1.5");
  EXPECT_EQ(x.fee, *money::parse("1.5"));
  s->reset(p);
  EXPECT_EQ(x.fee, std::nullopt);
}

TEST(shape, grows_lists_of_records) {
  everything x;
  auto [s, p] = in(x, "list");
  for (int depth = 1; depth <= 3; ++depth) {
    void* element = s->grow(p);
    const auto& m = s->inner()->members[0];
    EXPECT_TRUE(m.of()->set_integer(field_of(element, m.offset), depth));
  }
  ASSERT_EQ(s->size(p), 3u);
  EXPECT_EQ(static_cast<const inner*>(s->at(p, 2))->depth, 3);
  EXPECT_EQ(x.list[1].depth, 2);
  s->reset(p);
  EXPECT_TRUE(x.list.empty());
}

TEST(shape, walks_dictionaries_in_key_order) {
  everything x;
  auto [s, p] = in(x, "counts");
  EXPECT_TRUE(s->inner()->set_integer(s->insert(p, "b"), 2));
  EXPECT_TRUE(s->inner()->set_integer(s->insert(p, "a"), 1));
  std::string seen;
  s->each(p, &seen, [](void* context, std::string_view key, const void* value) {
    *static_cast<std::string*>(context) += std::string(key) + std::to_string(*static_cast<const int*>(value));
  });
  EXPECT_EQ(seen, "a1b2");
  EXPECT_EQ(s->size(p), 2u);
}

TEST(shape, offsets_point_at_the_members) {
  const everything x;
  EXPECT_EQ(field_of(&x, member("one").offset), static_cast<const void*>(&x.one));
  EXPECT_EQ(field_of(&x, member("yes").offset), static_cast<const void*>(&x.yes));
  EXPECT_EQ(field_of(&x, member("counts").offset), static_cast<const void*>(&x.counts));
}

}  // namespace
}  // namespace rltrader

// Path, query and body as one typed request.
#include "http/input.hpp"

#include "domain/market.hpp"
#include "domain/money.hpp"
#include "http/route.hpp"

#include <gtest/gtest.h>

namespace rltrader::http {

namespace {

struct sample {
  std::string id;
  std::optional<std::int64_t> limit;
  std::optional<bool> deep;
  std::optional<interval> length;
  std::optional<instant> start;
  std::optional<std::vector<std::string>> pairs;
  std::optional<money> amount;

  static constexpr auto type_name = "sample";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &sample::id, ""}, field{"limit", &sample::limit, "", rule{.least = 1, .most = 250}},
             field{"deep", &sample::deep, ""}, field{"interval", &sample::length, ""},
             field{"start", &sample::start, ""}, field{"pairs", &sample::pairs, ""},
             field{"amount", &sample::amount, ""});
  }
};

struct asked {
  method verb = method::get;
  std::string query{};
  std::string body{};
  std::string type = "application/json";
  era since = era::older;
  text_fields path{{"id", "t1"}};
};

/// What the handler would get, as JSON, or the problem's body.
json outcome_of(const asked& a) {
  environment env;
  call c;
  c.verb = a.verb;
  c.query = a.query;
  c.body = a.body;
  if (!a.type.empty()) c.headers["content-type"] = a.type;
  auto merged = merged_input(*shape_of<sample>(), a.path, c);
  if (auto* wrong = std::get_if<problem>(&merged)) return json::parse(reply_of(*wrong).body);
  exchange x{c, env};
  const route row{a.verb, "/x/{id}", access::viewers, "", &shape_of<sample>, nullptr, nullptr, a.since};
  x.admit({}, row);
  sample value;
  auto wrong = read_input(x, std::move(std::get<input>(merged)), *shape_of<sample>(), &value);
  json out = wrong ? json::parse(reply_of(*wrong).body) : to_json_of(value);
  if (!x.ignored().empty()) out["ignored"] = x.ignored();
  return out;
}

json violations(const json& body) { return body.value("details", json::array()); }

}  // namespace

TEST(input, coerces_query_texts_by_the_kind_of_their_field) {
  const auto got =
      outcome_of({.query = "limit=25&deep=true&interval=5m&start=2025-01-01T00:00:00Z&pairs=a,b&pairs=c&amount=1.5"});
  EXPECT_EQ(got, json::parse(R"({"id":"t1","limit":25,"deep":true,"interval":"5m","start":"2025-01-01T00:00:00.000Z",
                                 "pairs":["a","b","c"],"amount":"1.5"})"));
}

TEST(input, ignores_unknown_query_fields_and_empty_optional_ones) {
  const auto got = outcome_of({.query = "limit=&nonsense=1&deep=0"});
  EXPECT_EQ(got["limit"], nullptr);
  EXPECT_EQ(got["deep"], false);
  EXPECT_FALSE(got.contains("ignored"));
}

TEST(input, names_every_violation_at_once) {
  const auto got = outcome_of({.query = "limit=500&deep=perhaps&interval=7m&start=yesterday"});
  EXPECT_EQ(got["status"], 400);
  EXPECT_EQ(violations(got), json::parse(R"([{"field":"limit","problem":"must be at most 250","was":"500"},
                            {"field":"deep","problem":"must be true or false","was":"perhaps"},
                            {"field":"interval","problem":"must be one of 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w, 1M","was":"7m"},
                            {"field":"start","problem":"must be a time such as 2025-01-31T12:00:00Z","was":"yesterday"}])"));
  EXPECT_EQ(violations(outcome_of({.query = "limit=1.5"}))[0]["problem"], "must be an integer");
  EXPECT_EQ(violations(outcome_of({.query = "limit=99999999999999999999"}))[0]["problem"], "must be an integer");
}

TEST(input, refuses_a_name_that_is_given_twice) {
  EXPECT_EQ(violations(outcome_of({.query = "limit=1&limit=2"}))[0]["field"], "limit");
  EXPECT_EQ(violations(outcome_of({.verb = method::post, .body = R"({"id":"t2"})"}))[0]["field"], "id");
  EXPECT_EQ(violations(outcome_of({.verb = method::post, .query = "limit=1", .body = R"({"limit":2})"}))[0]["field"],
            "limit");
  EXPECT_EQ(violations(outcome_of({.verb = method::post, .body = R"({"limit":1,"limit":2})"}))[0]["problem"],
            "must be given once");
}

TEST(input, refuses_unknown_body_fields_on_added_routes_and_names_them_on_older_ones) {
  const asked older{.verb = method::post, .body = R"({"limit":1,"colour":"red"})"};
  EXPECT_EQ(outcome_of(older)["ignored"], json::array({"colour"}));
  auto added = older;
  added.since = era::added;
  EXPECT_EQ(violations(outcome_of(added)),
            json::parse(R"([{"field":"colour","problem":"is not a field","was":"red"}])"));
}

TEST(input, needs_a_json_object_that_says_what_it_is) {
  EXPECT_EQ(outcome_of({.verb = method::post, .body = "{}", .type = "text/plain"})["status"], 415);
  EXPECT_EQ(outcome_of({.verb = method::post, .body = "{}", .type = ""})["status"], 415);
  EXPECT_EQ(outcome_of({.verb = method::post, .body = "{}", .type = "Application/JSON; charset=utf-8"})["id"], "t1");
  EXPECT_EQ(outcome_of({.verb = method::post, .body = "[1]"})["status"], 400);
  EXPECT_EQ(outcome_of({.verb = method::post, .body = "{\"a\":"})["code"], "malformed");
  EXPECT_EQ(outcome_of({.verb = method::post, .body = "", .type = ""})["id"], "t1");
  EXPECT_EQ(outcome_of({.verb = method::post, .body = "null"})["id"], "t1");
}

TEST(input, leaves_the_body_of_a_get_alone) { EXPECT_EQ(outcome_of({.body = "nonsense"})["id"], "t1"); }

TEST(input, says_when_the_query_cannot_be_decoded) {
  EXPECT_EQ(outcome_of({.query = "limit=%zz"})["code"], "malformed");
}

}  // namespace rltrader::http

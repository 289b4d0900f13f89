// Decoding, matching, and statuses.
#include "http/match.hpp"
#include "http/routes.hpp"

#include <gtest/gtest.h>

namespace rltrader::http {

TEST(percent_decoding, reads_escapes_and_refuses_what_is_no_text) {
  EXPECT_EQ(percent_decoded("%41%62+c"), "Ab+c");
  EXPECT_EQ(percent_decoded("%E2%82%AC"), "\xE2\x82\xAC");
  for (const auto* bad : {"%", "%4", "%4g", "%00", "%0A", "%FF", "%C0%80", "%ED%A0%80", "%E2%82"})
    EXPECT_EQ(percent_decoded(bad), std::nullopt) << bad;
}

TEST(query_decoding, gives_pairs_in_order) {
  const text_fields expected{{"a", "1"}, {"b", "x y"}, {"c", ""}, {"d", ""}, {"a", "2"}};
  EXPECT_EQ(query_fields("a=1&b=x+y&c=&d&&a=2"), expected);
  EXPECT_EQ(query_fields("a=%zz"), std::nullopt);
  EXPECT_EQ(query_fields(""), text_fields{});
}

TEST(plain_names, hold_nothing_that_breaks_a_header_or_a_log_line) {
  EXPECT_TRUE(plain_name("alice (night shift)"));
  for (const auto* bad : {"", "a\nb", "a\"b", "a\\b", "a;b", "a,b", "\xC3\xA4"}) EXPECT_FALSE(plain_name(bad)) << bad;
  EXPECT_TRUE(plain_name(std::string(128, 'x')));
  EXPECT_FALSE(plain_name(std::string(129, 'x')));
}

TEST(matching, finds_the_row_and_decodes_its_parameters) {
  const auto table = all_routes();
  const auto found = match(table, method::post, "/trades/t%2F1/close");
  ASSERT_NE(found.row, nullptr);
  EXPECT_EQ(found.row->path, "/trades/{id}/close");
  EXPECT_EQ(found.parameters, (text_fields{{"id", "t/1"}}));
}

TEST(matching, tells_a_wrong_method_from_a_wrong_path) {
  const auto table = all_routes();
  const auto wrong_method = match(table, method::drop, "/trades/t1");
  EXPECT_EQ(wrong_method.row, nullptr);
  EXPECT_EQ(allow_header(wrong_method.allowed), "GET, HEAD, OPTIONS");
  EXPECT_EQ(allow_header(match(table, method::get, "/agent/config").allowed), "GET, HEAD, OPTIONS, PUT");
  for (const auto* path :
       {"/nowhere", "/trades/", "/trades//close", "trades", "", "/", "/ops/alerts/a/b/resolve", "/Trades"})
    EXPECT_TRUE(match(table, method::get, path).allowed.empty()) << path;
}

TEST(matching, takes_head_for_get_and_a_literal_before_a_parameter) {
  constexpr auto run = [](exchange&, input&&) -> outcome<action> { return problem{}; };
  const std::array table{route{method::get, "/a/{id}", access::viewers, "", &shape_of<no_fields>, nullptr, run},
                         route{method::get, "/a/b", access::viewers, "", &shape_of<no_fields>, nullptr, run}};
  EXPECT_EQ(match(table, method::head, "/a/b").row, &table[1]);
  EXPECT_EQ(match(table, method::get, "/a/c").row, &table[0]);
  EXPECT_TRUE(match(table, method::get, "/a/%ff").undecodable);
}

TEST(statuses, follow_the_error_codes) {
  struct row {
    errc code;
    int status;
  };
  constexpr std::array table{row{errc::malformed, 400},     row{errc::out_of_bounds, 400}, row{errc::not_found, 404},
                             row{errc::conflict, 409},      row{errc::refused, 422},       row{errc::unsupported, 501},
                             row{errc::forbidden, 403},     row{errc::unavailable, 503},   row{errc::timed_out, 504},
                             row{errc::store_failed, 503},  row{errc::corrupt, 500},       row{errc::locked, 503},
                             row{errc::shutting_down, 503}, row{errc::internal, 500}};
  for (const auto& r : table) EXPECT_EQ(status_of(r.code), r.status) << word_of(r.code);
}

TEST(problems, are_rfc_9457_bodies_with_the_older_word_beside) {
  const auto got = reply_of(problem_of(std::vector{violation{"limit", "must be at most 250", "500"}}));
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.content_type, "application/problem+json");
  EXPECT_EQ(
      got.body,
      R"({"type":"urn:rltrader:problem:out_of_bounds","title":"Bad request","status":400,"detail":"limit must be at most 250",)"
      R"("code":"out_of_bounds","error":"out_of_bounds","details":[{"field":"limit","problem":"must be at most 250","was":"500"}]})");
  EXPECT_EQ(reply_of(problem_of(failure{errc::not_found, "no trade t1"})).body,
            R"({"type":"urn:rltrader:problem:not_found","title":"Not found","status":404,"detail":"no trade t1",)"
            R"("code":"not_found","error":"not_found"})");
}

}  // namespace rltrader::http

// Tokens, roles, and the lock after ten failures.
#include "http/auth.hpp"

#include "domain/sha256.hpp"

#include <gtest/gtest.h>

namespace rltrader::http {

namespace {

constexpr instant noon = instant_of_ms(1'735'732'800'000);  // 2025-01-01T12:00:00Z

call with_token(const std::string& token, const std::string& peer = "10.0.0.1") {
  call c;
  c.peer = peer;
  if (!token.empty()) c.headers["authorization"] = "Bearer " + token;
  return c;
}

/// The status that a caller meets, 200 for a pass.
int status_for(doorkeeper& door, access needs, const call& c, instant now = noon) {
  auto got = door.admit(needs, c, now);
  return std::holds_alternative<caller>(got) ? 200 : std::get<problem>(got).status;
}

credentials two_tokens() {
  const auto text = "# name:role:sha256:expires\nwatcher:viewer:" + sha256_hex("look") +
                    ":\nops:operator:" + sha256_hex("do") + ":2025-01-01T13:00:00Z\nroot:admin:" + sha256_hex("all") +
                    ":never\n";
  auto known = credentials_of("", text);
  return *known;
}

}  // namespace

TEST(tokens_file, is_read_line_by_line_with_comments_blanks_and_times) {
  const auto rows = parse_tokens("\n# comment\n a : viewer : " + sha256_hex("x") +
                                 " : 2030-01-31T12:00:00Z \r\nb:admin:" + sha256_hex("y") + ":\n");
  ASSERT_TRUE(rows);
  const std::vector<token_row> expected{
      {"a", role::viewer, sha256_hex("x"), instant_of_ms(1'896'091'200'000)},
      {"b", role::admin, sha256_hex("y"), std::nullopt},
  };
  EXPECT_EQ(*rows, expected);
}

TEST(tokens_file, names_every_bad_line_and_shows_no_digest) {
  const auto rows =
      parse_tokens("a:viewer\nb:boss:" + sha256_hex("x") + ":\nc:admin:1234:\nd:admin:" + sha256_hex("y") + ":soon");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, errc::malformed);
  EXPECT_EQ(
      rows.error().what,
      "tokens file: line 1: must be name:role:sha256:expires; line 2: the role must be viewer, operator or admin; "
      "line 3: the third part must be the SHA-256 of the token, 64 hex digits; "
      "line 4: expires must be a time such as 2030-01-31T12:00:00Z, never or empty");
}

TEST(tokens_file, that_is_empty_lets_nobody_in) {
  doorkeeper door{*credentials_of("", std::string{})};
  EXPECT_FALSE(door.known().open_house());
  EXPECT_EQ(status_for(door, access::viewers, with_token("look")), 401);
}

TEST(doorkeeper, asks_nothing_where_everyone_may) {
  doorkeeper door{two_tokens()};
  EXPECT_EQ(status_for(door, access::everyone, with_token("")), 200);
  EXPECT_EQ(status_for(door, access::everyone, with_token("wrong")), 200);
}

TEST(doorkeeper, knows_roles_in_their_order) {
  struct row {
    const char* token;
    access needs;
    int status;
  };
  constexpr std::array table{
      row{"", access::viewers, 401},       row{"wrong", access::viewers, 401}, row{"look", access::viewers, 200},
      row{"look", access::operators, 403}, row{"look", access::admins, 403},   row{"do", access::viewers, 200},
      row{"do", access::operators, 200},   row{"do", access::admins, 403},     row{"all", access::viewers, 200},
      row{"all", access::operators, 200},  row{"all", access::admins, 200},
  };
  for (const auto& r : table) {
    doorkeeper door{two_tokens()};
    EXPECT_EQ(status_for(door, r.needs, with_token(r.token)), r.status) << r.token << " for " << text_of(r.needs);
  }
}

TEST(doorkeeper, forgets_a_token_at_its_expiry) {
  doorkeeper door{two_tokens()};
  const auto expiry = noon + hours{1};
  EXPECT_EQ(status_for(door, access::operators, with_token("do"), expiry - milliseconds{1}), 200);
  EXPECT_EQ(status_for(door, access::operators, with_token("do"), expiry), 401);
}

TEST(doorkeeper, takes_no_role_from_a_header) {
  doorkeeper door{two_tokens()};
  auto c = with_token("look");
  c.headers["x-role"] = "admin";
  c.headers["x-ops-role"] = "operator";
  EXPECT_EQ(status_for(door, access::operators, c), 403);
}

TEST(doorkeeper, makes_callers_operators_where_there_is_no_token_at_all) {
  doorkeeper door{*credentials_of("", std::nullopt)};
  EXPECT_EQ(status_for(door, access::operators, with_token("")), 200);
  EXPECT_EQ(status_for(door, access::admins, with_token("")), 403);
}

TEST(doorkeeper, resolves_the_api_token_to_operator) {
  doorkeeper door{*credentials_of("secret", std::nullopt)};
  EXPECT_EQ(status_for(door, access::operators, with_token("secret")), 200);
  EXPECT_EQ(status_for(door, access::admins, with_token("secret")), 403);
  EXPECT_EQ(status_for(door, access::viewers, with_token("secre")), 401);
  EXPECT_EQ(status_for(door, access::viewers, with_token("secret ")), 200);  // blanks around it are trimmed
}

TEST(doorkeeper, names_the_caller_by_x_actor_else_by_the_token) {
  doorkeeper door{two_tokens()};
  auto plain = std::get<caller>(door.admit(access::viewers, with_token("do"), noon));
  EXPECT_EQ(plain.who, "ops");
  auto c = with_token("do");
  c.headers["x-actor"] = "alice";
  EXPECT_EQ(std::get<caller>(door.admit(access::viewers, c, noon)).who, "alice");
  EXPECT_EQ(std::get<caller>(door.admit(access::viewers, c, noon)).name, "ops");
  c.headers["x-actor"] = "a\x01";
  EXPECT_EQ(status_for(door, access::viewers, c), 400);
}

TEST(doorkeeper, locks_an_address_for_a_minute_after_ten_wrong_tokens_within_one) {
  doorkeeper door{two_tokens()};
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(status_for(door, access::viewers, with_token("wrong"), noon + seconds{i}), 401) << i;
  const auto locked_at = noon + seconds{9};
  EXPECT_EQ(status_for(door, access::viewers, with_token("do"), locked_at), 429);
  EXPECT_EQ(status_for(door, access::viewers, with_token("do", "10.0.0.2"), locked_at), 200);
  EXPECT_EQ(status_for(door, access::everyone, with_token("do"), locked_at), 200);
  auto refused = std::get<problem>(door.admit(access::viewers, with_token("do"), locked_at + seconds{20}));
  EXPECT_EQ(refused.headers, (std::vector<std::pair<std::string, std::string>>{{"Retry-After", "40"}}));
  EXPECT_EQ(status_for(door, access::viewers, with_token("do"), locked_at + minutes{1}), 200);
}

TEST(doorkeeper, counts_only_failures_of_the_last_minute_and_no_missing_tokens) {
  doorkeeper door{two_tokens()};
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(status_for(door, access::viewers, with_token("wrong"), noon + seconds{7 * i}), 401);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(status_for(door, access::viewers, with_token(""), noon), 401);
  EXPECT_EQ(status_for(door, access::viewers, with_token("look"), noon + seconds{280}), 200);
}

TEST(doorkeeper, keeps_no_more_addresses_than_its_bound) {
  doorkeeper door{two_tokens()};
  for (int i = 0; i < 10; ++i) (void)door.admit(access::viewers, with_token("wrong", "guesser"), noon + seconds{1});
  for (std::size_t i = 0; i < 2 * doorkeeper::addresses_most; ++i)
    (void)door.admit(access::viewers, with_token("wrong", "peer" + std::to_string(i)), noon);
  EXPECT_EQ(status_for(door, access::viewers, with_token("look", "guesser"), noon + seconds{2}), 429);
}

TEST(doorkeeper, follows_a_reload) {
  doorkeeper door{*credentials_of("old", std::nullopt)};
  door.reload(*credentials_of("new", std::nullopt));
  EXPECT_EQ(status_for(door, access::viewers, with_token("old")), 401);
  EXPECT_EQ(status_for(door, access::viewers, with_token("new")), 200);
}

TEST(constant_time, compares_texts) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
}

}  // namespace rltrader::http

// URLs that are clear, and those in which a password looks like something else.
#include "adapters/storage/postgres_url.hpp"

#include <gtest/gtest.h>

namespace rltrader::storage {
namespace {

TEST(postgres_url, says_where_it_leads_and_no_password) {
  EXPECT_EQ(place_of_url("postgresql://rltrader:secret@db.example:5433/desk"), "db.example:5433/desk");
  EXPECT_EQ(place_of_url("postgres://rltrader:se%40cret@db.example/desk?sslmode=require"), "db.example:5432/desk");
  EXPECT_EQ(place_of_url("postgresql://db.example/desk?user=rltrader&password=secret"), "db.example:5432/desk");
  EXPECT_EQ(place_of_url("postgresql://rltrader:secret@one:1,two:2/desk"), "one,two:1,2/desk");
  EXPECT_EQ(place_of_url("postgresql://"), "localhost:5432/");
}

TEST(postgres_url, says_nothing_where_a_password_may_look_like_something_else) {
  for (const char* url :
       {"postgresql://rltrader:x@secret@db.example/desk", "postgresql://rltrader:x@secret:word@db.example/desk",
        "postgresql://rltrader:12/secret@db.example/desk", "postgresql://rltrader:secret",
        "postgresql://rltrader:secret%zz@db.example/desk", "postgresql://rltrader:secret@[::1/desk",
        "postgresql://rltrader:secret@db.example/desk?nonsense=1"})
    EXPECT_EQ(place_of_url(url), std::nullopt) << url;
}

TEST(postgres_url, is_split_for_programs_that_show_their_arguments) {
  const auto split = without_password("postgresql://rltrader:se%27cret@db.example:5433/de%27s%5Ck?sslmode=require");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->password, "se'cret");
  EXPECT_EQ(split->words, R"(user='rltrader' dbname='de\'s\\k' host='db.example' port='5433' sslmode='require')");
}

TEST(postgres_url, is_not_split_where_a_secret_would_be_left) {
  EXPECT_FALSE(without_password("postgresql://rltrader:x@secret@db.example/desk"));
  EXPECT_FALSE(without_password("postgresql://db.example/desk?sslpassword=secret"));
}

}  // namespace
}  // namespace rltrader::storage

// A PostgreSQL schema as the world treats it: altered, newer, held by another, fenced off; and what TimescaleDB makes of it.
#include "adapters/storage/market_tables.hpp"
#include "adapters/storage/postgres_schema.hpp"
#include "adapters/storage/sql_lease.hpp"
#include "adapters/storage/sql_ops.hpp"
#include "tests/contract/ops_contract.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace rltrader::storage {
namespace {

using namespace contract;
using testing::HasSubstr;

class postgres : public testing::TestWithParam<backend> {
 protected:
  void SetUp() override {
    if (!home.left_out().empty()) GTEST_SKIP() << home.left_out();
  }
  postgres_target target() const { return home.schema().target(); }
  std::string refusal() const {
    const auto opened = open_postgres(target());
    return opened ? "" : std::string(word_of(opened.error().code)) + ": " + opened.error().what;
  }
  void alter(const std::string& sql) const {
    auto c = home.schema().connection();
    const auto done = c->execute("SET search_path=\"" + home.schema().name() + "\";" + sql);
    if (!done) throw std::runtime_error(done.error().what);
  }
  std::string named(const char* table) const { return "\"" + home.schema().name() + "\".\"" + table + "\""; }
  store_home home{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(servers, postgres, testing::Values(backend::postgres, backend::timescale), name_of_backend);

TEST_P(postgres, is_made_once_and_found_as_it_was_left) {
  const auto first = valued(open_postgres(target())).notes;
  EXPECT_THAT(first, testing::Contains(HasSubstr("migration 1: ops: first tables")));
  const auto second = home.schema().connection();
  EXPECT_EQ(valued(second->integer_of("SELECT count(*) FROM " + named("migrations"))),
            GetParam() == backend::timescale ? 4 : 2);
  for (const auto& note : valued(open_postgres(target())).notes)
    EXPECT_THAT(note, testing::Not(HasSubstr("migration")));
}

TEST_P(postgres, shows_its_plan_and_changes_nothing) {
  auto c = home.schema().connection();
  const std::vector<schema_part> parts{ops_part(c->dialect()), market_part(c->dialect())};
  const auto plan = valued(plan_migrations(*c, parts));
  ASSERT_FALSE(plan.empty());
  EXPECT_THAT(plan.front().sql.front(), HasSubstr("CREATE SCHEMA"));
  EXPECT_EQ(valued(applied_migrations(*c)).size(), 0u);
  c->allow(std::chrono::seconds{60});
  EXPECT_EQ(valued(migrate(*c, parts)).size(), plan.size());
  EXPECT_EQ(valued(plan_migrations(*c, parts)).size(), 0u);
  EXPECT_EQ(valued(applied_migrations(*c)).size(), plan.size());
}

TEST_P(postgres, lets_two_bring_it_up_at_once) {
  std::vector<std::string> failures(4);
  std::vector<std::thread> all;
  for (auto& why : failures)
    all.emplace_back([&] {
      auto c = home.schema().connection(std::chrono::seconds{60});
      const auto done = migrate(*c, {ops_part(c->dialect()), market_part(c->dialect())});
      if (!done) why = done.error().what;
    });
  for (auto& t : all) t.join();
  EXPECT_THAT(failures, testing::Each(""));
}

TEST_P(postgres, makes_each_series_a_hypertable_where_the_extension_is) {
  const auto opened = valued(open_postgres(target()));
  auto c = home.schema().connection();
  const auto facts = valued(facts_of(*c));
  if (facts.extension.empty()) {
    EXPECT_THAT(opened.notes, testing::Contains(HasSubstr("plain tables")));
    return;
  }
  std::vector<std::string> series{"observability_metrics"};
  for (const auto& t : market_tables()) series.emplace_back(t.name);
  EXPECT_THAT(facts.hypertables, testing::UnorderedElementsAreArray(series));
  EXPECT_EQ(valued(c->integer_of("SELECT (extract(epoch FROM time_interval)/86400)::bigint FROM "
                                 "timescaledb_information.dimensions WHERE hypertable_schema=?1 AND "
                                 "hypertable_name='bingx_candles'",
                                 {parameter(home.schema().name())})),
            90);
}

TEST_P(postgres, asks_for_compression_only_under_the_licence_that_has_it) {
  const sql_dialect d{.is = database::postgres, .schema = "s"};
  server_facts facts{
      .version = "", .extension = "2.20", .extension_schema = "public", .licence = "apache", .hypertables = {}};
  const auto& candles = market_tables().front();
  EXPECT_EQ(hypertable_sql(d, candles, facts).size(), 1u);
  facts.licence = "timescale";
  const auto with_policy = hypertable_sql(d, candles, facts);
  ASSERT_EQ(with_policy.size(), 3u);
  // `interval` is a word of SQL: without its quotes the server cannot read the list.
  EXPECT_THAT(with_policy[1], HasSubstr("compress_segmentby='\"pair\",\"interval\"',"
                                        "timescaledb.compress_orderby='\"open_time\" DESC'"));
  EXPECT_THAT(
      hypertable_sql(d, market_tables()[1], facts)[1],
      HasSubstr("compress_segmentby='\"pair\"',timescaledb.compress_orderby='\"executed_at\" DESC,\"trade_id\"'"));
  facts.hypertables = {"bingx_candles"};
  EXPECT_EQ(hypertable_sql(d, candles, facts).size(), 0u);
}

TEST_P(postgres, refuses_a_schema_of_a_newer_binary) {
  (void)valued(open_postgres(target()));
  alter("UPDATE migrations SET schema=99 WHERE part='ops'");
  EXPECT_THAT(refusal(), HasSubstr("refused: " + home.schema().connection()->place() +
                                   " is newer than this binary: its ops schema is 99, known is up to 1"));
  alter("UPDATE migrations SET schema=1 WHERE part='ops'; ALTER TABLE trades ADD COLUMN of_tomorrow text");
  EXPECT_THAT(refusal(), HasSubstr("its table trades has a column of_tomorrow"));
}

TEST_P(postgres, names_what_somebody_has_altered) {
  struct alteration {
    const char* sql;
    const char* undo;
    const char* named;
  };
  (void)valued(open_postgres(target()));
  for (const auto& a :
       {alteration{"ALTER TABLE trades ALTER COLUMN pnl TYPE double precision",
                   "ALTER TABLE trades ALTER COLUMN pnl TYPE numeric(20,8)", "trades.pnl double precision"},
        alteration{"ALTER TABLE fills DISABLE TRIGGER fills_keep", "ALTER TABLE fills ENABLE TRIGGER fills_keep",
                   "fills rule fills_keep"},
        alteration{"ALTER TABLE trades ALTER COLUMN status DROP NOT NULL",
                   "ALTER TABLE trades ALTER COLUMN status SET NOT NULL", "trades.status"},
        alteration{"ALTER TABLE trades ADD UNIQUE (instrument)",
                   "ALTER TABLE trades DROP CONSTRAINT trades_instrument_key", "trades_instrument_key"}}) {
    alter(a.sql);
    const auto why = refusal();
    EXPECT_THAT(why, HasSubstr("corrupt: ")) << a.sql;
    EXPECT_THAT(why, HasSubstr(a.named)) << a.sql;
    alter(a.undo);
    EXPECT_EQ(refusal(), "") << a.undo;
  }
  alter("CREATE INDEX of_an_operator ON trades (pnl)");
  EXPECT_EQ(refusal(), "");
}

TEST_P(postgres, is_held_by_one_and_names_it) {
  auto first = valued(open_postgres(target()));
  auto other = target();
  other.holder = "another test";
  const auto second = open_postgres(other);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::locked);
  EXPECT_THAT(second.error().what, HasSubstr("is held by a test, for"));
  other.is_gone = [](const std::string& holder) { return holder == "a test"; };
  auto third = valued(open_postgres(other));
  ASSERT_TRUE(third.ops->commit({an_order("o-1")}));
  // The first one is fenced off: nothing of it is written any more.
  const auto late = first.ops->commit({an_order("o-2")});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, errc::store_failed);
  EXPECT_THAT(late.error().what, HasSubstr("another daemon has taken the lease"));
  EXPECT_EQ(valued(third.ops->orders({})).total, 1);
  EXPECT_FALSE(first.ops->tend());
  EXPECT_TRUE(third.ops->tend());
}

TEST_P(postgres, gives_its_lease_back_when_it_is_closed) {
  (void)valued(open_postgres(target()));
  EXPECT_TRUE(open_postgres(target()));
}

TEST_P(postgres, lets_a_lease_end_by_itself) {
  auto short_one = target();
  short_one.lease_lasts = milliseconds{1};
  auto first = valued(open_postgres(short_one));
  EXPECT_TRUE(open_postgres(target()));
}

TEST_P(postgres, knows_whether_a_commit_without_an_answer_took_place) {
  auto opened = valued(open_postgres(target()));
  auto& ops = static_cast<sql_ops&>(*opened.ops);
  ASSERT_TRUE(ops.commit({an_order("o-1")}));
  // The server ends our connection in the middle of a transaction: before COMMIT nothing is kept, and it is said so.
  auto killer = home.schema().connection();
  auto& c = ops.connection();
  ASSERT_TRUE(c.begin(access::writes));
  const auto o = an_order("o-2");
  const void* row = &o;
  ASSERT_TRUE(c.write(table_of<order>(), {&row, 1}));
  const auto own = valued(c.integer_of("SELECT pg_backend_pid()::bigint"));
  ASSERT_EQ(valued(killer->integer_of("SELECT count(*) FROM pg_terminate_backend(?1::integer) t WHERE t", {own})), 1);
  const auto lost = c.commit();
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().what, HasSubstr("its last transaction did not take place"));
  EXPECT_TRUE(ops.commit({an_order("o-3")}));
  EXPECT_EQ(valued(ops.orders({})).total, 2);
}

TEST_P(postgres, drops_what_is_too_old_to_keep) {
  auto opened = valued(open_postgres(target()));
  ports::write_batch points;
  for (int day = 0; day < 30; ++day)
    points.push_back(metric_point{"lag", "BTC-USDT", 1.0 * day, at_minute(0) + hours{24} * day});
  ASSERT_TRUE(opened.ops->commit(points));
  ASSERT_TRUE(opened.ops->retain(at_minute(0) + hours{24} * 20, at_minute(0)));
  EXPECT_EQ(valued(opened.ops->metrics({})).total, 10);
  EXPECT_EQ(valued(opened.ops->metrics({.oldest_first = true})).rows.front().value, 20.0);
}

TEST_P(postgres, says_where_it_could_not_connect_and_hides_the_password) {
  auto nowhere = target();
  nowhere.url = "postgresql://rltrader:verysecret@127.0.0.1:1/rltrader";
  const auto refused = open_postgres(nowhere);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::store_failed);
  EXPECT_THAT(refused.error().what, HasSubstr("127.0.0.1:1/rltrader"));
  EXPECT_THAT(refused.error().what, testing::Not(HasSubstr("verysecret")));
}

TEST_P(postgres, wakes_whoever_waits_for_jobs) {
  auto opened = valued(open_postgres(target()));
  ASSERT_NE(opened.wakeup, nullptr);
  EXPECT_FALSE(opened.wakeup->wait(milliseconds{1}));
  ASSERT_TRUE(opened.ops->enqueue(a_job("j-1", "k-1")));
  EXPECT_TRUE(opened.wakeup->wait(std::chrono::seconds{5}));
  EXPECT_FALSE(opened.wakeup->wait(milliseconds{1}));
  // Another schema's jobs are no concern of this one, and a connection that was ended is made again.
  auto other = home.schema().connection();
  ASSERT_TRUE(other->value_of("SELECT pg_notify('rltrader_jobs','another')::text"));
  EXPECT_FALSE(opened.wakeup->wait(milliseconds{50}));
  ASSERT_TRUE(other->value_of(
      "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE application_name='rltraderd wake-up'"));
  bool woken = false;
  for (int n = 2; n < 40 && !woken; ++n) {
    (void)opened.wakeup->wait(milliseconds{100});
    ASSERT_TRUE(opened.ops->enqueue(a_job("j-" + std::to_string(n), "k-" + std::to_string(n))));
    woken = opened.wakeup->wait(milliseconds{100});
  }
  EXPECT_TRUE(woken);
  auto few = target();
  few.connections_most = 3;
  few.is_gone = [](const std::string&) { return true; };
  EXPECT_EQ(valued(open_postgres(few)).wakeup, nullptr);
}

}  // namespace
}  // namespace rltrader::storage

// The same key and body give the first answer again; another body, a running call and a lost answer are refused.
#include "domain/sha256.hpp"
#include "tests/http/stub_desk.hpp"

#include <gtest/gtest.h>

using namespace rltrader;
using rltrader::testing::body_of;
using rltrader::testing::connection;
using rltrader::testing::front;
using rltrader::testing::heard;
using rltrader::testing::request_text;
using rltrader::testing::stub_desk;

namespace {

/// A store of answers, and a breaker that counts how often it is set.
struct keeper {
  std::mutex mutex;
  std::map<std::string, idempotency_record> rows;
  std::vector<int> statuses;  ///< in the order of writing
  std::atomic<int> runs{0};
  std::atomic<bool> store_down{false};

  std::size_t answers_kept() {
    const std::lock_guard lock(mutex);
    return statuses.size();
  }
  reader_actor reader(stub_desk& desk) {
    return desk.play<reader_actor>([this](const find_idempotency& q) -> caf::result<idempotency_reply> {
      if (store_down) return to_caf({errc::unavailable, "the store cannot be read"});
      const std::lock_guard lock(mutex);
      idempotency_reply reply;
      if (const auto found = rows.find(q.key); found != rows.end()) reply.record = found->second;
      return reply;
    });
  }
  ledger_actor ledger(stub_desk& desk) {
    return desk.play<ledger_actor>([this](const write_rows& what) -> caf::result<written> {
      if (store_down) return to_caf({errc::store_failed, "the disk is full"});
      const std::lock_guard lock(mutex);
      for (const auto& row : what.rows)
        if (const auto* record = std::get_if<idempotency_record>(&row)) {
          rows[record->key] = *record;
          statuses.push_back(record->status);
        }
      return written{};
    });
  }
  risk_actor risk(stub_desk& desk) {
    return desk.play<risk_actor>([this](const set_breaker& what) -> caf::result<breaker_answer> {
      ++runs;
      if (what.reason == "conflict") return to_caf({errc::conflict, "an order is UNKNOWN"});
      if (what.reason == "down") return to_caf({errc::unavailable, "risk cannot now"});
      breaker_answer answer;
      answer.state.id = "account";
      answer.state.trigger_reason = what.reason;
      return answer;
    });
  }
  void fill(stub_desk& desk) {
    desk.handles().reader = reader(desk);
    desk.handles().ledger = ledger(desk);
    desk.handles().risk = risk(desk);
  }
};

const std::map<std::string, std::string> key_one{{"Idempotency-Key", "one"}};
constexpr auto path = "/ops/trading/resume";
constexpr auto body = R"({"reason":"again"})";

}  // namespace

TEST(idempotency, gives_the_first_answer_again_without_doing_it_again) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  front f(desk);
  const auto first = f.post(path, body, key_one);
  const auto second = f.post(path, body, key_one);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, first.body);
  EXPECT_FALSE(first.headers.contains("idempotency-replayed"));
  EXPECT_EQ(second.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(k.runs, 1);
  EXPECT_EQ(k.statuses, (std::vector<int>{0, 200})) << "durable before it ran, and after";
}

TEST(idempotency, refuses_another_body_or_path_under_the_same_key) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  front f(desk);
  EXPECT_EQ(f.post(path, body, key_one).status, 200);
  const auto other_body = f.post(path, R"({"reason":"another"})", key_one);
  EXPECT_EQ(other_body.status, 409);
  EXPECT_EQ(body_of(other_body)["code"], "idempotency_conflict");
  EXPECT_EQ(f.post("/ops/trading/reduce", body, key_one).status, 409);
  EXPECT_EQ(k.runs, 1);
}

TEST(idempotency, keeps_refusals_too) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  front f(desk);
  const auto first = f.post(path, R"({"reason":"conflict"})", key_one);
  const auto second = f.post(path, R"({"reason":"conflict"})", key_one);
  EXPECT_EQ(first.status, 409);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.at("content-type"), "application/problem+json");
  EXPECT_EQ(k.runs, 1);
}

TEST(idempotency, runs_again_after_an_answer_that_says_nothing_was_done) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  front f(desk);
  EXPECT_EQ(f.post(path, R"({"reason":"down"})", key_one).status, 503);
  EXPECT_EQ(f.post(path, R"({"reason":"down"})", key_one).status, 503);
  EXPECT_EQ(k.runs, 2);
}

TEST(idempotency, refuses_to_run_what_began_and_lost_its_answer) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  front f(desk);
  EXPECT_EQ(f.post(path, body, key_one).status, 200);
  k.rows.begin()->second.status = 0;
  const auto again = f.post(path, body, key_one);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(body_of(again)["code"], "outcome_unknown");
  EXPECT_EQ(k.runs, 1);
}

TEST(idempotency, forgets_after_a_day) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  front f(desk);
  EXPECT_EQ(f.post(path, body, key_one).status, 200);
  f.move_market(hours{24} - milliseconds{1});
  EXPECT_EQ(f.post(path, body, key_one).status, 200);
  EXPECT_EQ(k.runs, 1);
  f.move_market(milliseconds{1});
  EXPECT_EQ(f.post(path, body, key_one).status, 200);
  EXPECT_EQ(k.runs, 2);
}

TEST(idempotency, keeps_the_keys_of_two_callers_apart) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  http::server_options options;
  options.tokens_text = "a:operator:" + sha256_hex("ta") + ":\nb:operator:" + sha256_hex("tb") + ":\n";
  front f(desk, options);
  for (const auto* token : {"Bearer ta", "Bearer tb"})
    EXPECT_EQ(f.post(path, body, {{"Idempotency-Key", "one"}, {"Authorization", token}}).status, 200);
  EXPECT_EQ(k.runs, 2);
}

TEST(idempotency, answers_409_while_the_first_call_runs) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  std::atomic<bool> asked{false};
  std::atomic<bool> go{false};
  desk.handles().risk = desk.play<risk_actor>([&](const set_breaker&) {
    asked = true;
    while (!go) std::this_thread::yield();
    return breaker_answer{};
  });
  front f(desk);
  connection first(f.port());
  first.send(request_text({.verb = "POST", .target = path, .body = body, .headers = key_one}));
  while (!asked) std::this_thread::yield();
  const auto second = f.post(path, body, key_one);
  const auto other = f.post(path, R"({"reason":"x"})", key_one);
  go = true;
  EXPECT_EQ(first.receive().status, 200);
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(body_of(second)["code"], "idempotency_running");
  EXPECT_EQ(body_of(other)["code"], "idempotency_conflict");
  EXPECT_EQ(f.post(path, body, key_one).headers.at("idempotency-replayed"), "true");
}

TEST(idempotency, fails_closed_without_a_store_but_never_stands_before_a_halt) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  k.store_down = true;
  front f(desk);
  EXPECT_EQ(f.post(path, body, key_one).status, 503);
  EXPECT_EQ(k.runs, 0);
  EXPECT_EQ(f.post("/ops/trading/halt", body, key_one).status, 200);
  EXPECT_EQ(k.runs, 1);
}

TEST(idempotency, keeps_no_halt_waiting_for_a_store_that_hangs) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  desk.handles().reader = desk.silent<reader_actor>();
  desk.handles().ledger = desk.silent<ledger_actor>();
  http::server_options options;
  options.request_timeout = hours{1};  // whoever waits that long fails this test by its time-out
  front f(desk, options);
  EXPECT_EQ(f.post("/ops/trading/halt", body, key_one).status, 200);
  EXPECT_EQ(k.runs, 1);
}

TEST(idempotency, gives_a_halts_first_answer_again_where_the_store_works) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  front f(desk);
  const auto first = f.post("/ops/trading/halt", body, key_one);
  EXPECT_EQ(first.status, 200);
  while (k.answers_kept() < 1) std::this_thread::yield();  // a halt does not wait for it
  EXPECT_EQ(f.post("/ops/trading/halt", R"({"reason":"other"})", key_one).status, 409);
  EXPECT_EQ(f.post("/ops/trading/halt", body, key_one).body, first.body);
  EXPECT_EQ(k.runs, 1);
}

TEST(idempotency, refuses_a_key_that_is_no_name) {
  keeper k;
  stub_desk desk;
  k.fill(desk);
  front f(desk);
  EXPECT_EQ(f.post(path, body, {{"Idempotency-Key", "a;b"}}).status, 400);
  EXPECT_EQ(f.post(path, body, {{"Idempotency-Key", std::string(129, 'k')}}).status, 400);
  EXPECT_EQ(k.runs, 0);
}

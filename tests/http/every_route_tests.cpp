// What holds for all routes: dead and silent actors, tokens, methods, bodies, browsers.
#include "domain/sha256.hpp"
#include "http/routes.hpp"
#include "tests/http/good_desk.hpp"

using namespace rltrader;
using namespace rltrader::testing;

TEST(every_route, answers_503_without_a_desk_and_never_hangs) {
  good_desk desk;
  front f(desk);
  f.server().set_directory(std::nullopt);
  EXPECT_EQ(f.get("/health").status, 200);
  EXPECT_EQ(f.get("/health/ready").status, 503);
  EXPECT_EQ(body_of(f.get("/health/ready"))["reasons"][0]["check"], "desk");
  const auto answer = f.get("/ops/trading/risk");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(body_of(answer)["detail"], "the desk is being reopened; try again in a moment");
  EXPECT_EQ(answer.headers.at("retry-after"), "1");
  f.server().set_directory(desk.handles());
  EXPECT_EQ(f.get("/ops/trading/risk").status, 200);
}

TEST(every_route, answers_503_for_a_dead_actor_and_504_for_a_silent_one) {
  good_desk desk;
  desk.handles().risk = desk.dead<risk_actor>();
  desk.handles().reader = desk.silent<reader_actor>();
  desk.handles().alert_sink = alert_sink_actor{};
  http::server_options options;
  options.request_timeout = milliseconds{100};
  front f(desk, options);
  EXPECT_EQ(f.get("/ops/trading/risk").status, 503);
  EXPECT_EQ(f.get("/trades").status, 504);
  EXPECT_EQ(body_of(f.get("/trades"))["code"], "timed_out");
  EXPECT_EQ(f.post("/ops/alerts/a/resolve").status, 503);
}

TEST(every_route, ends_calls_that_wait_when_the_desk_is_reopened) {
  good_desk desk;
  std::atomic<bool> asked{false};
  desk.handles().reader = desk.play<reader_actor>([&](const find_trades&) {
    asked = true;
    return caf::delegated<trade_page>{};
  });
  http::server_options options;
  options.request_timeout = hours{1};
  front f(desk, options);
  rltrader::testing::connection c(f.port());
  c.send(rltrader::testing::request_text({.target = "/trades"}));
  while (!asked) std::this_thread::yield();
  f.server().set_directory(std::nullopt);
  EXPECT_EQ(c.receive().status, 503);
}

TEST(every_route, needs_a_token_of_its_role) {
  good_desk desk;
  http::server_options options;
  options.tokens_text = "eye:viewer:" + sha256_hex("v") + ":\nhand:operator:" + sha256_hex("o") + ":\n";
  front f(desk, options);
  for (const auto& row : http::all_routes()) {
    if (row.needs == http::access::everyone) continue;
    auto target = std::string(row.path);
    for (auto at = target.find('{'); at != std::string::npos; at = target.find('{'))
      target.replace(at, target.find('}') - at + 1, "x");
    const auto verb = std::string(text_of(row.verb));
    const auto status = [&](const char* token) {
      return fetch(f.port(), {.verb = verb, .target = target, .headers = {{"Authorization", token}}}).status;
    };
    EXPECT_EQ(fetch(f.port(), {.verb = verb, .target = target, .headers = {{"X-Role", "admin"}}}).status, 401)
        << verb << target;
    if (row.needs == http::access::operators) {
      EXPECT_EQ(status("Bearer v"), 403) << verb << " " << target;
    }
    const auto allowed = status(row.needs == http::access::viewers ? "Bearer v" : "Bearer o");
    EXPECT_TRUE(allowed != 401 && allowed != 403) << verb << " " << target << " " << allowed;
  }
}

TEST(every_route, is_locked_to_an_address_after_ten_wrong_tokens) {
  good_desk desk;
  http::server_options options;
  options.api_token = "right";
  front f(desk, options);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(f.get("/ops/trading/risk", {{"Authorization", "Bearer wrong"}}).status, 401);
  const auto answer = f.get("/ops/trading/risk", {{"Authorization", "Bearer right"}});
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.headers.at("retry-after"), "60");
  EXPECT_EQ(f.get("/health/ready").status, 200);
}

TEST(every_route, follows_reloaded_tokens) {
  good_desk desk;
  http::server_options options;
  options.api_token = "old";
  front f(desk, options);
  EXPECT_EQ(f.get("/agents", {{"Authorization", "Bearer old"}}).status, 200);
  EXPECT_FALSE(f.server().set_credentials("", "broken line"));
  EXPECT_EQ(f.get("/agents", {{"Authorization", "Bearer old"}}).status, 200);
  EXPECT_TRUE(f.server().set_credentials("new", std::nullopt));
  EXPECT_EQ(f.get("/agents", {{"Authorization", "Bearer old"}}).status, 401);
  EXPECT_EQ(f.get("/agents", {{"Authorization", "Bearer new"}}).status, 200);
}

TEST(every_route, answers_404_405_and_options) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.get("/nowhere").status, 404);
  const auto wrong = fetch(f.port(), {.verb = "DELETE", .target = "/trades"});
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(fetch(f.port(), {.verb = "TRACE", .target = "/trades"}).status, 405);
  const auto options = fetch(f.port(), {.verb = "OPTIONS", .target = "/agent/config"});
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at("allow"), "GET, HEAD, OPTIONS, PUT");
  const auto head = fetch(f.port(), {.verb = "HEAD", .target = "/health"});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "15");
}

TEST(every_route, answers_malformed_bodies_by_name) {
  good_desk desk;
  front f(desk);
  const auto path = "/ops/trading/halt";
  EXPECT_EQ(f.post(path, R"({"reason":)").status, 400);
  EXPECT_EQ(f.post(path, "[]").status, 400);
  EXPECT_EQ(f.post(path, "\xff\xfe").status, 400);
  EXPECT_EQ(f.post(path, std::string(100, '[')).status, 400);
  EXPECT_EQ(f.post(path, R"({"reason":"a"})", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(f.post(path, R"({"reason":")" + std::string(2 << 20, 'x') + "\"}").status, 413);
  EXPECT_EQ(f.post(path, R"({"reason":")" + std::string(501, 'x') + "\"}").status, 400);
  EXPECT_EQ(f.get("/trades/%ff").status, 400);
  EXPECT_EQ(f.get("/trades?page=%zz").status, 400);
  EXPECT_TRUE(desk.breaker.all().empty());
}

TEST(every_route, echoes_a_request_id_or_makes_one) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.get("/health", {{"X-Request-Id", "abc-1"}}).headers.at("x-request-id"), "abc-1");
  const auto first = f.get("/health").headers.at("x-request-id");
  const auto second = f.get("/health", {{"X-Request-Id", "bad id\"<"}}).headers.at("x-request-id");
  EXPECT_EQ(first.size(), 18U);
  EXPECT_EQ(second.size(), 18U);
  EXPECT_NE(first, second);
}

TEST(every_route, serves_browsers_of_named_origins_alone) {
  good_desk desk;
  http::server_options options;
  options.cors_origin = "https://desk.example, https://other.example";
  front f(desk, options);
  const auto named = f.get("/agents", {{"Origin", "https://desk.example"}});
  EXPECT_EQ(named.headers.at("access-control-allow-origin"), "https://desk.example");
  EXPECT_FALSE(f.get("/agents", {{"Origin", "https://evil.example"}}).headers.contains("access-control-allow-origin"));
  const auto preflight =
      fetch(f.port(), {.verb = "OPTIONS", .target = "/trades", .headers = {{"Origin", "https://other.example"}}});
  EXPECT_NE(preflight.headers.at("access-control-allow-headers").find("Idempotency-Key"), std::string::npos);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", "", {{"Origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", "", {{"Origin", "null"}}).status, 403);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", "", {{"Origin", "http://localhost"}}).status, 200);
  EXPECT_EQ(f.post("/agents/agent-btcusdt/stop", "", {{"Origin", "https://desk.example"}}).status, 200);
}

TEST(every_route, is_not_given_to_a_page_that_rebinds_its_name_where_no_token_is_asked) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.get("/agents", {{"Host", "evil.example:8787"}}).status, 403);
  EXPECT_EQ(f.get("/agents", {{"Host", "127.0.0.1:8787"}}).status, 200);
  EXPECT_EQ(f.get("/agents", {{"Host", "[::1]:8787"}}).status, 200);
  EXPECT_EQ(f.get("/health", {{"Host", "evil.example"}}).status, 200);
}

TEST(http_server, refuses_to_listen_beyond_loopback_without_a_token) {
  good_desk desk;
  http::metrics_registry metrics;
  http::server_options options;
  options.bind = "0.0.0.0";
  options.port = 0;
  options.wall_now = options.market_now = [] { return instant{}; };
  options.stopwatch = [] { return 0.0; };
  http::http_server open(desk.system(), metrics, options);
  EXPECT_EQ(open.start().error().code, errc::refused);
  options.tokens_text = "nonsense";
  http::http_server broken(desk.system(), metrics, options);
  EXPECT_EQ(broken.start().error().code, errc::malformed);
}

TEST(http_server, stops_under_load_without_losing_its_mind) {
  good_desk desk;
  desk.handles().reader = desk.silent<reader_actor>();
  std::vector<rltrader::testing::connection> waiting;
  {
    front f(desk);
    for (int i = 0; i < 50; ++i) {
      waiting.emplace_back(f.port());
      waiting.back().send(rltrader::testing::request_text({.target = "/trades"}));
      waiting.back().send(rltrader::testing::request_text({.verb = "POST",
                                                           .target = "/ops/trading/resume",
                                                           .body = R"({"reason":"x"})",
                                                           .headers = {{"Idempotency-Key", std::to_string(i)}}}));
    }
    EXPECT_EQ(f.get("/health").status, 200);
  }
  for (auto& c : waiting) {
    const auto answer = c.receive();  // none, or that the daemon stops; never a hang
    EXPECT_TRUE(answer.status == 0 || answer.status == 503) << answer.status;
  }
}

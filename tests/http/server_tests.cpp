// The web server alone: limits, deadlines, many connections, stopping.
#include "http/server.hpp"

#include "tests/http/loopback_client.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace rltrader::http {
using rltrader::testing::ask_for;
using rltrader::testing::connection;
using rltrader::testing::fetch;
using rltrader::testing::request_text;

namespace {

/// Echoes the call, until told to hold answers back.
class running_server {
 public:
  explicit running_server(web_limits limits = {})
      : web_(
            limits,
            [this](call c, done answer) {
              if (c.path == "/hold") {
                held_.push_back(std::move(answer));
                ++holding_;
                return;
              }
              if (c.path == "/throw") throw std::runtime_error("as asked");
              answer(reply{.status = 200,
                           .content_type = "text/plain",
                           .body = std::string(text_of(c.verb)) + " " + c.path + "?" + c.query + " " +
                                   std::to_string(c.body.size()) + " " + c.peer,
                           .headers = {}});
            },
            [this](std::size_t open) { open_ = open; }) {
    const auto listening = web_.listen("127.0.0.1", 0);
    if (!listening) throw std::runtime_error(listening.error().what);
    port_ = web_.port();
    thread_ = std::thread([this] { web_.run(); });
  }
  ~running_server() { stop(milliseconds{0}); }

  std::uint16_t port() const { return port_; }
  std::size_t open() const { return open_; }
  web_server& web() { return web_; }
  /// Returns once that many calls are held: they have been read whole.
  void wait_until_holding(int calls) const {
    while (holding_ < calls) std::this_thread::yield();
  }
  void release_held() {
    web_.post([this] {
      for (auto& answer : std::exchange(held_, {}))
        answer(reply{.status = 200, .content_type = "text/plain", .body = "late", .headers = {}});
    });
  }
  void stop(milliseconds grace) {
    web_.stop(grace);
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::atomic<int> holding_{0};
  std::atomic<std::size_t> open_{0};
  std::uint16_t port_ = 0;
  web_server web_;
  std::vector<done>
      held_;  ///< after the server: what is held keeps its connection, which must end before the server does
  std::thread thread_;
};

}  // namespace

TEST(web_server, answers_and_keeps_the_connection) {
  running_server s;
  connection c(s.port());
  for (int i = 0; i < 3; ++i) {
    c.send(request_text({.verb = "POST", .target = "/a/b?x=1", .body = "{}"}));
    const auto answer = c.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST /a/b?x=1 2 127.0.0.1");
  }
}

TEST(web_server, answers_pipelined_requests_in_order) {
  running_server s;
  connection c(s.port());
  c.send(request_text({.target = "/1"}) + request_text({.target = "/2"}) + request_text({.target = "/3"}));
  for (const auto* path : {"GET /1?", "GET /2?", "GET /3?"}) EXPECT_TRUE(c.receive().body.starts_with(path));
}

TEST(web_server, closes_when_asked_to) {
  running_server s;
  connection c(s.port());
  c.send(request_text({.target = "/", .headers = {{"Connection", "close"}}}));
  EXPECT_EQ(c.receive().headers["connection"], "close");
  EXPECT_TRUE(c.closed());
}

TEST(web_server, sends_a_heads_length_without_its_body) {
  running_server s;
  connection c(s.port());
  c.send(request_text({.verb = "HEAD", .target = "/x"}) + request_text({.target = "/y"}));
  const auto head = c.receive(true);
  EXPECT_EQ(head.headers.at("content-length"), std::to_string(std::string("HEAD /x? 0 127.0.0.1").size()));
  EXPECT_EQ(c.receive().body, "GET /y? 0 127.0.0.1");
}

TEST(web_server, refuses_bodies_over_a_mebibyte_and_takes_one_of_just_that) {
  running_server s;
  constexpr std::size_t mebibyte = 1024 * 1024;
  EXPECT_EQ(fetch(s.port(), {.verb = "POST", .target = "/", .body = std::string(mebibyte, 'x')}).body,
            "POST /? 1048576 127.0.0.1");
  EXPECT_EQ(fetch(s.port(), {.verb = "POST", .target = "/", .body = std::string(mebibyte + 1, 'x')}).status, 413);
  EXPECT_EQ(fetch(s.port(), {.verb = "POST", .target = "/", .body = std::string(5 * mebibyte, 'x')}).status, 413);
  connection chunked(s.port());
  chunked.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i)
    if (!chunked.send("10000\r\n" + std::string(0x10000, 'x') + "\r\n")) break;
  EXPECT_EQ(chunked.receive().status, 413);
}

TEST(web_server, invites_a_body_that_waits_to_be_invited) {
  running_server s;
  connection c(s.port());
  c.send("POST /e HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  c.send("{}");
  EXPECT_EQ(c.receive().body, "POST /e? 2 127.0.0.1");
  connection large(s.port());
  large.send("POST /e HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(large.receive().status, 413);
}

TEST(web_server, refuses_long_headers_and_what_is_not_http) {
  running_server s;
  EXPECT_EQ(fetch(s.port(), {.target = "/", .headers = {{"X-Long", std::string(17 * 1024, 'x')}}}).status, 431);
  for (const auto* text :
       {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"}) {
    connection c(s.port());
    c.send(text);
    EXPECT_EQ(c.receive().status, 400) << text;
    EXPECT_TRUE(c.closed());
  }
}

TEST(web_server, reads_the_absolute_form_of_a_proxy) {
  running_server s;
  EXPECT_EQ(fetch(s.port(), {.target = "http://localhost/p?q=1"}).body, "GET /p?q=1 0 127.0.0.1");
}

TEST(web_server, lets_a_slow_client_go_and_serves_the_others_meanwhile) {
  web_limits limits;
  limits.request_within = milliseconds{300};
  running_server s(limits);
  connection slow(s.port());
  slow.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123");
  connection slower(s.port());
  slower.send("GET / HT");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(fetch(s.port(), {.target = "/"}).status, 200);
  EXPECT_TRUE(slow.closed());
  EXPECT_TRUE(slower.closed());
}

TEST(web_server, ends_a_connection_that_stays_idle) {
  web_limits limits;
  limits.idle_for = milliseconds{200};
  running_server s(limits);
  connection c(s.port());
  EXPECT_TRUE(c.closed());
  connection kept(s.port());
  kept.send(request_text({.target = "/"}));
  EXPECT_EQ(kept.receive().status, 200);
  EXPECT_TRUE(kept.closed());
}

TEST(web_server, makes_room_by_closing_the_longest_idle_connection) {
  web_limits limits;
  limits.connections_most = 4;
  running_server s(limits);
  std::vector<connection> idle;
  for (int i = 0; i < 4; ++i) {
    idle.emplace_back(s.port());
    idle.back().send(request_text({.target = "/"}));
    EXPECT_EQ(idle.back().receive().status, 200);
  }
  EXPECT_EQ(fetch(s.port(), {.target = "/"}).status, 200);
  EXPECT_TRUE(idle[0].closed());
  idle[3].send(request_text({.target = "/still"}));
  EXPECT_EQ(idle[3].receive().status, 200);
}

TEST(web_server, answers_503_when_every_connection_is_busy) {
  web_limits limits;
  limits.connections_most = 2;
  running_server s(limits);
  connection first(s.port());
  connection second(s.port());
  first.send(request_text({.target = "/hold"}));
  second.send(request_text({.target = "/hold"}));
  s.wait_until_holding(2);
  EXPECT_EQ(fetch(s.port(), {.target = "/"}).status, 503);
  s.release_held();
  EXPECT_EQ(first.receive().body, "late");
  EXPECT_EQ(second.receive().body, "late");
  EXPECT_EQ(fetch(s.port(), {.target = "/"}).status, 200);
}

TEST(web_server, goes_on_under_a_thousand_idle_connections) {
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  if (files.rlim_cur < 2500) {
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
    setrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur < 2500)
    GTEST_SKIP() << "a thousand connections need 2,500 files, this process may open " << files.rlim_cur;
  running_server s;
  std::vector<connection> idle;
  for (int i = 0; i < 1000; ++i) idle.emplace_back(s.port());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(fetch(s.port(), {.target = "/"}).status, 200);
  EXPECT_GE(s.open(), 1000U);
  for (int i = 0; i < 100; ++i) idle.emplace_back(s.port());  // beyond the bound: the first ones make room
  EXPECT_EQ(fetch(s.port(), {.target = "/"}).status, 200);
  EXPECT_LE(s.open(), 1024U);
}

TEST(web_server, survives_a_handler_that_throws) {
  running_server s;
  EXPECT_EQ(fetch(s.port(), {.target = "/throw"}).status, 0);
  EXPECT_EQ(fetch(s.port(), {.target = "/"}).status, 200);
}

TEST(web_server, names_a_port_that_is_taken) {
  running_server s;
  web_server second({}, [](call, const done&) {});
  const auto listening = second.listen("127.0.0.1", s.port());
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, errc::locked);
  EXPECT_EQ(listening.error().what, "cannot listen on 127.0.0.1:" + std::to_string(s.port()) +
                                        ": another program has this port; stop it or set PORT");
  EXPECT_EQ(second.listen("not-an-address", 1).error().code, errc::out_of_bounds);
}

TEST(web_server, stops_at_once_when_nothing_is_under_way) {
  running_server s;
  connection idle(s.port());
  idle.send(request_text({.target = "/"}));
  EXPECT_EQ(idle.receive().status, 200);
  s.stop(hours{1});
  EXPECT_TRUE(idle.closed());
}

TEST(web_server, lets_a_call_end_before_it_stops) {
  running_server s;
  connection c(s.port());
  c.send(request_text({.target = "/1"}));
  EXPECT_EQ(c.receive().status, 200);
  c.send(request_text({.target = "/hold"}));
  s.wait_until_holding(1);
  s.web().stop(hours{1});
  s.release_held();  // posted behind the stop
  const auto answer = c.receive();
  EXPECT_EQ(answer.body, "late");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  s.stop(hours{1});
}

TEST(web_server, ends_within_its_grace_though_a_call_hangs) {
  running_server s;
  connection c(s.port());
  c.send(request_text({.target = "/hold"}));
  s.wait_until_holding(1);
  s.stop(milliseconds{200});  // returns
  EXPECT_EQ(s.open(), 1U);    // it was cut off
}

TEST(loopback, is_told_from_other_addresses) {
  for (const auto* yes : {"127.0.0.1", "127.3.2.1", "::1"}) EXPECT_TRUE(is_loopback(yes)) << yes;
  for (const auto* no : {"0.0.0.0", "::", "10.0.0.1", "localhost", ""}) EXPECT_FALSE(is_loopback(no)) << no;
}

}  // namespace rltrader::http

// /health, /metrics, /version and the pages that describe the interface.
#include "tests/http/good_desk.hpp"

using namespace rltrader;
using namespace rltrader::testing;

TEST(health_routes, say_ok_and_ready_when_all_is_well) {
  good_desk desk;
  front f(desk);
  EXPECT_EQ(f.get("/health").body, R"({"status":"ok"})");
  EXPECT_EQ(f.get("/health/live").status, 200);
  const auto ready = f.get("/health/ready");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.body,
            R"({"ready":true,"reasons":[],"role":"all","version":"9.8.7","started_at":"2025-01-01T12:00:00.000Z"})");
}

TEST(health_routes, give_reasons_when_something_is_ill_dead_or_silent) {
  good_desk desk;
  desk.store_ill = true;
  desk.handles().feed = desk.dead<market_feed_actor>();
  desk.handles().risk = desk.silent<risk_actor>();
  front f(desk);
  const auto answer = f.get("/health/ready");
  EXPECT_EQ(answer.status, 503);
  const auto body = body_of(answer);
  EXPECT_EQ(body["ready"], false);
  std::map<std::string, std::string> reasons;
  for (const auto& r : body["reasons"]) reasons[r["check"]] = r["problem"];
  EXPECT_EQ(reasons,
            (std::map<std::string, std::string>{{"store", "the disk is full"},
                                                {"feeds", "market_feed is down; it is being restarted"},
                                                {"breaker", "risk did not answer in time; the outcome is not known"}}));
}

TEST(health_routes, show_metrics_version_document_and_page) {
  good_desk desk;
  front f(desk);
  const auto metrics = f.get("/metrics");
  EXPECT_EQ(metrics.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(metrics.body.find("rltrader_build_info{version=\"9.8.7\",commit=\"abcdef\",build_type=\"test\"} 1\n"),
            std::string::npos);
  EXPECT_NE(metrics.body.find("process_open_fds "), std::string::npos);
  EXPECT_EQ(f.get("/version").body,
            R"({"version":"9.8.7","commit":"abcdef","build_type":"test","backends":["memory"]})");
  EXPECT_EQ(body_of(f.get("/openapi.json"))["openapi"], "3.1.0");
  const auto docs = f.get("/docs");
  EXPECT_EQ(docs.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_TRUE(docs.body.starts_with("<!doctype html>"));
  EXPECT_NE(
      f.get("/metrics").body.find("rltrader_http_requests_total{method=\"GET\",route=\"/docs\",status=\"200\"} 1\n"),
      std::string::npos);
}

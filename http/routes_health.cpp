// Health, metrics and what the daemon says of itself: open to all.
#include "http/routes.hpp"

#include <array>

namespace rltrader::http {

namespace {

struct alive {
  std::string status = "ok";

  static constexpr auto type_name = "alive";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"status", &alive::status, "ok"});
  }
};

struct readiness {
  bool ready = true;
  std::vector<check_problem> reasons;
  std::string role;
  std::string version;
  instant started_at{};

  static constexpr auto type_name = "readiness";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"ready", &readiness::ready, "all checks are well"},
             field{"reasons", &readiness::reasons, "those that are not"},
             field{"role", &readiness::role, "of this node: all, jobs, api"},
             field{"version", &readiness::version, "of the program"},
             field{"started_at", &readiness::started_at, "real time"});
  }
};

void answer_alive(const exchange_ptr& x, no_fields&) { x->answer(to_json_of(alive{})); }

/// Answers that are still awaited, and what came.
struct health_round {
  readiness so_far;
  std::size_t awaited = 0;
};

void note(const exchange_ptr& x, health_round& round, std::string_view check, const result<health_reply>& got) {
  auto& reasons = round.so_far.reasons;
  if (got)
    reasons.insert(reasons.end(), got->problems.begin(), got->problems.end());
  else
    reasons.push_back({std::string(check), got.error().what});
  if (--round.awaited > 0) return;
  round.so_far.ready = reasons.empty();
  x->answer(to_json_of(round.so_far), round.so_far.ready ? 200 : 503);
}

template <auto Handle>
void ask_one(const exchange_ptr& x, const std::shared_ptr<health_round>& round, std::string_view check) {
  ask_result<Handle, health_reply>(x, ask_health{},
                                   [x, round, check](const result<health_reply>& got) { note(x, *round, check, got); });
}

void answer_ready(const exchange_ptr& x, no_fields&) {
  auto round = std::make_shared<health_round>();
  round->so_far.role = x->env().node_role;
  round->so_far.version = x->env().version.version;
  round->so_far.started_at = x->env().started_at;
  if (!x->env().desk) {
    round->awaited = 1;
    return note(x, *round, "desk", failure{errc::unavailable, "the desk is being reopened"});
  }
  round->awaited = 6;
  ask_one<&directory::ledger>(x, round, "store");
  ask_one<&directory::market_store>(x, round, "market_store");
  ask_one<&directory::reconciler>(x, round, "reconciled");
  ask_one<&directory::feed>(x, round, "feeds");
  ask_one<&directory::risk>(x, round, "breaker");
  ask_one<&directory::executor>(x, round, "orders");
}

void answer_metrics(const exchange_ptr& x, no_fields&) {
  std::string text;
  if (x->env().metrics != nullptr) text = x->env().metrics->text();
  add_process_metrics(text);
  x->answer(reply{.status = 200,
                  .content_type = "text/plain; version=0.0.4; charset=utf-8",
                  .body = std::move(text),
                  .headers = {}});
}

void answer_version(const exchange_ptr& x, no_fields&) { x->answer(to_json_of(x->env().version)); }

void answer_openapi(const exchange_ptr& x, no_fields&) {
  x->answer(reply{.status = 200, .content_type = "application/json", .body = x->env().openapi, .headers = {}});
}

void answer_docs(const exchange_ptr& x, no_fields&) {
  x->answer(reply{.status = 200,
                  .content_type = "text/html; charset=utf-8",
                  .body = x->env().docs,
                  .headers = {{"Content-Security-Policy",
                               "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}}});
}

using enum access;
constexpr std::array health_table{
    serve<no_fields, alive, &answer_alive>(method::get, "/health", everyone, "Say that the process answers"),
    serve<no_fields, alive, &answer_alive>(method::get, "/health/live", everyone, "Say that the process answers")
        .added(),
    serve<no_fields, readiness, &answer_ready>(method::get, "/health/ready", everyone,
                                               "Say whether the desk may trade, and why not")
        .added()
        .within(seconds{1}),
    serve<no_fields, void, &answer_metrics>(method::get, "/metrics", everyone,
                                            "Show measured values as Prometheus reads them")
        .as("text/plain"),
    serve<no_fields, version_view, &answer_version>(method::get, "/version", everyone, "Show what was built").added(),
    serve<no_fields, void, &answer_openapi>(method::get, "/openapi.json", everyone, "Show this document").added(),
    serve<no_fields, void, &answer_docs>(method::get, "/docs", everyone, "Show this document as a page")
        .added()
        .as("text/html"),
};

}  // namespace

std::span<const route> health_routes() { return health_table; }

}  // namespace rltrader::http

// Puts the table, the way of a call, the bridge and the server together.
#include "http/http.hpp"

#include "http/openapi.hpp"
#include "http/routes.hpp"
#include "http/service.hpp"

namespace rltrader::http {

struct http_server::parts {
  server_options options;
  caf::actor_system& system;
  metrics_registry& metrics;
  std::vector<route> table = all_routes();
  environment env;
  std::unique_ptr<service> way;
  std::unique_ptr<web_server> web;
  std::unique_ptr<bridge> actors;

  parts(caf::actor_system& s, metrics_registry& m, server_options o) : options(std::move(o)), system(s), metrics(m) {}
};

http_server::http_server(caf::actor_system& system, metrics_registry& metrics, server_options options)
    : parts_(std::make_unique<parts>(system, metrics, std::move(options))) {
  auto& p = *parts_;
  must(p.options.wall_now && p.options.market_now && p.options.stopwatch, "the HTTP server needs its clocks");
  p.env.supported = p.options.supported;
  p.env.timeout = p.options.request_timeout;
  p.env.metrics = &metrics;
  p.env.version = p.options.version;
  p.env.node_role = p.options.node_role;
  p.env.simulation_allowed = p.options.simulation_allowed;
  p.env.started_at = p.options.wall_now();
  p.env.market_now = p.options.market_now;
  p.env.configuration = p.options.configuration;
  p.env.openapi = openapi_document(p.table, p.options.version).dump(-1, ' ', false, json::error_handler_t::replace);
  p.env.docs = docs_page(p.table, p.options.version);
  metrics.set(metric::build_info, {p.options.version.version, p.options.version.commit, p.options.version.build_type},
              1);
}

http_server::~http_server() {
  auto& p = *parts_;
  // Whoever still waits is let go while all that its answer passes through is alive; nobody asks an actor any more.
  p.env.desk.reset();
  p.env.actors = nullptr;
  if (p.actors) p.actors->give_up_all({errc::shutting_down, "the daemon stops; the outcome of this call is not known"});
  p.actors.reset();
  p.web.reset();
}

result<void> http_server::start() {
  auto& p = *parts_;
  auto known = credentials_of(p.options.api_token, p.options.tokens_text);
  if (!known) return known.error();
  if (known->open_house() && !is_loopback(p.options.bind))
    return failure{errc::refused, "without API_TOKEN or API_TOKENS_FILE the daemon listens on loopback only, not on " +
                                      p.options.bind};
  p.way = std::make_unique<service>(p.table, p.env,
                                    service_terms{.known = std::move(*known),
                                                  .cors_origin = p.options.cors_origin,
                                                  .seed = p.options.seed,
                                                  .wall_now = p.options.wall_now,
                                                  .stopwatch = p.options.stopwatch});
  p.web = std::make_unique<web_server>(
      p.options.limits, [&way = *p.way](call c, done answer) { way.handle(std::move(c), std::move(answer)); },
      [&metrics = p.metrics](std::size_t open) { metrics.set(metric::http_connections, static_cast<double>(open)); });
  auto listening = p.web->listen(p.options.bind, p.options.port);
  if (!listening) return listening;
  p.actors = std::make_unique<bridge>(p.system, *p.web);
  p.env.actors = p.actors.get();
  return {};
}

void http_server::run() { parts_->web->run(); }

void http_server::set_directory(std::optional<directory> desk) {
  auto& p = *parts_;
  must(p.web != nullptr, "the HTTP server is started before it gets a desk");
  p.web->post([&p, desk = std::move(desk)]() mutable {
    p.env.desk = std::move(desk);
    p.actors->give_up_all({errc::unavailable, "the desk is being reopened; the outcome of this call is not known"});
  });
}

result<void> http_server::set_credentials(std::string_view api_token, const std::optional<std::string>& tokens_text) {
  auto& p = *parts_;
  auto known = credentials_of(api_token, tokens_text);
  if (!known) return known.error();
  if (known->open_house() && !is_loopback(p.options.bind))
    return failure{errc::refused, "without API_TOKEN or API_TOKENS_FILE the daemon listens on loopback only, not on " +
                                      p.options.bind};
  p.web->post([&p, known = std::move(*known)]() mutable { p.way->set_credentials(std::move(known)); });
  return {};
}

void http_server::set_cors_origin(std::string origin) {
  auto& p = *parts_;
  p.web->post([&p, origin = std::move(origin)]() mutable { p.way->set_cors_origin(std::move(origin)); });
}

void http_server::set_supported(std::vector<pair_name> pairs) {
  auto& p = *parts_;
  p.web->post([&p, pairs = std::move(pairs)]() mutable { p.env.supported = std::move(pairs); });
}

void http_server::stop(milliseconds grace) { parts_->web->stop(grace); }

std::uint16_t http_server::port() const { return parts_->web->port(); }

}  // namespace rltrader::http

// One call, step by step.
#include "http/service.hpp"

#include <algorithm>
#include <exception>

namespace rltrader::http {

namespace {

/// splitmix64 (Steele, Lea, Flood 2014): a bijection, so that counters give ids without twins.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

bool request_id_ok(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':';
  });
}

/// Host without its port: "[::1]:8787" -> "[::1]".
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool loopback_name(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.") || host.ends_with(".localhost");
}

}  // namespace

service::service(std::span<const route> table, environment& env, service_terms terms)
    : table_(table), env_(env), terms_(std::move(terms)), door_(terms_.known) {}

std::string service::make_request_id() {
  constexpr auto digits = "0123456789abcdef";
  const auto number = mixed(terms_.seed ^ mixed(++counter_));
  std::string out = "r-";
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[(number >> shift) & 0xFU];
  return out;
}

bool service::allowed_origin(const std::string& origin) const {
  std::string_view rest = terms_.cors_origin;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    auto one = rest.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (!one.empty() && (one == "*" || one == origin)) return true;
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return false;
}

std::optional<problem> service::cross_site(const call& c, access needs) const {
  const auto* host = c.header("host");
  const auto refuse = [](std::string detail) {
    return problem{.status = 403, .code = "cross_site", .detail = std::move(detail), .details = {}, .headers = {}};
  };
  // Without a token whoever reaches the port is an operator; a page that rebinds its own name to loopback must not be.
  if (needs != access::everyone && door_.known().open_house() && host != nullptr && !loopback_name(host_name(*host)))
    return refuse("without API_TOKEN calls are taken for localhost alone, not for the host of this call");
  const auto* origin = c.header("origin");
  if (origin == nullptr || !changing(c.verb) || allowed_origin(*origin)) return std::nullopt;
  if (host != nullptr && (*origin == "http://" + *host || *origin == "https://" + *host)) return std::nullopt;
  return refuse("a page of another origin may not change anything; CORS_ORIGIN names those that may");
}

service::header_list service::headers_for(const call& c) const {
  header_list out{{"X-Request-Id", c.request_id}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  const auto* origin = c.header("origin");
  if (!terms_.cors_origin.empty()) out.emplace_back("Vary", "Origin");
  if (origin == nullptr || !allowed_origin(*origin)) return out;
  out.emplace_back("Access-Control-Allow-Origin", *origin);
  out.emplace_back("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, Warning, Idempotency-Replayed");
  if (c.verb == method::options) {
    out.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    out.emplace_back("Access-Control-Allow-Headers",
                     "Authorization, Content-Type, Idempotency-Key, X-Request-Id, X-Actor, Last-Event-ID");
    out.emplace_back("Access-Control-Max-Age", "600");
  }
  return out;
}

void service::finish(method verb, const header_list& headers, std::string_view path, double began, reply r,
                     const done& answer) const {
  r.headers.insert(r.headers.end(), headers.begin(), headers.end());
  if (env_.metrics != nullptr) {
    env_.metrics->add(metric::http_requests, {text_of(verb), path, std::to_string(r.status)});
    env_.metrics->observe(metric::http_request_seconds, terms_.stopwatch() - began);
  }
  answer(std::move(r));
}

void service::handle(call c, done answer) {
  const auto* asked_id = c.header("x-request-id");
  c.request_id = asked_id != nullptr && request_id_ok(*asked_id) ? *asked_id : make_request_id();
  const auto found = match(table_, c.verb, c.path);
  const std::string_view path = found.row != nullptr ? found.row->path : "unmatched";
  auto x = std::make_shared<exchange>(std::move(c), env_);
  // The answer may come when the exchange is gone: nothing of it is held here.
  x->answers_to([this, verb = x->request().verb, headers = headers_for(x->request()), path, began = terms_.stopwatch(),
                 answer = std::move(answer)](reply r) { finish(verb, headers, path, began, std::move(r), answer); });
  x->guarded([&] { dispatch(x, found); });
}

void service::dispatch(const exchange_ptr& x, const matched& found) {
  const auto& c = x->request();
  if (found.allowed.empty())
    return x->refuse(problem_of(failure{errc::not_found, "no such path; GET /openapi.json lists those that are"}));
  const auto allow = allow_header(found.allowed);
  if (c.verb == method::options)
    return x->answer(reply{.status = 204, .content_type = {}, .body = {}, .headers = {{"Allow", allow}}});
  if (found.row == nullptr)
    return x->refuse({.status = 405,
                      .code = "method_not_allowed",
                      .detail = "this path knows " + allow,
                      .details = {},
                      .headers = {{"Allow", allow}}});
  const auto& row = *found.row;
  if (auto wrong = cross_site(c, row.needs)) return x->refuse(*wrong);
  auto admitted = door_.admit(row.needs, c, terms_.wall_now());
  if (auto* wrong = std::get_if<problem>(&admitted)) return x->refuse(*wrong);
  x->admit(std::move(std::get<caller>(admitted)), row);
  if (found.undecodable)
    return x->refuse(
        problem_of(failure{errc::malformed, "the path cannot be decoded; escapes are %XX and text is UTF-8"}));
  auto merged = merged_input(*row.takes(), found.parameters, c);
  if (auto* wrong = std::get_if<problem>(&merged)) return x->refuse(*wrong);
  auto prepared = row.prepare(*x, std::move(std::get<input>(merged)));
  if (auto* wrong = std::get_if<problem>(&prepared)) return x->refuse(*wrong);
  keys_.run(x, std::move(std::get<action>(prepared)));
}

}  // namespace rltrader::http

// One place where an HTTP answer becomes an exit code and sentences.
#include "cli/client.hpp"

#include "cli/text.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>
#include <charconv>

namespace rltrader::cli {

namespace {

constexpr std::uint16_t usual_port = 8787;
constexpr std::size_t shown_bytes_most = 200;

result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (wrong != std::errc{} || end != text.data() + text.size() || port == 0)
    return {errc::malformed, "the port must be a whole number from 1 to 65535, was " + in_quotes(text)};
  return port;
}

std::string word_at(const json& body, const char* key) {
  const auto found = body.find(key);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// A name that a header may carry: the daemon takes printable characters without quotes.
std::string header_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  std::string out;
  for (const char c : name.substr(0, longest))
    out += c > ' ' && c <= '~' && std::string_view("\"'\\,;").find(c) == std::string_view::npos ? c : '_';
  return out.empty() ? "rltraderctl" : out;
}

}  // namespace

result<endpoint> parse_url(std::string_view text) {
  const auto whole = trim(text);
  auto rest = whole;
  const auto wrong = [&](const std::string& why) {
    return failure{errc::malformed, in_quotes(whole) + " is no address of a daemon: " + why};
  };
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    if (lower_case(rest.substr(0, scheme)) != "http") return wrong("rltraderd speaks plain HTTP, http://host:port");
    rest.remove_prefix(scheme + 3);
  }
  endpoint out;
  out.port = usual_port;
  const auto path = rest.find('/');
  if (path != std::string_view::npos) {
    out.prefix = rest.substr(path);
    while (out.prefix.ends_with('/')) out.prefix.pop_back();
    rest = rest.substr(0, path);
  }
  if (rest.find_first_of("@?# \t") != std::string_view::npos || out.prefix.find_first_of("?# \t") != std::string::npos)
    return wrong("it must be http://host:port");
  const bool bracket = rest.starts_with('[');
  const auto host_end = bracket ? rest.find(']') : rest.find(':');
  if (bracket && host_end == std::string_view::npos) return wrong("a bracket is not closed");
  out.host = bracket ? rest.substr(1, host_end - 1) : rest.substr(0, host_end);
  const auto behind =
      host_end == std::string_view::npos ? std::string_view{} : rest.substr(host_end + (bracket ? 1 : 0));
  if (!behind.empty()) {
    if (behind[0] != ':') return wrong("it must be http://host:port");
    const auto port = parse_port(behind.substr(1));
    if (!port) return wrong(port.error().what);
    out.port = *port;
  }
  if (out.host.empty()) return wrong("the host is missing");
  out.text = "http://" + (bracket ? "[" + out.host + "]" : out.host) + ":" + std::to_string(out.port) + out.prefix;
  return out;
}

exit_code exit_of(int status) {
  switch (status) {
    case 401:
    case 403:
    case 409:
    case 422:
    case 429: return exit_code::refused;
    case 408:
    case 504: return exit_code::timed_out;
    default: return exit_code::error;
  }
}

trouble trouble_of(const http_answer& refused) {
  trouble out{.code = exit_of(refused.status), .status = refused.status, .lines = {}};
  const auto status = std::to_string(refused.status);
  const auto parsed = parse_json(refused.body);
  const auto* body = std::get_if<json>(&parsed);
  if (body == nullptr || !body->is_object() || word_at(*body, "detail").empty()) {
    out.lines.push_back("HTTP " + status + " without a reason; is that rltraderd?");
    if (!refused.body.empty())
      out.lines.push_back("  it said " + in_quotes(plain_text(refused.body.substr(0, shown_bytes_most))));
    return out;
  }
  const auto code = word_at(*body, "code");
  const bool no = out.code == exit_code::refused;
  out.lines.push_back((no ? "refused" : "failed") + std::string(" (") + status + (code.empty() ? "" : " " + code) +
                      "): " + word_at(*body, "detail"));
  const auto details = body->find("details");
  if (details != body->end() && details->is_array())
    for (const auto& one : *details) {
      if (!one.is_object()) continue;
      const auto field = word_at(one, "field");
      const auto was = word_at(one, "was");
      out.lines.push_back("  " + (field.empty() ? "the body" : field) + " " + word_at(one, "problem") +
                          (was.empty() ? "" : ", was " + in_quotes(plain_text(was))));
    }
  if (refused.status == 401) out.lines.emplace_back("  give a token: --token-file=PATH, API_TOKEN or API_TOKEN_FILE");
  if (const auto* wait = refused.header("retry-after"))
    out.lines.push_back("  it may be asked again in " + *wait + " s");
  return out;
}

outcome client::get(const std::string& target) const {
  return send({.target = target, .headers = {}, .body = {}}, false, 0);
}

outcome client::readiness() const { return send({.target = "/health/ready", .headers = {}, .body = {}}, false, 503); }

outcome client::change(const std::string& method, const std::string& target, const json& body,
                       const std::string& key) const {
  http_request request{.method = method, .target = target, .headers = {}, .body = {}};
  if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
  request.headers.emplace_back("X-Actor", header_name(world_.user()));
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return send(std::move(request), true, 0);
}

outcome client::send(http_request request, bool may_have_changed, int also_good) const {
  request.host = terms_.where.host;
  request.port = terms_.where.port;
  request.target = terms_.where.prefix + request.target;
  request.headers.emplace_back("Accept", "application/json");
  request.headers.emplace_back("User-Agent", "rltraderctl");
  if (!terms_.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + terms_.token);
  const http_limits limits{.connect = std::min<milliseconds>(terms_.timeout, seconds{2}),
                           .silence = terms_.timeout,
                           .total = terms_.timeout};
  auto got = world_.call(request, limits);
  if (!got) return failed(got.error(), may_have_changed);
  const bool good = (got->status >= 200 && got->status < 300) || got->status == also_good;
  if (!good) return trouble_of(*got);
  auto parsed = parse_json(got->body);
  auto* body = std::get_if<json>(&parsed);
  // A 503 of another kind has no readiness in it.
  if (body != nullptr && got->status == also_good && !body->contains("ready")) return trouble_of(*got);
  if (body != nullptr) return answer{std::move(got->body), std::move(*body)};
  trouble out{.code = exit_code::error,
              .status = got->status,
              .lines = {"the answer is no JSON; is that rltraderd at " + terms_.where.text + "?"}};
  if (!got->body.empty())
    out.lines.push_back("  it said " + in_quotes(plain_text(got->body.substr(0, shown_bytes_most))));
  if (may_have_changed) out.lines.emplace_back("  whether it was done is not known: see rltraderctl status");
  return out;
}

trouble client::failed(const failure& why, bool may_have_changed) const {
  trouble out;
  const auto at = terms_.where.text + ": ";
  switch (why.code) {
    case errc::unavailable:
      return {exit_code::not_running, 0, {"rltraderd is not running at " + terms_.where.text + " (" + why.what + ")"}};
    case errc::timed_out: out = {exit_code::timed_out, 0, {at + why.what}}; break;
    default: out = {exit_code::error, 0, {at + why.what}};
  }
  if (may_have_changed && why.code != errc::not_found)
    out.lines.emplace_back("  whether it was done is not known: see rltraderctl status before you ask again");
  return out;
}

}  // namespace rltrader::cli

// What commands share: the daemon's address and token from where they are said, answers and refusals printed the same way.
#include "cli/session.hpp"

#include "cli/text.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>

namespace rltrader::cli {

namespace {

/// A wrong setting matters when it is one that we go by and somebody gave it; others must not keep an operator from a halt.
std::optional<trouble> wrong_setting(const loaded& settings, std::initializer_list<std::string_view> keys) {
  trouble out{.code = exit_code::configuration, .status = 0, .lines = {}};
  for (const auto& wrong : settings.violations)
    if (std::find(keys.begin(), keys.end(), wrong.key) != keys.end() && wrong.where != origin_text(origin{}))
      out.lines.push_back(violation_text(wrong));
  if (out.lines.empty()) return std::nullopt;
  return out;
}

trouble not_configured(std::string why) { return {exit_code::configuration, 0, {std::move(why)}}; }

std::variant<endpoint, trouble> endpoint_of(const process& world, const invocation& given, const loaded& settings) {
  const auto from_environment = world.environment.find("RLTRADER_URL");
  const bool in_environment = from_environment != world.environment.end() && !trim(from_environment->second).empty();
  const auto option = given.option("url");
  if (option || in_environment) {
    auto where = parse_url(option ? *option : from_environment->second);
    if (where) return std::move(*where);
    if (option) return trouble{exit_code::usage, 0, {"--url: " + where.error().what}};
    return not_configured("RLTRADER_URL: " + where.error().what);
  }
  if (auto wrong = wrong_setting(settings, {"PORT", "RLTRADER_CONFIG"})) return std::move(*wrong);
  const auto& bind = settings.values.http_bind;
  const auto port = settings.values.http_port;
  if (port == 0)
    return not_configured("PORT is 0, so the daemon took a free one: say which with --url=http://127.0.0.1:PORT");
  const bool everywhere = bind.empty() || bind == "0.0.0.0" || bind == "::" || bind == "localhost";
  const auto host = everywhere ? std::string("127.0.0.1") : bind;
  const bool six = host.find(':') != std::string::npos;
  return endpoint{.host = host,
                  .port = static_cast<std::uint16_t>(port),
                  .prefix = {},
                  .text = "http://" + (six ? "[" + host + "]" : host) + ":" + std::to_string(port)};
}

std::variant<std::string, trouble> token_of(const process& world, const invocation& given, const loaded& settings) {
  const auto option = given.option("token");
  const auto file = given.option("token-file");
  if (option && file) return trouble{exit_code::usage, 0, {"--token and --token-file are both given"}};
  if (option) return std::string(trim(*option));
  if (file) {
    const auto text = world.read(*file);
    if (!text) return not_configured("--token-file: " + text.error().what);
    return std::string(trim(*text));
  }
  if (auto wrong = wrong_setting(settings, {"API_TOKEN"})) return std::move(*wrong);
  return settings.values.api_token;
}

}  // namespace

std::variant<client_terms, trouble> terms_of(const process& world, const invocation& given, const loaded& settings) {
  client_terms out;
  const auto timeout = given.option("timeout");
  const auto span = span_of(timeout ? *timeout : given.command->time_out);
  if (!span)
    return trouble{exit_code::usage,
                   0,
                   {"--timeout must be a time from 1ms to 60m, such as 5, 500ms or 2m; was " + in_quotes(*timeout)}};
  out.timeout = *span;
  auto where = endpoint_of(world, given, settings);
  if (auto* wrong = std::get_if<trouble>(&where)) return std::move(*wrong);
  out.where = std::move(std::get<endpoint>(where));
  auto token = token_of(world, given, settings);
  if (auto* wrong = std::get_if<trouble>(&token)) return std::move(*wrong);
  out.token = std::move(std::get<std::string>(token));
  return out;
}

exit_code session::fail(const trouble& why) const {
  bool first = true;
  for (const auto& line : why.lines) {
    world_.err << (first ? "rltraderctl: " : "") << plain_text(line) << '\n';
    first = false;
  }
  // What is wrong in a file that was not needed so far may be why nobody answers where we ask.
  if (why.code == exit_code::not_running && !settings_.ok())
    world_.err << "  the configuration has " << settings_.violations.size()
               << " violations: see rltraderctl config check\n";
  return why.code;
}

exit_code session::misused(const std::string& why) const {
  world_.err << "rltraderctl: " << plain_text(why) << "\n  see rltraderctl help " << given_.command->name << '\n';
  return exit_code::usage;
}

void session::print_json(std::string_view document) {
  world_.out << document;
  if (!document.ends_with('\n')) world_.out << '\n';
}

exit_code session::show(const outcome& got, const std::function<void(const json&)>& render) {
  if (const auto* why = std::get_if<trouble>(&got)) return fail(*why);
  const auto& answered = std::get<answer>(got);
  if (wants_json())
    print_json(answered.raw);
  else
    render(answered.body);
  return exit_code::done;
}

std::string query_of(const invocation& given,
                     std::initializer_list<std::pair<const char*, const char*>> option_and_name) {
  std::string out;
  for (const auto& [option, name] : option_and_name)
    if (const auto value = given.option(option))
      out += (out.empty() ? "?" : "&") + std::string(name) + "=" + url_escaped(*value);
  return out;
}

}  // namespace rltrader::cli

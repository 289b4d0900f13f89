// The program from its arguments to its exit code: read the command line, the settings, then go.
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/text.hpp"
#include "runtime/load_settings.hpp"

#include <ostream>

namespace rltrader::cli {

namespace {

exit_code misused(const process& world, const misuse& why) {
  bool first = true;
  for (const auto& line : why.lines) {
    world.err << (first ? "rltraderctl: " : "  ") << plain_text(line) << '\n';
    first = false;
  }
  if (why.command != nullptr) world.err << "  see rltraderctl help " << why.command->name << '\n';
  return exit_code::usage;
}

}  // namespace

exit_code run(const process& world) {
  const auto read = read_arguments(world.arguments, all_commands());
  if (const auto* why = std::get_if<misuse>(&read)) return misused(world, *why);
  const auto& given = std::get<invocation>(read);
  if (given.help) {
    world.out << (given.command == nullptr ? general_help(all_commands()) : command_help(*given.command));
    return exit_code::done;
  }
  auto environment = world.environment;
  environment.erase("RLTRADER_URL");  // ours, and none of the daemon's settings
  const auto settings =
      load_settings({.line = given.settings, .environment = std::move(environment), .read = world.read});
  client_terms terms;
  if (given.command->at == place::daemon) {
    auto found = terms_of(world, given, settings);
    if (const auto* why = std::get_if<trouble>(&found)) return session(world, given, settings, {}).fail(*why);
    terms = std::move(std::get<client_terms>(found));
  }
  session s(world, given, settings, std::move(terms));
  const auto code = given.command->go(s);
  world.out.flush();
  if (!world.out) {
    world.err << "rltraderctl: standard output cannot be written\n";
    return exit_code::error;
  }
  return code;
}

}  // namespace rltrader::cli

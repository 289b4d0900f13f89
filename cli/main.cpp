// rltraderctl: asks a running rltraderd, and tells it what to do. Here alone is the world outside looked at.
#include "cli/process.hpp"
#include "runtime/process_inputs.hpp"

#include <pwd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>

namespace {

using namespace rltrader;

// Whoever asked, also behind sudo; the daemon writes it into the audit.
std::string user_name() {
  const auto environment = process_environment();
  const auto behind = environment.find("SUDO_USER");
  if (::geteuid() == 0 && behind != environment.end() && !behind->second.empty()) return behind->second;
  const auto* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : "uid-" + std::to_string(::geteuid());
}

cli::terminal terminal_of(const std::map<std::string, std::string>& environment) {
  if (::isatty(STDOUT_FILENO) == 0) return {};
  const auto value = [&](const char* key) {
    const auto found = environment.find(key);
    return found == environment.end() ? std::string{} : found->second;
  };
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return {.colour = value("NO_COLOR").empty() && value("TERM") != "dumb", .width = known ? size.ws_col : 0U};
}

// The list of processes shows arguments to everybody, so a token, and a URL with a password, is overwritten once it was read.
void hide_secrets(std::span<char*> arguments) {
  for (const std::string flag : {"--token", "--to", "--timescale-url"})
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::string_view text = arguments[i];
      char* secret = nullptr;
      if (text.starts_with(flag + "=")) secret = arguments[i] + flag.size() + 1;
      if (text == flag && i + 1 < arguments.size()) secret = arguments[i + 1];
      if (secret != nullptr) std::fill_n(secret, std::strlen(secret), '*');
    }
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> all(argv, static_cast<std::size_t>(argc));
  const auto arguments = program_arguments(all);
  hide_secrets(all);
  std::ios::sync_with_stdio(false);
  const auto environment = process_environment();
  // Two wishes must not share a key: the time in nanoseconds and the process keep them apart.
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto unique = std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()) + "-" +
                      std::to_string(::getpid());
  try {
    return static_cast<int>(cli::run({.arguments = arguments,
                                      .environment = environment,
                                      .read = read_small_file,
                                      .call = http_call,
                                      .user = user_name,
                                      .unique = unique,
                                      .on = terminal_of(environment),
                                      .out = std::cout,
                                      .err = std::cerr}));
  } catch (const std::exception& e) {
    std::cerr << "rltraderctl: a defect: " << e.what() << '\n';
    return static_cast<int>(cli::exit_code::error);
  }
}

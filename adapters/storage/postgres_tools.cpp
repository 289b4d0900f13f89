// A child process: its words are read to the end, then its exit code.
#include "adapters/storage/postgres_tools.hpp"

#include "adapters/storage/durable_file.hpp"
#include "adapters/storage/foreign_text.hpp"
#include "adapters/storage/postgres_url.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rltrader::storage {

namespace {

constexpr std::size_t words_most = 4000;  // bytes of a program's complaint; the first ones name the cause

/// Our environment, but for the store's own URL, other languages and another password.
std::vector<std::string> environment_with(const std::string& password) {
  std::vector<std::string> out;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const bool replaced = entry.starts_with("PGCONNECT_TIMEOUT=") || entry.starts_with("LC_") ||
                          entry.starts_with("LANGUAGE=") || (!password.empty() && entry.starts_with("PGPASSWORD="));
    if (!replaced && !entry.starts_with("TIMESCALE_URL=")) out.emplace_back(entry);
  }
  out.emplace_back("LC_ALL=C");
  out.emplace_back("PGCONNECT_TIMEOUT=15");
  if (!password.empty()) out.push_back("PGPASSWORD=" + password);
  return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::string read_to_end(int fd) {
  std::string out;
  std::array<char, 4096> block{};
  for (;;) {
    const auto count = ::read(fd, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return out;
    if (out.size() < words_most) out.append(block.data(), static_cast<std::size_t>(count));
  }
}

failure complaint_of(const std::string& program, std::string words) {
  if (words.size() > words_most) words.resize(words_most);
  while (!words.empty() && words.back() == '\n') words.pop_back();
  for (char& c : words)
    if (static_cast<unsigned char>(c) < ' ' && c != '\n') c = ' ';
  auto what = program + " failed" + (words.empty() ? " without a word" : ":\n" + words);
  if (words.find("server version mismatch") != words.npos)
    return {errc::unavailable, what + "\ninstall the package postgresql-client of the server's version, so that " +
                                   program + " of that version comes first in PATH"};
  if (words.find("unsupported version") != words.npos)
    return {errc::unavailable, what + "\nuse " + program + " of the version that wrote the dump, or a newer one"};
  return {errc::store_failed, what};
}

result<void> run_program(const std::string& program, std::vector<std::string> arguments, const std::string& password) {
  arguments.insert(arguments.begin(), program);
  auto environment = environment_with(password);
  const auto argument_pointers = pointers_to(arguments), environment_pointers = pointers_to(environment);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure(program + " cannot be run", errno);
  const file_handle ours(ends[0]);
  file_handle theirs(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDERR_FILENO);
  pid_t child = 0;
  const int problem =
      ::posix_spawnp(&child, program.c_str(), &actions, nullptr, argument_pointers.data(), environment_pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  if (problem == ENOENT)
    return {errc::unavailable, program + " is not installed, or not in PATH: install the package postgresql-client"};
  if (problem != 0) return system_failure(program + " cannot be run", problem);
  theirs = file_handle();
  const auto words = read_to_end(ours.get());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return system_failure(program + " cannot be waited for", errno);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return complaint_of(program, words);
}

}  // namespace

result<void> run_postgres_tool(const std::string& program, std::vector<std::string> arguments, const std::string& url) {
  const auto split = without_password(url);
  if (!split)
    return {errc::out_of_bounds, "TIMESCALE_URL cannot be given to " + program +
                                     " without showing a secret: it has an sslpassword, or " + unclear_url};
  arguments.push_back("--no-password");
  arguments.push_back("--dbname=" + split->words);
  return run_program(program, std::move(arguments), split->password);
}

result<void> run_postgres_tool(const std::string& program, std::vector<std::string> arguments) {
  return run_program(program, std::move(arguments), {});
}

}  // namespace rltrader::storage

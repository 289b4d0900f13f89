// The halt file.
#include "runtime/halt_file.hpp"

#include "actors/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace rltrader {

std::optional<std::string> read_halt_file(const std::string& path) {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return std::nullopt;
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.str().empty()) return "halted; the reason could not be read from " + path;
  return text.str();
}

bool write_halt_file(const std::string& path, const std::string& reason) {
  if (path.empty()) return true;
  if (reason.empty()) {
    ::unlink(path.c_str());
    return true;
  }
  const auto temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const bool whole =
      fd >= 0 && ::write(fd, reason.data(), reason.size()) == static_cast<ssize_t>(reason.size()) && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  // A full disk often still takes a name, and a file without its reason halts as well as one with it.
  struct stat info {};
  const bool there =
      fd >= 0 && ((!whole && ::stat(path.c_str(), &info) == 0) || std::rename(temporary.c_str(), path.c_str()) == 0);
  if (!whole) ::unlink(temporary.c_str());
  if (!there)
    log_event(log_level::error, "halt.file", "", "risk", "",
              "the halt could not be written to " + path + "; it holds in memory");
  else if (!whole)
    log_event(log_level::error, "halt.file", "", "risk", "",
              "the reason of the halt could not be written to " + path + "; the file halts without it");
  return there;
}

}  // namespace rltrader

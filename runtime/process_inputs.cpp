// Reads the environment and small files through POSIX, so that each failure has the system's own reason.
#include "runtime/process_inputs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace rltrader {

namespace {

constexpr std::size_t largest_file = 1 << 20;

/// Closes on every way out.
class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

failure cannot_read(const std::string& path, int error) {
  const auto code = error == ENOENT || error == ENOTDIR ? errc::not_found : errc::unavailable;
  return {code, path + ": " + std::generic_category().message(error)};
}

}  // namespace

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

std::vector<std::string> program_arguments(std::span<char* const> argv) {
  if (argv.empty()) return {};
  const auto arguments = argv.subspan(1);
  return {arguments.begin(), arguments.end()};
}

result<std::string> read_small_file(const std::string& path) {
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return cannot_read(path, errno);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return cannot_read(path, errno);
  if (S_ISDIR(about.st_mode)) return {errc::malformed, path + ": is a folder"};
  std::string text;
  std::string piece(65536, '\0');
  for (;;) {
    const auto count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, errno);
    if (count == 0) return text;
    text.append(piece, 0, static_cast<std::size_t>(count));
    if (text.size() > largest_file) return {errc::out_of_bounds, path + ": is larger than 1 MiB"};
  }
}

}  // namespace rltrader

// A lock of an open file description: the kernel gives it back however its holder ends, and asking does not take it.
#include "runtime/lock_file.hpp"

#include "wire/rfc3339.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace rltrader {

namespace {

constexpr auto file_name = "rltraderd.lock";

std::string reason(int error) { return std::generic_category().message(error); }

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

failure cannot_use(const std::string& folder, const std::string& why) {
  return {errc::unavailable, "the data folder " + folder + " cannot be used: " + why};
}

// What the holder wrote; it may be caught while writing, so an empty file is possible.
std::string holder_text(int fd) {
  char buffer[128];
  const auto count = ::pread(fd, buffer, sizeof buffer, 0);
  if (count <= 0) return "another process";
  std::string text(buffer, static_cast<std::size_t>(count));
  return text.substr(0, text.find('\n'));
}

bool write_holder(int fd, instant now) {
  const auto text = "process " + std::to_string(::getpid()) + ", started " + rfc3339_text(now) + "\n";
  if (::ftruncate(fd, 0) != 0) return false;
  return ::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

result<folder_lock> folder_lock::take(const std::string& folder, instant now) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return cannot_use(folder, error.message());
  if (!std::filesystem::is_directory(folder, error)) return cannot_use(folder, "it is not a folder");

  const auto path = (std::filesystem::path(folder) / file_name).string();
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return cannot_use(folder, std::string(file_name) + ": " + reason(errno));
  folder_lock lock(fd);
  auto wanted = whole_file();
  if (::fcntl(fd, F_OFD_SETLK, &wanted) != 0) {
    if (errno != EAGAIN && errno != EACCES) return cannot_use(folder, "it cannot be locked: " + reason(errno));
    return failure{errc::locked, "the data folder " + folder + " is in use by another daemon: " + holder_text(fd)};
  }
  if (!write_holder(fd, now)) return cannot_use(folder, std::string(file_name) + ": " + reason(errno));
  return lock;
}

folder_lock::folder_lock(folder_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

folder_lock& folder_lock::operator=(folder_lock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

// The file stays: removing it would let two processes lock two files of one name.
folder_lock::~folder_lock() {
  if (fd_ >= 0) ::close(fd_);
}

std::string holder_of(const std::string& folder) {
  const auto path = (std::filesystem::path(folder) / file_name).string();
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  auto asked = whole_file();
  const bool held = ::fcntl(fd, F_OFD_GETLK, &asked) == 0 && asked.l_type != F_UNLCK;
  auto text = held ? holder_text(fd) : std::string{};
  ::close(fd);
  return text;
}

}  // namespace rltrader

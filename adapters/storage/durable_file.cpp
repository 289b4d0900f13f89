// Temporary file, lock, fsync, rename, fsync of the folder.
#include "adapters/storage/durable_file.hpp"

#include <dirent.h>
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rltrader::storage {

namespace {

constexpr std::size_t written_at_once = 256 * 1024;  // bytes; fewer calls gain nothing from there on
constexpr int attempts_most = 100;                   // writers of one name at a time
constexpr std::string_view partial_ending = ".partial";

result<void> write_all(int fd, std::string_view bytes, const std::string& shown) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return system_failure(shown + " cannot be written", count < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

/// Whether the file has a name still; one that lost it was taken for a leftover between its making and its locking.
bool has_name(int fd) {
  struct stat about {};
  return ::fstat(fd, &about) == 0 && about.st_nlink > 0;
}

/// Whether the name still leads to this file. Who holds its lock may rely on the answer: only lock holders rename and remove.
bool is_named(int folder, const std::string& name, const struct stat& file) {
  struct stat there {};
  return ::fstatat(folder, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == file.st_ino &&
         there.st_dev == file.st_dev;
}

bool is_partial(std::string_view name) { return name.starts_with('.') && name.ends_with(partial_ending); }

}  // namespace

file_handle::~file_handle() {
  if (fd_ >= 0) ::close(fd_);
}

failure system_failure(const std::string& what, int error) {
  return {errc::store_failed, what + ": " + std::generic_category().message(error)};
}

result<file_handle> open_folder(const std::string& path) {
  file_handle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return system_failure("the folder " + path + " cannot be opened", errno);
  return folder;
}

result<std::vector<std::string>> names_in_folder(int folder, const std::string& shown) {
  // A handle of its own: reading moves the place that a folder is at.
  file_handle again(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(again ? ::fdopendir(again.get()) : nullptr, &::closedir);
  if (!entries) return system_failure(shown + " cannot be listed", errno);
  again.release();
  std::vector<std::string> names;
  while (const auto* entry = ::readdir(entries.get())) names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

result<void> sync_folder(int folder, const std::string& shown) {
  if (::fsync(folder) == 0) return {};
  return system_failure("the folder of " + shown + " cannot be made durable", errno);
}

durable_file::durable_file(file_handle folder, file_handle file, std::string temporary, std::string name,
                           std::string shown)
    : folder_(std::move(folder)),
      file_(std::move(file)),
      temporary_(std::move(temporary)),
      name_(std::move(name)),
      shown_(std::move(shown)) {}

result<durable_file> durable_file::create(file_handle folder, std::string name, std::string shown) {
  for (int n = 0; n < attempts_most; ++n) {
    auto temporary = "." + name + "." + std::to_string(n) + std::string(partial_ending);
    file_handle file(::openat(folder.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                              S_IRUSR | S_IWUSR));
    if (!file && errno == EEXIST) continue;
    if (!file) return system_failure(shown + " cannot be written", errno);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !has_name(file.get())) continue;
    return durable_file(std::move(folder), std::move(file), std::move(temporary), std::move(name), std::move(shown));
  }
  return failure{errc::locked, shown + " cannot be written: others are writing it, or their leftovers (." + name +
                                   ".*" + std::string(partial_ending) + ") are in the way"};
}

result<durable_file> durable_file::create(const std::string& path) {
  const std::filesystem::path full(path);
  auto name = full.filename().string();
  if (name.empty() || name == "." || name == "..")
    return failure{errc::malformed, "'" + path + "' must end in the name of a file"};
  auto folder = open_folder(full.has_parent_path() ? full.parent_path().string() : ".");
  if (!folder) return folder.error();
  return create(std::move(*folder), std::move(name), path);
}

durable_file::~durable_file() {
  if (file_ && !temporary_.empty()) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
}

result<void> durable_file::flush() {
  auto written = write_all(file_.get(), waiting_, shown_);
  waiting_.clear();
  return written;
}

result<void> durable_file::write(std::string_view bytes) {
  if (waiting_.size() + bytes.size() < written_at_once) {
    waiting_ += bytes;
    return {};
  }
  if (auto written = flush(); !written) return written;
  return write_all(file_.get(), bytes, shown_);
}

result<void> durable_file::finish() {
  if (auto written = flush(); !written) return written;
  if (::fsync(file_.get()) != 0) return system_failure(shown_ + " cannot be made durable", errno);
  if (::renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0)
    return system_failure(shown_ + " cannot be given its name", errno);
  temporary_.clear();
  return sync_folder(folder_.get(), shown_);
}

int remove_partial_files(int folder) {
  const auto names = names_in_folder(folder, "a folder");
  if (!names) return 0;
  int removed = 0;
  for (const auto& name : *names) {
    if (!is_partial(name)) continue;
    const file_handle file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat about {};
    if (!file || ::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) continue;
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !is_named(folder, name, about)) continue;
    if (::unlinkat(folder, name.c_str(), 0) == 0) ++removed;
  }
  return removed;
}

}  // namespace rltrader::storage

// Opens, verifies, writes and lists artifacts beneath one folder.
#include "adapters/storage/files_artifacts.hpp"

#include "adapters/storage/artifact_checks.hpp"
#include "domain/sha256.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rltrader::storage {

namespace {

constexpr auto folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// O_NONBLOCK: a pipe must not make its reader wait; it is refused after opening.
constexpr auto file_flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

const char* word_of_mode(mode_t mode) {
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISREG(mode)) return "a file";
  return "a device";
}

failure is_no(const std::string& shown, const std::string& name, const char* wanted, mode_t mode) {
  return {errc::refused, shown + " cannot be used: '" + name + "' must be " + wanted + ", is " + word_of_mode(mode)};
}

failure missing(const std::string& shown) { return {errc::not_found, shown + " is not there"}; }

/// What stands under a name, links not followed.
result<struct stat> look_at(int folder, const std::string& name, const std::string& shown) {
  struct stat about {};
  if (::fstatat(folder, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0) return about;
  if (errno == ENOENT || errno == ENOTDIR) return missing(shown);
  return system_failure(shown + " cannot be looked up", errno);
}

result<file_handle> open_inside(int folder, const std::string& name, const std::string& shown) {
  const auto about = look_at(folder, name, shown);
  if (!about) return about.error();
  if (!S_ISDIR(about->st_mode)) return is_no(shown, name, "a folder", about->st_mode);
  file_handle inside(::openat(folder, name.c_str(), folder_flags));
  if (!inside) return system_failure(shown + " cannot be opened", errno);
  return inside;
}

/// A handle of its own to an open folder.
result<file_handle> another_handle(int folder, const std::string& shown) {
  file_handle again(::openat(folder, ".", folder_flags));
  if (!again) return system_failure(shown + " cannot be opened", errno);
  return again;
}

/// Whether a folder's name is the first two digits of digests.
bool is_shelf(const std::string& name) { return name.size() == 2 && is_digest(name + std::string(62, '0')); }

/// All bytes of a file, and one more than wanted if it has grown.
result<std::string> read_bytes(int fd, std::int64_t wanted, const std::string& shown) {
  std::string bytes(static_cast<std::size_t>(wanted) + 1, '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto count = ::read(fd, bytes.data() + at, bytes.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(shown + " cannot be read", errno);
    if (count == 0) break;
    at += static_cast<std::size_t>(count);
  }
  bytes.resize(at);
  return bytes;
}

}  // namespace

files_artifacts::files_artifacts(file_handle folder, std::vector<std::string> known_as)
    : folder_(std::move(folder)), known_as_(std::move(known_as)) {}

result<std::unique_ptr<files_artifacts>> files_artifacts::open(const std::string& folder) {
  if (folder.empty() || folder.find('\0') != folder.npos)
    return failure{errc::out_of_bounds,
                   "the artifact folder must be a path, was '" + folder.substr(0, folder.find('\0')) + "'"};
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  auto opened = open_folder(folder);
  if (!opened && problem) return system_failure("the artifact folder " + folder + " cannot be made", problem.value());
  if (!opened) return opened.error();
  std::vector<std::string> known_as;
  for (const auto& path : {std::filesystem::canonical(folder, problem), std::filesystem::absolute(folder, problem)}) {
    auto text = path.lexically_normal().string();
    while (text.ends_with('/')) text.pop_back();
    if (!text.empty() && std::find(known_as.begin(), known_as.end(), text) == known_as.end())
      known_as.push_back(std::move(text));
  }
  std::unique_ptr<files_artifacts> store(new files_artifacts(std::move(*opened), std::move(known_as)));
  const auto names = names_in_folder(store->folder_.get(), "the artifact folder " + folder);
  if (!names) return names.error();
  for (const auto& name : *names)
    if (is_shelf(name))
      if (const auto shelf = open_inside(store->folder_.get(), name, name)) remove_partial_files(shelf->get());
  return store;
}

std::string files_artifacts::shown(const artifact_path& path) const {
  return "artifact " + (known_as_.empty() ? "" : known_as_.front() + "/") + path.text();
}

std::string files_artifacts::backend() const { return "files in " + (known_as_.empty() ? "/" : known_as_.front()); }

result<file_handle> files_artifacts::folder_above(const artifact_path& path) const {
  auto at = another_handle(folder_.get(), shown(path));
  for (std::size_t i = 0; at && i + 1 < path.names.size(); ++i) at = open_inside(at->get(), path.names[i], shown(path));
  return at;
}

result<file_handle> files_artifacts::open_file(const artifact_path& path) const {
  const auto above = folder_above(path);
  if (!above) return above.error();
  const auto& name = path.names.back();
  // Looked at first, since opening alone can move a device; and once more when it is open, since it can have been exchanged.
  auto about = look_at(above->get(), name, shown(path));
  if (!about) return about.error();
  if (!S_ISREG(about->st_mode)) return is_no(shown(path), name, "a file", about->st_mode);
  file_handle file(::openat(above->get(), name.c_str(), file_flags));
  if (!file) return system_failure(shown(path) + " cannot be opened", errno);
  if (::fstat(file.get(), &*about) != 0) return system_failure(shown(path) + " cannot be looked up", errno);
  if (!S_ISREG(about->st_mode)) return is_no(shown(path), name, "a file", about->st_mode);
  return file;
}

result<std::string> files_artifacts::read_verified(const artifact_path& path,
                                                   const ports::stored_artifact& wanted) const {
  const auto file = open_file(path);
  if (!file) return file.error();
  struct stat about {};
  if (::fstat(file->get(), &about) != 0) return system_failure(shown(path) + " cannot be looked up", errno);
  if (auto same = check_size(shown(path), wanted, about.st_size); !same) return same.error();
  auto bytes = read_bytes(file->get(), wanted.size_bytes, shown(path));
  if (!bytes) return bytes;
  if (auto same = check_size(shown(path), wanted, static_cast<std::int64_t>(bytes->size())); !same) return same.error();
  if (auto same = check_digest(shown(path), wanted, *bytes); !same) return same.error();
  return bytes;
}

result<std::string> files_artifacts::load(const ports::stored_artifact& wanted) {
  if (auto can_be = check_wanted(wanted); !can_be) return can_be.error();
  const auto path = artifact_path_of(wanted.uri, known_as_);
  if (!path) return path.error();
  return read_verified(*path, wanted);
}

result<void> files_artifacts::write(const artifact_path& path, std::string_view bytes) {
  if (::mkdirat(folder_.get(), path.names.front().c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return system_failure(shown(path) + " cannot be kept", errno);
  auto shelf = folder_above(path);
  if (!shelf) return shelf.error();
  auto file = durable_file::create(std::move(*shelf), path.names.back(), shown(path));
  if (!file) return file.error();
  if (auto written = file->write(bytes); !written) return written;
  if (auto finished = file->finish(); !finished) return finished;
  return sync_folder(folder_.get(), shown(path));
}

result<ports::stored_artifact> files_artifacts::keep(std::string_view bytes) {
  if (auto fits = check_keepable(bytes); !fits) return fits.error();
  auto digest = sha256_hex(bytes);
  const auto path = path_of_digest(digest);
  ports::stored_artifact kept{uri_of_digest(digest), std::move(digest), static_cast<std::int64_t>(bytes.size())};
  // What is there already is whole, but whoever renamed it may have died before that was durable.
  if (read_verified(path, kept)) {
    const auto shelf = folder_above(path);
    if (!shelf) return shelf.error();
    if (auto durable = sync_folder(shelf->get(), shown(path)); !durable) return durable.error();
    if (auto durable = sync_folder(folder_.get(), shown(path)); !durable) return durable.error();
    return kept;
  }
  if (auto written = write(path, bytes); !written) return written.error();
  return kept;
}

result<void> files_artifacts::remove(const std::string& uri) {
  const auto path = artifact_path_of(uri, known_as_);
  if (!path) return path.error();
  if (path->digest.empty())
    return {errc::refused, shown(*path) + " was not kept by this store and is not removed: remove it by hand"};
  const auto shelf = folder_above(*path);
  if (!shelf) return shelf.error();
  if (::unlinkat(shelf->get(), path->names.back().c_str(), 0) != 0)
    return errno == ENOENT ? missing(shown(*path)) : system_failure(shown(*path) + " cannot be removed", errno);
  return sync_folder(shelf->get(), shown(*path));
}

result<std::vector<ports::stored_artifact>> files_artifacts::list() {
  const auto shelves = names_in_folder(folder_.get(), backend());
  if (!shelves) return shelves.error();
  std::vector<ports::stored_artifact> out;
  for (const auto& name : *shelves) {
    if (!is_shelf(name)) continue;
    const auto shelf = open_inside(folder_.get(), name, backend() + "/" + name);
    if (!shelf) continue;  // no folder: keep() has not made it
    const auto files = names_in_folder(shelf->get(), backend() + "/" + name);
    if (!files) return files.error();
    for (const auto& file : *files) {
      const auto digest = file.substr(0, std::min<std::size_t>(64, file.size()));
      struct stat about {};
      if (!is_digest(digest) || path_of_digest(digest).names != std::vector<std::string>{name, file} ||
          ::fstatat(shelf->get(), file.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(about.st_mode))
        continue;
      out.push_back({uri_of_digest(digest), digest, about.st_size});
    }
  }
  return out;
}

}  // namespace rltrader::storage

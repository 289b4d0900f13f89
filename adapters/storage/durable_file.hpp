// Files that appear whole or not at all: written beside their place, made durable, then renamed.
//
// What a crash leaves behind is called .<name>.<n>.partial and holds no lock, so the next start can tell it from a file that
// somebody is writing.
#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rltrader::storage {

/// An open file or folder, closed when it goes.
class file_handle {
 public:
  explicit file_handle(int fd = -1) : fd_(fd) {}
  file_handle(file_handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_handle& operator=(file_handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~file_handle();
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// errc::store_failed with "<what>: <the system's word>".
failure system_failure(const std::string& what, int error);

/// The folder that a path lies in, open.
result<file_handle> open_folder(const std::string& path);
/// The names in an open folder, sorted; . and .. among them.
result<std::vector<std::string>> names_in_folder(int folder, const std::string& shown);
/// Names in a folder become durable.
result<void> sync_folder(int folder, const std::string& shown);

/// A file on its way. Dropped before finish() it leaves nothing behind.
class durable_file {
 public:
  /// Begins a file in an open folder. `shown` is how failures call it.
  static result<durable_file> create(file_handle folder, std::string name, std::string shown);
  /// Begins a file at a path whose folder exists.
  static result<durable_file> create(const std::string& path);
  durable_file(durable_file&&) noexcept = default;
  durable_file& operator=(durable_file&&) = delete;
  ~durable_file();

  /// Adds bytes. errc::store_failed when the disk does not take them.
  result<void> write(std::string_view bytes);
  /// Durable under its name on return; what had the name before is gone.
  result<void> finish();

 private:
  durable_file(file_handle folder, file_handle file, std::string temporary, std::string name, std::string shown);
  result<void> flush();

  file_handle folder_;
  file_handle file_;  ///< holds a lock on the temporary file
  std::string temporary_;
  std::string name_;
  std::string shown_;
  std::string waiting_;  ///< bytes that are not written yet
};

/// Removes what crashes left in an open folder, and nothing that is being written; the number of files removed.
int remove_partial_files(int folder);

}  // namespace rltrader::storage

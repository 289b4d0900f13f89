// One daemon per data folder: makes the folder when missing, and holds a lock in it that a crash gives back by itself.
#pragma once

#include "domain/result.hpp"
#include "domain/time.hpp"

#include <string>

namespace rltrader {

/// The lock on a data folder, held as long as this lives. In the file stand the holder's pid and its start, for the message
/// that the next one gets.
class folder_lock {
 public:
  /// Fails with `locked` when another process holds it, naming that one; with `unavailable` when the folder cannot be made,
  /// is none, or cannot be written.
  static result<folder_lock> take(const std::string& folder, instant now);

  folder_lock(folder_lock&& other) noexcept;
  folder_lock& operator=(folder_lock&& other) noexcept;
  ~folder_lock();

 private:
  explicit folder_lock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// What the lock file of a folder says of its holder: "process 123, started 2024-03-01T12:00:00.000Z". Empty when no process
/// holds it or the folder has none: for commands that must not change a store in use.
std::string holder_of(const std::string& folder);

}  // namespace rltrader

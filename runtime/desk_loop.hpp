// Keeps a desk open: when an actor of it dies, all are dropped and the desk is opened again from the store. The crash path.
#pragma once

#include "domain/backoff.hpp"
#include "runtime/wiring.hpp"

#include <caf/all.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace rltrader {

class desk_loop {
 public:
  /// `on_directory` hears of each opening and closing (none while there is no desk).
  desk_loop(caf::actor_system& system, world outside, desk_terms terms,
            std::function<void(std::optional<directory>)> on_directory);
  ~desk_loop();
  desk_loop(const desk_loop&) = delete;
  desk_loop& operator=(const desk_loop&) = delete;

  result<void> open();
  void close();
  /// Waits at most `patience` for a death of the desk; reopens it when there was one. Returns what died.
  std::optional<std::string> tend(std::chrono::milliseconds patience);
  /// The pair list of the openings to come; the desk that is open is asked by a message.
  void set_pairs(std::vector<pair_name> pairs) { terms_.pairs = std::move(pairs); }
  /// Makes tend() return early; from any thread.
  void wake();
  const directory& handles() const { return desk_->handles; }
  bool is_open() const { return desk_.has_value(); }
  int openings() const { return openings_; }

 private:
  caf::actor_system& system_;
  world outside_;
  desk_terms terms_;
  std::function<void(std::optional<directory>)> on_directory_;
  std::optional<desk> desk_;
  int openings_ = 0;
  int failures_in_a_row_ = 0;

  std::mutex guard_;  ///< of the next two
  std::condition_variable woken_;
  std::optional<std::string> failure_;
  bool wake_ = false;
};

}  // namespace rltrader

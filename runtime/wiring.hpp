// Opens and closes a desk: spawns the actors leaves first, connects them, and drops them all again.
#pragma once

#include "messages/directory.hpp"
#include "runtime/world.hpp"

#include <caf/all.hpp>

#include <functional>

namespace rltrader {

/// The actors of one open desk. Not copyable in spirit: close it before the actor_system goes.
struct desk {
  directory handles;
  scheduler_actor scheduler;
  caf::actor root;  ///< monitors all but the pairs; the first death among them ends it, and `on_failure` is called
};

/// Reads the image from the store (nobody else holds it yet), spawns everything and returns; the desk works itself up (image, reconcile, feeds) by messages.
/// `on_failure` runs on an actor's thread when an actor of the desk (not a pair) has died.
result<desk> open_desk(caf::actor_system& system, const world& outside, const desk_terms& terms,
                       std::function<void(const std::string& what)> on_failure);

/// `waits`: those who write end before those who keep, each within 3 s. `at_once`: all are told to go, for the testing scheduler
/// (the caller then runs it until no job is left) and for the crash path.
enum class closing : unsigned char { waits, at_once };
void close_desk(caf::actor_system& system, desk& d, closing how);

/// CAF's configuration for this house: our messages and errors registered, policy `sharing` (or `testing`).
struct system_config : caf::actor_system_config {
  enum class scheduler : unsigned char { sharing, testing };
  explicit system_config(scheduler how, unsigned threads = 2);
};

}  // namespace rltrader

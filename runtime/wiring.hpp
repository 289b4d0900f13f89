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
  caf::actor root;  ///< monitors all but the pairs; the first death among them ends it, and `on_failure` is called
};

/// Spawns everything and returns at once; the desk works itself up (image, reconcile, feeds) by messages.
/// `on_failure` runs on an actor's thread when an actor of the desk (not a pair) has died.
desk open_desk(caf::actor_system& system, const world& outside, const desk_terms& terms,
               std::function<void(const std::string& what)> on_failure);

/// Ends all actors of the desk, pairs first. On the testing scheduler the caller then runs it until no job is left.
void close_desk(caf::actor_system& system, desk& d);

/// CAF's configuration for this house: our messages and errors registered, policy `sharing` (or `testing`).
struct system_config : caf::actor_system_config {
  enum class scheduler : unsigned char { sharing, testing };
  explicit system_config(scheduler how, unsigned threads = 2);
};

}  // namespace rltrader

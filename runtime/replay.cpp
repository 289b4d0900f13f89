// The replay with the real desk, and Ctrl-C.
#include "runtime/replay.hpp"
#include "runtime/signals.hpp"

#include <ostream>

namespace rltrader {

int run_replay(const replay_options& options, std::ostream& out, std::ostream& err) {
  std::stop_source stop;
  const signal_watch watch({.stop = [&](int) { stop.request_stop(); }, .reload = {}, .exit_now = {}});
  if (const auto logging = set_up_logging(options.log); !logging) {
    err << "error: " << logging.error().what << "\n";
    return replay_failed;
  }
  auto stoppable = options;
  stoppable.stop = stop.get_token();
  const auto close = [](caf::actor_system& system, desk& d) { close_desk(system, d, closing::at_once); };
  return run_replay_with({open_desk, close}, stoppable, out, err);
}

}  // namespace rltrader

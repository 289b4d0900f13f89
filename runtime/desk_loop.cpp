// Opens, watches and reopens a desk.
#include "runtime/desk_loop.hpp"

#include "actors/log.hpp"

namespace rltrader {

desk_loop::desk_loop(caf::actor_system& system, world outside, desk_terms terms,
                     std::function<void(std::optional<directory>)> on_directory)
    : system_(system), outside_(std::move(outside)), terms_(std::move(terms)), on_directory_(std::move(on_directory)) {}

desk_loop::~desk_loop() { close(); }

result<void> desk_loop::open() {
  int mine = 0;
  {
    const std::lock_guard lock(guard_);
    mine = ++openings_;
    failure_.reset();
  }
  terms_.reopening = mine > 1;
  auto opened = open_desk(system_, outside_, terms_, [this, mine](const std::string& what) {
    const std::lock_guard lock(guard_);
    if (mine == openings_) failure_ = what;  // a death of an earlier desk is no news
    woken_.notify_all();
  });
  if (!opened) return opened.error();
  desk_ = std::move(*opened);
  if (outside_.metrics) outside_.metrics->add(http::metric::desk_openings);
  on_directory_(desk_->handles);
  return {};
}

void desk_loop::close() {
  if (!desk_) return;
  on_directory_(std::nullopt);
  close_desk(system_, *desk_, closing::waits);
  desk_.reset();
}

void desk_loop::wake() {
  const std::lock_guard lock(guard_);
  wake_ = true;
  woken_.notify_all();
}

std::optional<std::string> desk_loop::tend(std::chrono::milliseconds patience) {
  std::optional<std::string> what;
  {
    std::unique_lock lock(guard_);
    woken_.wait_for(lock, patience, [this] { return wake_ || failure_; });
    wake_ = false;
    what = std::exchange(failure_, std::nullopt);
  }
  if (!what && desk_) {
    failures_in_a_row_ = 0;
    return std::nullopt;
  }
  if (what) log_event(log_level::error, "desk.reopening", "", "desk_loop", "", *what);
  // Retried at a growing pace for as long as the daemon lives: an operator sees 503 with the reason meanwhile.
  if (failures_in_a_row_++ > 0) {
    std::unique_lock lock(guard_);
    woken_.wait_for(lock,
                    std::min(std::chrono::milliseconds{100} * (1 << std::min(failures_in_a_row_, 7)),
                             std::chrono::milliseconds{10'000}),
                    [this] { return wake_; });
    wake_ = false;
  }
  close();
  if (const auto again = open(); !again) {
    log_event(log_level::error, "desk.not_reopened", "", "desk_loop", "", again.error().what);
    if (!what) what = again.error().what;
  }
  return what;
}

}  // namespace rltrader

// Rate and time left from what was done so far.
#include "runtime/replay_progress.hpp"

#include "wire/rfc3339.hpp"

#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

namespace rltrader {

namespace {

constexpr std::int64_t look_every = 256;  // bars
constexpr std::chrono::milliseconds redraw_every{200};
constexpr std::chrono::seconds line_every{5};
constexpr int bar_width = 30;

std::string duration_text(double seconds) {
  const auto whole = std::llround(seconds);
  char text[32];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%lld:%02d:%02d", static_cast<long long>(whole / 3600),
                  static_cast<int>(whole / 60 % 60), static_cast<int>(whole % 60));
  else
    std::snprintf(text, sizeof text, "%d:%02d", static_cast<int>(whole / 60), static_cast<int>(whole % 60));
  return text;
}

bool is_terminal(const std::ostream& err) { return &err == &std::cerr && ::isatty(STDERR_FILENO) == 1; }

}  // namespace

replay_progress::replay_progress(std::ostream& err, progress_style style, std::int64_t total)
    : err_(err),
      terminal_(style == progress_style::bar_on_terminal || (style == progress_style::automatic && is_terminal(err))),
      silent_(style == progress_style::silent),
      total_(std::max<std::int64_t>(total, 1)),
      began_(clock::now()),
      next_(began_ + (terminal_ ? std::chrono::milliseconds{0} : std::chrono::milliseconds{line_every})) {}

void replay_progress::show(std::int64_t done, instant market) {
  if (silent_ || (done < looked_at_ + look_every && done < total_)) return;
  looked_at_ = done;
  const auto now = clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? redraw_every : std::chrono::milliseconds{line_every});
  const auto elapsed = std::chrono::duration<double>(now - began_).count();
  const auto pace = elapsed > 0 ? static_cast<double>(done) / elapsed : 0;
  const auto left = pace > 0 ? duration_text(static_cast<double>(total_ - done) / pace) : "?";
  const auto share = static_cast<double>(done) / static_cast<double>(total_);
  char text[160];
  std::snprintf(text, sizeof text, "%3d %%  %lld of %lld bars  %.0f bars/s  %s left  %s", static_cast<int>(share * 100),
                static_cast<long long>(done), static_cast<long long>(total_), pace, left.c_str(),
                rfc3339_text(market).substr(0, 10).c_str());
  if (!terminal_) {
    err_ << "replay: " << text << std::endl;
    return;
  }
  const auto filled = static_cast<std::size_t>(share * bar_width);
  err_ << "\r[" << std::string(filled, '#') << std::string(bar_width - filled, '.') << "] " << text << "\x1b[K"
       << std::flush;
  drawn_ = true;
}

void replay_progress::clear() {
  if (drawn_) err_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace rltrader

// The sink behind spdlog's default logger: one write per line, so that lines never mix and none waits in a buffer.
#include "runtime/logging.hpp"

#include "runtime/log_line.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

namespace rltrader {

namespace {

spdlog::level::level_enum spdlog_level(log_threshold level) {
  switch (level) {
    case log_threshold::trace_and_up: return spdlog::level::trace;
    case log_threshold::debug_and_up: return spdlog::level::debug;
    case log_threshold::info_and_up: return spdlog::level::info;
    case log_threshold::warn_and_up: return spdlog::level::warn;
    case log_threshold::errors_only: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view level_word(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace: return "trace";
    case spdlog::level::debug: return "debug";
    case spdlog::level::warn: return "warn";
    case spdlog::level::err: return "error";
    case spdlog::level::critical: return "fatal";
    case spdlog::level::info:
    case spdlog::level::off:
    case spdlog::level::n_levels: break;
  }
  return "info";
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

class line_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  line_sink(log_form form, std::string file) : form_(form), path_(std::move(file)) {}
  ~line_sink() override {
    if (fd_ != STDERR_FILENO) ::close(fd_);
  }

  result<void> open() {
    const std::lock_guard lock(mutex_);
    if (path_.empty()) return {};
    const int fd = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) return {errc::unavailable, "the log file " + path_ + ": " + std::generic_category().message(errno)};
    if (fd_ != STDERR_FILENO) ::close(fd_);
    fd_ = fd;
    return {};
  }

  void redact(const std::vector<std::string>& secrets) {
    const std::lock_guard lock(mutex_);
    secrets_.insert(secrets_.end(), secrets.begin(), secrets.end());
    // The longest first, so that a secret inside another does not leave the rest of it readable.
    std::sort(secrets_.begin(), secrets_.end(),
              [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
    secrets_.erase(std::unique(secrets_.begin(), secrets_.end()), secrets_.end());
  }

  std::uint64_t lost() {
    const std::lock_guard lock(mutex_);
    return lost_;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    auto record = take_payload_apart({message.payload.data(), message.payload.size()});
    record.at = std::chrono::time_point_cast<milliseconds>(message.time);
    record.level = level_word(message.level);
    const auto line = log_line(record, form_, secrets_) + '\n';
    if (write_all(fd_, line)) return;
    // A full disk must not silence the daemon: the line is said where an operator may still see it.
    if (fd_ == STDERR_FILENO || !write_all(STDERR_FILENO, line)) ++lost_;
  }
  void flush_() override {}

 private:
  log_form form_;
  std::string path_;
  std::vector<std::string> secrets_;
  int fd_ = STDERR_FILENO;
  std::uint64_t lost_ = 0;
};

// The logger's only sink, when it is ours.
std::shared_ptr<line_sink> current_sink() {
  const auto logger = spdlog::default_logger();
  if (!logger || logger->sinks().size() != 1) return nullptr;
  return std::dynamic_pointer_cast<line_sink>(logger->sinks().front());
}

}  // namespace

result<void> set_up_logging(const logging_options& options) {
  auto sink = std::make_shared<line_sink>(options.form, options.file);
  if (auto opened = sink->open(); !opened) return opened;
  sink->redact(options.secrets);
  auto logger = std::make_shared<spdlog::logger>("rltrader", std::move(sink));
  logger->set_level(spdlog_level(options.level));
  spdlog::set_default_logger(std::move(logger));
  return {};
}

void set_log_level(log_threshold level) { spdlog::default_logger()->set_level(spdlog_level(level)); }

result<void> reopen_log_file() {
  const auto sink = current_sink();
  return sink ? sink->open() : result<void>{};
}

void redact_in_log(const std::vector<std::string>& secrets) {
  if (const auto sink = current_sink()) sink->redact(secrets);
}

std::uint64_t lost_log_lines() {
  const auto sink = current_sink();
  return sink ? sink->lost() : 0;
}

}  // namespace rltrader

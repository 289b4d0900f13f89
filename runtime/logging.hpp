// Configures spdlog's default logger: text or JSON lines to stderr or a file, with secrets redacted in every line.
#pragma once

#include "domain/result.hpp"
#include "runtime/settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rltrader {

struct logging_options {
  log_form form = log_form::text_lines;
  log_threshold level = log_threshold::info_and_up;
  std::string file{};                  ///< appended to; empty: stderr
  std::vector<std::string> secrets{};  ///< see secret_values()
};

/// Replaces the default logger; to be called before other threads log. Fails when the file cannot be opened.
result<void> set_up_logging(const logging_options& options);

// The following act on the logger that set_up_logging made, at any time and from any thread.

void set_log_level(log_threshold level);
/// Opens the file anew, after a rotation moved it; on failure the old one goes on.
result<void> reopen_log_file();
/// Adds secrets to the redaction. None is ever taken off: a revoked key stays a secret.
void redact_in_log(const std::vector<std::string>& secrets);
/// Lines that could not be written, to the file or to stderr in its place.
std::uint64_t lost_log_lines();

}  // namespace rltrader

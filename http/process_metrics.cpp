// process_* of this process, by the names that every Prometheus client uses, from /proc.
#include "http/metrics.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rltrader::http {

namespace {

/// Linux tells times in ticks of 1/100 s on every architecture (USER_HZ), whatever the kernel runs at.
constexpr double ticks_per_second = 100;

std::string content_of(const char* path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

/// The number behind a word at the start of a line; 0 where there is none.
double number_behind(const std::string& text, std::string_view word) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(word)) continue;
    std::istringstream rest(line.substr(word.size()));
    double number = 0;
    rest >> number;
    return number;
  }
  return 0;
}

void add_value(std::string& out, std::string_view name, std::string_view type, std::string_view sentence,
               double value) {
  std::array<char, 400> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append("# HELP ").append(name).append(" ").append(sentence).append("\n# TYPE ").append(name).append(" ");
  out.append(type).append("\n").append(name).append(" ").append(digits.data(), end.ptr).append("\n");
}

}  // namespace

void add_process_metrics(std::string& out) {
  // Fields of /proc/self/stat behind the name in brackets, which may hold anything: state is the 3rd, utime the 14th.
  const auto stat = content_of("/proc/self/stat");
  const auto behind_name = stat.rfind(')');
  double user_ticks = 0;
  double system_ticks = 0;
  double start_ticks = 0;
  if (behind_name != std::string::npos) {
    std::istringstream fields(stat.substr(behind_name + 1));
    std::string field;
    for (int number = 3; fields >> field; ++number) {
      if (number == 14) user_ticks = std::strtod(field.c_str(), nullptr);
      if (number == 15) system_ticks = std::strtod(field.c_str(), nullptr);
      if (number == 22) start_ticks = std::strtod(field.c_str(), nullptr);
    }
  }
  const auto status = content_of("/proc/self/status");
  double open_files = 0;
  std::error_code ignored;
  for (auto it = std::filesystem::directory_iterator("/proc/self/fd", ignored); !ignored && it != end(it);
       it.increment(ignored))
    ++open_files;
  const auto boot_time = number_behind(content_of("/proc/stat"), "btime ");
  constexpr double bytes_per_kib = 1024;

  add_value(out, "process_cpu_seconds_total", "counter", "User and system time.",
            (user_ticks + system_ticks) / ticks_per_second);
  add_value(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
            number_behind(status, "VmRSS:") * bytes_per_kib);
  add_value(out, "process_virtual_memory_bytes", "gauge", "Virtual memory.",
            number_behind(status, "VmSize:") * bytes_per_kib);
  add_value(out, "process_threads", "gauge", "Threads.", number_behind(status, "Threads:"));
  add_value(out, "process_open_fds", "gauge", "Open file descriptors.", open_files);
  add_value(out, "process_max_fds", "gauge", "File descriptors at most.",
            number_behind(content_of("/proc/self/limits"), "Max open files"));
  add_value(out, "process_start_time_seconds", "gauge", "Start, in seconds since 1970 UTC.",
            boot_time + start_ticks / ticks_per_second);
}

}  // namespace rltrader::http

// A process by its number and the tick it began at; numbers come again, both together do not.
#include "runtime/holder.hpp"

#include "wire/rfc3339.hpp"

#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>

namespace rltrader {

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown host";
  return name.data();
}

std::string boot() {
  auto id = content_of("/proc/sys/kernel/random/boot_id");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

std::string process_namespace() {
  std::array<char, 64> link{};
  const auto length = readlink("/proc/self/ns/pid", link.data(), link.size() - 1);
  return length > 0 ? std::string(link.data(), static_cast<std::size_t>(length)) : "";
}

/// The tick at which a process began; empty when there is none.
std::string beginning_of(const std::string& process) {
  const auto line = content_of("/proc/" + process + "/stat");
  // The program's name may hold anything; what follows its last parenthesis is plain. The beginning is field 22.
  auto at = line.rfind(')');
  if (at == line.npos) return "";
  for (int field = 2; field < 22; ++field) {
    at = line.find(' ', at + 1);
    if (at == line.npos) return "";
  }
  return line.substr(at + 1, line.find(' ', at + 1) - at - 1);
}

std::string place_text() { return "boot " + boot() + ", namespace " + process_namespace() + ", since "; }

/// What lies between two texts; empty when it does not.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const auto from = text.rfind(before);
  if (from == text.npos) return "";
  const auto begin = from + before.size();
  const auto end = text.find(after, begin);
  return end == text.npos ? "" : text.substr(begin, end - begin);
}

}  // namespace

std::string holder_text(std::string_view what, instant now) {
  const auto process = std::to_string(getpid());
  return std::string(what) + " on " + host_name() + ", process " + process + ", started " + rfc3339_text(now) + " (" +
         place_text() + beginning_of(process) + ")";
}

bool holder_is_gone(const std::string& holder) {
  const auto process = between(holder, ", process ", ",");
  const auto since = between(holder, place_text(), ")");
  if (process.empty() || since.empty() || boot().empty()) return false;
  return beginning_of(process) != since;
}

}  // namespace rltrader

// Blocks of bytes, and files as their source.
#include "adapters/storage/byte_reader.hpp"

#include "adapters/storage/durable_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rltrader::storage {

namespace {

constexpr std::size_t block_size = 128 * 1024;  // bytes

class file_source final : public byte_source {
 public:
  file_source(file_handle file, std::string path, std::int64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}

  result<std::size_t> read(char* into, std::size_t most) override {
    for (;;) {
      const auto count = ::read(file_.get(), into, most);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return system_failure(path_ + " cannot be read", errno);
    }
  }
  std::int64_t total() const override { return size_; }

 private:
  file_handle file_;
  std::string path_;
  std::int64_t size_;
};

}  // namespace

result<std::unique_ptr<byte_source>> open_file_source(const std::string& path) {
  // O_NONBLOCK: a pipe must not make its reader wait; it is refused next.
  file_handle file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && errno == ENOENT) return failure{errc::not_found, path + " is not there"};
  if (!file) return system_failure(path + " cannot be opened", errno);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return system_failure(path + " cannot be looked up", errno);
  if (!S_ISREG(about.st_mode))
    return failure{errc::refused, path + " must be a file, not a folder, a pipe or a device"};
  return std::unique_ptr<byte_source>(std::make_unique<file_source>(std::move(file), path, about.st_size));
}

byte_reader::byte_reader(std::unique_ptr<byte_source> source) : source_(std::move(source)), block_(block_size) {
  if (refill() && std::string_view(block_.data(), end_).starts_with("\xEF\xBB\xBF")) at_ = 3;
}

bool byte_reader::refill() {
  if (ended_) return false;
  before_ += static_cast<std::int64_t>(end_);
  at_ = end_ = 0;
  // Filled up, so that what is looked for at the beginning of a block is not cut by a short read.
  while (end_ < block_.size()) {
    const auto count = source_->read(block_.data() + end_, block_.size() - end_);
    if (!count) failed_ = count.error();
    ended_ = !count || *count == 0;
    if (ended_) break;
    end_ += *count;
  }
  return end_ > 0;
}

byte_reader::line_found byte_reader::take_line(std::string& into, std::size_t most) {
  into.clear();
  if (peek() < 0) return line_found::none;
  bool too_long = false;
  while (peek() >= 0) {
    const char* begin = block_.data() + at_;
    const auto* found = static_cast<const char*>(std::memchr(begin, '\n', end_ - at_));
    const auto length = found != nullptr ? static_cast<std::size_t>(found - begin) : end_ - at_;
    // One more than may be kept, for the CR of a line end.
    const auto kept = std::min(length, most + 1 - into.size());
    into.append(begin, kept);
    too_long = too_long || kept < length;
    at_ += length;
    if (found == nullptr) continue;
    ++at_;
    ++line_;
    break;
  }
  if (!too_long && into.ends_with('\r')) into.pop_back();
  if (into.size() > most) {
    too_long = true;
    into.resize(most);
  }
  return too_long ? line_found::too_long : line_found::whole;
}

void byte_reader::skip_blanks() {
  for (int byte = peek(); byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; byte = peek()) take();
}

double byte_reader::progress() const {
  const auto total = source_->total();
  if (total <= 0) return 1;
  return std::min(1.0, static_cast<double>(before_ + static_cast<std::int64_t>(at_)) / static_cast<double>(total));
}

}  // namespace rltrader::storage

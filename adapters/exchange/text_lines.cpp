// Line by line through zlib, which passes plain files on as they are.
#include "adapters/exchange/text_lines.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rltrader {

struct text_lines::stream {
  gzFile file = nullptr;
  ~stream() {
    if (file != nullptr) gzclose(file);
  }
};

text_lines::text_lines(const std::string& path) : in_(std::make_unique<stream>()), block_(std::size_t{128} * 1024) {
  in_->file = gzopen(path.c_str(), "rbe");
  if (in_->file == nullptr) {
    failed_ = "cannot be opened: " + std::string(std::strerror(errno == 0 ? ENOMEM : errno));
    ended_ = true;
    return;
  }
  gzbuffer(in_->file, 128 * 1024);
}

text_lines::~text_lines() = default;

bool text_lines::refill() {
  if (ended_) return false;
  const int got = gzread(in_->file, block_.data(), static_cast<unsigned>(block_.size()));
  at_ = 0;
  end_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  if (static_cast<std::size_t>(std::max(got, 0)) == block_.size()) return true;
  // Fewer bytes than asked for: the end, or damage that zlib may report beside the last good bytes.
  ended_ = true;
  int code = Z_OK;
  const char* text = gzerror(in_->file, &code);
  if (code == Z_BUF_ERROR) {
    failed_ = "is cut off: its gzip stream ends too early";
  } else if (code == Z_ERRNO) {
    failed_ = "cannot be read: " + std::string(std::strerror(errno));
  } else if (code != Z_OK && code != Z_STREAM_END) {
    failed_ = "is damaged: " + std::string(text);
  }
  return end_ > 0;
}

bool text_lines::next(std::string_view& line) {
  held_.clear();
  too_long_ = false;
  bool any = false;
  for (;;) {
    if (at_ == end_ && !refill()) {
      if (!any || !failed_.empty()) return false;
      line = held_;
      break;
    }
    any = true;
    const char* begin = block_.data() + at_;
    const auto left = end_ - at_;
    const auto* found = static_cast<const char*>(std::memchr(begin, '\n', left));
    const auto length = found != nullptr ? static_cast<std::size_t>(found - begin) : left;
    at_ += found != nullptr ? length + 1 : length;
    if (found != nullptr && held_.empty() && !too_long_) {
      line = {begin, length};
      break;
    }
    held_.append(begin, std::min(length, longest + 1 - std::min(longest + 1, held_.size())));
    too_long_ = too_long_ || held_.size() > longest;
    if (found != nullptr) {
      line = held_;
      break;
    }
  }
  ++number_;
  if (line.size() > longest) {
    too_long_ = true;
    line = line.substr(0, longest);
  }
  if (number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

}  // namespace rltrader

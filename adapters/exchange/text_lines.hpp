// Reads the lines of a text file, plain or gzipped, without ever holding more than one of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader {

/// Lines without their ends (LF or CRLF) and without a byte order mark. A longer line than `longest` is cut and marked.
class text_lines {
 public:
  static constexpr std::size_t longest = 4096;  ///< bytes; a row of six numbers has about 60

  explicit text_lines(const std::string& path);
  ~text_lines();
  text_lines(const text_lines&) = delete;
  text_lines& operator=(const text_lines&) = delete;

  /// The next line, valid until the next call; false at the end or at damage, which `failed` names then.
  bool next(std::string_view& line);
  bool too_long() const { return too_long_; }  ///< the line that next() gave last was cut
  std::int64_t number() const { return number_; }
  const std::string& failed() const { return failed_; }

 private:
  struct stream;  ///< zlib's, which reads plain files too
  bool refill();

  std::unique_ptr<stream> in_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::string held_;  ///< a line that spans two blocks
  std::int64_t number_ = 0;
  bool too_long_ = false;
  bool ended_ = false;
  std::string failed_;
};

}  // namespace rltrader

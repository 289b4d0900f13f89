// Bytes from a file or from a member of a ZIP archive, in blocks, with line numbers: what readers of rows stand on.
#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader::storage {

/// Where bytes come from.
class byte_source {
 public:
  virtual ~byte_source() = default;
  /// Up to `most` bytes; 0 at the end.
  virtual result<std::size_t> read(char* into, std::size_t most) = 0;
  /// All bytes that there will be, for progress.
  virtual std::int64_t total() const = 0;
};

/// A regular file, open. errc::not_found, refused (a pipe, a device, a folder) or store_failed (rights, disk).
result<std::unique_ptr<byte_source>> open_file_source(const std::string& path);

/// The member of this name in a ZIP archive. Nothing is unpacked to the disk, so no other member's name matters.
/// errc::corrupt: no archive, or a damaged one; not_found: no such member; refused: too large, or packed tighter than rows are.
result<std::unique_ptr<byte_source>> open_zip_source(const std::string& path, const std::string& member);

/// The largest member of an archive that is read, in bytes: 4 GiB.
inline constexpr std::int64_t zip_member_most = std::int64_t{4} * 1024 * 1024 * 1024;
/// How many bytes one packed byte may become, beside the first MiB. Rows of JSON reach 10 to 50; archives made to fill a
/// machine reach 1,000.
inline constexpr std::int64_t zip_rate_most = 200;

/// Takes bytes one by one or line by line, a block at a time. A byte order mark at the beginning is left out.
class byte_reader {
 public:
  explicit byte_reader(std::unique_ptr<byte_source> source);

  /// The next byte, not taken; -1 at the end or after a failure.
  int peek() { return at_ < end_ || refill() ? static_cast<unsigned char>(block_[at_]) : -1; }
  int take() {
    const int byte = peek();
    if (byte < 0) return byte;
    ++at_;
    if (byte == '\n') ++line_;
    return byte;
  }
  enum class line_found : unsigned char { whole, too_long, none };
  /// Takes the rest of the line. Its first `most` bytes are in `into`, without LF or CRLF.
  line_found take_line(std::string& into, std::size_t most);
  /// Takes blanks and line ends.
  void skip_blanks();

  /// Of the next byte, from 1.
  std::int64_t line() const { return line_; }
  const std::optional<failure>& failed() const { return failed_; }
  /// 0 to 1, of the bytes.
  double progress() const;

 private:
  bool refill();

  std::unique_ptr<byte_source> source_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::int64_t before_ = 0;  ///< bytes of the blocks before this one
  std::int64_t line_ = 1;
  bool ended_ = false;
  std::optional<failure> failed_;
};

}  // namespace rltrader::storage

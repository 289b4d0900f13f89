// A member of a ZIP archive as a source of bytes; libzip is known here alone.
#include "adapters/storage/byte_reader.hpp"

#include "adapters/storage/foreign_text.hpp"

#include <zip.h>

#include <algorithm>
#include <optional>
#include <set>

namespace rltrader::storage {

namespace {

constexpr std::int64_t members_most = 100'000;  // an export has two for each table and one for each stored file
constexpr std::int64_t free_bytes = 1024 * 1024;

struct archive_closer {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct member_closer {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using archive_handle = std::unique_ptr<zip_t, archive_closer>;
using member_handle = std::unique_ptr<zip_file_t, member_closer>;

class zip_source final : public byte_source {
 public:
  zip_source(archive_handle archive, member_handle member, std::string shown, std::int64_t size)
      : archive_(std::move(archive)), member_(std::move(member)), shown_(std::move(shown)), size_(size) {}

  result<std::size_t> read(char* into, std::size_t most) override {
    const auto count = zip_fread(member_.get(), into, most);
    if (count < 0)
      return failure{errc::corrupt, shown_ + " is damaged: " + zip_error_strerror(zip_file_get_error(member_.get()))};
    given_ += count;
    // Its directory said how much there is, and the limits were held against that.
    if (given_ > size_ || (count == 0 && given_ < size_))
      return failure{errc::corrupt, shown_ + " is damaged: it must have " + grouped(size_) + " bytes, has " +
                                        (given_ > size_ ? "more" : grouped(given_))};
    return static_cast<std::size_t>(count);
  }
  std::int64_t total() const override { return size_; }

 private:
  archive_handle archive_;
  member_handle member_;
  std::string shown_;
  std::int64_t size_;
  std::int64_t given_ = 0;
};

result<archive_handle> open_archive(const std::string& path) {
  int code = 0;
  archive_handle archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t why;
    zip_error_init_with_code(&why, code);
    const std::string word = zip_error_strerror(&why);
    zip_error_fini(&why);
    return failure{errc::corrupt, path + " cannot be read as a ZIP archive: " + word};
  }
  const auto count = zip_get_num_entries(archive.get(), 0);
  if (count > members_most)
    return failure{errc::refused,
                   path + " has " + grouped(count) + " members; at most " + grouped(members_most) + " are read"};
  return archive;
}

/// Tables that an archive has documents of, for a sentence.
std::string tables_in(zip_t* archive) {
  constexpr std::string_view ending = "/documents.jsonl";
  constexpr std::size_t shown_most = 8;
  std::set<std::string> names;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
    const std::string_view text = name != nullptr ? name : "";
    if (text.ends_with(ending) && !text.starts_with('_'))
      names.insert(printable(text.substr(0, text.size() - ending.size())));
  }
  if (names.empty()) return "it has documents of no table: is it an export?";
  std::string out;
  std::size_t shown = 0;
  for (const auto& name : names)
    if (shown++ < shown_most) out += (out.empty() ? "" : ", ") + name;
  return "it has documents of " + out + (names.size() > shown_most ? ", and others" : "");
}

/// The place of the one member of this name.
result<zip_uint64_t> find_member(zip_t* archive, const std::string& path, const std::string& member) {
  std::optional<zip_uint64_t> found;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
    if (name == nullptr || member != name) continue;
    if (found) return {errc::corrupt, path + " has two members called " + member + ": which one counts cannot be said"};
    found = static_cast<zip_uint64_t>(i);
  }
  if (!found) return {errc::not_found, path + " has no member " + member + "; " + tables_in(archive)};
  return *found;
}

}  // namespace

result<std::unique_ptr<byte_source>> open_zip_source(const std::string& path, const std::string& member) {
  auto archive = open_archive(path);
  if (!archive) return archive.error();
  const auto index = find_member(archive->get(), path, member);
  if (!index) return index.error();
  const auto shown = path + " " + member;
  zip_stat_t about;
  zip_stat_init(&about);
  constexpr zip_uint64_t wanted = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (zip_stat_index(archive->get(), *index, 0, &about) != 0 || (about.valid & wanted) != wanted)
    return failure{errc::corrupt, shown + " is damaged: it does not say how long it is"};
  if (about.size > static_cast<zip_uint64_t>(zip_member_most))
    return failure{errc::refused, shown + " must have at most " + grouped(zip_member_most) + " bytes unpacked"};
  const auto size = static_cast<std::int64_t>(about.size);
  const auto packed = static_cast<std::int64_t>(std::min<zip_uint64_t>(about.comp_size, zip_member_most));
  if (size > free_bytes && (size - free_bytes) / zip_rate_most > packed)
    return failure{errc::refused,
                   shown + " unpacks from " + grouped(packed) + " bytes to " + grouped(size) +
                       ", which is more than rows do: unpack it yourself and import the file, if you trust it"};
  member_handle opened(zip_fopen_index(archive->get(), *index, 0));
  if (!opened)
    return failure{errc::corrupt, shown + " cannot be unpacked: " + std::string(zip_strerror(archive->get()))};
  return std::unique_ptr<byte_source>(
      std::make_unique<zip_source>(std::move(*archive), std::move(opened), shown, size));
}

}  // namespace rltrader::storage

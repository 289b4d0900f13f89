// The artifacts of memory, and the checks that they share with those of files.
#include "adapters/storage/memory_artifacts.hpp"

#include "adapters/storage/artifact_checks.hpp"
#include "adapters/storage/artifact_uri.hpp"
#include "domain/sha256.hpp"
#include "wire/json.hpp"

namespace rltrader::storage {

namespace {

const std::string most_text = std::to_string(ports::artifact_bytes_most) + " bytes";

failure not_kept(const std::string& uri) {
  return {errc::not_found, "no artifact is kept as '" + shown_text(uri) + "'"};
}

}  // namespace

result<void> check_keepable(std::string_view bytes) {
  if (static_cast<std::int64_t>(bytes.size()) <= ports::artifact_bytes_most) return {};
  return {errc::out_of_bounds,
          "an artifact must have at most " + most_text + ", was " + std::to_string(bytes.size()) + " bytes"};
}

result<void> check_wanted(const ports::stored_artifact& wanted) {
  if (!is_digest(wanted.sha256))
    return {errc::out_of_bounds,
            "an artifact's sha256 must be 64 lower-case hexadecimal digits, was '" + shown_text(wanted.sha256) + "'"};
  if (wanted.size_bytes < 0 || wanted.size_bytes > ports::artifact_bytes_most)
    return {errc::out_of_bounds,
            "an artifact's size must be 0 to " + most_text + ", was " + std::to_string(wanted.size_bytes)};
  return {};
}

result<void> check_size(const std::string& shown, const ports::stored_artifact& wanted, std::int64_t found) {
  if (found == wanted.size_bytes) return {};
  return {errc::corrupt, shown + " must have " + std::to_string(wanted.size_bytes) + " bytes, has " +
                             std::to_string(found) + ": put back the file that was kept"};
}

result<void> check_digest(const std::string& shown, const ports::stored_artifact& wanted, std::string_view bytes) {
  const auto found = sha256_hex(bytes);
  if (found == wanted.sha256) return {};
  return {errc::corrupt,
          shown + " must have the sha256 " + wanted.sha256 + ", has " + found + ": put back the file that was kept"};
}

result<ports::stored_artifact> memory_artifacts::keep(std::string_view bytes) {
  if (auto fits = check_keepable(bytes); !fits) return fits.error();
  auto digest = sha256_hex(bytes);
  bytes_[digest] = bytes;
  auto uri = uri_of_digest(digest);
  return ports::stored_artifact{std::move(uri), std::move(digest), static_cast<std::int64_t>(bytes.size())};
}

result<std::string> memory_artifacts::load(const ports::stored_artifact& wanted) {
  if (auto can_be = check_wanted(wanted); !can_be) return can_be.error();
  const auto path = artifact_path_of(wanted.uri, {});
  if (!path) return path.error();
  const auto found = bytes_.find(path->digest);
  if (found == bytes_.end()) return not_kept(wanted.uri);
  const auto shown = "artifact " + wanted.uri;
  if (auto same = check_size(shown, wanted, static_cast<std::int64_t>(found->second.size())); !same)
    return same.error();
  if (auto same = check_digest(shown, wanted, found->second); !same) return same.error();
  return found->second;
}

result<void> memory_artifacts::remove(const std::string& uri) {
  const auto path = artifact_path_of(uri, {});
  if (!path) return path.error();
  if (bytes_.erase(path->digest) == 0) return not_kept(uri);
  return {};
}

result<std::vector<ports::stored_artifact>> memory_artifacts::list() {
  std::vector<ports::stored_artifact> out;
  for (const auto& [digest, bytes] : bytes_)
    out.push_back({uri_of_digest(digest), digest, static_cast<std::int64_t>(bytes.size())});
  return out;
}

}  // namespace rltrader::storage

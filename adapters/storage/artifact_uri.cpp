// Takes addresses apart without decoding anything.
#include "adapters/storage/artifact_uri.hpp"

#include "wire/json.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

constexpr std::size_t uri_longest = 4096;  // bytes; the longest path that Linux opens
constexpr std::string_view file_scheme = "file://";
constexpr auto forms = "file:///<2 digits>/<sha256>.bin, or file:// with a full path inside the artifact folder";

/// A foreign address as it may be shown: printable and short.
std::string address_text(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= ' ' && c <= '~' ? c : '?';
  return "'" + shown_text(out) + "'";
}

failure malformed(std::string_view uri, const std::string& why) {
  return {errc::malformed, "artifact address " + address_text(uri) + " " + why + "; allowed is " + forms};
}

/// Why an address of another scheme leads nowhere.
failure other_scheme(std::string_view uri) {
  constexpr std::string_view convex = "convex://storage/";
  if (uri.starts_with(convex) && uri.size() > convex.size())
    return {errc::unsupported, "artifact " + address_text(uri) + " needs Convex: set CONVEX_URL and CONVEX_DEPLOY_KEY"};
  if (uri.starts_with("convex://")) return malformed(uri, "must read convex://storage/<id>");
  if (uri.starts_with("timescale://") || uri.starts_with("postgres://") || uri.starts_with("postgresql://"))
    return {errc::unsupported, "artifact " + address_text(uri) +
                                   " cannot be: the database keeps rows and no artifacts; allowed is " + forms};
  const auto end = uri.find(':');
  if (end == uri.npos || end == 0) return malformed(uri, "has no scheme");
  if (uri.starts_with("file:")) return malformed(uri, "must begin with file:///");
  return {errc::unsupported, "artifact " + address_text(uri) + " cannot be fetched: nothing is loaded from " +
                                 address_text(uri.substr(0, end)) + " addresses; allowed is " + forms};
}

/// The names of a path without its first slash; the failure says which one cannot be.
result<std::vector<std::string>> names_in_path(std::string_view uri, std::string_view path) {
  std::vector<std::string> names;
  for (;;) {
    const auto slash = path.find('/');
    const auto name = path.substr(0, slash);
    if (name.empty()) return malformed(uri, "has an empty name in its path");
    if (name == "." || name == "..")
      return failure{errc::refused, "artifact address " + address_text(uri) + " has '" + std::string(name) +
                                        "' in its path, which could lead out of the artifact folder"};
    names.emplace_back(name);
    if (slash == path.npos) return names;
    path.remove_prefix(slash + 1);
  }
}

std::string digest_of(const std::vector<std::string>& names) {
  if (names.size() != 2) return {};
  const std::string_view file = names[1];
  if (!file.ends_with(".bin")) return {};
  const auto digest = file.substr(0, file.size() - 4);
  return is_digest(digest) && digest.substr(0, 2) == names[0] ? std::string(digest) : std::string{};
}

}  // namespace

std::string artifact_path::text() const {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : "/") + name;
  return out;
}

bool is_digest(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

artifact_path path_of_digest(const std::string& digest) { return {{digest.substr(0, 2), digest + ".bin"}, digest}; }

std::string uri_of_digest(const std::string& digest) { return "file:///" + path_of_digest(digest).text(); }

result<artifact_path> artifact_path_of(std::string_view uri, const std::vector<std::string>& folders) {
  if (uri.empty()) return malformed(uri, "is empty");
  if (uri.size() > uri_longest) return malformed(uri, "has more than " + std::to_string(uri_longest) + " bytes");
  if (!uri.starts_with(file_scheme)) return other_scheme(uri);
  for (const char c : uri) {
    if (c == '%' || c == '?' || c == '#')
      return malformed(uri, std::string("has a '") + c + "', and nothing is decoded");
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return malformed(uri, "has a control character");
  }
  const auto path = uri.substr(file_scheme.size());
  if (!path.starts_with('/'))
    return failure{errc::refused, "artifact address " + address_text(uri) +
                                      " names a host, and only this machine's files are read; allowed is " + forms};
  auto names = names_in_path(uri, path.substr(1));
  if (!names) return names.error();
  if (auto digest = digest_of(*names); !digest.empty()) return artifact_path{std::move(*names), std::move(digest)};
  for (const auto& folder : folders) {
    if (!path.starts_with(folder) || !path.substr(folder.size()).starts_with('/')) continue;
    auto inside = names_in_path(uri, path.substr(folder.size() + 1));
    if (!inside) return inside.error();
    auto digest = digest_of(*inside);
    return artifact_path{std::move(*inside), std::move(digest)};
  }
  return failure{errc::refused, "artifact " + address_text(uri) + " lies outside of the artifact folder" +
                                    (folders.empty() ? "" : " " + folders.front()) + "; allowed is " + forms};
}

}  // namespace rltrader::storage

// Addresses of artifacts: which forms there are, and which of them lead to a file.
//
//   file:///ab/ab12...ef.bin      what keep() answers: beneath the artifact folder, named by its digest. The folder's own place is
//                                 not in it, so the folder can be moved and a store copied to another machine.
//   file:///srv/models/x/y.json   a full path, taken only when it lies inside the artifact folder.
//   convex://storage/<id>         known, and refused until Convex is configured.
//
// Nothing is decoded: an address with % ? # or a control character is refused, and so is one with . or .. or an empty name in it.
#pragma once

#include "domain/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rltrader::storage {

/// A file beneath the artifact folder, by the names that lead to it.
struct artifact_path {
  std::vector<std::string> names;  ///< at least one; none is empty, . or .., none has a slash or a NUL
  std::string digest{};            ///< of the form that keep() answers: the digest in its name; else empty
  std::string text() const;        ///< the names with slashes between
  friend bool operator==(const artifact_path&, const artifact_path&) = default;
};

/// What an address means, given the full paths that the artifact folder is known by (without a slash at the end).
/// errc::malformed: no address. errc::unsupported: a store that is not there. errc::refused: outside of the folder.
result<artifact_path> artifact_path_of(std::string_view uri, const std::vector<std::string>& folders);

/// Whether a text is 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text);
/// The names of the file with this digest.
artifact_path path_of_digest(const std::string& digest);
/// The address of the file with this digest.
std::string uri_of_digest(const std::string& digest);

}  // namespace rltrader::storage

// What the core needs of the store of artifacts: bytes under an address, with a digest and a size that each load is held to.
#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader::ports {

/// The largest artifact that is kept or loaded, in bytes: 256 MiB.
inline constexpr std::int64_t artifact_bytes_most = std::int64_t{256} * 1024 * 1024;

/// Where bytes are and what they must be.
struct stored_artifact {
  std::string uri;
  std::string sha256;  ///< 64 lower-case hexadecimal digits
  std::int64_t size_bytes = 0;
  friend bool operator==(const stored_artifact&, const stored_artifact&) = default;
};

/// A store of artifacts. Every call may block. An address of a store that is not configured is errc::unsupported, one that
/// leads where nothing may be read is errc::refused, a size above artifact_bytes_most is errc::out_of_bounds.
struct artifact_store {
  virtual ~artifact_store() = default;
  /// Durable on return. The same bytes again have the same address and are kept once; a damaged copy is mended by them.
  virtual result<stored_artifact> keep(std::string_view bytes) = 0;
  /// The bytes, verified. errc::not_found when there are none, errc::corrupt when size or digest are not the wanted ones.
  virtual result<std::string> load(const stored_artifact& wanted) = 0;
  /// Forgets what keep() has named; errc::not_found when it is not there.
  virtual result<void> remove(const std::string& uri) = 0;
  /// What keep() has named, by address; sizes as they are now, the bytes unverified.
  virtual result<std::vector<stored_artifact>> list() = 0;
  /// For /version: backend and folder.
  virtual std::string backend() const = 0;
};

}  // namespace rltrader::ports

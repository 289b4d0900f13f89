// The families of GET /metrics as the registry sees them; the table is in metrics.cpp. Not for others.
#pragma once

#include "http/metrics.hpp"

#include <array>
#include <span>

namespace rltrader::http {

enum class family_kind : unsigned char { counter, gauge, histogram };

struct family_row {
  metric of;
  const char* name;
  family_kind kind;
  const char* sentence;
  std::array<const char*, 3> labels{};  ///< null beyond the last
  std::size_t series_most = 1;
  std::span<const double> bounds{};
  const char* alias = nullptr;  ///< the older name under which the same family is shown too
};

/// All, in the order of the page.
std::span<const family_row> metric_families();
inline const family_row& row_of(metric m) { return metric_families()[static_cast<std::size_t>(m)]; }

}  // namespace rltrader::http

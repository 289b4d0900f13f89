// Where a simulated venue keeps its own books, apart from ours: a kill of the daemon must not make the venue forget.
#pragma once

#include "domain/result.hpp"

#include <string>
#include <vector>

namespace rltrader::ports {

/// One row of the venue's books: a table's name, its key and its content as JSON text.
struct venue_row {
  std::string table;
  std::string key;
  std::string content;
};

struct venue_journal {
  virtual ~venue_journal() = default;
  /// Durable together on return, or none; a row of the same table and key replaces the older one.
  virtual result<void> write(const std::vector<venue_row>& rows) = 0;
  /// All rows, by table and key.
  virtual result<std::vector<venue_row>> load() = 0;
};

}  // namespace rltrader::ports

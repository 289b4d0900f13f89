// The tables of the market store, one for each kind of market row.
#pragma once

#include "adapters/storage/table.hpp"

#include <span>

namespace rltrader::storage {

/// The n-th holds the n-th alternative of ports::market_row. The time that a table is cut by is in its key, so that each can
/// be a hypertable.
std::span<const table> market_tables();

/// The market table that holds a record; a record that none holds is a defect.
const table& market_table_of(const shape* record);
template <class Row>
const table& market_table_of() {
  static const table& found = market_table_of(shape_of<Row>());
  return found;
}

}  // namespace rltrader::storage

// Cells in PostgreSQL's binary forms, both ways: exact, and independent of what a session has set.
#pragma once

#include "adapters/storage/table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader::storage {

/// PostgreSQL's number of the type that a column has, and of arrays of it.
std::uint32_t type_number(column_type type);
std::uint32_t array_number(column_type type);

/// The bytes of a cell; nothing has none. errc::conflict when the cell cannot be of that type.
result<std::string> bytes_of(const cell& value, column_type type);
/// An array under construction, of one column of many rows.
class array_builder {
 public:
  array_builder(column_type type, std::size_t rows);
  result<void> add(const cell& value);
  std::string take() && { return std::move(bytes_); }

 private:
  column_type type_;
  std::string bytes_;
};
/// A value that a server has sent, by its type's number: integers, doubles, texts, times (ms), truths, numerics with at most
/// eight decimals. errc::corrupt for what cannot be kept exactly; errc::unsupported for other types.
result<cell> cell_of_bytes(std::string_view bytes, std::uint32_t type);

}  // namespace rltrader::storage

// A list of an ops reader is a request against the table that holds its rows.
#pragma once

#include "adapters/storage/table.hpp"

namespace rltrader::storage {

/// `Derived` offers `result<std::int64_t> page_into(const table&, const list_request&, ports::row_sink)`: the total.
template <class Derived, class Base>
class ops_lists : public Base {
 public:
  result<std::int64_t> rows_of(const shape* record, const ports::list_query& query, ports::row_sink into) final {
    const auto& t = table_of(record);
    const auto request = request_of(t, query);
    if (!request) return request.error();
    return static_cast<Derived&>(*this).page_into(t, *request, into);
  }
};

}  // namespace rltrader::storage

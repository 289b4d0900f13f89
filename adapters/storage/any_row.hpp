// One record of a table that is known only at run time.
#pragma once

#include "adapters/storage/table.hpp"

#include <memory>

namespace rltrader::storage {

class any_row {
 public:
  /// The record as its type makes it: empty texts, zeros, the defaults of its fields.
  explicit any_row(const table& t) : type_(t.record), place_(new std::byte[t.record.size]) { type_.make(place_.get()); }
  any_row(any_row&& other) noexcept : type_(other.type_), place_(std::move(other.place_)) {}
  any_row(const any_row&) = delete;
  any_row& operator=(const any_row&) = delete;
  any_row& operator=(any_row&&) = delete;
  /// Both of one table.
  void swap(any_row& other) noexcept { place_.swap(other.place_); }
  ~any_row() {
    if (place_) type_.drop(place_.get());
  }

  void* get() { return place_.get(); }
  const void* get() const { return place_.get(); }
  /// Begins anew.
  void clear() {
    type_.drop(place_.get());
    type_.make(place_.get());
  }

 private:
  record_type type_;
  std::unique_ptr<std::byte[]> place_;
};

}  // namespace rltrader::storage

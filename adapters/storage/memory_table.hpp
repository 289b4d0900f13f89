// A table in memory: rows in the order of their first writing, found by key, the oldest ones that are over and done forgotten.
#pragma once

#include "adapters/storage/table.hpp"

#include <list>
#include <string>
#include <unordered_map>

namespace rltrader::storage {

/// `Rules` says for its row type: std::string_view key(const Row&, std::string& scratch), empty for rows without a name;
/// bool done(const Row&), whether nothing depends on it any more.
template <class Row, class Rules>
class memory_table {
 public:
  using row_type = Row;
  using rules = Rules;

  /// Of rows that are done, at most so many stay.
  void keep(std::size_t done_most) { done_most_ = done_most; }

  const Row* find(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &*found->second;
  }
  const Row* find_same(const Row& row) const {
    std::string scratch;
    const auto key = Rules::key(row, scratch);
    return key.empty() ? nullptr : find(key);
  }

  /// Replaces the row of its key, or appends it. `keep` decides about a row that would be forgotten for room.
  template <class Keep>
  Row& write(const Row& row, Keep&& keep) {
    std::string scratch;
    const auto key = Rules::key(row, scratch);
    if (!key.empty())
      if (const auto found = by_key_.find(key); found != by_key_.end()) return replace(*found->second, row);
    if (done_ >= done_most_ && Rules::done(row))
      if (const auto oldest = oldest_done(keep); oldest != rows_.end()) return reuse(oldest, key, row);
    rows_.push_back(row);
    if (!key.empty()) by_key_.emplace(key, std::prev(rows_.end()));
    if (Rules::done(row)) ++done_;
    return rows_.back();
  }
  Row& write(const Row& row) {
    return write(row, [](const Row&) { return false; });
  }

  template <class Which>
  void erase_if(Which&& which) {
    for (auto at = rows_.begin(); at != rows_.end();) {
      if (!which(*at)) {
        ++at;
        continue;
      }
      forget_key(*at);
      if (Rules::done(*at)) --done_;
      at = rows_.erase(at);
    }
  }

  /// Oldest first.
  const std::list<Row>& rows() const { return rows_; }
  /// Rows that were forgotten for room.
  std::int64_t forgotten() const { return forgotten_; }

 private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using place = typename std::list<Row>::iterator;
  using index = std::unordered_map<std::string, place, hash, std::equal_to<>>;

  /// Assigning keeps the room that the old row's texts have.
  Row& replace(Row& old, const Row& row) {
    if (Rules::done(old)) --done_;
    old = row;
    if (Rules::done(old)) ++done_;
    // A row that has just ended may be one too many.
    if (done_ > done_most_) drop_oldest_but(&old);
    return old;
  }
  template <class Keep>
  place oldest_done(Keep&& keep) {
    auto at = rows_.begin();
    while (at != rows_.end() && (!Rules::done(*at) || keep(*at))) ++at;
    return at;
  }
  void drop_oldest_but(const Row* kept) {
    const auto oldest = oldest_done([&](const Row& r) { return &r == kept; });
    if (oldest == rows_.end()) return;
    forget_key(*oldest);
    rows_.erase(oldest);
    --done_;
    ++forgotten_;
  }
  void forget_key(const Row& row) {
    std::string scratch;
    const auto key = Rules::key(row, scratch);
    if (const auto found = by_key_.find(key); found != by_key_.end()) by_key_.erase(found);
  }
  /// The new row takes over the memory of the one that is forgotten: no allocation on the way that every bar goes.
  Row& reuse(place oldest, std::string_view key, const Row& row) {
    ++forgotten_;
    std::string scratch;
    const auto old_key = Rules::key(*oldest, scratch);
    if (!old_key.empty()) {
      auto node = by_key_.extract(by_key_.find(old_key));
      node.key().assign(key);
      by_key_.insert(std::move(node));
    }
    *oldest = row;
    rows_.splice(rows_.end(), rows_, oldest);
    return rows_.back();
  }

  std::size_t done_most_ = 0;
  std::size_t done_ = 0;
  std::int64_t forgotten_ = 0;
  std::list<Row> rows_;
  index by_key_;
};

}  // namespace rltrader::storage

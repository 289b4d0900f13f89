// Ordered maps by time; the oldest go when there are too many.
#include "adapters/storage/memory_market.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

/// The newest `limit` values of [start, end), oldest first.
template <class Value>
std::vector<Value> newest_of(const std::map<instant, Value>& all, std::optional<instant> start,
                             std::optional<instant> end, std::int64_t limit) {
  const auto first = start ? all.lower_bound(*start) : all.begin();
  auto at = end ? all.lower_bound(*end) : all.end();
  std::vector<Value> out;
  if (start && end && *end <= *start) return out;
  while (at != first && static_cast<std::int64_t>(out.size()) < limit) out.push_back((--at)->second);
  std::reverse(out.begin(), out.end());
  return out;
}

template <class Value>
void add(std::map<instant, Value>& to, instant at, const Value& value, std::size_t most) {
  // Bars come in order nearly always.
  to.insert_or_assign(to.end(), at, value);
  if (to.size() > most) to.erase(to.begin());
}

}  // namespace

result<void> memory_market::append_bars(const std::vector<bar>& bars, const std::string&) {
  for (const auto& b : bars) add(candles_[{b.pair, b.interval}], b.candle.open_time, b.candle, bars_most_);
  return {};
}

result<void> memory_market::append_funding(const std::vector<funding>& rows, const std::string&) {
  for (const auto& f : rows) add(funding_[f.pair], f.at, f, bars_most_);
  return {};
}

result<std::vector<candle>> memory_market::candles(const ports::candle_query& query) {
  const auto found = candles_.find({query.pair, query.interval});
  if (found == candles_.end()) return std::vector<candle>{};
  return newest_of(found->second, query.start, query.end, query.limit);
}

result<std::vector<funding>> memory_market::funding_rates(const pair_name& pair, std::optional<instant> start,
                                                          std::int64_t limit) {
  const auto found = funding_.find(pair);
  if (found == funding_.end()) return std::vector<funding>{};
  return newest_of(found->second, start, std::nullopt, limit);
}

result<void> memory_journal::write(const std::vector<ports::venue_row>& rows) {
  for (const auto& row : rows) books_.insert_or_assign({row.table, row.key}, row.content);
  return {};
}

result<std::vector<ports::venue_row>> memory_journal::load() {
  std::vector<ports::venue_row> out;
  for (const auto& [name, content] : books_) out.push_back({name.first, name.second, content});
  return out;
}

}  // namespace rltrader::storage

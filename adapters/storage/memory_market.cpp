// Ordered maps by time; the oldest go when there are too many.
#include "adapters/storage/memory_market.hpp"

#include "adapters/storage/market_tables.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

template <class Row>
constexpr std::size_t kind_of() {
  return ports::market_row(Row{}).index();
}

const void* place_of(const ports::market_row& row) {
  return std::visit([](const auto& r) -> const void* { return &r; }, row);
}

std::string text_at(const table& t, std::string_view name, const void* row) {
  for (const auto& c : t.columns)
    if (c.name == name) return std::get<std::string>(cell_of(c, row));
  return "";
}

std::string series_name(std::string_view pair, std::string_view interval) {
  return std::string(pair).append(1, ' ').append(interval);
}

}  // namespace

void memory_market::add(ports::market_row row) {
  const auto& t = market_tables()[row.index()];
  const auto* place = place_of(row);
  std::string key;
  for (const char* k : t.key) {
    const auto value = cell_of(t.columns[t.column_at(k)], place);
    const auto* text = std::get_if<std::string>(&value);
    key += (text != nullptr ? *text : std::to_string(std::get<std::int64_t>(value))) + ' ';
  }
  const auto time = std::get<std::int64_t>(cell_of(t.columns[t.column_at(t.chunks.column)], place));
  auto& rows = all_[{row.index(), series_name(text_at(t, "pair", place), text_at(t, "interval", place))}];
  // Rows come in order nearly always.
  const auto [there, is_new] = rows.try_emplace({time, std::move(key)}, row);
  if (is_new) {
    if (rows.size() > rows_most_) rows.erase(rows.begin());
    return;
  }
  if (t.rule == write_rule::keep_first) return;
  const auto closed = [&](const ports::market_row& r) {
    return t.closed_when[0] != '\0' &&
           cell_of(t.columns[t.column_at(t.closed_when)], place_of(r)) == cell{std::int64_t{1}};
  };
  if (closed(there->second) && !closed(row)) return;
  const bool same = std::all_of(t.columns.begin(), t.columns.end(), [&](const column& c) {
    return c.name == t.source_column || cell_of(c, place_of(there->second)) == cell_of(c, place_of(row));
  });
  if (!same) there->second = std::move(row);
}

const memory_market::series* memory_market::find(std::size_t kind, const pair_name& pair,
                                                 std::string_view interval) const {
  const auto found = all_.find({kind, series_name(pair.text(), interval)});
  return found == all_.end() ? nullptr : &found->second;
}

result<void> memory_market::append(const std::vector<ports::market_row>& rows) {
  for (const auto& row : rows) add(row);
  return {};
}

result<void> memory_market::append_bars(const std::vector<bar>& bars, const std::string& source) {
  for (const auto& b : bars) add(record_of_bar(b, source));
  return {};
}

result<void> memory_market::append_funding(const std::vector<funding>& rows, const std::string& source) {
  for (const auto& f : rows) add(funding_record{f.pair, f.at, f.rate, source});
  return {};
}

result<std::vector<candle>> memory_market::candles(const ports::candle_query& query) {
  std::vector<candle> out;
  const auto* rows = find(kind_of<candle_record>(), query.pair, text_of(query.interval));
  if (rows == nullptr) return out;
  for (auto at = rows->rbegin(); at != rows->rend() && static_cast<std::int64_t>(out.size()) < query.limit; ++at) {
    const auto& c = std::get<candle_record>(at->second);
    if (query.end && c.open_time >= *query.end) continue;
    if (query.start && c.open_time < *query.start) break;
    if (c.closed) out.push_back({c.open_time, c.open, c.high, c.low, c.close, c.volume});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

result<std::vector<funding>> memory_market::funding_rates(const pair_name& pair, std::optional<instant> start,
                                                          std::int64_t limit) {
  std::vector<funding> out;
  const auto* rows = find(kind_of<funding_record>(), pair, "");
  if (rows == nullptr) return out;
  for (auto at = rows->rbegin(); at != rows->rend() && static_cast<std::int64_t>(out.size()) < limit; ++at) {
    const auto& f = std::get<funding_record>(at->second);
    if (start && f.funding_time < *start) break;
    out.push_back({f.pair, f.funding_time, f.rate});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

result<std::int64_t> memory_market::rows_of(const shape* record, const ports::list_query& query, ports::row_sink into) {
  const auto& t = market_table_of(record);
  const auto request = request_of(t, query);
  if (!request) return request.error();
  std::vector<std::pair<std::pair<std::int64_t, std::string>, const ports::market_row*>> found;
  for (const auto& [name, rows] : all_)
    if (market_tables()[name.first].of == record)
      for (const auto& [key, row] : rows)
        if (std::all_of(request->conditions.begin(), request->conditions.end(),
                        [&](const condition& c) { return holds(c, t, place_of(row)); }))
          found.emplace_back(key, &row);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (request->order == direction::newest_first) std::reverse(found.begin(), found.end());
  const auto first = std::min(static_cast<std::size_t>(request->offset), found.size());
  const auto last = std::min(first + static_cast<std::size_t>(request->limit), found.size());
  for (auto i = first; i < last; ++i)
    std::visit([&](const auto& r) { *static_cast<std::decay_t<decltype(r)>*>(into.grow(into.rows)) = r; },
               *found[i].second);
  return static_cast<std::int64_t>(found.size());
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

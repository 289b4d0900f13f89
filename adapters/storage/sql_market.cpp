// Rows go through their tables; bars and funding, which come by the thousand, have their own way in.
#include "adapters/storage/sql_market.hpp"

#include "adapters/storage/market_tables.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace rltrader::storage {

namespace {

template <class Row>
result<void> write_rows_of(sql_connection& connection, const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  std::vector<const void*> places;
  places.reserve(rows.size());
  for (const auto& row : rows) places.push_back(&row);
  return in_transaction(connection, [&] { return connection.write(market_table_of<Row>(), places); });
}

// As far as every database can tell times apart.
const instant long_ago = instant_of_ms(-62'135'596'800'000);
const instant far_ahead = instant_of_ms(253'402'300'799'999);

}  // namespace

result<void> sql_market::append(const std::vector<ports::market_row>& rows) {
  if (rows.empty()) return {};
  std::array<std::vector<const void*>, std::variant_size_v<ports::market_row>> by_table;
  for (const auto& row : rows)
    by_table[row.index()].push_back(std::visit([](const auto& r) -> const void* { return &r; }, row));
  return in_transaction(*connection_, [&]() -> result<void> {
    for (std::size_t n = 0; n < by_table.size(); ++n)
      if (!by_table[n].empty())
        if (auto done = connection_->write(market_tables()[n], by_table[n]); !done) return done;
    return {};
  });
}

result<void> sql_market::append_bars(const std::vector<bar>& bars, const std::string& source) {
  std::vector<candle_record> rows;
  rows.reserve(bars.size());
  for (const auto& b : bars) rows.push_back(record_of_bar(b, source));
  return write_rows_of(*connection_, rows);
}

result<void> sql_market::append_funding(const std::vector<funding>& rows, const std::string& source) {
  std::vector<funding_record> records;
  for (const auto& f : rows) records.push_back({f.pair, f.at, f.rate, source});
  return write_rows_of(*connection_, records);
}

result<std::vector<candle>> sql_market::candles(const ports::candle_query& query) {
  const auto& d = connection_->dialect();
  std::vector<candle> out;
  const auto asked = connection_->read(
      "SELECT \"open_time\",\"open\",\"high\",\"low\",\"close\",\"volume\" FROM " + d.name("bingx_candles") +
          " WHERE \"pair\"=?1 AND \"interval\"=?2 AND \"open_time\">=?3 AND \"open_time\"<?4 AND " + d.holds("closed") +
          " ORDER BY \"open_time\" DESC LIMIT ?5",
      {parameter(query.pair.text()), parameter(std::string(text_of(query.interval))),
       parameter(std::max(query.start.value_or(long_ago), long_ago)),
       parameter(std::min(query.end.value_or(far_ahead), far_ahead)), std::max<std::int64_t>(query.limit, 0)},
      [&](std::span<const cell> row) -> result<void> {
        const auto at = [&](std::size_t place) { return std::get<std::int64_t>(row[place]); };
        out.push_back({instant_of_ms(at(0)), price::of_raw(at(1)), price::of_raw(at(2)), price::of_raw(at(3)),
                       price::of_raw(at(4)), quantity::of_raw(at(5))});
        return {};
      });
  if (!asked) return asked.error();
  std::reverse(out.begin(), out.end());
  return out;
}

result<std::vector<funding>> sql_market::funding_rates(const pair_name& pair, std::optional<instant> start,
                                                       std::int64_t limit) {
  std::vector<funding> out;
  const auto asked = connection_->read(
      "SELECT \"funding_time\",\"funding_rate\" FROM " + connection_->dialect().name("bingx_funding_rates") +
          " WHERE \"pair\"=?1 AND \"funding_time\">=?2 ORDER BY \"funding_time\" DESC LIMIT ?3",
      {parameter(pair.text()), parameter(std::max(start.value_or(long_ago), long_ago)),
       std::max<std::int64_t>(limit, 0)},
      [&](std::span<const cell> row) -> result<void> {
        out.push_back(
            {pair, instant_of_ms(std::get<std::int64_t>(row[0])), rate::of_raw(std::get<std::int64_t>(row[1]))});
        return {};
      });
  if (!asked) return asked.error();
  std::reverse(out.begin(), out.end());
  return out;
}

result<std::int64_t> sql_market::rows_of(const shape* record, const ports::list_query& query, ports::row_sink into) {
  const auto& t = market_table_of(record);
  const auto request = request_of(t, query);
  if (!request) return request.error();
  return read_page(*connection_, t, *request, into);
}

}  // namespace rltrader::storage

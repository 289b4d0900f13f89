// The tables of market data, their keys and how many days a chunk of each holds.
#include "adapters/storage/market_tables.hpp"

#include "ports/market_store.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

// Days of a chunk: a bar a minute makes thousands of small chunks of a day each, and reads slow down by a hundred; what comes
// by the second fills a week.
constexpr int days_of_slow_series = 90;
constexpr int days_of_fast_series = 7;
constexpr int days_of_books = 1;
constexpr int days_of_features = 30;

table series(const char* name, record_type record, write_rule rule, std::vector<const char*> key, chunked_by chunks,
             asked_by asked, std::vector<const char*> indexes = {}, const char* closed_when = "") {
  return {.name = name,
          .record = record,
          .rule = rule,
          .key = std::move(key),
          .indexes = std::move(indexes),
          .asked = asked,
          .chunks = chunks,
          .closed_when = closed_when,
          .source_column = "source"};
}

std::vector<table> make_market_tables() {
  using enum write_rule;
  std::vector<table> t;
  t.push_back(series("bingx_candles", record_of<candle_record>(), upsert, {"pair", "interval", "open_time"},
                     {"open_time", days_of_slow_series}, {.time = "open_time", .pair = "pair", .run = "interval"}, {},
                     "closed"));
  t.push_back(series("bingx_trades", record_of<market_trade>(), keep_first, {"pair", "trade_id", "executed_at"},
                     {"executed_at", days_of_fast_series},
                     {.time = "executed_at", .id = "trade_id", .pair = "pair", .side = "side"}, {"pair,executed_at"}));
  t.push_back(series("bingx_orderbook_snapshots", record_of<orderbook_snapshot>(), keep_first,
                     {"pair", "captured_at", "depth_level"}, {"captured_at", days_of_books},
                     {.time = "captured_at", .pair = "pair"}));
  t.push_back(series("bingx_funding_rates", record_of<funding_record>(), upsert, {"pair", "funding_time"},
                     {"funding_time", days_of_slow_series}, {.time = "funding_time", .pair = "pair"}));
  t.push_back(series("bingx_open_interest", record_of<open_interest_record>(), upsert, {"pair", "captured_at"},
                     {"captured_at", days_of_slow_series}, {.time = "captured_at", .pair = "pair"}));
  t.push_back(series("bingx_mark_index_prices", record_of<mark_index_price>(), upsert, {"pair", "captured_at"},
                     {"captured_at", days_of_slow_series}, {.time = "captured_at", .pair = "pair"}));
  t.push_back(series("bingx_tickers", record_of<ticker_snapshot>(), upsert, {"pair", "captured_at"},
                     {"captured_at", days_of_fast_series}, {.time = "captured_at", .pair = "pair"}));
  t.push_back(series("rl_feature_snapshots", record_of<feature_snapshot_record>(), upsert,
                     {"pair", "interval", "feature_set_version_id", "captured_at"}, {"captured_at", days_of_features},
                     {.time = "captured_at", .id = "feature_set_version_id", .pair = "pair", .run = "interval"}));
  must(t.size() == std::variant_size_v<ports::market_row>, "each alternative of market_row has its table");
  return t;
}

}  // namespace

std::span<const table> market_tables() {
  static const auto tables = make_market_tables();
  return tables;
}

const table& market_table_of(const shape* record) {
  const auto all = market_tables();
  const auto found = std::find_if(all.begin(), all.end(), [&](const table& t) { return t.of == record; });
  must(found != all.end(), "no market table holds this record");
  return *found;
}

candle_record record_of_bar(const bar& b, const std::string& source) {
  candle_record out;
  out.pair = b.pair;
  out.interval = b.interval;
  out.open_time = b.candle.open_time;
  out.close_time = next_open(b.interval, b.candle.open_time);
  out.open = b.candle.open;
  out.high = b.candle.high;
  out.low = b.candle.low;
  out.close = b.candle.close;
  out.volume = b.candle.volume;
  out.closed = true;
  out.source = source;
  return out;
}

}  // namespace rltrader::storage

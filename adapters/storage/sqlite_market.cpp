// Candles and funding: upserts that touch only what differs, reads by range.
#include "adapters/storage/sqlite_market.hpp"

#include "adapters/storage/sqlite_schema.hpp"

#include <algorithm>

namespace rltrader::storage {

namespace {

file_schema market_schema() {
  return {.number = 1,
          .objects = {{"names",
                       "CREATE TABLE \"names\" (\"number\" INTEGER PRIMARY KEY, \"sort\" TEXT NOT NULL, "
                       "\"name\" TEXT NOT NULL, UNIQUE (\"sort\",\"name\")) STRICT"},
                      {"candles",
                       "CREATE TABLE \"candles\" (\"series\" INTEGER NOT NULL, \"open_time\" INTEGER NOT NULL, "
                       "\"open\" INTEGER NOT NULL, \"high\" INTEGER NOT NULL, \"low\" INTEGER NOT NULL, "
                       "\"close\" INTEGER NOT NULL, \"volume\" INTEGER NOT NULL, \"source\" INTEGER NOT NULL, "
                       "PRIMARY KEY (\"series\",\"open_time\")) STRICT, WITHOUT ROWID"},
                      {"funding",
                       "CREATE TABLE \"funding\" (\"series\" INTEGER NOT NULL, \"at\" INTEGER NOT NULL, "
                       "\"rate\" INTEGER NOT NULL, \"source\" INTEGER NOT NULL, "
                       "PRIMARY KEY (\"series\",\"at\")) STRICT, WITHOUT ROWID"}}};
}

constexpr auto insert_candle =
    "INSERT INTO \"candles\" VALUES (?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT (\"series\",\"open_time\") DO UPDATE SET "
    "\"open\"=excluded.\"open\",\"high\"=excluded.\"high\",\"low\"=excluded.\"low\",\"close\"=excluded.\"close\","
    "\"volume\"=excluded.\"volume\",\"source\"=excluded.\"source\" WHERE \"open\"<>excluded.\"open\" OR "
    "\"high\"<>excluded.\"high\" OR \"low\"<>excluded.\"low\" OR \"close\"<>excluded.\"close\" OR "
    "\"volume\"<>excluded.\"volume\"";
constexpr auto insert_funding =
    "INSERT INTO \"funding\" VALUES (?1,?2,?3,?4) ON CONFLICT (\"series\",\"at\") DO UPDATE SET "
    "\"rate\"=excluded.\"rate\",\"source\"=excluded.\"source\" WHERE \"rate\"<>excluded.\"rate\"";

std::string series_name(const pair_name& pair, interval i) { return pair.text() + " " + std::string(text_of(i)); }

std::int64_t integer_at(const statement& from, int place) { return std::get<std::int64_t>(from.at(place)); }

/// A batch that fails has given away no numbers.
class number_guard {
 public:
  explicit number_guard(std::map<std::pair<std::string, std::string>, std::int64_t>& numbers)
      : numbers_(numbers), before_(numbers) {}
  void check(const result<void>& done) {
    if (!done) numbers_ = before_;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::int64_t>& numbers_;
  std::map<std::pair<std::string, std::string>, std::int64_t> before_;
};

}  // namespace

result<std::unique_ptr<sqlite_market>> sqlite_market::open(const std::string& path) {
  // Candles can be fetched again and the file grows to gigabytes, so it is not read through at each start.
  auto connection = sqlite_connection::open(
      {.path = path, .synchronous = durability::checkpoints, .application_id = market_application_id, .check = false});
  if (!connection) return connection.error();
  if (auto ready = migrate(*connection, market_schema()); !ready) return ready.error();
  return std::unique_ptr<sqlite_market>(new sqlite_market(std::move(*connection)));
}

result<std::int64_t> sqlite_market::number_of(const std::string& sort, const std::string& name) {
  const auto key = std::pair(sort, name);
  if (const auto known = numbers_.find(key); known != numbers_.end()) return known->second;
  auto insert = connection_.prepare(
      "INSERT INTO \"names\" (\"sort\",\"name\") VALUES (?1,?2) ON CONFLICT (\"sort\",\"name\") DO UPDATE SET "
      "\"name\"=excluded.\"name\" RETURNING \"number\"");
  if (!insert) return insert.error();
  insert->set(1, sort);
  insert->set(2, name);
  const auto row = insert->step();
  if (!row) return row.error();
  const auto number = integer_at(*insert, 0);
  if (auto done = insert->run(); !done) return done.error();
  return numbers_[key] = number;
}

result<void> sqlite_market::write(const std::vector<bar>& bars, const std::string& source) {
  const auto from = number_of("source", source);
  if (!from) return from.error();
  auto insert = connection_.prepare(insert_candle);
  if (!insert) return insert.error();
  for (const auto& b : bars) {
    const auto series = number_of("candles", series_name(b.pair, b.interval));
    if (!series) return series.error();
    const auto& c = b.candle;
    int parameter = 0;
    for (const std::int64_t value :
         {*series, ms_of(c.open_time), c.open.raw(), c.high.raw(), c.low.raw(), c.close.raw(), c.volume.raw(), *from})
      insert->set(++parameter, value);
    if (auto done = insert->run(); !done) return done;
    insert->again();
  }
  return {};
}

result<void> sqlite_market::append_bars(const std::vector<bar>& bars, const std::string& source) {
  if (bars.empty()) return {};
  number_guard numbers(numbers_);
  auto done = in_transaction(connection_, [&] { return write(bars, source); });
  numbers.check(done);
  return done;
}

result<void> sqlite_market::append_funding(const std::vector<funding>& rows, const std::string& source) {
  if (rows.empty()) return {};
  number_guard numbers(numbers_);
  auto done = in_transaction(connection_, [&]() -> result<void> {
    const auto from = number_of("source", source);
    if (!from) return from.error();
    for (const auto& f : rows) {
      const auto series = number_of("funding", f.pair.text());
      if (!series) return series.error();
      auto insert = connection_.prepare(insert_funding);
      if (!insert) return insert.error();
      int parameter = 0;
      for (const std::int64_t value : {*series, ms_of(f.at), f.rate.raw(), *from}) insert->set(++parameter, value);
      if (auto written = insert->run(); !written) return written;
    }
    return {};
  });
  numbers.check(done);
  return done;
}

result<std::vector<candle>> sqlite_market::candles(const ports::candle_query& query) {
  auto select = connection_.prepare(
      "SELECT \"open_time\",\"open\",\"high\",\"low\",\"close\",\"volume\" FROM \"candles\" WHERE \"series\"="
      "(SELECT \"number\" FROM \"names\" WHERE \"sort\"='candles' AND \"name\"=?1) AND \"open_time\">=?2 AND "
      "\"open_time\"<?3 ORDER BY \"open_time\" DESC LIMIT ?4");
  if (!select) return select.error();
  select->set(1, series_name(query.pair, query.interval));
  select->set(2, query.start ? ms_of(*query.start) : std::numeric_limits<std::int64_t>::min());
  select->set(3, query.end ? ms_of(*query.end) : std::numeric_limits<std::int64_t>::max());
  select->set(4, std::max<std::int64_t>(query.limit, 0));
  std::vector<candle> out;
  for (;;) {
    const auto row = select->step();
    if (!row) return row.error();
    if (!*row) break;
    const auto at = [&](int place) { return integer_at(*select, place); };
    out.push_back({instant_of_ms(at(0)), price::of_raw(at(1)), price::of_raw(at(2)), price::of_raw(at(3)),
                   price::of_raw(at(4)), quantity::of_raw(at(5))});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

result<std::vector<funding>> sqlite_market::funding_rates(const pair_name& pair, std::optional<instant> start,
                                                          std::int64_t limit) {
  auto select = connection_.prepare(
      "SELECT \"at\",\"rate\" FROM \"funding\" WHERE \"series\"=(SELECT \"number\" FROM \"names\" WHERE "
      "\"sort\"='funding' AND \"name\"=?1) AND \"at\">=?2 ORDER BY \"at\" DESC LIMIT ?3");
  if (!select) return select.error();
  select->set(1, pair.text());
  select->set(2, start ? ms_of(*start) : std::numeric_limits<std::int64_t>::min());
  select->set(3, std::max<std::int64_t>(limit, 0));
  std::vector<funding> out;
  for (;;) {
    const auto row = select->step();
    if (!row) return row.error();
    if (!*row) break;
    out.push_back({pair, instant_of_ms(integer_at(*select, 0)), rate::of_raw(integer_at(*select, 1))});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::string sqlite_market::backend() const { return "sqlite " + sqlite_version() + " " + connection_.path(); }

}  // namespace rltrader::storage

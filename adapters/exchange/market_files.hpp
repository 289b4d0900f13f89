// Turns paths (files or folders) into series of candles and funding: names read, files merged, everything odd said in a line.
#pragma once

#include "adapters/exchange/candle_csv.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// What a file's name says: BTCUSDT-5m-2025H2.csv.gz, BTC-USDT_1h.csv, XRPUSDT-funding-8h-2021-11.csv.
struct market_file_name {
  std::string pair_text;  ///< the part before the interval or the word funding: "BTCUSDT"
  std::optional<rltrader::interval> interval;
  bool funding = false;
};
market_file_name read_file_name(const std::string& file_name);

/// Which pairs are known, and what flags say of files whose name does not.
struct market_file_terms {
  std::vector<pair_name> supported;
  /// A file that names another supported pair is left out; one given by its own path that names none is taken as this pair.
  std::optional<pair_name> pair;
  /// A file that names another interval is left out; one that names none is taken as this.
  std::optional<rltrader::interval> interval;
};

struct candle_series {
  pair_name pair;
  rltrader::interval interval{};
  std::vector<candle> candles;  ///< oldest first, each time once
};
struct funding_series {
  pair_name pair;
  std::vector<funding> rows;  ///< oldest first
};

/// All that could be read.
struct recorded_market {
  std::vector<candle_series> candles;   ///< by pair and interval, one each
  std::vector<funding_series> funding;  ///< by pair, one each
  std::vector<csv_findings> files;      ///< of each file that was read, in the order of reading
  std::vector<std::string> skipped;     ///< "XAUUSD-1h.csv.gz: skipped: XAUUSD is not a supported pair"
  std::vector<std::string> refused;     ///< "BTC.csv: refused: has the wrong columns..."; these are errors
};

/// Reads everything that the paths name. Folders are not searched below their first level.
recorded_market load_market(const std::vector<std::string>& paths, const market_file_terms& terms);

}  // namespace rltrader

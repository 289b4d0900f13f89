// Reads one file of candles or funding rates (.csv, .csv.gz) and says, line by line, what is wrong with it.
//
// A defective row is dropped and counted, and so leaves a gap that the integrity gate sees. Rows out of order are sorted.
// Of rows of the same time the first is kept; equal ones are doubles, others are conflicts. More than one defective row in
// a hundred, other columns, or a damaged stream refuse the whole file.
#pragma once

#include "domain/market.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rltrader {

/// When a row of a file begins to count.
inline instant time_of(const candle& c) { return c.open_time; }
inline instant time_of(const funding& f) { return f.at; }

/// What was found in a file. Every finding is counted; of each kind the first few are spelled out with file and line.
struct csv_findings {
  static constexpr std::size_t spelled_most = 5;  ///< lines of one kind

  std::string file;
  std::int64_t rows = 0;                       ///< rows of data seen
  std::int64_t kept = 0;                       ///< rows that can be used
  std::int64_t defective = 0;                  ///< dropped, conflicts included
  std::map<std::string, std::int64_t> counts;  ///< by kind: not_a_number, not_positive, out_of_order, duplicate, gap...
  std::vector<std::string> lines;              ///< "BTC.csv:17: close must be a positive decimal, was 'NaN'"
  std::string refused;                         ///< why nothing of the file is used; empty: it is used

  void note(const std::string& kind, std::int64_t line, const std::string& sentence);
};

struct candle_file {
  csv_findings found;
  std::vector<candle> rows;  ///< oldest first, each time once, on the interval's grid
};

struct funding_file {
  csv_findings found;
  std::vector<funding> rows;
};

/// `timestamp_ms,open,high,low,close,volume` with or without that header; times are bar opens.
candle_file read_candle_csv(const std::string& path, interval i);
/// `timestamp_ms,funding_rate` with or without that header.
funding_file read_funding_csv(const std::string& path, const pair_name& pair);

}  // namespace rltrader

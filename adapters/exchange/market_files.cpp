// Finds the files, reads each once, and merges those of one series where they agree.
#include "adapters/exchange/market_files.hpp"

#include "domain/instrument.hpp"
#include "wire/rfc3339.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

namespace rltrader {

namespace {

namespace fs = std::filesystem;

bool is_market_file(const std::string& name) { return name.ends_with(".csv") || name.ends_with(".csv.gz"); }

struct found_file {
  std::string path;
  bool given_itself = false;  ///< by its own path, not by its folder's
};

std::vector<found_file> find_files(const std::vector<std::string>& paths, recorded_market& out) {
  std::vector<found_file> files;
  std::set<std::string> seen;
  const auto add = [&](const fs::path& path, bool itself) {
    std::error_code problem;
    const auto real = fs::weakly_canonical(path, problem).string();
    const auto type = fs::status(path, problem).type();
    // Reading a pipe or a device might never end.
    if (type != fs::file_type::regular && type != fs::file_type::none && type != fs::file_type::not_found)
      out.refused.push_back(path.string() + ": refused: it is no file");
    else if (!seen.insert(problem ? path.string() : real).second)
      out.skipped.push_back(path.string() + ": skipped: it is named twice");
    else
      files.push_back({path.string(), itself});
  };
  for (const auto& path : paths) {
    std::error_code problem;
    const auto status = fs::status(path, problem);
    if (!fs::exists(status)) {
      out.refused.push_back(path + ": refused: there is no such file or folder");
      continue;
    }
    if (!fs::is_directory(status)) {
      add(path, true);
      continue;
    }
    std::vector<fs::path> inside;
    fs::directory_iterator it(path, fs::directory_options::skip_permission_denied, problem);
    for (; !problem && it != fs::directory_iterator{}; it.increment(problem)) {
      std::error_code unknown;  // a link in a circle, for instance: reading it says what is wrong
      if (is_market_file(it->path().filename().string()) && !fs::is_directory(it->path(), unknown))
        inside.push_back(it->path());
    }
    if (problem) out.refused.push_back(path + ": refused: " + problem.message());
    if (inside.empty() && !problem) out.skipped.push_back(path + ": skipped: it holds no .csv or .csv.gz file");
    std::sort(inside.begin(), inside.end());
    for (const auto& file : inside) add(file, false);
  }
  return files;
}

std::string pairs_text(const std::vector<pair_name>& pairs) {
  std::string out;
  for (const auto& p : pairs) out += (out.empty() ? "" : " ") + p.text();
  return out;
}

/// What a file is taken as, or nothing with a line that says why.
struct taken_as {
  pair_name pair;
  std::optional<interval> length;  ///< none for funding
};

std::optional<taken_as> place(const found_file& file, const market_file_terms& terms, recorded_market& out) {
  const auto name = fs::path(file.path).filename().string();
  const auto skip = [&](const std::string& why) {
    out.skipped.push_back(name + ": skipped: " + why);
    return std::nullopt;
  };
  const auto said = read_file_name(name);
  auto pair = resolve_pair(said.pair_text, terms.supported);
  if (!pair && terms.pair && file.given_itself) pair = terms.pair;
  if (!pair) return skip(said.pair_text + " is not a supported pair; supported are " + pairs_text(terms.supported));
  if (terms.pair && *pair != *terms.pair)
    return skip("it is of " + pair->text() + ", asked for is " + terms.pair->text());
  if (said.funding) return taken_as{*pair, std::nullopt};
  if (said.interval && terms.interval && *said.interval != *terms.interval)
    return skip("its interval is " + std::string(text_of(*said.interval)) + ", asked for is " +
                std::string(text_of(*terms.interval)));
  const auto length = said.interval ? said.interval : terms.interval;
  if (length) return taken_as{*pair, length};
  std::string list;
  for (const auto& w : words(interval{})) list += (list.empty() ? "" : " ") + std::string(w.text);
  out.refused.push_back(name + ": refused: its name says no interval; name it with --interval, one of " + list);
  return std::nullopt;
}

template <class Row>
struct piece {
  std::string file;
  std::vector<Row> rows;
};

/// Unites the pieces of one series; refuses two that tell different things of the same time.
template <class Row>
std::optional<std::vector<Row>> unite(std::vector<piece<Row>>&& pieces, const std::string& series,
                                      recorded_market& out) {
  if (pieces.size() == 1) return std::move(pieces.front().rows);
  std::vector<std::pair<Row, std::size_t>> all;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    for (auto& row : pieces[i].rows) all.emplace_back(std::move(row), i);
    pieces[i].rows = {};
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return time_of(a.first) < time_of(b.first); });
  std::vector<Row> rows;
  rows.reserve(all.size());
  const std::pair<Row, std::size_t>* before = nullptr;
  for (const auto& entry : all) {
    const bool again = before != nullptr && time_of(before->first) == time_of(entry.first);
    if (again && !(before->first == entry.first)) {
      out.refused.push_back(series + ": refused: " + pieces[before->second].file + " and " + pieces[entry.second].file +
                            " overlap and differ at " + rfc3339_text(time_of(entry.first)) + "; give one of them");
      return std::nullopt;
    }
    if (!again) rows.push_back(entry.first);
    before = &entry;
  }
  return rows;
}

/// Keeps the findings; false when the file is refused.
bool keep(csv_findings&& found, recorded_market& out) {
  const bool usable = found.refused.empty();
  if (!usable) out.refused.push_back(found.file + ": refused: " + found.refused);
  out.files.push_back(std::move(found));
  return usable;
}

}  // namespace

market_file_name read_file_name(const std::string& file_name) {
  auto stem = file_name;
  for (const std::string_view ending : {".gz", ".csv"})
    if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
  market_file_name out;
  std::size_t begin = 0;
  std::size_t pair_end = std::string::npos;
  std::optional<std::size_t> first_end;
  while (begin <= stem.size()) {
    const auto end = std::min(stem.find_first_of("-_. ", begin), stem.size());
    auto token = stem.substr(begin, end - begin);
    const auto length = value_of<interval>(token);
    for (char& c : token) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_funding = token == "funding" || token == "fundingrate";
    if ((length || is_funding) && begin > 0 && pair_end == std::string::npos) pair_end = begin - 1;
    if (length && !out.interval) out.interval = length;
    out.funding = out.funding || is_funding;
    if (!first_end && !token.empty()) first_end = end;
    begin = end + 1;
  }
  // Without an interval the pair is all up to the first separator: BTCUSDT_2024.csv.
  out.pair_text = stem.substr(0, pair_end != std::string::npos ? pair_end : first_end.value_or(stem.size()));
  return out;
}

recorded_market load_market(const std::vector<std::string>& paths, const market_file_terms& terms) {
  recorded_market out;
  std::map<std::pair<pair_name, interval>, std::vector<piece<candle>>> candles;
  std::map<pair_name, std::vector<piece<funding>>> fundings;
  for (const auto& file : find_files(paths, out)) {
    const auto as = place(file, terms, out);
    if (!as) continue;
    if (as->length) {
      auto read = read_candle_csv(file.path, *as->length);
      const auto name = read.found.file;
      if (keep(std::move(read.found), out)) candles[{as->pair, *as->length}].push_back({name, std::move(read.rows)});
    } else {
      auto read = read_funding_csv(file.path, as->pair);
      const auto name = read.found.file;
      if (keep(std::move(read.found), out)) fundings[as->pair].push_back({name, std::move(read.rows)});
    }
  }
  for (auto& [key, pieces] : candles) {
    const auto series = key.first.text() + " " + std::string(text_of(key.second));
    if (auto rows = unite(std::move(pieces), series, out))
      out.candles.push_back({key.first, key.second, std::move(*rows)});
  }
  for (auto& [pair, pieces] : fundings)
    if (auto rows = unite(std::move(pieces), pair.text() + " funding", out))
      out.funding.push_back({pair, std::move(*rows)});
  return out;
}

}  // namespace rltrader

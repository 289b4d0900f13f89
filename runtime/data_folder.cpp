// Looks at names and sizes alone.
#include "runtime/data_folder.hpp"

#include <filesystem>
#include <system_error>

namespace rltrader {

namespace {

namespace fs = std::filesystem;

// SQLite takes names of at most 512 bytes, with the ending of a log.
constexpr std::size_t longest_path = 490;

constexpr auto what_to_do = "restore a backup of it, or begin anew with another data folder";

failure not_whole(const std::string& file, const std::string& how) {
  return {errc::corrupt, file + " " + how + ", but the folder has been used before; " + what_to_do};
}

}  // namespace

std::string market_file_of(const std::string& folder) { return folder + "/market.json"; }

result<void> path_fits(const std::string& folder) {
  std::error_code problem;
  const auto length = fs::absolute(folder, problem).string().size();
  if (length <= longest_path) return {};
  return {errc::refused, "the data folder " + folder + " cannot be used: its path has " + std::to_string(length) +
                             " bytes, at most " + std::to_string(longest_path) + " are possible"};
}

std::vector<std::string> files_of(const settings& values) {
  if (values.timescale_ops) return {"venue.db"};
  return {"ops.db", "venue.db"};
}

result<void> files_are_whole(const std::string& folder, const std::vector<std::string>& needed) {
  std::error_code problem;
  if (!fs::exists(market_file_of(folder), problem)) return {};
  auto names = needed;
  names.emplace_back("market.db");
  for (const auto& name : names) {
    const auto file = folder + "/" + name;
    const auto size = fs::file_size(file, problem);
    if (!problem && size == 0) return not_whole(file, "is empty");
    // Candles can be had again, so that file alone may be taken away.
    if (problem == std::errc::no_such_file_or_directory && name != "market.db") return not_whole(file, "is missing");
  }
  return {};
}

result<void> books_belong_together(const std::string& folder, ports::ops_reader& store, ports::venue_journal& venue) {
  ports::list_query any;
  any.limit = 1;
  const auto orders = store.orders(any);
  if (!orders) return orders.error();
  if (!orders->rows.empty()) return {};
  const auto books = venue.load();
  if (!books) return books.error();
  for (const auto& row : *books)
    if (row.table == "orders")
      return {errc::corrupt, folder +
                                 "/venue.db has orders that the store does not know: it belongs to another store; "
                                 "bring that store's content over with rltraderctl copy, or begin anew with another "
                                 "data folder"};
  return {};
}

result<void> market_is_known(const std::string& folder, ports::ops_reader& store) {
  std::error_code problem;
  if (fs::exists(market_file_of(folder), problem)) return {};
  ports::list_query any;
  any.limit = 1;
  const auto decisions = store.decisions(any);
  if (!decisions) return decisions.error();
  if (decisions->rows.empty()) return {};
  return not_whole(market_file_of(folder), "is missing");
}

}  // namespace rltrader

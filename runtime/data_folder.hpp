// Whether a data folder may be used, before anything in it is opened: the files of a desk belong together.
#pragma once

#include "ports/ops_store.hpp"
#include "ports/venue_journal.hpp"
#include "runtime/settings.hpp"

#include <string>
#include <vector>

namespace rltrader {

/// errc::refused for a path that the stores cannot have.
result<void> path_fits(const std::string& folder);
/// A folder that was used before has all of its files. errc::corrupt, with the file's name, for one that is gone or empty:
/// opening it would make a new one, and what was recorded would look as if it had never been.
result<void> files_are_whole(const std::string& folder, const std::vector<std::string>& needed);
/// The files that must be there once the folder was used; candles can be had again, so their file is none of them.
std::vector<std::string> files_of(const settings& values);
/// errc::corrupt when the venue's books have orders and the store knows none: the store was exchanged for another one.
result<void> books_belong_together(const std::string& folder, ports::ops_reader& store, ports::venue_journal& venue);
/// errc::corrupt when the store has decisions and nothing says where their market stood: its time would go back.
result<void> market_is_known(const std::string& folder, ports::ops_reader& store);

/// Where the simulated market stands; it is there from the first start on.
std::string market_file_of(const std::string& folder);

}  // namespace rltrader

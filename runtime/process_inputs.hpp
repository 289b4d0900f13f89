// What a process is given from outside: its environment, and files of bounded size.
#pragma once

#include "domain/result.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace rltrader {

/// The environment of this process; of a name that stands there twice, the first.
std::map<std::string, std::string> process_environment();

/// The arguments behind the program's name.
std::vector<std::string> program_arguments(std::span<char* const> argv);

/// A whole file of at most 1 MiB. The failure names what is in the way: missing, a folder, not readable, too large.
result<std::string> read_small_file(const std::string& path);

}  // namespace rltrader

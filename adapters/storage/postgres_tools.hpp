// PostgreSQL's own programs pg_dump and pg_restore, run without a shell; no argument of theirs has a password in it.
#pragma once

#include "domain/result.hpp"

#include <string>
#include <vector>

namespace rltrader::storage {

/// Runs a program of the PATH with these arguments and --dbname for the URL, whose password goes into the program's environment alone,
/// and waits for its end. errc::unavailable when it is not installed or too old for the server; store_failed with its own words.
result<void> run_postgres_tool(const std::string& program, std::vector<std::string> arguments, const std::string& url);
/// The same for what needs no server.
result<void> run_postgres_tool(const std::string& program, std::vector<std::string> arguments);

}  // namespace rltrader::storage

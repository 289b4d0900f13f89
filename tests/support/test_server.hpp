// Where the database servers are that ctest started for a test with SERVERS postgres or timescale.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

namespace rltrader {

/// A server shared by several tests: each makes a schema or a database of its own.
struct test_server {
  std::string folder;     ///< has bin/pg_dump and bin/pg_restore too, for timescale
  std::string url;        ///< an ordinary role, owner of its database; empty if the server is left out
  std::string admin_url;  ///< the superuser, in the database postgres
  std::string left_out;   ///< the sentence to skip by, when url is empty
};

/// The server of the kind "POSTGRES" or "TIMESCALE". Without ctest's environment it is left out, and the sentence says what to set.
inline test_server test_server_of(const std::string& kind) {
  const auto variable = "RLTRADER_TEST_" + kind;
  const auto* folder = std::getenv(variable.c_str());
  if (!folder)
    return {.folder = {},
            .url = {},
            .admin_url = {},
            .left_out = variable + " names no folder of a server: run this test by ctest"};
  const auto line_of = [folder](const char* name) {
    auto file = std::ifstream{std::string{folder} + "/" + name};
    auto line = std::string{};
    std::getline(file, line);
    return line;
  };
  auto found = test_server{.folder = folder, .url = line_of("url"), .admin_url = line_of("admin_url"), .left_out = {}};
  if (found.url.empty()) {
    found.left_out = line_of("left_out");
    if (found.left_out.empty()) found.left_out = "no server runs in " + found.folder + ": its start failed";
  }
  return found;
}

}  // namespace rltrader

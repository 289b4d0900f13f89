// Reads KEY=VALUE files: comments, an optional "export ", quotes as in a shell's dotenv, one entry a line.
//
//   # a comment                      KEY='taken as it is'
//   KEY=value  # a comment           KEY="with \n \r \t \\ \" \$"
//
// A quote closes on its own line, so that one that was forgotten cannot swallow the lines after it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rltrader {

struct dotenv_entry {
  std::string key;
  std::string value;
  int line = 0;
  friend bool operator==(const dotenv_entry&, const dotenv_entry&) = default;
};

/// What is wrong with a line. It never shows the line's text, which may hold a secret.
struct dotenv_problem {
  int line = 0;
  std::string key;  ///< empty where none could be read
  std::string what;
  friend bool operator==(const dotenv_problem&, const dotenv_problem&) = default;
};

struct dotenv_file {
  std::vector<dotenv_entry> entries;  ///< of a key given twice, the first
  std::vector<dotenv_problem> problems;
};

dotenv_file parse_dotenv(std::string_view text);

}  // namespace rltrader

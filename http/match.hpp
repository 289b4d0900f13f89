// Which row of the table a call means.
#pragma once

#include "http/route.hpp"

#include <span>

namespace rltrader::http {

struct matched {
  const route* row = nullptr;   ///< null: no such path, or not by this method
  text_fields parameters;       ///< of the path, decoded
  std::vector<method> allowed;  ///< methods that the path knows; empty: no such path
  bool undecodable = false;     ///< a parameter is no UTF-8 text
};

/// HEAD means the GET row. A path with a literal segment goes before one with a parameter there.
matched match(std::span<const route> table, method verb, std::string_view path);

/// "GET, HEAD, OPTIONS, POST".
std::string allow_header(std::span<const method> allowed);

}  // namespace rltrader::http

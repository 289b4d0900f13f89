// libpq takes the URL apart; its complaints are thrown away, for they quote passwords.
#include "adapters/storage/postgres_url.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace rltrader::storage {

std::optional<std::string> place_of_url(const std::string& url) {
  char* complaint = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parts(PQconninfoParse(url.c_str(), &complaint),
                                                                     &PQconninfoFree);
  PQfreemem(complaint);
  if (!parts) return std::nullopt;
  std::string host = "localhost", port = "5432", name;
  for (const auto* p = parts.get(); p->keyword != nullptr; ++p) {
    if (p->val == nullptr || p->val[0] == '\0') continue;
    const std::string_view word = p->keyword;
    if (word == "host") host = p->val;
    if (word == "port") port = p->val;
    if (word == "dbname") name = p->val;
  }
  // Several hosts have several ports.
  const bool is_ports = port.find_first_not_of("0123456789,") == port.npos;
  if (!is_ports || host.find('@') != host.npos || name.find('@') != name.npos) return std::nullopt;
  return host + ":" + port + "/" + name;
}

std::optional<split_url> without_password(const std::string& url) {
  if (!place_of_url(url)) return std::nullopt;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parts(PQconninfoParse(url.c_str(), nullptr),
                                                                           &PQconninfoFree);
  if (!parts) return std::nullopt;
  split_url out;
  for (const auto* p = parts.get(); p->keyword != nullptr; ++p) {
    if (p->val == nullptr || p->val[0] == '\0') continue;
    const std::string_view word = p->keyword, value = p->val;
    if (word == "sslpassword") return std::nullopt;
    if (word == "password") {
      out.password = value;
      continue;
    }
    out.words += (out.words.empty() ? "" : " ") + std::string(word) + "='";
    for (const char c : value) out.words += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
    out.words += "'";
  }
  return out;
}

}  // namespace rltrader::storage

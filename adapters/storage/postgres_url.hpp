// What may be said of a PostgreSQL URL: where it leads, never its password.
#pragma once

#include <optional>
#include <string>

namespace rltrader::storage {

/// "host:port/database"; nothing when it is not clear what is what in the URL. An unescaped character of a password makes a part of it
/// look like a host, a port or a database, and what libpq says of such a URL quotes it.
std::optional<std::string> place_of_url(const std::string& url);

/// A URL for programs that show their arguments to everybody: libpq's words without secrets, and the password apart.
struct split_url {
  std::string words;
  std::string password;
};
/// Nothing when libpq does not understand it, or when it has a secret that only an argument could carry (sslpassword).
std::optional<split_url> without_password(const std::string& url);

/// What to tell about a URL without a place.
inline constexpr auto unclear_url =
    "its URL cannot be understood; it must be postgresql://NAME:PASSWORD@HOST:PORT/DATABASE, perhaps with "
    "?sslmode=require or another "
    "parameter that libpq knows, and @ : / % in a name or password must be written as %40 %3A %2F %25";

}  // namespace rltrader::storage

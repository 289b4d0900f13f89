// Texts for a terminal: foreign text made harmless, columns, money, times and spans.
#pragma once

#include "domain/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rltrader::cli {

/// What a server said, fit for a terminal: no escape sequence, control or direction mark is left of it, line ends and tabs
/// are blanks, and what is no UTF-8 is "?". A server must not be able to move a cursor or to hide a line.
std::string plain_text(std::string_view foreign);

/// How many columns a plain text takes, a character each.
std::size_t columns_of(std::string_view text);
/// At most so many columns; what is cut ends in "…".
std::string cut_to(std::string_view text, std::size_t columns);

/// "-12345.678" as "-12,345.68"; what is no decimal stays as it is.
std::string money_text(std::string_view decimal);
/// The decimal with "+" before it when it is above zero.
std::string signed_money_text(std::string_view decimal);
/// "0.0123" as "1.23 %".
std::string percent_text(std::string_view fraction);
/// Without zeros at the end: "0.50000000" as "0.5".
std::string short_decimal(std::string_view decimal);

/// "800 ms", "42 s", "3 min", "5 h 12 min", "3 d 4 h".
std::string span_text(milliseconds span);
/// "5", "5s", "500ms", "2m": seconds when no unit is said. Nothing for anything else, or for zero and for above an hour.
std::optional<milliseconds> span_of(std::string_view text);
/// "2024-03-01T12:00:05.000Z" as "2024-03-01 12:00:05"; what is no time stays as it is.
std::string time_text(std::string_view rfc3339);

/// For a path or a query of a URL: everything but letters, digits and -._~ as %XX.
std::string url_escaped(std::string_view text);

}  // namespace rltrader::cli

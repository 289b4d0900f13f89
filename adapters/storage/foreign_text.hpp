// Texts from outside, made fit to be shown: in sentences, on a terminal, in a log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rltrader::storage {

/// Control characters as ?, what is no UTF-8 as U+FFFD, cut to 80 bytes.
std::string printable(std::string_view text);
/// 1234567 as 1,234,567.
std::string grouped(std::int64_t number);

}  // namespace rltrader::storage

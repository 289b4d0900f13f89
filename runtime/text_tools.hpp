// Small text tools that settings and logs share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader {

/// Without blanks, tabs and line ends on both sides.
std::string_view trim(std::string_view text);
/// ASCII letters only; the process's locale must not change what a setting means.
std::string lower_case(std::string_view text);
/// A letter, a digit or an underscore: what keys are made of.
bool is_key_character(char c);
/// Items between commas or line ends, trimmed; `#` begins a comment up to the line's end; empty items are left out.
std::vector<std::string> split_list(std::string_view text);
/// In quotes, control characters replaced, cut after 80 characters: for showing a foreign text in a message.
std::string in_quotes(std::string_view text);
/// How many insertions, deletions, replacements and swaps of neighbours lie between two texts, each of one character.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The length of the valid UTF-8 sequence at the start of a non-empty text; 0 when there is none.
std::size_t utf8_sequence(std::string_view text);
/// The whole text is valid UTF-8: no stray bytes, overlong forms or surrogates.
bool is_utf8(std::string_view text);

}  // namespace rltrader

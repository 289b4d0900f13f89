// Rows of the API as tables. What a row lacks is "-", so that an older or newer daemon is shown as well as it can be.
#pragma once

#include "cli/screen.hpp"
#include "wire/json.hpp"

#include <string>
#include <string_view>

namespace rltrader::cli {

/// The member of an object; null when there is none.
const json& member(const json& of, std::string_view key);
/// As text: nothing for null, "yes" and "no", a list as "a, b", an object as "k=v k=v".
std::string text_of_json(const json& value);
std::string text_at(const json& row, std::string_view key);
/// The rows of an answer: a list, or one under `data`.
const json& rows_of(const json& body);

tone tone_of_level(std::string_view word);     ///< ok, reducing, cooldown, halted
tone tone_of_severity(std::string_view word);  ///< low, medium, high
tone tone_of_money(std::string_view decimal);

table pairs_table(const json& rows);
table orders_table(const json& rows);
table trades_table(const json& rows);
table decisions_table(const json& rows);
table alerts_table(const json& rows);
table jobs_table(const json& rows);
table audit_table(const json& rows);
table agents_table(const json& rows);
table events_table(const json& rows);
table fills_table(const json& rows);
table mismatches_table(const json& rows);

/// "short 0.0123", "flat".
piece position_piece(const json& pair_row);
/// "running", "paused: data", "dead".
piece run_piece(const json& pair_row);

}  // namespace rltrader::cli

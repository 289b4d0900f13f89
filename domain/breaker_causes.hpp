// Why a breaker is open: the list of causes, what level each demands and how each ends; and the row that carries them.
#pragma once

#include "domain/records.hpp"

#include <span>
#include <string>
#include <string_view>

namespace rltrader {

enum class cause_ending : unsigned char {
  by_itself,    ///< two clean checks in a row, not before the cooldown
  next_day,     ///< the next UTC day turns it into its ..._past form, which an operator ends
  by_rebase,    ///< a rebase of the peak
  by_operator,  ///< an operator's resume
};

struct breaker_cause {
  std::string_view word;  ///< stable
  breaker_level level;
  cause_ending ends;
  std::string_view sentence;
};

/// All causes, the worst first; `breaker_row::standing` is in this order.
std::span<const breaker_cause> breaker_causes();
/// The cause of a word. One that is not in the list (a newer or damaged store) halts and waits for an operator: it fails closed.
const breaker_cause& cause_of(std::string_view word);
/// Whether the word is an operator's own halt or reduce.
bool said_by_operator(std::string_view word);

bool has_cause(const breaker_row& row, std::string_view word);
/// Adds a cause if it is new; the reason is the worst cause's.
void add_cause(breaker_row& row, std::string_view word, const std::string& why, instant now);
void remove_cause(breaker_row& row, std::string_view word);
/// The standing causes in words: "daily_loss, leverage".
std::string standing_text(const breaker_row& row);
/// Brings level, cause, cooldown and the rest in line with the causes that stand.
void settle(breaker_row& row);

}  // namespace rltrader

// The causes of an open breaker, spelled out (docs/risk.md).
#include "domain/breaker_causes.hpp"

#include <algorithm>
#include <array>

namespace rltrader {

namespace {

constexpr auto halted = breaker_level::halted;
constexpr auto reducing = breaker_level::reducing;

constexpr std::array causes{
    breaker_cause{"operator_halt", halted, cause_ending::by_operator, "an operator halted it"},
    breaker_cause{"second_daemon", halted, cause_ending::by_operator,
                  "an order with our prefix that this store never made"},
    breaker_cause{"no_equity", halted, cause_ending::by_itself, "equity is at or below zero"},
    breaker_cause{"hard_loss", halted, cause_ending::next_day, "the day's loss is over the hard limit"},
    breaker_cause{"hard_loss_past", halted, cause_ending::by_operator, "a former day's loss was over the hard limit"},
    breaker_cause{"liquidation", halted, cause_ending::by_operator, "the venue liquidated a position"},
    breaker_cause{"adl", halted, cause_ending::by_operator, "the venue closed a position to settle another's"},
    breaker_cause{"foreign_close", halted, cause_ending::by_operator, "the venue closed a position of its own accord"},
    breaker_cause{"operator_reduce", reducing, cause_ending::by_operator, "an operator allows reductions only"},
    breaker_cause{"daily_loss", reducing, cause_ending::next_day, "the day's loss is over the limit"},
    breaker_cause{"daily_loss_past", reducing, cause_ending::by_operator, "a former day's loss was over the limit"},
    breaker_cause{"drawdown", reducing, cause_ending::by_rebase, "the drawdown is over the limit"},
    breaker_cause{"exposure", reducing, cause_ending::by_itself, "marks moved the exposure over its limit"},
    breaker_cause{"leverage", reducing, cause_ending::by_itself, "total exposure over equity is over the limit"},
    breaker_cause{"stale_mark", reducing, cause_ending::by_itself, "a position is held and no fresh mark comes"},
    breaker_cause{"foreign_order", reducing, cause_ending::by_itself,
                  "an order at the venue that nobody here can explain"},
};

constexpr breaker_cause not_known{"unknown_cause", halted, cause_ending::by_operator,
                                  "a cause this program does not know"};

/// The place in the list; words that are not in it come last.
std::size_t rank_of(std::string_view word) {
  const auto* found = std::find_if(causes.begin(), causes.end(), [&](const auto& c) { return c.word == word; });
  return static_cast<std::size_t>(found - causes.begin());
}

}  // namespace

std::span<const breaker_cause> breaker_causes() { return causes; }

const breaker_cause& cause_of(std::string_view word) {
  const auto rank = rank_of(word);
  return rank < causes.size() ? causes[rank] : not_known;
}

bool said_by_operator(std::string_view word) { return word == "operator_halt" || word == "operator_reduce"; }

bool has_cause(const breaker_row& row, std::string_view word) {
  return std::find(row.standing.begin(), row.standing.end(), word) != row.standing.end();
}

void add_cause(breaker_row& row, std::string_view word, const std::string& why, instant now) {
  if (has_cause(row, word)) return;
  const bool worst = std::all_of(row.standing.begin(), row.standing.end(),
                                 [&](const auto& other) { return rank_of(word) < rank_of(other); });
  row.standing.emplace_back(word);
  row.triggered_at = now;
  row.clean_checks = 0;
  if (worst) row.reason = why;
}

void remove_cause(breaker_row& row, std::string_view word) { std::erase(row.standing, word); }

std::string standing_text(const breaker_row& row) {
  std::string text;
  for (const auto& w : row.standing) text += (text.empty() ? "" : ", ") + w;
  return text;
}

void settle(breaker_row& row) {
  std::sort(row.standing.begin(), row.standing.end(),
            [](const auto& a, const auto& b) { return std::pair(rank_of(a), a) < std::pair(rank_of(b), b); });
  row.standing.erase(std::unique(row.standing.begin(), row.standing.end()), row.standing.end());
  row.level = breaker_level::active;
  for (const auto& word : row.standing) row.level = std::max(row.level, cause_of(word).level);
  row.by_operator = std::any_of(row.standing.begin(), row.standing.end(), said_by_operator);
  if (row.level != halted) row.cooldown_until.reset();
  if (row.standing.empty()) {
    row.cause.clear();
    row.clean_checks = 0;
    return;
  }
  const auto worst = std::find_if(row.standing.begin(), row.standing.end(),
                                  [&](const auto& w) { return cause_of(w).level == row.level; });
  row.cause = said_by_operator(*worst) ? "operator" : *worst;
}

}  // namespace rltrader

// The words of refusals, in the order in which review() asks.
#include "domain/risk.hpp"

#include <array>

namespace rltrader {

namespace {

constexpr std::array rules{
    refusal_rule{"unknown_pair", "the pair is not one this desk trades"},
    refusal_rule{"malformed", "the intent contradicts itself or lacks a price it needs"},
    refusal_rule{"wrong_side", "side and leg do not fit the position mode"},
    refusal_rule{"not_reducing", "an exit or a stop must not be able to increase a position"},
    refusal_rule{"not_quantized", "quantity and prices must be multiples of step and tick"},
    refusal_rule{"stale_intent", "it was wanted longer ago than an order stays valid"},
    refusal_rule{"kill_switch", "the kill switch is on"},
    refusal_rule{"breaker_halted", "the breaker is open: no agent orders"},
    refusal_rule{"breaker_reducing", "the breaker is open: reductions only"},
    refusal_rule{"quarantined", "the pair's books and the venue's do not agree yet"},
    refusal_rule{"agents_disabled", "agents are switched off"},
    refusal_rule{"live_not_armed", "a live order while the configuration says paper"},
    refusal_rule{"instrument_not_allowed", "the pair is not among the allowed instruments"},
    refusal_rule{"unresolved_order", "an order of this pair and side is not resolved yet"},
    refusal_rule{"nothing_to_reduce", "nothing is held that the order could reduce"},
    refusal_rule{"over_closable", "more than is held less the reductions in flight"},
    refusal_rule{"not_flat", "a flip is a close, confirmed flat, and then an entry"},
    refusal_rule{"below_minimum", "below the venue's minimum, for entries below three times that"},
    refusal_rule{"no_mark", "no price is known to measure exposure with"},
    refusal_rule{"stale_mark", "the mark price is too old"},
    refusal_rule{"insufficient_equity", "equity is at or below zero"},
    refusal_rule{"daily_loss", "the day's loss is over the account's limit"},
    refusal_rule{"drawdown", "the drawdown is over the account's limit"},
    refusal_rule{"max_instrument_exposure", "the pair's worst case would be over the account's limit"},
    refusal_rule{"max_total_exposure", "the worst case of all pairs would be over the account's limit"},
    refusal_rule{"max_open_positions", "more pairs would be open than the account allows"},
    refusal_rule{"max_leverage", "total exposure over equity would be over the account's limit"},
    refusal_rule{"configuration_position_size", "the pair's worst case would be over the agent configuration's limit"},
    refusal_rule{"configuration_daily_loss", "the day's loss is over the agent configuration's limit"},
    refusal_rule{"limit_set_inactive", "the run's limit set is not in use"},
    refusal_rule{"limit_set_position_size", "the pair's worst case would be over the run's limit"},
    refusal_rule{"limit_set_leverage", "total exposure over equity would be over the run's limit"},
    refusal_rule{"limit_set_daily_loss", "the day's loss is over the run's limit"},
    refusal_rule{"limit_set_drawdown", "the drawdown is over the run's limit"},
    refusal_rule{"limit_set_open_positions", "more pairs would be open than the run's limit set allows"},
};

}  // namespace

std::span<const refusal_rule> refusal_rules() { return rules; }

}  // namespace rltrader

// What the steps of a pair's life share: parts of domain/pair_machine, not for others.
#pragma once

#include "domain/integrity.hpp"
#include "domain/pair_machine.hpp"

namespace rltrader::pair_steps {

using effects = std::vector<pair_effect>;

/// Whose market a decision is made on.
enum class market_of : unsigned char { pair, poster };

/// What a decision is made on: what the integrity gate said of the window, and the features of its last bar.
struct seen_market {
  integrity_verdict verdict;
  const feature_pipeline& pipeline;
  market_of whose = market_of::pair;
};

/// -1 short, 0 flat, 1 long.
int sign_of(const position& p);
/// Whether an order must end before something new is asked; resting stops do not count.
bool unresolved(const pair_state& s);
/// The close of all that is held, by the side table, on the bar's slot.
order_intent closing_intent(pair_state& s, instant bar_open, instant now, price reference, std::string reason,
                            const decision_id& why);
void add_unique(std::vector<std::string>& words, std::string_view what);

/// A decision with what is known before anybody has judged.
decision new_decision(const pair_state& s, const decision_id& id, instant bar_open, price reference, instant now);
/// The gates, then the pauses, then the policy is asked.
void decide(pair_state& s, decision d, seen_market market, instant now, effects& todo);
/// What the policy's word becomes, given what is held and what is under way.
void on_policy(pair_state& s, const policy_answer& answer, instant now, effects& todo);
void on_policy_failed(pair_state& s, const std::string& why, effects& todo);

void on_posted(pair_state& s, const pair_events::posted& e, instant now, effects& todo);
/// Whether this decision is the posted one that is on its way.
bool posted_now(const pair_state& s, const decision_id& id);
/// The posted decision stands: remarks are added, and a simulated order is taken back.
void settle_posted(pair_state& s, decision& d, std::optional<order_intent>& intent);
void posted_kept(pair_state& s, effects& todo);
void posted_not_kept(pair_state& s, const std::string& why, effects& todo);
void posted_reviewed(pair_state& s, const pair_events::reviewed& e, effects& todo);
void posted_order_moved(pair_state& s, const order& now, effects& todo);

}  // namespace rltrader::pair_steps

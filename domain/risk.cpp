// review(intent): every rule an order must pass, each with its word. Exact meanings: docs/risk.md.
#include "domain/risk.hpp"

#include "domain/breaker.hpp"
#include "domain/side_table.hpp"
#include "domain/sizing.hpp"

#include <algorithm>

namespace rltrader {

namespace {

using objection = std::optional<refusal>;

objection because(const char* rule, std::string why) { return refusal{rule, std::move(why)}; }

/// The objection when `measured` is over `limit`, with both figures.
template <class T>
objection over(const char* rule, const char* what, T measured, T limit, const char* unit) {
  if (measured <= limit) return std::nullopt;
  return because(rule,
                 std::string(what) + " would be " + measured.text() + unit + ", the limit is " + limit.text() + unit);
}

bool unanswered(order_state s) {
  return s == order_state::intent || s == order_state::sent || s == order_state::unknown;
}
bool multiple(std::int64_t raw, std::int64_t of) { return of > 0 && raw % of == 0; }

}  // namespace

/// One review: the parts it looks at, and the rules in their order. The only maker of approved orders.
struct reviewer {
  const risk_book& book;
  const order_intent& intent;
  const order_content& content;
  const pair_exposure& pair;
  instant now;
  const review_terms& terms;
  bool by_operator = false;
  bool reduction = false;

  static verdict review(const risk_book& book, const order_intent& intent, instant now, const review_terms& terms,
                        bool by_operator) {
    const auto found = book.pairs.find(intent.content.pair);
    if (found == book.pairs.end())
      return *because("unknown_pair", intent.content.pair.text() + " is not one of this desk's pairs");
    const reviewer r{book, intent, intent.content, found->second,
                     now,  terms,  by_operator,    reduces_only(intent.content, book.mode)};
    if (auto no = r.form()) return *no;
    if (auto no = r.wall()) return *no;
    if (auto no = r.unresolved()) return *no;
    if (auto no = r.reduction ? r.reducing() : r.entering()) return *no;
    return approved_order{intent, now + terms.validity};
  }

  /// What can be said without knowing any state: form, sides, steps.
  objection form() const {
    if (intent.slot.pair != content.pair)
      return because("malformed",
                     "the slot is of " + intent.slot.pair.text() + ", the content of " + content.pair.text());
    if (content.type == order_type::limit && !(content.limit && content.limit->positive()))
      return because("malformed", "a limit order needs a limit price above zero");
    if (is_trigger(content) && !(content.trigger && content.trigger->positive()))
      return because("malformed", "a stop or take-profit order needs a trigger price above zero");
    if ((intent.slot.leg == order_leg::stop) != is_trigger(content))
      return because("malformed", "stops, and only stops, wait for a trigger price");
    if (!fits(content.leg_side, book.mode))
      return because("wrong_side", "leg " + std::string(text_of(content.leg_side)) + " in " +
                                       std::string(text_of(book.mode)) + " mode");
    if (intent.slot.leg != order_leg::entry && !reduction)
      return because("not_reducing", "an " + std::string(text_of(intent.slot.leg)) + " that " +
                                         std::string(text_of(content.side)) + "s without reducing only");
    if (!content.quantity.positive() || !multiple(content.quantity.raw(), pair.instrument.step.raw()))
      return because("not_quantized", "quantity must be above zero and a multiple of " + pair.instrument.step.text() +
                                          ", was " + content.quantity.text());
    for (const auto& p : {content.limit, content.trigger})
      if (p && !multiple(p->raw(), pair.instrument.tick.raw()))
        return because("not_quantized",
                       "a price must be a multiple of " + pair.instrument.tick.text() + ", was " + p->text());
    return std::nullopt;
  }

  /// Age, breaker, quarantine and switches. Protective stops and what an operator reduces pass all of them (I9, I21).
  objection wall() const {
    if (reduction && (by_operator || intent.slot.leg == order_leg::stop)) return std::nullopt;
    if (const auto age = now - intent.created_at; age > terms.validity)
      return because("stale_intent", "it was wanted " + seconds_text(age) + " ago, an order may be at most " +
                                         seconds_text(terms.validity) + " old");
    const auto& configuration = book.configuration;
    if (configuration.kill_switch)
      return because("kill_switch", "the kill switch is on: " + configuration.kill_switch_reason);
    const auto level = level_for(book, content.pair);
    if (level == breaker_level::halted) return because("breaker_halted", breaker_reason(level));
    if (pair.quarantined) return because("quarantined", content.pair.text() + " is quarantined");
    if (reduction) return std::nullopt;
    if (level == breaker_level::reducing) return because("breaker_reducing", breaker_reason(level));
    if (!configuration.enabled) return because("agents_disabled", "agents are switched off in the configuration");
    if (intent.slot.mode == trading_mode::live && configuration.mode != trading_mode::live)
      return because("live_not_armed", "the order is live, the configuration says paper");
    return allowed();
  }

  objection allowed() const {
    const auto& list = book.configuration.allowed_instruments;
    if (list.empty() && intent.slot.mode == trading_mode::paper) return std::nullopt;
    const auto symbol = symbol_of(content.pair);
    if (std::any_of(list.begin(), list.end(), [&](const auto& text) { return symbol_of(pair_name{text}) == symbol; }))
      return std::nullopt;
    return because("instrument_not_allowed", content.pair.text() + " is not among the " + std::to_string(list.size()) +
                                                 " allowed instruments for " + std::string(text_of(intent.slot.mode)) +
                                                 " orders");
  }

  std::string breaker_reason(breaker_level level) const {
    for (const auto& scope : {std::string("account"), content.pair.text()}) {
      const auto found = book.breakers.find(scope);
      if (found != book.breakers.end() && found->second.level == level)
        return scope + " is " + std::string(text_of(level)) + " (" + found->second.cause + "): " + found->second.reason;
    }
    return content.pair.text() + " is " + std::string(text_of(level));
  }

  /// One unresolved order per pair and side, beside the stop. An entry waits for any other order of its leg, a close only for
  /// another close; an operator's close is bound by what is closable alone, because an unknown order may stay so for long.
  objection unresolved() const {
    const auto id = order_id_of(intent.slot);
    for (const auto& [other_id, o] : pair.open_orders) {
      const auto& c = o.content();
      const bool same_slot = other_id == id;
      const bool same_leg = c.leg_side == content.leg_side;
      const bool blocks_stop = is_trigger(content) && is_trigger(c) && unanswered(o.state);
      const bool blocks_close =
          !is_trigger(content) && reduction && !by_operator && !is_trigger(c) && c.side == content.side;
      const bool blocks_entry = !reduction && !is_trigger(c);
      if (same_slot || (same_leg && (blocks_stop || blocks_close || blocks_entry)))
        return because("unresolved_order", "order " + other_id.text() + " (" + std::string(text_of(c.side)) + ' ' +
                                               c.quantity.text() + ") is " + std::string(text_of(o.state)));
    }
    return std::nullopt;
  }

  /// I8: only what is held, of the opposite side, less what is already being closed.
  objection reducing() const {
    const auto found = pair.positions.find(content.leg_side);
    const auto held = found == pair.positions.end() ? quantity{} : found->second.held;
    const bool opposite = content.side == order_side::sell ? held.positive() : held.negative();
    const auto reduces = std::string(text_of(content.side)) + ' ' + content.quantity.text() + ", held " + held.text();
    if (!opposite) return because("nothing_to_reduce", reduces);
    const auto rest = is_trigger(content) ? held.abs() : closable(pair, content.leg_side, book.mode);
    if (rest.is_zero()) return because("nothing_to_reduce", reduces + ", all of it is being closed already");
    if (content.quantity > rest) return because("over_closable", reduces + ", closable " + rest.text());
    if (content.quantity == rest) return std::nullopt;  // a whole remainder may be closed whatever its size (I12)
    const auto at = content.limit ? content.limit : mark_of(pair, now, held.positive() ? 1 : -1, terms.mark_fresh_for);
    if (is_dust(pair.instrument, content.quantity, at)) return below_minimum(pair.instrument.minimum, at, 1);
    return std::nullopt;
  }

  objection below_minimum(quantity least, std::optional<price> at, int times) const {
    return because("below_minimum",
                   content.quantity.text() + (at ? " at " + at->text() : std::string{}) + " is below " + least.text() +
                       ": " + (times == 1 ? std::string{} : std::to_string(times) + " times ") + "the minimum of " +
                       pair.instrument.minimum.text() + " and of " + pair.instrument.minimum_notional.text() + " USDT");
  }

  /// Prices, minimums, then all limits, the worst case counted.
  objection entering() const {
    if (!pair.mark) return because("no_mark", "no price of " + content.pair.text() + " has been seen");
    const auto age = now - pair.mark->at;
    if (age > terms.mark_fresh_for || !pair.mark->mark.positive())
      return because("stale_mark", "the mark of " + content.pair.text() + " is " + std::to_string(age.count()) +
                                       " ms old, at most " + std::to_string(terms.mark_fresh_for.count()) +
                                       " ms are allowed");
    const auto found = pair.positions.find(content.leg_side);
    const auto held = found == pair.positions.end() ? quantity{} : found->second.held;
    const bool opposite = content.side == order_side::sell ? held.positive() : held.negative();
    if (opposite && !is_dust(pair.instrument, held, pair.mark->mark))
      return because("not_flat",
                     "a " + std::string(text_of(content.side)) + " entry while " + held.text() + " is held");
    const auto least = least_entry(pair.instrument, content.limit.value_or(pair.mark->mark));
    if (content.quantity < least) return below_minimum(least, content.limit.value_or(pair.mark->mark), entry_minimums);
    return limits();
  }

  objection limits() const {
    for (const auto& [name, other] : book.pairs) {
      const auto worst = worst_case_of(other, book.mode, now, nullptr, terms.mark_fresh_for);
      if (worst.any() && !worst.at)
        return because("no_mark", name.text() + " holds something of which no price is known");
    }
    const auto m = measure(book, now, terms.mark_fresh_for);
    if (!m.equity.positive()) return because("insufficient_equity", "equity is " + m.equity.text() + " USDT");

    const auto before = exposure_of(pair, book.mode, now, nullptr, terms.mark_fresh_for);
    const auto after = exposure_of(pair, book.mode, now, &content, terms.mark_fresh_for);
    const auto total = m.total_exposure - before + after;
    const auto open = open_after();

    if (auto no = of_account(m, after, total, open)) return no;
    if (auto no = of_configuration(m, after)) return no;
    return pair.limits ? of_limit_set(*pair.limits, m, after, total, open) : std::nullopt;
  }

  /// Pairs that hold more than dust or may come to, this one included.
  int open_after() const {
    int open = 1;
    for (const auto& [name, other] : book.pairs) {
      if (name == content.pair) continue;
      const auto worst = worst_case_of(other, book.mode, now, nullptr, terms.mark_fresh_for);
      const bool large = !is_dust(other.instrument, std::max(worst.long_worst, worst.short_worst), worst.at);
      if (worst.any() && large) ++open;
    }
    return open;
  }

  objection of_account(const risk_measures& m, money after, money total, int open) const {
    const auto& p = book.policy;
    const auto loss_limit = std::min(p.max_daily_loss, p.circuit_breaker_loss);
    if (m.daily_loss > loss_limit) return over("daily_loss", "the day's loss", m.daily_loss, loss_limit, " USDT");
    if (auto no = over("drawdown", "the drawdown", m.drawdown, p.max_drawdown, "")) return no;
    if (auto no = over("max_instrument_exposure", "exposure of the pair", after, p.max_instrument_exposure, " USDT"))
      return no;
    if (auto no = over("max_total_exposure", "total exposure", total, p.max_total_exposure, " USDT")) return no;
    if (open > p.max_open_positions) return too_many("max_open_positions", open, p.max_open_positions);
    return too_leveraged("max_leverage", total, m.equity, p.max_leverage);
  }

  objection of_configuration(const risk_measures& m, money after) const {
    const auto& c = book.configuration;  // zero means that there is no such limit
    if (c.daily_loss_limit.positive())
      if (auto no = over("configuration_daily_loss", "the day's loss", m.daily_loss, c.daily_loss_limit, " USDT"))
        return no;
    if (c.max_position_size.positive())
      return over("configuration_position_size", "exposure of the pair", after, c.max_position_size, " USDT");
    return std::nullopt;
  }

  objection of_limit_set(const risk_limit_set& set, const risk_measures& m, money after, money total, int open) const {
    if (!set.active) return because("limit_set_inactive", "limit set " + set.name + " is not in use");
    if (auto no = over("limit_set_daily_loss", "the day's loss", m.daily_loss, set.max_daily_loss, " USDT")) return no;
    if (auto no = over("limit_set_drawdown", "the drawdown", m.drawdown, set.max_drawdown, "")) return no;
    if (auto no = over("limit_set_position_size", "exposure of the pair", after, set.max_position_size, " USDT"))
      return no;
    if (open > set.max_open_positions) return too_many("limit_set_open_positions", open, set.max_open_positions);
    return too_leveraged("limit_set_leverage", total, m.equity, set.leverage_cap);
  }

  static objection too_many(const char* rule, int open, int most) {
    return because(rule, std::to_string(open) + " pairs would be open, the limit is " + std::to_string(most));
  }

  /// Compared as exposure against equity x limit, rounded against us, so that no small equity makes the ratio overflow.
  static objection too_leveraged(const char* rule, money total, money equity, rate most) {
    const auto room = part_of(equity, most, rounding::down);
    if (total <= room) return std::nullopt;
    return because(rule, "total exposure would be " + total.text() + " USDT on equity of " + equity.text() +
                             " USDT, the limit is " + most.text() + " times");
  }
};

verdict review(const risk_book& book, const order_intent& intent, instant now, const review_terms& terms,
               bool by_operator) {
  return reviewer::review(book, intent, now, terms, by_operator);
}

}  // namespace rltrader

// Measures, and review(intent): the only maker of an approved order. Exact meanings: docs/risk.md.
#pragma once

#include "domain/instrument.hpp"
#include "domain/market.hpp"
#include "domain/records.hpp"
#include "domain/result.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rltrader {

/// Only review() makes one; it never leaves the process. The executor checks `valid_until` and the breaker again before the socket.
class approved_order {
 public:
  const order_intent& intent() const { return intent_; }
  instant valid_until() const { return valid_until_; }

 private:
  friend struct reviewer;
  approved_order(order_intent intent, instant valid_until) : intent_(std::move(intent)), valid_until_(valid_until) {}
  order_intent intent_;
  instant valid_until_;
};

/// Why an intent was refused: a stable word and a sentence with the figures.
struct refusal {
  std::string rule;
  std::string why;

  friend bool operator==(const refusal&, const refusal&) = default;
  static constexpr auto type_name = "refusal";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rule", &refusal::rule, "stable word"}, field{"why", &refusal::why, "with the figures"});
  }
};

/// What risk knows of one pair.
struct pair_exposure {
  rltrader::instrument instrument;
  std::optional<tick> mark;  ///< the newest one
  std::map<position_side, position> positions;
  std::map<order_id, order> open_orders;  ///< not terminal, UNKNOWN included, external ones too
  bool quarantined = false;
  std::optional<risk_limit_set> limits;  ///< of the pair's run, beside the account's
};

/// The measures of the account, as /ops/trading/risk shows them.
struct risk_measures {
  std::map<std::string, money> exposure_by_instrument;  ///< worst case at mark, pairs above zero
  money total_exposure;
  int open_positions = 0;
  money daily_loss;
  money in_flight_exposure;  ///< of orders sent or accepted and not filled, that may increase
  money unknown_exposure;
  money realised;  ///< since the beginning, after fees and funding
  money unrealised;
  money equity;
  rate drawdown;
  rate leverage;

  static constexpr auto type_name = "risk_measures";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"exposureByInstrument", &risk_measures::exposure_by_instrument, "USDT at mark, worst case, by pair"},
             field{"totalExposure", &risk_measures::total_exposure, "USDT, no netting across pairs"},
             field{"openPositions", &risk_measures::open_positions, "pairs above dust"},
             field{"dailyLoss", &risk_measures::daily_loss, "USDT since 00:00 UTC, unrealised included"},
             field{"inFlightExposure", &risk_measures::in_flight_exposure, "USDT of unanswered and resting entries"},
             field{"unknownExposure", &risk_measures::unknown_exposure, "USDT of orders without the venue's word"},
             field{"realisedPnl", &risk_measures::realised, "USDT after fees and funding"},
             field{"unrealisedPnl", &risk_measures::unrealised, "USDT at mark"},
             field{"equity", &risk_measures::equity, "USDT"},
             field{"drawdown", &risk_measures::drawdown, "fraction of the peak"},
             field{"leverage", &risk_measures::leverage, "total exposure / equity"});
  }
};

/// All that limits are measured on: positions, open orders, marks, wallet, policy, breaker. A value: copy it, compare it.
struct risk_book {
  std::map<pair_name, pair_exposure> pairs;
  money wallet;  ///< by the venue; moved by fills and funding until it speaks again
  money realised;
  risk_policy policy;
  agent_configuration configuration;
  std::map<std::string, breaker_row> breakers;  ///< "account" and pairs; missing: active
  position_mode mode = position_mode::one_way;
};

/// mark: the venue's, at most 10 s old (or `fresh_for`); else the last price moved 2 % against `holding_sign`: down for a long (+1),
/// up for a short (-1). None: no price at all. Exposure is measured at the dearer one (-1), whatever is held.
std::optional<price> mark_of(const pair_exposure& pair, instant now, int holding_sign,
                             milliseconds fresh_for = seconds{10});
/// mark x max(long_worst, short_worst) in one-way mode, x their sum in hedge mode; with one more order added if given. Without any
/// price of the market, the dearest price of the pair's own books moved 2 % up stands in: what is held never counts as nothing.
money exposure_of(const pair_exposure& pair, position_mode mode, instant now, const order_content* added = nullptr,
                  milliseconds fresh_for = seconds{10});
risk_measures measure(const risk_book& book, instant now, milliseconds fresh_for = seconds{10});
/// The most that may come to be held, and what one unit of it is reckoned at (measure 2).
struct worst_case {
  quantity long_worst;
  quantity short_worst;
  std::optional<price> at;  ///< none: nothing at all is known of the price
  bool any() const { return long_worst.positive() || short_worst.positive(); }
};
worst_case worst_case_of(const pair_exposure& pair, position_mode mode, instant now,
                         const order_content* added = nullptr, milliseconds fresh_for = seconds{10});
/// Too little to be closed by an ordinary order: below the minimum quantity, or below the minimum notional at that price.
bool is_dust(const rltrader::instrument& instrument, quantity held, std::optional<price> at);
/// True when the content can only make the position smaller (one-way: reduce_only; hedge: the closing side of its leg).
bool reduces_only(const order_content& content, position_mode mode);
/// Triggers rest beside a close; they are not reductions in flight.
bool is_trigger(const order_content& content);
/// What of a position may still be closed: held less the reductions in flight, which count as filled (measure 2). Never negative.
/// Resting triggers (stops) are not counted: they rest beside a close, and the venue cuts them to what is held.
quantity closable(const pair_exposure& pair, position_side leg, position_mode mode);

/// How long an approval stands, and how old a mark may be.
struct review_terms {
  milliseconds validity = seconds{30};
  milliseconds mark_fresh_for = seconds{10};
};

using verdict = std::variant<approved_order, refusal>;
/// Reviews against breaker, quarantine, switches, quantization, minimums, one unresolved order per pair and side, closable
/// quantity for reductions, and all limits (account policy, run's limit set, agent configuration: the tightest wins), counting
/// in-flight and UNKNOWN orders (I10). A reduction passes REDUCING; with `by_operator` also HALTED and quarantine, as a protective
/// stop always does. The caller notes an approved order (state intent) before it reviews the next, or the two are not counted together.
/// Refusals carry a word of refusal_rules().
verdict review(const risk_book& book, const order_intent& intent, instant now, const review_terms& terms,
               bool by_operator = false);

/// A stable word of a refusal and what it means, for the API and the documentation.
struct refusal_rule {
  std::string_view word;
  std::string_view sentence;
};
std::span<const refusal_rule> refusal_rules();

/// Whether the venue's equity and our own agree: within max(1 USDT, 0.1 %); else the account is quarantined (measure 4).
bool equity_agrees(money ours, money theirs);

/// Applies what happened to the book. Of a fill, note the fill before the order that it changed: between the two the same quantity
/// counts twice, which is safe; the other way round it would not count at all.
void note_order(risk_book& book, const order& o);  ///< adds, replaces, or drops a terminal one
void note_fill(risk_book& book, const fill& f);    ///< moves position, wallet, realised
void note_funding(risk_book& book, const funding& f);
void note_tick(risk_book& book, const tick& t);
void note_balance(risk_book& book, money wallet);
/// A position after funding or insurance: what it received since is in the wallet. A pair that is not in the book is left out.
void note_position(risk_book& book, const position& held);

}  // namespace rltrader

// A decision on a market that somebody posts: a fresh feature pipeline, the pair's own books, the same gates and the same way to
// an order. Its slot is the posted bar's open, so the same market posted twice names the same order.
#include "domain/pair_steps.hpp"
#include "domain/sha256.hpp"
#include "domain/warnings.hpp"

#include <algorithm>

namespace rltrader::pair_steps {

namespace {

/// A posted decision that has not been answered for so long gives way to the next one.
constexpr milliseconds patience = minutes{1};

/// Holes between the bars that the pair itself has seen lately: what its own series lacks, a posted one cannot vouch for.
int holes_in(const pair_state& s) {
  const auto n = std::min(s.window.size(), s.terms.window);
  const auto bars = std::span(s.window).last(n);
  int holes = 0;
  for (std::size_t i = 1; i < bars.size(); ++i)
    if (bars[i].open_time > next_open(s.terms.primary, bars[i - 1].open_time)) ++holes;
  return holes;
}

/// What the pair's own series and the posted last price say of the same moment: the one that differs most.
std::optional<price> other_word(const pair_state& s, const posted_market& market, const candle& last) {
  std::optional<price> out = market.last_price;
  const auto own =
      std::find_if(s.window.rbegin(), s.window.rend(), [&](const candle& c) { return c.open_time <= last.open_time; });
  if (own == s.window.rend() || own->open_time != last.open_time) return out;
  const auto off = [&](price p) { return p > last.close ? p - last.close : last.close - p; };
  if (!out || off(own->close) > off(*out)) out = own->close;
  return out;
}

struct heard_signals {
  std::vector<double> scores;
  int left_out = 0;
};

heard_signals hear(const pair_state& s, const posted_market& market, instant now) {
  heard_signals out;
  const auto& allowed = s.fleet.allowed_source_ids;
  for (const auto& v : market.signals) {
    const bool fresh = v.at <= now && now - v.at <= heard_for(v.kind);
    const bool known = allowed.empty() || std::find(allowed.begin(), allowed.end(), v.source) != allowed.end();
    if (fresh && known)
      out.scores.push_back(v.signal_score * v.confidence.value_or(1));
    else
      ++out.left_out;
  }
  return out;
}

/// Over all that was posted and what is held, so that the record shows on what was decided.
std::string input_of(const pair_state& s, const posted_market& market) {
  std::string text = "posted|" + s.held.held.text() + '|' + s.held.entry.text();
  for (const auto& c : market.candles)
    text += '|' + std::to_string(ms_of(c.open_time)) + ' ' + c.open.text() + ' ' + c.high.text() + ' ' + c.low.text() +
            ' ' + c.close.text() + ' ' + c.volume.text();
  text += "|last " + (market.last_price ? market.last_price->text() : "none");
  text += "|spread " + (market.spread ? market.spread->text() : "none");
  for (const auto& v : market.signals)
    text += '|' + std::string(text_of(v.kind)) + ' ' + std::to_string(v.source.size()) + ':' + v.source + ' ' +
            std::to_string(ms_of(v.at)) + ' ' + std::to_string(v.signal_score) + ' ' +
            std::to_string(v.confidence.value_or(1));
  return sha256_hex(text).substr(0, 32);
}

std::optional<failure> not_now(const pair_state& s, const pair_events::posted& e, instant now) {
  const auto& name = s.terms.instrument.pair.text();
  if (e.run != s.run.id)
    return failure{errc::not_found, e.run.text() + " is not the run of " + name + "; that is " + s.run.id.text()};
  if (s.run.mode == trading_mode::live || s.terms.mode == trading_mode::live)
    return failure{errc::refused, "a live run decides on its own market alone; posted candles are refused"};
  if (s.run.status == run_status::stopped)
    return failure{errc::conflict, "the run " + s.run.id.text() + " is stopped; it decides no more"};
  if (s.posting && now - s.posting->since < patience)
    return failure{errc::conflict,
                   "another posted decision of " + name + " is on its way; ask again when it is answered"};
  return std::nullopt;
}

void answer(pair_state& s, result<posted_outcome> what, effects& todo) {
  todo.push_back(pair_effects::answer_posted{s.posting->token, std::move(what)});
  s.posting.reset();
}

}  // namespace

bool posted_now(const pair_state& s, const decision_id& id) { return s.posting && s.posting->outcome.decided.id == id; }

void on_posted(pair_state& s, const pair_events::posted& e, instant now, effects& todo) {
  if (auto why = not_now(s, e, now)) {
    todo.push_back(pair_effects::answer_posted{e.token, std::move(*why)});
    return;
  }
  if (s.posting) answer(s, failure{errc::timed_out, "its order was not answered for; look at the decision"}, todo);

  const auto& market = e.market;
  const auto heard = hear(s, market, now);
  integrity_input in{.window = market.candles,
                     .interval = s.terms.primary,
                     .now = now,
                     .bars_least = s.terms.bars_least,
                     .spike_bars = s.terms.window,
                     .open_gap_events = holes_in(s),
                     .signal_scores = heard.scores,
                     .limits = s.terms.gate};
  // The newest bar, wherever it stands: of twins the later one, as a correction would.
  const candle* last = nullptr;
  for (const auto& c : market.candles)
    if (last == nullptr || c.open_time >= last->open_time) last = &c;
  if (last != nullptr) in.cross_source_price = other_word(s, market, *last);
  auto verdict = check_integrity(in);

  feature_pipeline fresh{s.terms.primary, s.terms.contexts};
  for (const auto& c : verdict.usable(market.candles)) fresh.push(c);

  const auto bar_open = last != nullptr ? last->open_time : open_of(s.terms.primary, now);
  const auto input = input_of(s, market);
  const auto id = "d-" + sha256_hex(s.run.id.text() + "|posted|" + input + '|' + std::to_string(ms_of(now)) + '|' +
                                    std::to_string(++s.posted))
                             .substr(0, 24);
  auto d = new_decision(s, decision_id{id}, bar_open, last != nullptr ? last->close : price{}, now);
  d.source = posted_source;
  d.input_hash = input;

  s.posting = posted_work{.token = e.token, .since = now, .simulate = e.simulate, .remark = {}, .outcome = {}};
  s.posting->outcome.decided.id = d.id;
  if (heard.left_out > 0)
    s.posting->remark = "; signals left out, too old, of the future or of a source that is not allowed: " +
                        std::to_string(heard.left_out);
  decide(s, std::move(d), {std::move(verdict), fresh, market_of::poster}, now, todo);
}

void settle_posted(pair_state& s, decision& d, std::optional<order_intent>& intent) {
  auto& out = s.posting->outcome;
  d.reason += s.posting->remark;
  out.warnings = d.warnings;
  if (intent && s.posting->simulate) {
    d.risk_check_result = "simulated";
    d.reason += "; simulated as " + std::string(text_of(*s.posting->simulate)) + ", no order is sent";
    out.simulated = s.posting->simulate;
    if (*out.simulated == simulated_execution::failed) out.warnings.emplace_back(warning::execution_failed);
    intent.reset();
  }
  out.risk_check = out.simulated ? "simulated" : "not_needed";
  if (intent) {
    out.order = order_id_of(intent->slot);
    if (!intent->trade.empty()) out.trade = intent->trade;
  }
  out.decided = d;
  if (d.risk_check_result.empty()) out.decided.risk_check_result = intent ? "asked" : "not_needed";
}

void posted_kept(pair_state& s, effects& todo) { answer(s, std::move(s.posting->outcome), todo); }

void posted_not_kept(pair_state& s, const std::string& why, effects& todo) {
  answer(s, failure{errc::store_failed, "the decision could not be kept, so nothing was asked for: " + why}, todo);
}

void posted_reviewed(pair_state& s, const pair_events::reviewed& e, effects& todo) {
  if (!s.posting || s.posting->outcome.order != e.id) return;
  auto& out = s.posting->outcome;
  if (e.approved) return;  // the order's first word follows
  if (e.rule == no_review)
    return answer(s,
                  failure{errc::timed_out, "whether it is ordered is not known: no review in time (" + e.why +
                                               "); an order " + e.id.text() + " may follow"},
                  todo);
  out.risk_check = "refused:" + e.rule;
  out.warnings.emplace_back(warning::execution_failed);
  out.order.reset();
  out.trade.reset();
  answer(s, std::move(out), todo);
}

void posted_order_moved(pair_state& s, const order& now, effects& todo) {
  if (!s.posting || s.posting->outcome.order != now.id) return;
  // An older order of the slot may move while the review is still asked for: only what this decision asked for answers it.
  if (s.awaiting_durability && order_id_of(s.awaiting_durability->slot) == now.id) return;
  auto& out = s.posting->outcome;
  out.risk_check = "approved";
  out.state = now.state;
  if (now.state == order_state::rejected || now.state == order_state::not_placed)
    out.warnings.emplace_back(warning::execution_failed);
  answer(s, std::move(out), todo);
}

}  // namespace rltrader::pair_steps

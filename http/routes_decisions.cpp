// POST /agents/{id}/runs/{run}/decisions: a decision of a paper run on a market that the caller posts.
#include "http/agent_tools.hpp"
#include "http/routes.hpp"
#include "messages/views.hpp"

#include <algorithm>
#include <array>

namespace rltrader::http {

namespace {

/// The least that a price may be.
constexpr double price_least = 1e-8;
constexpr std::size_t candles_most = 5'000;
constexpr std::size_t voices_most = 500;

struct posted_candle {
  instant timestamp{};
  price open;
  price high;
  price low;
  price close;
  quantity volume;

  static constexpr auto type_name = "posted_candle";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"timestamp", &posted_candle::timestamp, "the bar's open"},
             field{"open", &posted_candle::open, "USDT", rule{.least = price_least}},
             field{"high", &posted_candle::high, "USDT", rule{.least = price_least}},
             field{"low", &posted_candle::low, "USDT", rule{.least = price_least}},
             field{"close", &posted_candle::close, "USDT", rule{.least = price_least}},
             field{"volume", &posted_candle::volume, "base coins", rule{.least = 0}});
  }
};

struct market_body {
  std::vector<posted_candle> candles;
  std::optional<price> last_price;
  std::optional<price> spread;

  static constexpr auto type_name = "market_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"candles", &market_body::candles, "closed bars of the agent's interval", rule{.longest = candles_most}},
        field{"lastPrice", &market_body::last_price, "USDT; compared with the last close", rule{.least = price_least}},
        field{"spread", &market_body::spread, "USDT; kept in the input hash", rule{.least = 0}});
  }
};

struct voice_body {
  std::string source;
  instant timestamp{};
  double score = 0;
  std::optional<double> confidence;

  static constexpr auto type_name = "voice_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"source", &voice_body::source, "who says so", rule{.longest = 128}},
             field{"timestamp", &voice_body::timestamp, "when it was said"},
             field{"score", &voice_body::score, "-1 down to 1 up", rule{.least = -1, .most = 1}},
             field{"confidence", &voice_body::confidence, "how much the score weighs; 1 when it is not given",
                   rule{.least = 0, .most = 1}});
  }
};
using voices = std::optional<std::vector<voice_body>>;

enum class past_side : unsigned char { long_side, short_side, close };
constexpr auto words(past_side) {
  return std::array{word{past_side::long_side, "long"}, word{past_side::short_side, "short"},
                    word{past_side::close, "close"}};
}
struct past_trade {
  instant executed_at{};
  past_side side{};
  quantity amount;
  price at;

  static constexpr auto type_name = "past_trade";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"executedAt", &past_trade::executed_at, "when"},
             field{"side", &past_trade::side, "long, short or close"},
             field{"quantity", &past_trade::amount, "base coins", rule{.least = 0}},
             field{"price", &past_trade::at, "USDT", rule{.least = price_least}});
  }
};

struct decision_body {
  std::string id;
  std::string run;
  market_body market;
  voices ideas;
  voices signals;
  voices news;
  voices ocr;
  std::optional<std::vector<past_trade>> recent_trades;
  std::optional<simulated_execution> simulate;

  static constexpr auto type_name = "decision_body";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &decision_body::id, "the agent", rule{.longest = 200}},
             field{"run", &decision_body::run, "its present run", rule{.longest = 200}},
             field{"market", &decision_body::market, "what to decide on"},
             field{"ideas", &decision_body::ideas, "heard for an hour", rule{.longest = voices_most}},
             field{"signals", &decision_body::signals, "heard for an hour", rule{.longest = voices_most}},
             field{"news", &decision_body::news, "heard for six hours", rule{.longest = voices_most}},
             field{"ocr", &decision_body::ocr, "heard for an hour", rule{.longest = voices_most}},
             field{"recentTrades", &decision_body::recent_trades,
                   "checked and not used: the position is that of the books", rule{.longest = voices_most}},
             field{"simulateExecutionStatus", &decision_body::simulate,
                   "no order is sent, this is answered in its place; only where ALLOW_LIVE_SIMULATION"});
  }
};

struct decision_part {
  rltrader::action choice{};
  double confidence = 0;
  quantity size;
  std::string reason;
  std::string risk_check_result;
  std::string policy_version;

  static constexpr auto type_name = "decision_part";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"action", &decision_part::choice, "long, short, hold or close"},
             field{"confidenceScore", &decision_part::confidence, "0..1"},
             field{"size", &decision_part::size, "base coins"}, field{"reason", &decision_part::reason, "in words"},
             field{"riskCheckResult", &decision_part::risk_check_result,
                   "not_needed, approved, simulated or refused:<rule>"},
             field{"policyVersion", &decision_part::policy_version, "which policy decided"});
  }
};

struct decision_answer {
  decision_part decided;
  decision_id trade_decision_id;
  std::optional<trade_id> trade;
  std::optional<std::string> execution_status;
  std::vector<std::string> warnings;

  static constexpr auto type_name = "decision_answer";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"decision", &decision_answer::decided, "what was decided"},
             field{"tradeDecisionId", &decision_answer::trade_decision_id, "its record; GET /ops/why/{id}"},
             field{"tradeId", &decision_answer::trade, "the round trip of its order, if one"},
             field{"tradeExecutionStatus", &decision_answer::execution_status,
                   "of its order as first heard, or what was simulated"},
             field{"warnings", &decision_answer::warnings, "stable words"});
  }
};

void add_voices(posted_market& to, signal_kind kind, const voices& from) {
  if (!from) return;
  for (const auto& v : *from) to.signals.push_back({kind, v.source, v.timestamp, v.score, v.confidence});
}

posted_market market_of(const decision_body& body) {
  posted_market out;
  out.candles.reserve(body.market.candles.size());
  for (const auto& c : body.market.candles)
    out.candles.push_back({c.timestamp, c.open, c.high, c.low, c.close, c.volume});
  out.last_price = body.market.last_price;
  out.spread = body.market.spread;
  add_voices(out, signal_kind::idea, body.ideas);
  add_voices(out, signal_kind::signal, body.signals);
  add_voices(out, signal_kind::news, body.news);
  add_voices(out, signal_kind::ocr, body.ocr);
  return out;
}

decision_answer answer_of(const posted_outcome& out) {
  const auto& d = out.decided;
  decision_answer a{
      {d.choice, d.confidence, d.size, d.reason, out.risk_check, d.policy_version}, d.id, out.trade, {}, out.warnings};
  if (out.state) a.execution_status = execution_status(*out.state);
  if (out.simulated) a.execution_status = std::string(text_of(*out.simulated));
  return a;
}

problem refused(int status, std::string code, std::string detail) {
  return {.status = status, .code = std::move(code), .detail = std::move(detail), .details = {}, .headers = {}};
}

problem stopped(const std::string& run) {
  return refused(409, "conflict", "the run " + run + " is stopped; it decides no more");
}

/// The pair whose present run this is; the fleet has all runs.
const pair_view* pair_of_run(const decision_body& body, const pair_list& pairs) {
  for (const auto& p : pairs.pairs)
    if (p.run.id.text() == body.run && (body.id == fleet_id || agent_id_of(p.pair) == body.id)) return &p;
  return nullptr;
}

/// 409 for a run that was once, else 404.
void refuse_unknown_run(const exchange_ptr& x, const decision_body& body) {
  auto pair = pair_of_agent(body.id, x->env());
  if (auto* wrong = std::get_if<problem>(&pair)) return x->refuse(*wrong);
  list_request r;
  r.pair = std::get<std::optional<std::string>>(pair);
  r.run = body.run;
  ask_actor<&directory::reader, run_rows>(
      x, find_runs{std::move(r)}, [x, id = body.id, run = body.run](const run_rows& found) {
        const bool known = std::any_of(found.rows.begin(), found.rows.end(),
                                       [&](const agent_run& row) { return row.id.text() == run; });
        if (known) return x->refuse(stopped(run));
        x->refuse(problem_of(failure{errc::not_found, id.substr(0, 80) + " has no run " + run.substr(0, 80)}));
      });
}

void decide(const exchange_ptr& x, decision_body& body) {
  if (body.simulate && !x->env().simulation_allowed)
    return x->refuse(refused(422, "simulation_not_allowed",
                             "simulateExecutionStatus is taken where ALLOW_LIVE_SIMULATION is set, and never in "
                             "production"));
  auto asked = std::make_shared<decision_body>(std::move(body));
  ask_actor<&directory::pairs, pair_list>(x, ask_health{}, [x, asked](const pair_list& pairs) {
    const auto* agent = pair_of_run(*asked, pairs);
    if (agent == nullptr) return refuse_unknown_run(x, *asked);
    if (agent->run.status == run_status::stopped) return x->refuse(stopped(asked->run));
    if (agent->run.mode == trading_mode::live)
      return x->refuse(
          refused(422, "live_run", "a live run decides on its own market alone; posted candles are refused"));
    ask_actor<&directory::pairs, posted_outcome>(
        x, decide_posted{agent->pair, agent->run.id, market_of(*asked), asked->simulate, x->who()},
        [x](const posted_outcome& out) { x->answer(to_json_of(answer_of(out))); });
  });
}

using enum access;
constexpr std::array decisions_table{
    serve<decision_body, decision_answer, &decide>(method::post, "/agents/{id}/runs/{run}/decisions", operators,
                                                   "Decide on a posted market")
        .within(seconds{7}),
};

}  // namespace

std::span<const route> decision_routes() { return decisions_table; }

}  // namespace rltrader::http

// /bingx/market-data: candles, pairs, and how fresh the data is.
#include "http/route_tools.hpp"
#include "http/routes.hpp"

#include <algorithm>
#include <array>

namespace rltrader::http {

namespace {

constexpr std::string_view gold_coins[] = {"XAUT", "PAXG"};

struct candles_query {
  std::optional<std::string> pair;
  std::optional<rltrader::interval> interval;
  std::optional<instant> start;
  std::optional<instant> end;
  std::optional<std::int64_t> limit;

  static constexpr auto type_name = "candles_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &candles_query::pair, "the pair; none: the first supported one", rule{.longest = 128}},
             field{"interval", &candles_query::interval, "1m unless said"},
             field{"start", &candles_query::start, "open_time from"},
             field{"end", &candles_query::end, "open_time before"},
             field{"limit", &candles_query::limit, "rows at most, 500", rule{.least = 1, .most = 1000}});
  }
};
struct candle_page {
  std::vector<candle_row> data;
  std::int64_t total = 0;

  static constexpr auto type_name = "candle_page";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &candle_page::data, "oldest first"}, field{"total", &candle_page::total, "rows here"});
  }
};

outcome<candles_request> to_candles(const candles_query& q, const exchange& x) {
  if (auto wrong = check_window(q.start, q.end)) return std::move(*wrong);
  candles_request r;
  if (q.pair) {
    auto pair = resolved("pair", *q.pair, x.env());
    if (auto* wrong = std::get_if<problem>(&pair)) return std::move(*wrong);
    r.pair = std::get<pair_name>(pair);
  } else if (!x.env().supported.empty()) {
    r.pair = x.env().supported.front();
  }
  r.interval = q.interval.value_or(interval::m1);
  r.start = q.start;
  r.end = q.end;
  constexpr std::int64_t rows_unsaid = 500;
  r.limit = q.limit.value_or(rows_unsaid);
  return r;
}
candle_page to_candle_page(const candle_rows& got, const exchange&) {
  return {got.rows, static_cast<std::int64_t>(got.rows.size())};
}

struct pairs_query {
  std::optional<std::string> section;

  static constexpr auto type_name = "pairs_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"section", &pairs_query::section, "gold or crypto; anything else: all", rule{.longest = 32}});
  }
};
struct market_pair {
  pair_name pair;
  std::string symbol;
  std::string section;

  static constexpr auto type_name = "market_pair";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &market_pair::pair, "as it is configured"},
             field{"symbol", &market_pair::symbol, "the venue's"},
             field{"section", &market_pair::section, "gold or crypto"});
  }
};
struct market_pairs {
  std::vector<market_pair> data;
  std::int64_t total = 0;

  static constexpr auto type_name = "market_pairs";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &market_pairs::data, "rows"}, field{"total", &market_pairs::total, "rows in all"});
  }
};

void list_pairs(const exchange_ptr& x, pairs_query& q) {
  market_pairs out;
  for (const auto& pair : x->env().supported) {
    const auto symbol = symbol_of(pair);
    const bool gold =
        std::any_of(std::begin(gold_coins), std::end(gold_coins), [&](auto coin) { return symbol.starts_with(coin); });
    const std::string section = gold ? "gold" : "crypto";
    const bool filtered = q.section == "gold" || q.section == "crypto";
    if (!filtered || q.section == section) out.data.push_back({pair, symbol, section});
  }
  out.total = static_cast<std::int64_t>(out.data.size());
  x->answer(to_json_of(out));
}

struct status_query {
  std::optional<std::string> pair;

  static constexpr auto type_name = "status_query";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &status_query::pair, "only this pair", rule{.longest = 128}});
  }
};
struct feed_status {
  pair_name pair;
  std::string source_type;
  bool enabled = true;
  std::string status;
  std::optional<instant> last_seen_at;
  std::int64_t freshness_threshold_seconds = 0;
  instant updated_at{};

  static constexpr auto type_name = "feed_status";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &feed_status::pair, "the pair"},
             field{"source_type", &feed_status::source_type, "bingx_candles"},
             field{"enabled", &feed_status::enabled, "it is fed"},
             field{"status", &feed_status::status, "ok, stale, unavailable"},
             field{"last_seen_at", &feed_status::last_seen_at, "close of the newest bar"},
             field{"freshness_threshold_seconds", &feed_status::freshness_threshold_seconds, "older is stale"},
             field{"updated_at", &feed_status::updated_at, "market time of this answer"});
  }
};

constexpr std::int64_t candles_fresh_for_sec = 120;

std::vector<feed_status> statuses(const pair_list& pairs, const health_reply& feeds,
                                  const std::optional<std::string>& only, instant now) {
  std::vector<feed_status> out;
  for (const auto& p : pairs.pairs) {
    if (only && p.pair.text() != *only) continue;
    const bool named = std::any_of(feeds.problems.begin(), feeds.problems.end(), [&](const auto& problem) {
      return problem.problem.find(p.pair.text()) != std::string::npos;
    });
    out.push_back({.pair = p.pair,
                   .source_type = "bingx_candles",
                   .enabled = true,
                   .status = !p.last_bar ? "unavailable"
                             : named     ? "stale"
                                         : "ok",
                   .last_seen_at = p.last_bar,
                   .freshness_threshold_seconds = candles_fresh_for_sec,
                   .updated_at = now});
  }
  return out;
}

void list_status(const exchange_ptr& x, status_query& q) {
  if (auto wrong = resolve_filter("pair", q.pair, x->env())) return x->refuse(*wrong);
  ask_actor<&directory::pairs, pair_list>(x, ask_health{}, [x, only = q.pair](const pair_list& pairs) {
    ask_actor<&directory::feed, health_reply>(x, ask_health{}, [x, only, pairs](const health_reply& feeds) {
      x->answer(to_json_of(statuses(pairs, feeds, only, x->env().market_now())));
    });
  });
}

using enum access;
constexpr std::array market_table{
    ask_as<candles_query, candles_request, candle_rows, candle_page, &directory::market_store, &to_candles,
           &to_candle_page>(method::get, "/bingx/market-data/candles", viewers, "List candles, oldest first"),
    serve<pairs_query, market_pairs, &list_pairs>(method::get, "/bingx/market-data/pairs", viewers,
                                                  "List supported pairs"),
    serve<status_query, std::vector<feed_status>, &list_status>(method::get, "/bingx/market-data/status", viewers,
                                                                "Show how fresh each pair's data is"),
};

}  // namespace

std::span<const route> market_routes() { return market_table; }

}  // namespace rltrader::http

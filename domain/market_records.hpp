// Rows of the market store: candles, trades, books, funding, open interest, prices, tickers, features. Time is in every key.
#pragma once

#include "domain/market.hpp"
#include "domain/order.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rltrader {

/// One bar as it is kept, closed or still growing. Table bingx_candles.
struct candle_record {
  pair_name pair{};
  rltrader::interval interval{};
  instant open_time{};
  instant close_time{};
  price open{};
  price high{};
  price low{};
  price close{};
  quantity volume{};
  std::optional<money> quote_volume{};
  bool closed = false;
  std::string source{};

  static constexpr auto type_name = "candle_record";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &candle_record::pair, "the pair"},
             field{"interval", &candle_record::interval, "the bar's length"},
             field{"open_time", &candle_record::open_time, "the bar's open"},
             field{"close_time", &candle_record::close_time, "the open of the next one"},
             field{"open", &candle_record::open, "USDT"}, field{"high", &candle_record::high, "USDT"},
             field{"low", &candle_record::low, "USDT"}, field{"close", &candle_record::close, "USDT"},
             field{"volume", &candle_record::volume, "base coins"},
             field{"quote_volume", &candle_record::quote_volume, "USDT, where the source gives it"},
             field{"closed", &candle_record::closed, "it will not change any more"},
             field{"source", &candle_record::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// One trade of anybody. Table bingx_trades.
struct market_trade {
  pair_name pair{};
  std::string trade_id{};
  instant executed_at{};
  order_side side{};
  rltrader::price price{};
  rltrader::quantity quantity{};
  std::string source{};

  static constexpr auto type_name = "market_trade";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &market_trade::pair, "the pair"},
             field{"trade_id", &market_trade::trade_id, "the venue's; made of its content where the venue gives none"},
             field{"executed_at", &market_trade::executed_at, "the venue's time"},
             field{"side", &market_trade::side, "of the taker"}, field{"price", &market_trade::price, "USDT"},
             field{"quantity", &market_trade::quantity, "base coins"},
             field{"source", &market_trade::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// A price in a book and what rests there.
struct book_level {
  rltrader::price price{};
  rltrader::quantity quantity{};

  friend bool operator==(const book_level&, const book_level&) = default;
  static constexpr auto type_name = "book_level";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"price", &book_level::price, "USDT"}, field{"quantity", &book_level::quantity, "base coins"});
  }
};

/// The best prices of a book at a moment. Table bingx_orderbook_snapshots.
struct orderbook_snapshot {
  pair_name pair{};
  instant captured_at{};
  int depth_level = 0;
  std::vector<book_level> bids{};
  std::vector<book_level> asks{};
  std::string source{};

  static constexpr auto type_name = "orderbook_snapshot";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"pair", &orderbook_snapshot::pair, "the pair"},
        field{"captured_at", &orderbook_snapshot::captured_at, "the venue's time"},
        field{"depth_level", &orderbook_snapshot::depth_level, "prices a side that were asked for", rule{.least = 0}},
        field{"bids", &orderbook_snapshot::bids, "highest first"},
        field{"asks", &orderbook_snapshot::asks, "lowest first"},
        field{"source", &orderbook_snapshot::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// Funding that was paid. Table bingx_funding_rates.
struct funding_record {
  pair_name pair{};
  instant funding_time{};
  rltrader::rate rate{};
  std::string source{};

  static constexpr auto type_name = "funding_record";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &funding_record::pair, "the pair"},
             field{"funding_time", &funding_record::funding_time, "when it was paid"},
             field{"funding_rate", &funding_record::rate, "fraction of the notional; positive: longs pay"},
             field{"source", &funding_record::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// What all positions of a contract are worth. Table bingx_open_interest.
struct open_interest_record {
  pair_name pair{};
  instant captured_at{};
  money open_interest{};
  std::string source{};

  static constexpr auto type_name = "open_interest_record";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"pair", &open_interest_record::pair, "the pair"},
        field{"captured_at", &open_interest_record::captured_at, "the venue's time"},
        field{"open_interest", &open_interest_record::open_interest, "USDT", rule{.least = 0}},
        field{"source", &open_interest_record::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// The prices that margin is reckoned by. Table bingx_mark_index_prices.
struct mark_index_price {
  pair_name pair{};
  instant captured_at{};
  price mark_price{};
  price index_price{};
  std::string source{};

  static constexpr auto type_name = "mark_index_price";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &mark_index_price::pair, "the pair"},
             field{"captured_at", &mark_index_price::captured_at, "the venue's time"},
             field{"mark_price", &mark_index_price::mark_price, "USDT"},
             field{"index_price", &mark_index_price::index_price, "USDT"},
             field{"source", &mark_index_price::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// The last day at a glance. Table bingx_tickers.
struct ticker_snapshot {
  pair_name pair{};
  instant captured_at{};
  price last_price{};
  std::optional<price> bid_price{};
  std::optional<quantity> bid_quantity{};
  std::optional<price> ask_price{};
  std::optional<quantity> ask_quantity{};
  std::optional<quantity> volume_24h{};
  std::optional<money> quote_volume_24h{};
  std::optional<price> price_change_24h{};
  std::optional<price> high_24h{};
  std::optional<price> low_24h{};
  std::string source{};

  static constexpr auto type_name = "ticker_snapshot";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &ticker_snapshot::pair, "the pair"},
             field{"captured_at", &ticker_snapshot::captured_at, "the venue's time"},
             field{"last_price", &ticker_snapshot::last_price, "USDT"},
             field{"bid_price", &ticker_snapshot::bid_price, "USDT"},
             field{"bid_quantity", &ticker_snapshot::bid_quantity, "base coins"},
             field{"ask_price", &ticker_snapshot::ask_price, "USDT"},
             field{"ask_quantity", &ticker_snapshot::ask_quantity, "base coins"},
             field{"volume_24h", &ticker_snapshot::volume_24h, "base coins"},
             field{"quote_volume_24h", &ticker_snapshot::quote_volume_24h, "USDT"},
             field{"price_change_24h", &ticker_snapshot::price_change_24h, "USDT, signed"},
             field{"high_24h", &ticker_snapshot::high_24h, "USDT"}, field{"low_24h", &ticker_snapshot::low_24h, "USDT"},
             field{"source", &ticker_snapshot::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

/// The features of a bar as a policy saw them. Table rl_feature_snapshots.
struct feature_snapshot_record {
  pair_name pair{};
  rltrader::interval interval{};
  std::string feature_set_version_id{};
  instant captured_at{};
  std::string schema_fingerprint{};
  std::map<std::string, double> features{};
  std::vector<std::string> missing{};
  double quality_score = 0;
  bool warmup = false;
  bool is_complete = true;
  std::optional<instant> source_window_start{};
  std::optional<instant> source_window_end{};
  std::string source{};

  static constexpr auto type_name = "feature_snapshot_record";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(
        field{"pair", &feature_snapshot_record::pair, "the pair"},
        field{"interval", &feature_snapshot_record::interval, "of the bar"},
        field{"feature_set_version_id", &feature_snapshot_record::feature_set_version_id, "which features"},
        field{"captured_at", &feature_snapshot_record::captured_at, "the bar's close"},
        field{"schema_fingerprint", &feature_snapshot_record::schema_fingerprint, "of the feature set"},
        field{"features", &feature_snapshot_record::features, "by name, none where not known"},
        field{"missing", &feature_snapshot_record::missing, "critical ones without a value"},
        field{"quality_score", &feature_snapshot_record::quality_score, "0..1", rule{.least = 0, .most = 1}},
        field{"warmup", &feature_snapshot_record::warmup, "too few bars before it"},
        field{"is_complete", &feature_snapshot_record::is_complete, "every feature has a value"},
        field{"source_window_start", &feature_snapshot_record::source_window_start, "first bar it was made of"},
        field{"source_window_end", &feature_snapshot_record::source_window_end, "last bar it was made of"},
        field{"source", &feature_snapshot_record::source, "where the data came from: sim, replay, fixture, bingx..."});
  }
};

}  // namespace rltrader

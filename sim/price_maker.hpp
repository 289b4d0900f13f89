// A seeded market: minutes of each pair with regimes, a common factor, jumps, gaps, volume, funding and a mark.
//
// The chances of a minute come from a counter: from the seed, the pair and the minute's index alone, never from how
// much was drawn before. So a pair's series does not depend on which other pairs there are, and a saved place of a
// few numbers continues it. Only +, -, x, / and square roots are used, which IEEE 754 rounds alike everywhere: one
// seed gives one market on every machine.
#pragma once

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/market.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rltrader::sim {

/// How a pair is minded for a while.
enum class market_mood : unsigned char { calm, rising, falling, storm };
constexpr auto words(market_mood) {
  return std::array{word{market_mood::calm, "calm"}, word{market_mood::rising, "rising"},
                    word{market_mood::falling, "falling"}, word{market_mood::storm, "storm"}};
}

/// Where a pair begins and how lively it is.
struct pair_start {
  pair_name pair{};
  price start{};                  ///< USDT, above zero
  price tick{};                   ///< prices are multiples of it
  std::string factor = "crypto";  ///< pairs of one factor move together
  double correlation = 0.7;       ///< with the factor
  double volatility = 0.6;        ///< per year, as a fraction
  double turnover = 200'000;      ///< USDT a minute in quiet times

  static constexpr auto type_name = "pair_start";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &pair_start::pair, "the pair"}, field{"start_price", &pair_start::start, "USDT"},
             field{"tick_size", &pair_start::tick, "USDT"}, field{"factor", &pair_start::factor, "what it moves with"},
             field{"correlation", &pair_start::correlation, "with the factor", rule{.least = -1, .most = 1}},
             field{"volatility", &pair_start::volatility, "per year", rule{.least = 0, .most = 5}},
             field{"turnover", &pair_start::turnover, "USDT a minute", rule{.least = 0}});
  }
};

/// Sensible beginnings of the eight default pairs, and of any other pair.
pair_start start_of(const pair_name& pair);
std::vector<pair_start> default_starts();

/// What goes wrong in the market, as means per pair and day.
struct market_habits {
  double gaps = 0.7;     ///< stretches of missing minutes
  double jumps = 0.5;    ///< of one pair; half of them between a close and the next open
  double shocks = 0.05;  ///< of a whole factor

  static constexpr auto type_name = "market_habits";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"gaps", &market_habits::gaps, "per day", rule{.least = 0, .most = 2}},
             field{"jumps", &market_habits::jumps, "per day", rule{.least = 0, .most = 100}},
             field{"shocks", &market_habits::shocks, "per day", rule{.least = 0, .most = 100}});
  }
};

/// One minute of a pair.
struct minute {
  std::int64_t index = 0;                    ///< minutes since the market's start
  std::optional<rltrader::candle> candle{};  ///< none: this minute is missing from the feed, though the price moved on
  price last{};                              ///< the close, also of a missing minute
  price mark{};                              ///< at the close
  std::optional<rate> funding_rate{};        ///< due at this minute's open, every eight hours UTC
  market_mood mood{};

  friend bool operator==(const minute&, const minute&) = default;
};

/// A pair's place in its series: the numbers that the next minute needs.
struct pair_progress {
  pair_name pair{};
  std::int64_t next_index = 0;
  double level = 0;     ///< the unrounded last price; must be kept to the last bit
  double momentum = 0;  ///< mean return of the last eight hours, for funding
  market_mood mood{};

  friend bool operator==(const pair_progress&, const pair_progress&) = default;
  static constexpr auto type_name = "pair_progress";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &pair_progress::pair, "the pair"},
             field{"next_index", &pair_progress::next_index, "minutes made so far"},
             field{"level", &pair_progress::level, "the unrounded price"},
             field{"momentum", &pair_progress::momentum, "mean return of eight hours"},
             field{"mood", &pair_progress::mood, "calm, rising, falling or storm"});
  }
};
struct market_progress {
  std::int64_t seed = 0;  ///< the seed's bits, as the signed number that rows can hold
  instant start{};
  std::vector<pair_progress> pairs{};

  friend bool operator==(const market_progress&, const market_progress&) = default;
  static constexpr auto type_name = "market_progress";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"seed", &market_progress::seed, "of all chance"},
             field{"start", &market_progress::start, "minute zero"},
             field{"pairs", &market_progress::pairs, "where each stands"});
  }
};

class price_maker {
 public:
  /// `start` is rounded down to its minute. Every pair begins there, however late it is asked for.
  price_maker(std::uint64_t seed, const std::vector<pair_start>& pairs, instant start, market_habits habits = {});
  /// Goes on from a saved place; a pair that the place does not know begins at the start.
  price_maker(const market_progress& place, const std::vector<pair_start>& pairs, market_habits habits = {});

  /// The next minute of a pair; asking for a pair that was not named is a defect.
  minute next(const pair_name& pair);
  /// Makes minutes up to, not including, the one that holds `until`; gives those that are not missing.
  std::vector<candle> history(const pair_name& pair, instant until);
  /// Moves on to the minute that holds `until`, without telling.
  void skip_to(const pair_name& pair, instant until);
  /// A pair that joins later; it begins at the market's start too.
  void add(const pair_start& begun);

  instant start() const { return place_.start; }
  instant open_of_next(const pair_name& pair) const;
  const market_progress& progress() const { return place_; }

 private:
  /// A pair and its constants, worked out once.
  struct known {
    pair_start begun{};
    std::uint64_t stream = 0;  ///< of the pair's chances
    std::uint64_t factor_stream = 0;
    double tick = 0;
    double own_share = 0;  ///< what is left of its moves beside the factor's
    double minute_volatility = 0;
  };
  std::size_t place_of(const pair_name& pair) const;
  minute make(std::size_t i);

  market_progress place_;
  market_habits habits_;
  std::vector<known> known_;  ///< beside place_.pairs
};

/// Ticks of a minute on a path that agrees with its candle: open, the extremes, close. From 4 to 60 of them, at even
/// times; none if the minute is missing.
std::vector<tick> ticks_of(const pair_name& pair, const minute& made, price tick_size, int count);

}  // namespace rltrader::sim

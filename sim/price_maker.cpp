// How minutes are made: moods, factor and own moves, jumps, and the extremes of a Brownian bridge.
#include "sim/price_maker.hpp"

#include "domain/instrument.hpp"
#include "domain/result.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace rltrader::sim {

namespace {

constexpr double minutes_a_year = 525'600;
constexpr std::int64_t minutes_a_day = 1'440;
constexpr std::int64_t factor_block = 240;              ///< minutes for which a factor keeps its mood
constexpr std::int64_t gap_block = 720;                 ///< minutes that hold at most one gap
constexpr double pull = 1.0 / (180.0 * minutes_a_day);  ///< towards the start: prices neither vanish nor explode
constexpr double move_most = 0.3;                       ///< of one minute

std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t hashed(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

/// The natural logarithm by its own series, good to 1e-12: library functions may differ in the last bit between
/// machines.
double logarithm(double x) {
  int exponent = 0;
  auto m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  const auto t = (m - 1) / (m + 1);
  const auto q = t * t;
  const auto series =
      1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13 + q / 15))))));
  return exponent * 0.69314718055994531 + 2 * t * series;
}

/// Chances of one minute: a counter-based stream (SplitMix64 from a mixed key).
class chances {
 public:
  chances(std::uint64_t stream, std::int64_t index)
      : state_(mixed(stream ^ mixed(static_cast<std::uint64_t>(index) * 0x9e3779b97f4a7c15ULL + 1))) {}
  std::uint64_t bits() { return mixed(state_ += 0x9e3779b97f4a7c15ULL); }
  /// Between 0 and 1, neither of them.
  double uniform() { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  bool happens(double probability) { return uniform() < probability; }
  /// Standard normal by Marsaglia's polar method.
  double normal() {
    for (;;) {
      const auto u = 2 * uniform() - 1;
      const auto v = 2 * uniform() - 1;
      const auto square = u * u + v * v;
      if (square < 1 && square > 0) return u * std::sqrt(-2 * logarithm(square) / square);
    }
  }
  double exponential() { return -logarithm(uniform()); }

 private:
  std::uint64_t state_;
};

/// What a mood does: how much things move, where to, how much is traded, and for how long on average.
struct temper {
  double volatility;  ///< times the pair's own
  double drift;       ///< in units of the pair's volatility of a minute
  double turnover;    ///< times the pair's own
  double minutes;
};
constexpr temper temper_of(market_mood mood) {
  switch (mood) {
    case market_mood::calm: return {.volatility = 0.6, .drift = 0, .turnover = 0.7, .minutes = 480};
    case market_mood::rising: return {.volatility = 0.9, .drift = 0.07, .turnover = 1.2, .minutes = 300};
    case market_mood::falling: return {.volatility = 1.0, .drift = -0.07, .turnover = 1.3, .minutes = 260};
    case market_mood::storm: return {.volatility = 2.4, .drift = -0.01, .turnover = 3.5, .minutes = 120};
  }
  return {};
}

market_mood mood_from(double u) {
  if (u < 0.40) return market_mood::calm;
  if (u < 0.63) return market_mood::rising;
  if (u < 0.84) return market_mood::falling;
  return market_mood::storm;
}

/// A factor's move in a minute, in units of volatility; shocks apart. Pure: the same for all pairs of the factor.
struct factor_move {
  double move;
  double shock;  ///< as a fraction of the price
};
factor_move factor_at(std::uint64_t stream, std::int64_t index, const market_habits& habits) {
  chances block{stream ^ 0x626c6f636bULL, index / factor_block};
  const auto mood = temper_of(mood_from(block.uniform()));
  chances c{stream, index};
  factor_move out{.move = mood.volatility * c.normal() + mood.drift, .shock = 0};
  if (c.happens(habits.shocks / minutes_a_day)) {
    // Falls are larger and likelier than leaps.
    const auto size = c.between(0.01, 0.04) * (1 + c.exponential());
    out.shock = c.happens(0.7) ? -size : 0.6 * size;
  }
  return out;
}

/// Whether a minute is missing from the feed: each block of twelve hours holds at most one gap.
bool missing_at(std::uint64_t stream, std::int64_t index, const market_habits& habits) {
  chances c{stream ^ 0x676170ULL, index / gap_block};
  if (!c.happens(habits.gaps * gap_block / minutes_a_day)) return false;
  const auto first = static_cast<std::int64_t>(c.uniform() * (gap_block - 20));
  const auto length = 1 + std::min<std::int64_t>(static_cast<std::int64_t>(2.5 * c.exponential()), 19);
  const auto within = index % gap_block;
  return within >= first && within < first + length;
}

}  // namespace

pair_start start_of(const pair_name& pair) {
  struct known_coin {
    std::string_view symbol;
    std::string_view price;
    std::string_view factor;
    double correlation, volatility, turnover;
  };
  // Prices of the size of late 2025; turnover as the recorded series of that year have it.
  constexpr std::array coins{
      known_coin{"XAUT-USDT", "4050", "gold", 0.97, 0.17, 60'000},
      known_coin{"PAXG-USDT", "4060", "gold", 0.97, 0.17, 60'000},
      known_coin{"BTC-USDT", "95000", "crypto", 0.9, 0.45, 3'000'000},
      known_coin{"ETH-USDT", "3200", "crypto", 0.85, 0.65, 2'000'000},
      known_coin{"SOL-USDT", "150", "crypto", 0.8, 0.8, 800'000},
      known_coin{"XRP-USDT", "2.2", "crypto", 0.75, 0.8, 500'000},
      known_coin{"BNB-USDT", "900", "crypto", 0.8, 0.5, 300'000},
      known_coin{"ALGO-USDT", "0.18", "crypto", 0.7, 0.9, 50'000},
  };
  pair_start out{.pair = pair};
  const auto contract = simulated_instrument(pair);
  out.tick = contract.tick;
  const auto* found =
      std::find_if(coins.begin(), coins.end(), [&](const auto& c) { return c.symbol == contract.symbol; });
  if (found == coins.end()) {
    out.start = std::max(price::of(1), contract.tick.scaled(10'000, 1));
    return out;
  }
  out.start = *price::parse(found->price);
  out.factor = found->factor;
  out.correlation = found->correlation;
  out.volatility = found->volatility;
  out.turnover = found->turnover;
  return out;
}

std::vector<pair_start> default_starts() {
  std::vector<pair_start> out;
  for (const auto& pair : default_pairs()) out.push_back(start_of(pair));
  return out;
}

price_maker::price_maker(std::uint64_t seed, const std::vector<pair_start>& pairs, instant start, market_habits habits)
    : price_maker(
          market_progress{
              .seed = std::bit_cast<std::int64_t>(seed), .start = std::chrono::floor<minutes>(start), .pairs = {}},
          pairs, habits) {}

price_maker::price_maker(const market_progress& place, const std::vector<pair_start>& pairs, market_habits habits)
    : place_{.seed = place.seed, .start = place.start, .pairs = {}}, habits_(habits) {
  for (const auto& begun : pairs) {
    add(begun);
    const auto saved =
        std::find_if(place.pairs.begin(), place.pairs.end(), [&](const auto& p) { return p.pair == begun.pair; });
    if (saved != place.pairs.end()) place_.pairs.back() = *saved;
  }
}

void price_maker::add(const pair_start& begun) {
  must(begun.start.positive() && begun.tick.positive(), "a pair begins with a price and a tick above zero");
  const bool once =
      std::none_of(known_.begin(), known_.end(), [&](const auto& k) { return k.begun.pair == begun.pair; });
  must(once, "a pair is named once");
  known k{.begun = begun};
  k.stream = mixed(std::bit_cast<std::uint64_t>(place_.seed) ^ hashed(begun.pair.text()));
  k.factor_stream = mixed(std::bit_cast<std::uint64_t>(place_.seed) ^ hashed("factor " + begun.factor));
  k.tick = begun.tick.to_double();
  k.own_share = std::sqrt(1 - begun.correlation * begun.correlation);
  k.minute_volatility = begun.volatility / std::sqrt(minutes_a_year);
  known_.push_back(std::move(k));
  place_.pairs.push_back({.pair = begun.pair, .level = begun.start.to_double()});
}

std::size_t price_maker::place_of(const pair_name& pair) const {
  for (std::size_t i = 0; i < place_.pairs.size(); ++i)
    if (place_.pairs[i].pair == pair) return i;
  must(false, "a price was asked of a pair that was not named");
  return 0;
}

instant price_maker::open_of_next(const pair_name& pair) const {
  return place_.start + minutes{place_.pairs[place_of(pair)].next_index};
}

minute price_maker::next(const pair_name& pair) { return make(place_of(pair)); }

void price_maker::skip_to(const pair_name& pair, instant until) {
  const auto i = place_of(pair);
  while (place_.start + minutes{place_.pairs[i].next_index + 1} <= until) make(i);
}

std::vector<candle> price_maker::history(const pair_name& pair, instant until) {
  const auto i = place_of(pair);
  std::vector<candle> out;
  const auto whole = (until - open_of_next(pair)) / minutes{1};
  out.reserve(static_cast<std::size_t>(std::max<std::int64_t>(whole, 0)));
  while (place_.start + minutes{place_.pairs[i].next_index + 1} <= until)
    if (auto made = make(i); made.candle) out.push_back(*made.candle);
  return out;
}

minute price_maker::make(std::size_t i) {
  auto& place = place_.pairs[i];
  const auto& k = known_[i];
  const auto open_time = place_.start + minutes{place.next_index};
  chances c{k.stream, place.next_index};

  if (c.happens(1 / temper_of(place.mood).minutes)) place.mood = mood_from(c.uniform());
  const auto mood = temper_of(place.mood);
  const auto factor = factor_at(k.factor_stream, place.next_index, habits_);
  const auto& rho = k.begun.correlation;
  const auto unit = k.minute_volatility;
  const auto distance = std::clamp(place.level / k.begun.start.to_double() - 1, -1.0, 1.0);
  auto move = unit * (mood.volatility * (rho * factor.move + k.own_share * c.normal()) + mood.drift) - pull * distance;
  move += rho * factor.shock;
  double gap = 0;
  if (c.happens(habits_.jumps / minutes_a_day)) {
    const auto size = unit * c.between(8, 25) * (1 + 0.5 * c.exponential());
    const auto jump = c.happens(0.5) ? size : -size;
    (c.happens(0.5) ? gap : move) += jump;
  }
  move = std::clamp(move, -move_most, move_most);
  gap = std::clamp(gap, -move_most, move_most);

  // The extremes of a Brownian bridge between open and close, by inverting their distribution.
  const auto variance = unit * unit * mood.volatility * mood.volatility;
  const auto up = (move + std::sqrt(move * move + 2 * variance * c.exponential())) / 2;
  const auto down = (move - std::sqrt(move * move + 2 * variance * c.exponential())) / 2;
  // Ten ticks are the floor of every price.
  const auto rounded = [&](double level) {
    const auto ticks = std::max<std::int64_t>(std::llround(level / k.tick), 10);
    return price::of_raw(ticks * k.begun.tick.raw());
  };
  const auto open = std::max(place.level * (1 + gap), 10 * k.tick);
  const auto close = std::max(open * (1 + move), 10 * k.tick);

  minute made{.index = place.next_index};
  made.mood = place.mood;
  made.last = rounded(close);
  made.mark = rounded(close * (1 + 0.00015 * (2 * c.uniform() - 1)));
  if (ms_of(open_time) % milliseconds{hours{8}}.count() == 0)
    made.funding_rate = rate::of_raw(
        static_cast<std::int64_t>(std::floor(std::clamp(1e-4 + 8 * place.momentum, -0.003, 0.003) * 1e6)) * 100);
  const auto turnover = k.begun.turnover * mood.turnover * (0.2 + c.exponential()) * (1 + 2 * std::abs(move) / unit);
  if (!missing_at(k.stream, place.next_index, habits_)) {
    const auto units = static_cast<std::int64_t>(turnover / close * 1e4) * (fixed_scale / 10'000);
    made.candle = candle{.open_time = open_time,
                         .open = rounded(open),
                         .high = rounded(open * (1 + std::max({up, move, 0.0}))),
                         .low = rounded(open * (1 + std::max(std::min({down, move, 0.0}), -0.9))),
                         .close = made.last,
                         .volume = quantity::of_raw(units)};
  }
  place.momentum += ((gap + move) - place.momentum) / 480;
  place.level = close;
  ++place.next_index;
  return made;
}

std::vector<tick> ticks_of(const pair_name& pair, const minute& made, price tick_size, int count) {
  std::vector<tick> out;
  if (!made.candle || count < 1) return out;
  const auto& c = *made.candle;
  const bool low_first = c.close >= c.open;
  const std::array corners{c.open, low_first ? c.low : c.high, low_first ? c.high : c.low, c.close};
  const auto last = static_cast<std::int64_t>(std::min(count, 60)) - 1;
  const auto basis = made.mark - made.last;
  for (std::int64_t i = 0; i <= last; ++i) {
    // The corners lie at the nearest ticks to 0, 1/3, 2/3 and 1 of the way, so that each extreme is met when there
    // are four.
    std::int64_t leg = 2;
    const auto corner_at = [&](std::int64_t k) { return (last * k + 1) / 3; };
    while (leg > 0 && i < corner_at(leg)) --leg;
    const auto from = corner_at(leg);
    const auto to = leg == 2 ? last : corner_at(leg + 1);
    const auto a = corners[static_cast<std::size_t>(leg)];
    const auto b = corners[static_cast<std::size_t>(leg + 1)];
    auto at = to > from ? a + (b - a).scaled(i - from, to - from) : b;
    at = price::of_raw(at.raw() - at.raw() % tick_size.raw());
    out.push_back({.pair = pair,
                   .at = c.open_time + milliseconds{i * 60'000 / (last + 1)},
                   .last = at,
                   .mark = std::max(at + basis, tick_size)});
  }
  return out;
}

}  // namespace rltrader::sim

// Figures over trades.
#include "domain/summary.hpp"

#include <algorithm>

namespace rltrader {

trade_figures summarise(std::vector<trade> trades) {
  trade_figures out;
  out.trade_count = static_cast<std::int64_t>(trades.size());
  for (const auto& t : trades) {
    if (t.average_fill_price.positive()) ++out.filled_count;
    out.net_pnl += t.pnl;
    if (t.position_size.positive())
      out.exposure_by_instrument[t.instrument.text()] += value_of(t.average_fill_price, t.position_size);
  }
  std::erase_if(trades, [](const trade& t) { return !t.closed_at; });
  std::sort(trades.begin(), trades.end(), [](const trade& a, const trade& b) {
    return std::pair(*a.closed_at, a.id) < std::pair(*b.closed_at, b.id);
  });
  if (trades.empty()) return out;

  money sum;
  money peak;
  std::int64_t wins = 0;
  std::int64_t hour_wins = 0;
  for (const auto& t : trades) {
    sum += t.pnl;
    peak = std::max(peak, sum);
    out.max_drawdown = std::max(out.max_drawdown, peak - sum);
    const auto hour = open_of(interval::h1, *t.closed_at);
    if (out.by_hour.empty() || out.by_hour.back().at != hour) {
      out.by_hour.push_back({.at = hour, .pnl = {}, .trade_count = 0, .win_rate = 0});
      hour_wins = 0;
    }
    auto& h = out.by_hour.back();
    h.pnl += t.pnl;
    ++h.trade_count;
    if (t.pnl.positive()) {
      ++wins;
      ++hour_wins;
    }
    h.win_rate = static_cast<double>(hour_wins) / static_cast<double>(h.trade_count);
  }
  const auto closed = static_cast<std::int64_t>(trades.size());
  out.win_rate = static_cast<double>(wins) / static_cast<double>(closed);
  out.average_pnl = sum.scaled(1, closed);
  return out;
}

}  // namespace rltrader

// Figures from the venue's books and the tally, and their layout for people.
#include "runtime/replay_report.hpp"

#include "domain/warnings.hpp"
#include "wire/rfc3339.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <utility>

namespace rltrader {

namespace {

std::string grouped(std::int64_t number) {
  auto text = std::to_string(number < 0 ? -number : number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return number < 0 ? "-" + text : text;
}

/// To the cent, for a screen.
std::string cents(money amount) {
  const auto rounded = detail::multiply_divide(amount.raw(), 100, fixed_scale, rounding::nearest);
  const auto magnitude = rounded < 0 ? -rounded : rounded;
  auto part = std::to_string(magnitude % 100);
  if (part.size() < 2) part.insert(0, 1, '0');
  return (rounded < 0 ? "-" : "") + grouped(magnitude / 100) + "." + part;
}

std::string with_places(double value, int places) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

std::string counted(const std::map<std::string, std::int64_t>& counts) {
  std::string out;
  for (const auto& [name, count] : counts) out += (out.empty() ? "" : ", ") + name + " " + grouped(count);
  return out.empty() ? "none" : out;
}

/// Words with a name behind a colon ("feature_missing:rsi") are one kind to a reader; programs get each.
std::map<std::string, std::int64_t> folded(const std::map<std::string, std::int64_t>& warnings) {
  std::map<std::string, std::int64_t> out;
  for (const auto& [word, count] : warnings)
    out[word.starts_with(warning::feature_missing_prefix) ? "feature_missing" : word] += count;
  return out;
}

void add_counts(std::map<std::string, std::int64_t>& into, const std::map<std::string, std::int64_t>& more) {
  for (const auto& [name, count] : more) into[name] += count;
}

replay_figures figures_of(const played_pair& played, const pair_tally& tally) {
  replay_figures out;
  out.bars = played.bars;
  out.decisions = tally.decisions;
  out.by_action = tally.by_action;
  out.warnings = tally.warnings;
  out.orders = tally.orders;
  out.ended = tally.ended;
  out.fills = tally.fills;
  out.traded = tally.traded;
  out.slippage = tally.slippage;
  out.realised = played.books.realised;
  out.unrealised = played.unrealised;
  out.fees = played.books.fees;
  out.funding_received = played.books.funding_received;
  out.pnl = played.net.now;
  out.drawdown_most = played.net.drawdown_most;
  if (played.bars > 0) out.time_in_market = static_cast<double>(played.bars_held) / static_cast<double>(played.bars);
  if (played.bars_held > 0) out.average_notional = played.notional_sum.scaled(1, played.bars_held);
  return out;
}

void add_figures(replay_figures& total, const replay_figures& one) {
  const auto held =
      total.time_in_market * static_cast<double>(total.bars) + one.time_in_market * static_cast<double>(one.bars);
  total.bars += one.bars;
  if (total.bars > 0) total.time_in_market = held / static_cast<double>(total.bars);
  total.decisions += one.decisions;
  add_counts(total.by_action, one.by_action);
  add_counts(total.warnings, one.warnings);
  total.orders += one.orders;
  add_counts(total.ended, one.ended);
  total.fills += one.fills;
  total.traded += one.traded;
  total.slippage += one.slippage;
  total.realised += one.realised;
  total.unrealised += one.unrealised;
  total.fees += one.fees;
  total.funding_received += one.funding_received;
  total.pnl += one.pnl;
}

void print_figures(const replay_figures& f, std::ostream& out) {
  out << "  decisions  " << grouped(f.decisions) << ": " << counted(f.by_action) << "\n"
      << "  warnings   " << counted(folded(f.warnings)) << "\n"
      << "  orders     " << grouped(f.orders) << ": " << counted(f.ended) << "; " << grouped(f.fills) << " fills, "
      << cents(f.traded) << " USDT traded\n"
      << "  pnl        " << cents(f.pnl) << " USDT = realised " << cents(f.realised) << " + unrealised "
      << cents(f.unrealised) << " - fees " << cents(f.fees) << " + funding " << cents(f.funding_received)
      << " (slippage " << cents(f.slippage) << " is inside)\n"
      << "  drawdown   " << cents(f.drawdown_most) << " USDT at most\n"
      << "  exposure   in the market " << with_places(f.time_in_market * 100, 1) << " % of the bars, "
      << cents(f.average_notional) << " USDT on average then\n";
}

}  // namespace

void add_to_report(replay_report& report, const replay_drive& drive) {
  // The average notional of all pairs is weighted by the bars that each was held.
  money notional_sum;
  std::int64_t bars_held = 0;
  for (const auto& played : drive.pairs()) {
    const auto found = drive.tally().pairs().find(played.pair);
    const auto figures = figures_of(played, found == drive.tally().pairs().end() ? pair_tally{} : found->second);
    add_figures(report.total, figures);
    notional_sum += played.notional_sum;
    bars_held += played.bars_held;
    report.pairs.push_back({played.pair, played.interval, played.first, played.last, figures});
  }
  if (bars_held > 0) report.total.average_notional = notional_sum.scaled(1, bars_held);
  // Accounts of several parts have no common curve; the deepest one is told.
  report.total.drawdown_most = std::max(report.total.drawdown_most, drive.equity().drawdown_most);
  report.messages += static_cast<std::int64_t>(drive.messages());
}

void print_report(const replay_report& report, std::ostream& out) {
  for (const auto& pair : report.pairs) {
    out << "\n"
        << pair.pair.text() << " " << text_of(pair.interval) << "  " << grouped(pair.figures.bars) << " bars  "
        << rfc3339_text(pair.from).substr(0, 16) << " .. " << rfc3339_text(pair.to).substr(0, 16) << "\n";
    print_figures(pair.figures, out);
  }
  out << "\nall pairs  " << grouped(report.total.bars) << " bars, policy " << report.policy << ", seed " << report.seed
      << ", starting balance " << cents(report.starting_balance) << " USDT\n";
  print_figures(report.total, out);
  out << "\ndecision log " << report.decision_hash << "\n"
      << with_places(report.play_seconds, 2) << " s, " << grouped(std::llround(report.bars_per_second)) << " bars/s, "
      << grouped(report.messages) << " messages, peak memory " << grouped(report.peak_memory_kib / 1024) << " MiB\n";
  if (!report.complete) out << "NOT COMPLETE: " << report.ended_by << "\n";
  for (const auto& line : report.refused) out << "error: " << line << "\n";
}

}  // namespace rltrader

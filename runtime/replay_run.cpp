// Reads the files, plays one desk after the other, and reports.
#include "runtime/replay.hpp"
#include "runtime/replay_progress.hpp"

#include "wire/json.hpp"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>
#include <ostream>
#include <utility>

namespace rltrader {

namespace {

using real_clock = std::chrono::steady_clock;

double seconds_since(real_clock::time_point t) { return std::chrono::duration<double>(real_clock::now() - t).count(); }

/// The most memory that this process has held, KiB, as the kernel counts it.
std::int64_t peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::int64_t kib = 0;
  while (status >> word)
    if (word == "VmHWM:" && status >> kib) return kib;
  return 0;
}

std::string series_text(const candle_series& s) { return s.pair.text() + " " + std::string(text_of(s.interval)); }

/// Holds the market to a multiple of real time.
class pacer {
 public:
  pacer(double speed, std::stop_token stop) : speed_(speed), stop_(std::move(stop)), began_(real_clock::now()) {}

  void wait_for(instant market) {
    if (speed_ <= 0) return;
    if (!first_) first_ = market;
    const auto span =
        std::chrono::duration<double, std::milli>(static_cast<double>((market - *first_).count()) / speed_);
    std::unique_lock lock(guard_);
    wake_.wait_until(lock, stop_, began_ + std::chrono::duration_cast<real_clock::duration>(span),
                     [] { return false; });
  }

 private:
  double speed_;
  std::stop_token stop_;
  real_clock::time_point began_;
  std::optional<instant> first_;
  std::mutex guard_;
  std::condition_variable_any wake_;
};

/// Plays one part to its end, a stop or a failure; says which of the latter.
std::string play(replay_drive& drive, pacer& pace, replay_progress& progress, std::int64_t done_before,
                 const std::stop_token& stop) {
  for (auto next = drive.next_time(); next; next = drive.next_time()) {
    pace.wait_for(*next);
    if (stop.stop_requested()) return "asked to stop";
    if (!drive.step()) break;
    progress.show(done_before + drive.bars_played(), *next);
  }
  return drive.failed().empty() ? "" : "the desk has failed: " + drive.failed();
}

void tell_findings(const recorded_market& market, replay_report& report, std::ostream& err) {
  for (const auto& file : market.files)
    for (const auto& line : file.lines) report.notes.push_back(line);
  for (const auto& file : market.files) {
    if (file.counts.empty() || !file.refused.empty()) continue;
    std::string counts;
    for (const auto& [kind, count] : file.counts)
      counts += (counts.empty() ? "" : ", ") + kind + " " + std::to_string(count);
    report.notes.push_back(file.file + ": " + std::to_string(file.kept) + " of " + std::to_string(file.rows) +
                           " rows are used (" + counts + ")");
  }
  report.notes.insert(report.notes.end(), market.skipped.begin(), market.skipped.end());
  report.refused = market.refused;
  for (const auto& note : report.notes) err << note << "\n";
  for (const auto& line : report.refused) err << "error: " << line << "\n";
}

/// Leaves out what opens before `from` or not before `to`.
void keep_between(recorded_market& market, const replay_options& options) {
  if (!options.from && !options.to) return;
  const auto from = options.from.value_or(instant::min());
  const auto to = options.to.value_or(instant::max());
  for (auto& s : market.candles)
    std::erase_if(s.candles, [&](const candle& c) { return c.open_time < from || c.open_time >= to; });
}

/// Several desks have several decision logs; the hash of all is the hash of theirs, in order.
std::string joined_hash(const std::vector<std::string>& hashes) {
  if (hashes.empty()) return "";
  if (hashes.size() == 1) return hashes.front();
  std::string all;
  for (const auto& hash : hashes) all += hash;
  return sha256_hex(all);
}

std::int64_t bars_in(const std::vector<replay_part>& parts) {
  std::int64_t bars = 0;
  for (const auto& part : parts)
    for (const auto* s : part.series) bars += static_cast<std::int64_t>(s->candles.size());
  return bars;
}

void play_all(const desk_maker& maker, std::vector<replay_part> parts, const replay_options& options,
              replay_report& report, std::ostream& err) {
  replay_progress progress(err, options.progress, bars_in(parts));
  pacer pace(options.speed, options.stop);
  std::vector<std::string> hashes;
  for (auto& part : parts) {
    std::unique_ptr<replay_drive> drive;
    try {
      drive = std::make_unique<replay_drive>(std::move(part), maker);
      report.ended_by = play(*drive, pace, progress, report.total.bars, options.stop);
    } catch (const std::exception& defect) {
      report.ended_by = defect.what();
    }
    progress.clear();
    if (drive) {
      hashes.push_back(drive->tally().decision_hash());
      add_to_report(report, *drive);
      if (drive->funding_ignored() > 0)
        report.notes.push_back(
            std::to_string(drive->funding_ignored()) +
            " funding rates lie outside of the time that their pair's bars cover; they are not used");
    }
    if (!report.ended_by.empty()) break;
  }
  report.complete = report.ended_by.empty();
  report.decision_hash = joined_hash(hashes);
}

}  // namespace

std::vector<replay_part> plan_replay(const recorded_market& market, const replay_options& options,
                                     std::vector<std::string>& notes) {
  const auto wanted = options.interval.value_or(options.terms.primary);
  std::map<pair_name, const candle_series*> chosen;
  for (const auto& s : market.candles) {
    if (s.candles.empty()) continue;
    auto& best = chosen[s.pair];
    const bool better =
        best == nullptr || (best->interval != wanted &&
                            (s.interval == wanted || nominal_length(s.interval) < nominal_length(best->interval)));
    if (better) best = &s;
  }
  for (const auto& s : market.candles)
    if (const auto* best = chosen[s.pair]; best != nullptr && best != &s)
      notes.push_back(series_text(s) + ": " + std::to_string(s.candles.size()) + " bars are not played, " +
                      series_text(*best) + " decides");
  std::map<interval, replay_part> parts;
  for (const auto& [pair, series] : chosen) {
    if (series == nullptr) continue;
    auto& part = parts[series->interval];
    part.series.push_back(series);
    for (const auto& f : market.funding)
      if (f.pair == pair) part.funding.push_back(&f);
  }
  for (const auto& f : market.funding)
    if (!chosen.contains(f.pair) || chosen[f.pair] == nullptr)
      notes.push_back(f.pair.text() + " funding: there are no bars of that pair");
  std::vector<replay_part> out;
  for (auto& [length, part] : parts) {
    part.terms = options.terms;
    part.venue = options.venue;
    out.push_back(std::move(part));
  }
  return out;
}

int run_replay_with(const desk_maker& maker, const replay_options& options, std::ostream& out, std::ostream& err) {
  market_file_terms terms{options.terms.supported, std::nullopt, options.interval};
  if (options.pair) {
    terms.pair = resolve_pair(*options.pair, options.terms.supported);
    if (!terms.pair) {
      err << "error: --pair " << *options.pair << " is not a supported pair; supported are";
      for (const auto& p : options.terms.supported) err << ' ' << p.text();
      err << '\n';
      return replay_usage_error;
    }
  }
  replay_report report;
  report.policy = options.terms.policy;
  report.seed = static_cast<std::int64_t>(options.terms.seed);
  report.starting_balance = options.terms.starting_balance;
  auto began = real_clock::now();
  auto market = load_market(options.paths, terms);
  report.load_seconds = seconds_since(began);
  tell_findings(market, report, err);
  keep_between(market, options);
  std::vector<std::string> notes;
  auto parts = plan_replay(market, options, notes);
  for (const auto& note : notes) err << note << "\n";
  report.notes.insert(report.notes.end(), notes.begin(), notes.end());
  if (parts.empty()) {
    err << "error: nothing to replay: no usable candles of a supported pair\n";
    return replay_nothing;
  }

  began = real_clock::now();
  play_all(maker, std::move(parts), options, report, err);
  report.play_seconds = seconds_since(began);
  report.bars_per_second = report.play_seconds > 0 ? static_cast<double>(report.total.bars) / report.play_seconds : 0;
  report.peak_memory_kib = peak_memory_kib();
  if (options.json)
    out << to_json_of(report).dump(2) << "\n";
  else
    print_report(report, out);
  out.flush();
  if (options.stop.stop_requested() && !report.complete) return replay_stopped;
  if (!report.complete) err << "error: " << report.ended_by << "\n";
  return report.complete && report.refused.empty() ? replay_ok : replay_failed;
}

}  // namespace rltrader

// One row for many equal reports.
#include "domain/alerting.hpp"

#include "domain/sha256.hpp"

#include <algorithm>
#include <cmath>

namespace rltrader {

namespace {

constexpr std::size_t most_metadata = 32;

// Printable words cannot hold the separator, so two different triples cannot make one key.
std::string key_of(const std::string& category, const std::string& metric, const std::string& pair) {
  return category + '\n' + metric + '\n' + pair;
}

std::string pair_of(const alert& row) {
  const auto found = row.metadata.find("pair");
  return found == row.metadata.end() ? std::string{} : found->second;
}

std::string id_of(const std::string& key, instant now, std::int64_t number) {
  return "al" + sha256_hex(key + '\n' + std::to_string(ms_of(now)) + '\n' + std::to_string(number)).substr(0, 24);
}

void add_metadata(alert& row, const alarm& what) {
  for (const auto& [name, value] : what.metadata)
    if (row.metadata.size() < most_metadata || row.metadata.count(name) != 0) row.metadata[name] = value;
  if (!what.pair.empty()) row.metadata["pair"] = what.pair;
}

}  // namespace

void alert_folder::restore(const std::vector<alert>& open) {
  for (const auto& row : open) {
    if (row.status == alert_status::resolved) continue;
    const auto key = key_of(row.category, row.metric, pair_of(row));
    if (open_.size() >= most_open && open_.count(key) == 0) make_room();
    open_[key] = row;
    delivered_[key] = row.last_seen_at;
  }
}

void alert_folder::make_room() {
  const auto less_wanted = [](const auto& a, const auto& b) {
    if (a.second.severity != b.second.severity) return a.second.severity < b.second.severity;
    return a.second.last_seen_at < b.second.last_seen_at;
  };
  const auto victim = std::min_element(open_.begin(), open_.end(), less_wanted);
  delivered_.erase(victim->first);
  open_.erase(victim);
}

fold_result alert_folder::fold(const alarm& what, instant now) {
  const auto key = key_of(what.category, what.metric, what.pair);
  auto found = open_.find(key);
  const bool is_new = found == open_.end();

  if (is_new) {
    alert row;
    row.id = id_of(key, now, opened_);
    row.category = what.category;
    row.severity = what.severity;
    row.metric = what.metric;
    row.triggered_at = now;
    row.count = 0;
    row.runbook = what.category;
    const bool full = open_.size() >= most_open;
    if (full && what.severity == severity::low) {
      ++counted_only_;
      return {row, false, true};
    }
    if (full) make_room();
    ++opened_;
    found = open_.emplace(key, row).first;
  }

  auto& row = found->second;
  const bool worse = what.severity > row.severity;
  if (worse) {
    row.severity = what.severity;
    row.status = alert_status::open;  // what was acknowledged was something milder
  }
  row.value = what.value;
  row.threshold = what.threshold;
  row.last_seen_at = std::max(row.last_seen_at, now);
  ++row.count;
  add_metadata(row, what);

  const bool silent = row.status == alert_status::open && now - delivered_[key] >= repeat_after_;
  const bool deliver = is_new || worse || silent;
  if (deliver) delivered_[key] = now;
  return {row, deliver, false};
}

std::optional<alert> alert_folder::set_status(const std::string& id, alert_status status, instant now) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const auto& entry) { return entry.second.id == id; });
  if (found == open_.end()) return std::nullopt;
  auto row = found->second;
  row.status = status;
  row.metadata[std::string(text_of(status)) + "_at_ms"] = std::to_string(ms_of(now));
  if (status == alert_status::resolved) {
    delivered_.erase(found->first);
    open_.erase(found);
  } else {
    found->second = row;
  }
  return row;
}

std::vector<alert> alert_folder::open() const {
  std::vector<alert> rows;
  rows.reserve(open_.size());
  for (const auto& [key, row] : open_) rows.push_back(row);
  return rows;
}

std::map<severity, int> alert_folder::open_by_severity() const {
  std::map<severity, int> counts{{severity::low, 0}, {severity::medium, 0}, {severity::high, 0}};
  for (const auto& [key, row] : open_) ++counts[row.severity];
  return counts;
}

std::optional<severity> slo_severity(double value, double objective) {
  if (std::isnan(value) || !(objective > 0) || value <= objective) return std::nullopt;
  if (value >= 2 * objective) return severity::high;
  if (value >= 1.25 * objective) return severity::medium;
  return severity::low;
}

}  // namespace rltrader

// The figures of a replay, taken where rows become durable.
#include "runtime/tally_store.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <iterator>
#include <variant>

namespace rltrader {

namespace {

constexpr char separator = '\x1f';

void put(std::string& text, std::string_view part) { text.append(part).push_back(separator); }

template <class Integer>
void put_number(std::string& text, Integer number, int base = 10) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
  put(text, {digits, static_cast<std::size_t>(end - digits)});
}

/// The bits of a double; every NaN is the same one, and minus zero is zero.
std::uint64_t bits_of(double value) {
  if (std::isnan(value)) return 0x7ff8'0000'0000'0000U;
  return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
}

/// Folds a list of doubles, order included (the multiplier is the one of 64-bit FNV).
std::uint64_t folded(const std::vector<double>& values) {
  std::uint64_t out = 0xcbf2'9ce4'8422'2325U + values.size();
  for (const double value : values) out = std::rotl((out ^ bits_of(value)) * 0x100'0000'01b3U, 29);
  return out;
}

}  // namespace

void append_canonical(const decision& d, std::string& text) {
  put(text, d.id.text());
  put(text, d.run.text());
  put(text, d.pair.text());
  put_number(text, ms_of(d.bar_open));
  put_number(text, ms_of(d.decided_at));
  put(text, text_of(d.choice));
  put_number(text, bits_of(d.confidence), 16);
  put_number(text, d.size.raw());
  put_number(text, d.reference.raw());
  put(text, d.reason);
  put_number(text, d.warnings.size());
  for (const auto& warning : d.warnings) put(text, warning);
  put(text, d.gate_passed ? "passed" : "held");
  put(text, d.risk_check_result);
  put(text, d.policy_version);
  put(text, d.feature_fingerprint);
  put_number(text, folded(d.features), 16);
  put(text, d.source);
  put(text, d.trace_id);
  put(text, d.input_hash);
  text.push_back('\n');
}

std::string tally_store::decision_hash() const {
  auto so_far = log_;
  const auto digest = so_far.finish();
  return hex_of(digest.data(), digest.size());
}

result<void> tally_store::commit(const ports::write_batch& rows) {
  const auto stays_here = [](const ports::ops_row& row) {
    return std::holds_alternative<decision>(row) || std::holds_alternative<metric_point>(row);
  };
  const bool whole = std::none_of(rows.begin(), rows.end(), stays_here);
  passed_on_.clear();
  if (!whole) std::remove_copy_if(rows.begin(), rows.end(), std::back_inserter(passed_on_), stays_here);
  if (whole || !passed_on_.empty()) {
    auto done = beneath_.commit(whole ? rows : passed_on_);
    if (!done) {
      ++refused_;
      return done;
    }
  }
  for (const auto& row : rows) std::visit([this](const auto& r) { count(r); }, row);
  return {};
}

result<ports::desk_image> tally_store::load() {
  auto image = beneath_.load();
  if (!image) return image;
  image->last_decisions.clear();
  for (const auto& [pair, newest] : newest_) image->last_decisions.push_back(newest);
  return image;
}

result<std::int64_t> tally_store::rows_of(const shape* record, const ports::list_query& q, ports::row_sink into) {
  if (record != shape_of<decision>()) return beneath_.rows_of(record, q, into);
  std::int64_t total = 0;
  for (const auto& [pair, newest] : newest_) {
    if ((q.pair && *q.pair != pair.text()) || (q.id && *q.id != newest.id.text())) continue;
    *static_cast<decision*>(into.grow(into.rows)) = newest;
    ++total;
  }
  return total;
}

void tally_store::count(const decision& d) {
  // A pair that was restarted decides its last bar again; the first word stands.
  auto& newest = newest_[d.pair];
  if (newest.id == d.id) return;
  newest = d;
  auto& tally = pairs_[d.pair];
  ++tally.decisions;
  ++decisions_;
  ++tally.by_action[std::string(text_of(d.choice))];
  for (const auto& warning : d.warnings) ++tally.warnings[warning];
  text_.clear();
  append_canonical(d, text_);
  log_.update(text_);
}

void tally_store::count(const order& o) { references_.try_emplace(o.id, o.intent.reference); }

void tally_store::count(const state_event& e) {
  auto& tally = pairs_[e.pair];
  if (e.number == 1) ++tally.orders;
  if (terminal(e.after) && (!e.before || !terminal(*e.before))) ++tally.ended[std::string(text_of(e.after))];
}

void tally_store::count(const fill& f) {
  auto& tally = pairs_[f.pair];
  ++tally.fills;
  tally.fees += f.fee;
  tally.traded += value_of(f.price, f.quantity);
  const auto reference = references_.find(f.order);
  if (reference == references_.end() || !reference->second.positive()) return;
  const auto lost = value_of(f.price - reference->second, f.quantity);
  tally.slippage += f.side == order_side::buy ? lost : -lost;
}

}  // namespace rltrader

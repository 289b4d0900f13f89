// Counting and observing, and the text of all families.
#include "domain/result.hpp"
#include "http/metric_families.hpp"

#include <charconv>
#include <cmath>

namespace rltrader::http {

namespace {

std::size_t labels_of(const family_row& row) {
  std::size_t count = 0;
  while (count < row.labels.size() && row.labels[count] != nullptr) ++count;
  return count;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 400> out{};
  // People read bounds such as 0.0005 more easily than 5e-04; beyond these sizes the exponent is the shorter text.
  const bool plain = value == 0 || (std::abs(value) >= 1e-7 && std::abs(value) < 1e15);
  const auto end = plain ? std::to_chars(out.data(), out.data() + out.size(), value, std::chars_format::fixed)
                         : std::to_chars(out.data(), out.data() + out.size(), value);
  return std::string(out.data(), end.ptr);
}

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

void add_labels(std::string& out, const family_row& row, const std::array<std::string, 3>& values,
                std::string_view bound) {
  std::string inside;
  for (std::size_t i = 0; i < labels_of(row); ++i)
    inside += (inside.empty() ? "" : ",") + std::string(row.labels[i]) + "=\"" + escaped(values[i]) + "\"";
  if (!bound.empty()) inside += (inside.empty() ? "le=\"" : ",le=\"") + std::string(bound) + "\"";
  if (!inside.empty()) out += "{" + inside + "}";
}

}  // namespace

struct metrics_registry::series {
  /// Claimed once, in the order of the slots; after `shown` or `hidden` the labels never change.
  enum class slot : unsigned char { free, claimed, shown, hidden };
  std::atomic<slot> state{slot::free};
  std::array<std::string, 3> labels;
  std::atomic<double> value{0};                          ///< histograms: the sum
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts;  ///< histograms: one a bound and one above all
};

struct metrics_registry::family {
  std::unique_ptr<series[]> slots;
  std::size_t size = 0;
};

metrics_registry::metrics_registry() : families_(std::make_unique<family[]>(metric_families().size())) {
  for (std::size_t i = 0; i < metric_families().size(); ++i) {
    auto& f = families_[i];
    f.size = metric_families()[i].series_most + 1;  // the last one is "other"
    f.slots = std::make_unique<series[]>(f.size);
    for (std::size_t k = 0; k < f.size && !metric_families()[i].bounds.empty(); ++k)
      f.slots[k].counts = std::make_unique<std::atomic<std::uint64_t>[]>(metric_families()[i].bounds.size() + 1);
  }
  // What has no labels is shown from the start, at zero.
  for (const auto& row : metric_families())
    if (labels_of(row) == 0) series_of(row.of, {});
}

metrics_registry::~metrics_registry() = default;

metrics_registry::series& metrics_registry::series_of(metric m, labels of) {
  const auto& row = row_of(m);
  must(of.size() == labels_of(row), "a series has as many label values as its family has labels");
  const auto fits = [&](const series& s) {
    std::size_t i = 0;
    for (const auto value : of)
      if (s.labels[i++] != value) return false;
    return true;
  };
  auto& f = families_[static_cast<std::size_t>(m)];
  for (std::size_t k = 0; k + 1 < f.size; ++k) {
    auto& s = f.slots[k];
    auto state = s.state.load(std::memory_order_acquire);
    if (state == series::slot::free &&
        s.state.compare_exchange_strong(state, series::slot::claimed, std::memory_order_acquire)) {
      std::size_t i = 0;
      for (const auto value : of) s.labels[i++] = std::string(value);
      s.state.store(series::slot::shown, std::memory_order_release);
      return s;
    }
    // Another thread writes these labels right now, a few instructions long; without this wait two series could be equal.
    while (state == series::slot::claimed) state = s.state.load(std::memory_order_acquire);
    if (!fits(s)) continue;
    if (state == series::slot::hidden) s.state.store(series::slot::shown, std::memory_order_release);
    return s;
  }
  auto& other = f.slots[f.size - 1];
  auto state = series::slot::free;
  if (other.state.compare_exchange_strong(state, series::slot::claimed, std::memory_order_acquire)) {
    for (std::size_t i = 0; i < labels_of(row); ++i) other.labels[i] = "other";
    other.state.store(series::slot::shown, std::memory_order_release);
  }
  return other;
}

void metrics_registry::add(metric m, labels of, double by) {
  series_of(m, of).value.fetch_add(by, std::memory_order_relaxed);
}

void metrics_registry::set(metric m, labels of, double value) {
  series_of(m, of).value.store(value, std::memory_order_relaxed);
}

void metrics_registry::observe(metric m, double value, labels of) {
  if (std::isnan(value)) return;
  const auto& bounds = row_of(m).bounds;
  must(!bounds.empty(), "only a histogram observes");
  auto& s = series_of(m, of);
  std::size_t bucket = 0;
  while (bucket < bounds.size() && value > bounds[bucket]) ++bucket;
  s.counts[bucket].fetch_add(1, std::memory_order_relaxed);
  s.value.fetch_add(value, std::memory_order_relaxed);
}

void metrics_registry::retire(metric m, std::string_view first_label) {
  auto& f = families_[static_cast<std::size_t>(m)];
  for (std::size_t k = 0; k < f.size; ++k) {
    auto& s = f.slots[k];
    if (s.state.load(std::memory_order_acquire) != series::slot::shown || s.labels[0] != first_label) continue;
    s.value.store(0, std::memory_order_relaxed);
    s.state.store(series::slot::hidden, std::memory_order_release);
  }
}

std::string metrics_registry::text() const {
  std::string out;
  const auto kind_text = [](family_kind kind) {
    switch (kind) {
      case family_kind::counter: return "counter";
      case family_kind::gauge: return "gauge";
      case family_kind::histogram: return "histogram";
    }
    return "untyped";
  };
  const auto write_histogram = [&](const family_row& row, const char* name, const series& s) {
    std::uint64_t count = 0;
    for (std::size_t b = 0; b <= row.bounds.size(); ++b) {
      count += s.counts[b].load(std::memory_order_relaxed);
      out += std::string(name) + "_bucket";
      add_labels(out, row, s.labels, b < row.bounds.size() ? number_text(row.bounds[b]) : "+Inf");
      out += " " + std::to_string(count) + "\n";
    }
    out += std::string(name) + "_sum";
    add_labels(out, row, s.labels, {});
    out += " " + number_text(s.value.load(std::memory_order_relaxed)) + "\n" + name + "_count";
    add_labels(out, row, s.labels, {});
    out += " " + std::to_string(count) + "\n";
  };
  const auto write_family = [&](const family_row& row, const char* name) {
    out += std::string("# HELP ") + name + " " + row.sentence + "\n# TYPE " + name + " " + kind_text(row.kind) + "\n";
    const auto& f = families_[static_cast<std::size_t>(row.of)];
    for (std::size_t k = 0; k < f.size; ++k) {
      const auto& s = f.slots[k];
      if (s.state.load(std::memory_order_acquire) != series::slot::shown) continue;
      if (row.kind == family_kind::histogram) {
        write_histogram(row, name, s);
        continue;
      }
      out += name;
      add_labels(out, row, s.labels, {});
      out += " " + number_text(s.value.load(std::memory_order_relaxed)) + "\n";
    }
  };
  for (const auto& row : metric_families()) {
    write_family(row, row.name);
    if (row.alias != nullptr) write_family(row, row.alias);
  }
  return out;
}

}  // namespace rltrader::http

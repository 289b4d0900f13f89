// Writes and reads JSON by shape: every violation is found and named, none is thrown.
#include "wire/json.hpp"

#include "domain/money.hpp"
#include "wire/rfc3339.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace rltrader {

namespace {

/// Below 2^26 a double lies nearer to the eight-place decimal it was written as than to any other one, so its shortest text
/// is that decimal. From there on neighbouring doubles are further apart than 1e-8 and digits would be lost unseen.
constexpr double exact_below = 67'108'864.0;

std::string shown(const json& from) {
  if (from.is_object()) return "an object";
  if (from.is_array()) return "a list of " + std::to_string(from.size());
  if (from.is_string()) return shown_text(from.get_ref<const std::string&>());
  return shown_text(from.dump(-1, ' ', false, json::error_handler_t::replace));
}

/// A bound as people write it: 250, 0.5.
std::string bound_text(double bound) {
  std::array<char, 400> out{};
  const auto end = std::to_chars(out.data(), out.data() + out.size(), bound, std::chars_format::fixed);
  return std::string(out.data(), end.ptr);
}

class reader {
 public:
  reader(std::vector<violation>& violations, unknown_fields unknown, std::vector<std::string>* ignored)
      : violations_(violations), unknown_(unknown), ignored_(ignored) {}

  void read(const shape& s, const json& from, void* value, const std::string& path, const rule& rules) {
    switch (s.is) {
      case kind::boolean:
        if (!from.is_boolean()) return wrong(path, "must be true or false", from);
        return s.set_bool(value, from.get<bool>());
      case kind::integer:
      case kind::duration: return read_integer(s, from, value, path, rules);
      case kind::number: return read_number(s, from, value, path, rules);
      case kind::text:
        if (!from.is_string()) return wrong(path, "must be text", from);
        if (!short_enough(from.get_ref<const std::string&>().size(), "characters", path, rules)) return;
        s.set_text(value, from.get_ref<const std::string&>());
        return;
      case kind::spelled: return read_spelled(s, from, value, path, rules);
      case kind::enumeration:
        if (!from.is_string() || !s.set_text(value, from.get_ref<const std::string&>()))
          wrong(path, "must be one of " + listed(s.words), from);
        return;
      case kind::timestamp: return read_time(s, from, value, path);
      case kind::optional:
        s.reset(value);
        if (!from.is_null()) read(*s.inner(), from, s.engage(value), path, rules);
        return;
      case kind::list: return read_list(s, from, value, path, rules);
      case kind::dictionary: return read_dictionary(s, from, value, path, rules);
      case kind::record: return read_record(s, from, value, path);
    }
  }

 private:
  void wrong(const std::string& path, std::string problem, const json& from) {
    violations_.push_back({path, std::move(problem), shown(from)});
  }

  static std::string listed(std::span<const char* const> words) {
    std::string out;
    for (const char* w : words) out += (out.empty() ? "" : ", ") + std::string(w);
    return out;
  }

  bool short_enough(std::size_t size, const char* unit, const std::string& path, const rule& rules) {
    if (size <= rules.longest) return true;
    violations_.push_back(
        {path, "must have at most " + std::to_string(rules.longest) + " " + unit, std::to_string(size) + " " + unit});
    return false;
  }

  /// NaN is within no bounds.
  bool within(double amount, const std::string& path, const rule& rules, const json& from) {
    if (rules.least > -std::numeric_limits<double>::infinity() && !(amount >= rules.least)) {
      wrong(path, "must be at least " + bound_text(rules.least), from);
      return false;
    }
    if (rules.most < std::numeric_limits<double>::infinity() && !(amount <= rules.most)) {
      wrong(path, "must be at most " + bound_text(rules.most), from);
      return false;
    }
    return true;
  }

  void read_integer(const shape& s, const json& from, void* value, const std::string& path, const rule& rules) {
    if (!from.is_number_integer()) return wrong(path, "must be an integer", from);
    if (from.is_number_unsigned() && !std::in_range<std::int64_t>(from.get<std::uint64_t>()))
      return wrong(path, "must be an integer that fits 64 bits", from);
    const auto number = from.get<std::int64_t>();
    if (!within(static_cast<double>(number), path, rules, from)) return;
    if (!s.set_integer(value, number)) wrong(path, "must be an integer within its type's range", from);
  }

  void read_number(const shape& s, const json& from, void* value, const std::string& path, const rule& rules) {
    if (!from.is_number() && !from.is_null()) return wrong(path, "must be a number", from);
    const double number = from.is_null() ? std::numeric_limits<double>::quiet_NaN() : from.get<double>();
    if (within(number, path, rules, from)) s.set_number(value, number);
  }

  void read_spelled(const shape& s, const json& from, void* value, const std::string& path, const rule& rules) {
    std::string text;
    if (from.is_string()) {
      text = from.get_ref<const std::string&>();
    } else if (s.scaled && from.is_number_integer()) {
      text = from.dump();
    } else if (s.scaled && from.is_number_float()) {
      const double number = from.get<double>();
      if (!(std::abs(number) < exact_below))
        return wrong(path, "must be text from 67108864 on, where a JSON number does not keep eight decimals", from);
      text = bound_text(number);
    } else {
      return wrong(path, std::string("must be ") + s.expects, from);
    }
    if (!short_enough(text.size(), "characters", path, rules)) return;
    if (!s.set_text(value, text)) return wrong(path, std::string("must be ") + s.expects, from);
    if (s.scaled)
      within(static_cast<double>(s.get_integer(value)) / static_cast<double>(fixed_scale), path, rules, from);
  }

  void read_time(const shape& s, const json& from, void* value, const std::string& path) {
    if (from.is_string()) {
      if (const auto at = rfc3339_parse(from.get_ref<const std::string&>())) {
        s.set_integer(value, ms_of(*at));
        return;
      }
    }
    wrong(path, "must be a time such as 2025-01-31T12:00:00Z", from);
  }

  void read_list(const shape& s, const json& from, void* value, const std::string& path, const rule& rules) {
    if (!from.is_array()) return wrong(path, "must be a list", from);
    if (!short_enough(from.size(), "elements", path, rules)) return;
    s.reset(value);
    std::size_t index = 0;
    for (const auto& element : from)
      read(*s.inner(), element, s.grow(value), path + "[" + std::to_string(index++) + "]", elements(rules));
  }

  void read_dictionary(const shape& s, const json& from, void* value, const std::string& path, const rule& rules) {
    if (!from.is_object()) return wrong(path, "must be an object", from);
    if (!short_enough(from.size(), "names", path, rules)) return;
    s.reset(value);
    for (const auto& [name, element] : from.items())
      read(*s.inner(), element, s.insert(value, name), under(path, name), elements(rules));
  }

  /// `longest` bounds the list itself; the other bounds are those of each element.
  static rule elements(const rule& rules) { return {.least = rules.least, .most = rules.most}; }
  static std::string under(const std::string& path, std::string_view name) {
    return path.empty() ? shown_text(name) : path + "." + shown_text(name);
  }

  void read_record(const shape& s, const json& from, void* value, const std::string& path) {
    if (!from.is_object()) return wrong(path, "must be an object", from);
    for (const auto& m : s.members) {
      const auto found = from.find(m.name);
      void* place = field_of(value, m.offset);
      if (found != from.end())
        read(*m.of(), *found, place, under(path, m.name), m.rules);
      else if (m.of()->is == kind::optional)
        m.of()->reset(place);
      else
        violations_.push_back({under(path, m.name), "is missing", ""});
    }
    for (const auto& [name, element] : from.items()) {
      if (knows(s, name)) continue;
      if (unknown_ == unknown_fields::refused)
        wrong(under(path, name), "is not a field", element);
      else if (ignored_ != nullptr)
        ignored_->push_back(under(path, name));
    }
  }

  static bool knows(const shape& s, std::string_view name) {
    for (const auto& m : s.members)
      if (name == m.name) return true;
    return false;
  }

  std::vector<violation>& violations_;
  unknown_fields unknown_;
  std::vector<std::string>* ignored_;
};

json write_dictionary(const shape& s, const void* value) {
  struct context {
    json out;
    const shape* inner;
  } c{json::object(), s.inner()};
  s.each(value, &c, [](void* into, std::string_view name, const void* element) {
    auto& to = *static_cast<context*>(into);
    to.out[std::string(name)] = write_json(*to.inner, element);
  });
  return std::move(c.out);
}

}  // namespace

json write_json(const shape& s, const void* value) {
  switch (s.is) {
    case kind::boolean: return s.get_bool(value);
    case kind::integer:
    case kind::duration: return s.get_integer(value);
    case kind::number: {
      const double number = s.get_number(value);
      return std::isfinite(number) ? json(number) : json(nullptr);
    }
    case kind::text:
    case kind::spelled:
    case kind::enumeration: return s.get_text(value);
    case kind::timestamp: return rfc3339_text(instant_of_ms(s.get_integer(value)));
    case kind::optional: return s.has(value) ? write_json(*s.inner(), s.peek(value)) : json(nullptr);
    case kind::list: {
      auto out = json::array();
      for (std::size_t i = 0; i < s.size(value); ++i) out.push_back(write_json(*s.inner(), s.at(value, i)));
      return out;
    }
    case kind::dictionary: return write_dictionary(s, value);
    case kind::record: {
      auto out = json::object();
      for (const auto& m : s.members) out[m.name] = write_json(*m.of(), field_of(value, m.offset));
      return out;
    }
  }
  return nullptr;
}

void read_json(const shape& s, const json& from, void* value, std::vector<violation>& violations,
               unknown_fields unknown, std::vector<std::string>* ignored) {
  reader{violations, unknown, ignored}.read(s, from, value, "", rule{});
}

}  // namespace rltrader

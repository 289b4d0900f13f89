// Walks shapes: once to fill values, once to compare them.
#include "tests/support/generated.hpp"

#include "domain/money.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace rltrader::testing_support {

namespace {

std::int64_t between(std::mt19937_64& chance, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(chance);
}

/// How many of something: at least one where it must be present.
std::int64_t some(std::mt19937_64& chance, std::int64_t most, presence present) {
  return between(chance, present == presence::always ? 1 : 0, most);
}

std::string letters(std::mt19937_64& chance, std::string_view from, std::size_t most, presence present) {
  std::string out;
  for (auto left = some(chance, static_cast<std::int64_t>(most), present); left > 0; --left)
    out += from[static_cast<std::size_t>(between(chance, 0, static_cast<std::int64_t>(from.size()) - 1))];
  return out;
}

/// Mostly small, now and then as large as the bounds allow.
std::int64_t whole(std::mt19937_64& chance, const rule& rules, double scale, std::int64_t largest) {
  const auto bound = [&](double x, std::int64_t otherwise) {
    return std::isfinite(x) ? static_cast<std::int64_t>(std::clamp(x * scale, -9e18, 9e18)) : otherwise;
  };
  const auto least = bound(rules.least, -largest);
  const auto most = bound(rules.most, largest);
  switch (between(chance, 0, 5)) {
    case 0: return least;
    case 1: return most;
    case 2: return between(chance, least, most);
    default: return std::clamp<std::int64_t>(between(chance, -1000, 1000), least, most);
  }
}

double real(std::mt19937_64& chance, const rule& rules) {
  const bool bounded = std::isfinite(rules.least) || std::isfinite(rules.most);
  if (!bounded && between(chance, 0, 9) == 0) return std::numeric_limits<double>::quiet_NaN();
  const double least = std::isfinite(rules.least) ? rules.least : -1e12;
  const double most = std::isfinite(rules.most) ? rules.most : 1e12;
  return std::uniform_real_distribution<double>(least, most)(chance);
}

void generate_names(const shape& s, void* value, std::mt19937_64& chance, presence present) {
  s.reset(value);
  for (auto left = some(chance, 3, present); left > 0; --left)
    generate(*s.inner(), s.insert(value, letters(chance, "abc.\"'$ ", 6, present)), chance, {}, present);
}

bool same_names(const shape& s, const void* a, const void* b) {
  using found = std::map<std::string, const void*, std::less<>>;
  const auto collect = [&](const void* from) {
    found out;
    s.each(from, &out, [](void* into, std::string_view name, const void* element) {
      static_cast<found*>(into)->emplace(name, element);
    });
    return out;
  };
  const auto left = collect(a);
  const auto right = collect(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [&](const auto& x, const auto& y) {
    return x.first == y.first && same(*s.inner(), x.second, y.second);
  });
}

}  // namespace

void generate(const shape& s, void* value, std::mt19937_64& chance, const rule& rules, presence present) {
  switch (s.is) {
    case kind::boolean: return s.set_bool(value, between(chance, 0, 1) == 1);
    case kind::integer:
      while (!s.set_integer(value, whole(chance, rules, 1, std::numeric_limits<std::int64_t>::max() / 2))) continue;
      return;
    case kind::duration: s.set_integer(value, whole(chance, rules, 1, 1'000'000'000)); return;
    case kind::timestamp: s.set_integer(value, between(chance, 0, 253'402'300'799'999)); return;
    case kind::number: return s.set_number(value, real(chance, rules));
    case kind::text:
      s.set_text(value, letters(chance, "abcXYZ019 ,;'\"\\/\n\t{}[]\xC3\xBC", std::min<std::size_t>(rules.longest, 12),
                                present));
      if (s.get_text(value).find_first_of("\xC3\xBC") != std::string::npos) s.set_text(value, "\xC3\xBC");
      return;
    case kind::spelled:
      if (s.scaled)
        s.set_integer(value, whole(chance, rules, static_cast<double>(fixed_scale), 9'000'000'000'000'000'000));
      else
        s.set_text(value,
                   letters(chance, "abcdefXYZ0123456789-_:.", std::min<std::size_t>(rules.longest, 24), present));
      return;
    case kind::enumeration:
      s.set_text(value,
                 s.words[static_cast<std::size_t>(between(chance, 0, static_cast<std::int64_t>(s.words.size()) - 1))]);
      return;
    case kind::optional:
      s.reset(value);
      if (some(chance, 1, present) == 1) generate(*s.inner(), s.engage(value), chance, rules, present);
      return;
    case kind::list:
      s.reset(value);
      for (auto left = some(chance, 4, present); left > 0; --left)
        generate(*s.inner(), s.grow(value), chance, {}, present);
      return;
    case kind::dictionary: return generate_names(s, value, chance, present);
    case kind::record:
      for (const auto& m : s.members) generate(*m.of(), field_of(value, m.offset), chance, m.rules, present);
      return;
  }
}

bool same(const shape& s, const void* a, const void* b) {
  switch (s.is) {
    case kind::boolean: return s.get_bool(a) == s.get_bool(b);
    case kind::integer:
    case kind::duration:
    case kind::timestamp: return s.get_integer(a) == s.get_integer(b);
    case kind::number: {
      const double x = s.get_number(a);
      const double y = s.get_number(b);
      return x == y || (std::isnan(x) && std::isnan(y));
    }
    case kind::text:
    case kind::spelled:
    case kind::enumeration: return s.get_text(a) == s.get_text(b);
    case kind::optional: return s.has(a) == s.has(b) && (!s.has(a) || same(*s.inner(), s.peek(a), s.peek(b)));
    case kind::list:
      if (s.size(a) != s.size(b)) return false;
      for (std::size_t i = 0; i < s.size(a); ++i)
        if (!same(*s.inner(), s.at(a, i), s.at(b, i))) return false;
      return true;
    case kind::dictionary: return same_names(s, a, b);
    case kind::record:
      return std::all_of(s.members.begin(), s.members.end(), [&](const shape_member& m) {
        return same(*m.of(), field_of(a, m.offset), field_of(b, m.offset));
      });
  }
  return false;
}

}  // namespace rltrader::testing_support

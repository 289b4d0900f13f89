// Values of any described type from a seed, within the rules of their fields, and whether two values are the same.
#pragma once

#include "domain/shape.hpp"

#include <cstdint>
#include <random>

namespace rltrader::testing_support {

/// Whether options, lists, dictionaries and texts may be absent or empty.
enum class presence : unsigned char { by_chance, always };

/// Fills a value: short and empty texts, zero and extreme numbers, absent options, NaN where a double has no bounds.
void generate(const shape& s, void* value, std::mt19937_64& chance, const rule& rules = {},
              presence present = presence::by_chance);

template <class T>
T generated(std::mt19937_64& chance, presence present = presence::by_chance) {
  T value{};
  generate(*shape_of<T>(), &value, chance, {}, present);
  return value;
}

/// Field by field; NaN is the same as NaN.
bool same(const shape& s, const void* a, const void* b);

template <class T>
bool same(const T& a, const T& b) {
  return same(*shape_of<T>(), &a, &b);
}

}  // namespace rltrader::testing_support

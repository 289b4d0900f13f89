// JSON Schema, as OpenAPI 3.1 wants it, from a shape: one place says what a body may be, and it is the type itself.
#pragma once

#include "wire/json.hpp"

namespace rltrader {

/// Schemas of records by their type name, which references point to.
using components = json;

/// The schema of a shape. Records go into `parts` under their name, once, and are referred to as
/// "#/components/schemas/<name>".
json schema_of(const shape& s, components& parts);

template <class T>
json schema_of(components& parts) {
  return schema_of(*shape_of<T>(), parts);
}

}  // namespace rltrader

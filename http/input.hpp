// Path, query and body of a call as one JSON object, texts coerced by the kind of the field they are for.
#pragma once

#include "http/call.hpp"
#include "http/status.hpp"
#include "wire/json.hpp"

#include <vector>

namespace rltrader::http {

class exchange;

struct input {
  json fields = json::object();
  std::vector<violation> violations;  ///< of the merging: a name given twice
};

/// Text of a path or query as the JSON that the field's kind reads; what does not fit stays text, for the strict reader to refuse.
json coerced(const shape& of, std::string_view text);

/// Merges: path parameters, query fields that `takes` knows (others are ignored), and the body's fields. A name in two of
/// them is a violation; an empty query value counts as not given where the field is optional.
outcome<input> merged_input(const shape& takes, const text_fields& path, const call& c);

/// Strict read into `value`. All violations at once, or nothing wrong.
std::optional<problem> read_input(exchange& x, input&& from, const shape& of, void* value);

}  // namespace rltrader::http

// Between rows as others write them and JSON as our records are read from: cells of CSV, documents of Convex.
#pragma once

#include "domain/shape.hpp"
#include "wire/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rltrader::storage {

/// A column of a record as CSV names it.
struct leaf {
  std::string name;                ///< intent_content_pair
  std::string path;                ///< intent.content.pair
  std::vector<const char*> names;  ///< intent, content, pair
  const shape* of = nullptr;
};
std::vector<leaf> leaves_of(const shape& record);

/// A cell as read_json takes it. What cannot be read is a violation of `name`; the answer is then nothing.
std::optional<json> json_of_cell(const shape& s, std::string_view written, const std::string& name,
                                 std::vector<violation>& problems);

/// Makes a document of a Convex export a row: names that begin with _ go (but _source), _id becomes the id of a record that
/// has one, whole numbers become integers, and numbers become times (milliseconds since 1970) where those are wanted.
void settle_document(const shape& record, json& document);

/// Milliseconds since 1970 as a time's text: 0, or between 1990 and 2100, so that seconds are not taken for them.
std::optional<std::string> time_text_of_ms(std::int64_t ms);

/// Texts that no database keeps: those with a NUL. Appends a violation for each.
void refuse_nul(const json& value, const std::string& path, std::vector<violation>& problems);

}  // namespace rltrader::storage

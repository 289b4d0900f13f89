// Paths, segment by segment.
#include "http/match.hpp"

#include <algorithm>

namespace rltrader::http {

namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const auto end = path.find('/', 1);
    out.push_back(path.substr(1, end == std::string_view::npos ? end : end - 1));
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  }
  return out;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

/// How many segments are literal, or nothing if the path does not fit. A parameter is never empty.
std::optional<std::size_t> fit(std::span<const std::string_view> pattern, std::span<const std::string_view> path) {
  if (pattern.size() != path.size()) return std::nullopt;
  std::size_t literal = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_parameter(pattern[i])) {
      if (path[i].empty()) return std::nullopt;
      continue;
    }
    if (pattern[i] != path[i]) return std::nullopt;
    ++literal;
  }
  return literal;
}

}  // namespace

matched match(std::span<const route> table, method verb, std::string_view path) {
  matched out;
  if (!path.starts_with('/')) return out;
  const auto asked = segments_of(path);
  const auto wanted = verb == method::head ? method::get : verb;
  std::size_t best = 0;
  for (const auto& row : table) {
    const auto literal = fit(segments_of(row.path), asked);
    if (!literal) continue;
    if (std::find(out.allowed.begin(), out.allowed.end(), row.verb) == out.allowed.end())
      out.allowed.push_back(row.verb);
    if (row.verb != wanted || (out.row != nullptr && *literal <= best)) continue;
    out.row = &row;
    best = *literal;
  }
  if (out.row == nullptr) return out;
  const auto pattern = segments_of(out.row->path);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i])) continue;
    auto text = percent_decoded(asked[i]);
    if (!text) {
      out.undecodable = true;
      return out;
    }
    out.parameters.emplace_back(std::string(pattern[i].substr(1, pattern[i].size() - 2)), std::move(*text));
  }
  return out;
}

std::string allow_header(std::span<const method> allowed) {
  std::vector<std::string_view> words{text_of(method::options)};
  for (const auto m : allowed) {
    words.push_back(text_of(m));
    if (m == method::get) words.push_back(text_of(method::head));
  }
  std::sort(words.begin(), words.end());
  std::string out;
  for (const auto w : words) out += (out.empty() ? "" : ", ") + std::string(w);
  return out;
}

}  // namespace rltrader::http

// Pairs, pages, windows.
#include "http/route_tools.hpp"

#include "wire/rfc3339.hpp"

#include <algorithm>

namespace rltrader::http {

problem unsupported_pair(std::string field, std::string_view was, const environment& env) {
  std::string known;
  for (const auto& pair : env.supported) known += (known.empty() ? "" : ", ") + pair.text();
  const auto sentence = "must be one of " + known;
  return {.status = 400,
          .code = "unsupported_pair",
          .detail = "the pair is not supported; " + field + " " + sentence,
          .details = {{std::move(field), sentence, std::string(was.substr(0, 80))}},
          .headers = {}};
}

outcome<pair_name> resolved(std::string field, std::string_view text, const environment& env) {
  if (auto pair = resolve_pair(text, env.supported)) return std::move(*pair);
  return unsupported_pair(std::move(field), text, env);
}

outcome<std::vector<std::string>> resolved_all(const std::string& field,
                                               const std::optional<std::vector<std::string>>& texts,
                                               const environment& env) {
  std::vector<std::string> out;
  if (!texts) return out;
  for (std::size_t i = 0; i < texts->size(); ++i) {
    auto one = resolved(field + "[" + std::to_string(i) + "]", (*texts)[i], env);
    if (auto* wrong = std::get_if<problem>(&one)) return std::move(*wrong);
    auto text = std::get<pair_name>(one).text();
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

std::optional<problem> resolve_filter(std::string field, std::optional<std::string>& text, const environment& env) {
  if (!text) return std::nullopt;
  auto pair = resolved(std::move(field), *text, env);
  if (auto* wrong = std::get_if<problem>(&pair)) return std::move(*wrong);
  text = std::get<pair_name>(pair).text();
  return std::nullopt;
}

std::optional<problem> check_window(const std::optional<instant>& start, const std::optional<instant>& end) {
  if (!start || !end || *start < *end) return std::nullopt;
  return field_problem("end", "must lie after start, " + rfc3339_text(*start), rfc3339_text(*end));
}

void set_page(list_request& r, std::optional<std::int64_t> page, std::optional<std::int64_t> page_size) {
  constexpr std::int64_t rows_unsaid = 25;
  r.page = page.value_or(1);
  r.page_size = page_size.value_or(rows_unsaid);
}

std::optional<problem> check_said(std::string field, std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) return std::nullopt;
  return field_problem(std::move(field), "must say something", std::string(text.substr(0, 80)));
}

}  // namespace rltrader::http

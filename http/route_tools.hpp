// What rows of several areas share: pairs as clients spell them, paging, windows, and refusals of a single field.
#pragma once

#include "domain/instrument.hpp"
#include "http/route.hpp"

namespace rltrader::http {

/// A row that is named by its id alone.
struct id_only {
  std::string id;

  static constexpr auto type_name = "id_only";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &id_only::id, "which", rule{.longest = 200}});
  }
};

inline problem field_problem(std::string field, std::string what, std::string was) {
  return problem_of(std::vector{violation{std::move(field), std::move(what), std::move(was)}});
}

/// 400 `unsupported_pair` that names those that are.
problem unsupported_pair(std::string field, std::string_view was, const environment& env);
/// The pair in its configured spelling.
outcome<pair_name> resolved(std::string field, std::string_view text, const environment& env);
/// As texts, in configured spelling and without twins; none given: none.
outcome<std::vector<std::string>> resolved_all(const std::string& field,
                                               const std::optional<std::vector<std::string>>& texts,
                                               const environment& env);
/// A filter by pair: replaces the text by the configured spelling.
std::optional<problem> resolve_filter(std::string field, std::optional<std::string>& text, const environment& env);
/// `start` must lie before `end`.
std::optional<problem> check_window(const std::optional<instant>& start, const std::optional<instant>& end);
/// page 1 and 25 rows where nothing is said.
void set_page(list_request& r, std::optional<std::int64_t> page, std::optional<std::int64_t> page_size);
/// A text that must say something.
std::optional<problem> check_said(std::string field, std::string_view text);

}  // namespace rltrader::http

// Our books against the venue's: a whole comparison, and positions with both sides.
#pragma once

#include "messages/inspect.hpp"

#include "domain/position.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rltrader {

struct reconcile_now {
  std::vector<std::string> pairs;
  std::string who;

  static constexpr auto type_name = "reconcile_now";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pairs", &reconcile_now::pairs, "none: all"}, field{"who", &reconcile_now::who, "who asks"});
  }
};
struct mismatch_view {
  std::string pair;
  std::string kind;
  std::string explanation;
  std::string action;

  static constexpr auto type_name = "mismatch";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"pair", &mismatch_view::pair, "the pair"}, field{"kind", &mismatch_view::kind, "stable word"},
             field{"explanation", &mismatch_view::explanation, "ours and theirs"},
             field{"action", &mismatch_view::action, "what was done"});
  }
};
struct reconcile_report {
  int checked = 0;
  int updated = 0;
  int errors = 0;
  instant reconciled_at{};
  std::vector<mismatch_view> mismatches;
  std::vector<std::string> quarantined;

  static constexpr auto type_name = "reconcile_report";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"checked", &reconcile_report::checked, "orders and positions compared"},
             field{"updated", &reconcile_report::updated, "corrections made"},
             field{"errors", &reconcile_report::errors, "questions without an answer"},
             field{"reconciled_at", &reconcile_report::reconciled_at, "market time"},
             field{"mismatches", &reconcile_report::mismatches, "each with what was done"},
             field{"quarantined", &reconcile_report::quarantined, "pairs"});
  }
};

/// Positions with the venue's side beside ours.
struct ask_positions {
  static constexpr auto type_name = "ask_positions";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
/// What our books hold now, and both sides as the last whole comparison saw them.
struct position_view : position {
  std::optional<quantity> venue_held;
  std::optional<quantity> difference;
  std::optional<instant> compared_at;

  static constexpr auto type_name = "position_view";
  template <class F>
  static constexpr auto fields(F&& f) {
    return position::fields([&](const auto&... of_position) {
      return f(of_position...,
               field{"venue_held", &position_view::venue_held, "base coins by the venue then; none: not compared yet"},
               field{"difference", &position_view::difference, "ours less the venue's, both then"},
               field{"compared_at", &position_view::compared_at, "market time of the venue's word"});
    });
  }
};
struct position_list {
  std::vector<position_view> data;
  std::int64_t total = 0;

  static constexpr auto type_name = "position_list";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"data", &position_list::data, "rows"}, field{"total", &position_list::total, "rows in all"});
  }
};

}  // namespace rltrader

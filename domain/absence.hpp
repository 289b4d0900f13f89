// When a venue's "no such order" may be believed (I4): late enough, often enough, and with the books agreeing.
#pragma once

#include "domain/time.hpp"

#include <optional>
#include <string>

namespace rltrader {

struct absence_terms {
  milliseconds receive_window = seconds{2};
  milliseconds settle = seconds{10};      ///< beyond sent + window, nothing can still arrive
  int denials_needed = 3;
  milliseconds apart = seconds{2};
  milliseconds operator_after = hours{1}; ///< an older one needs a person
};

/// What look-ups have said so far of one order.
struct absence_case {
  instant sent_at{};
  int denials = 0;
  std::optional<instant> last_denial;
  int tries_without_answer = 0;

  /// A not-found at venue time `now`; counted only when late enough and far enough from the one before.
  void denied(instant now, const absence_terms& terms);
  /// The look-up itself failed: not an answer.
  void unanswered() { ++tries_without_answer; }
  /// Proved absent: enough denials, and the books (open orders, fills, position) agree.
  bool proved(instant now, bool books_agree, const absence_terms& terms) const;
  /// Three tries without an answer: alert and quarantine; look-ups go on.
  bool silent() const { return tries_without_answer >= 3; }
  /// When to look again.
  instant next_look(instant now, const absence_terms& terms) const;
};

}  // namespace rltrader

// When a venue's "no such order" may be believed (I4): late enough, often enough, and with the books agreeing.
#pragma once

#include "domain/order.hpp"
#include "domain/result.hpp"
#include "domain/time.hpp"

#include <optional>
#include <string>

namespace rltrader {

struct absence_terms {
  milliseconds receive_window = seconds{2};
  milliseconds settle = seconds{10};  ///< beyond sent + window, nothing can still arrive
  int denials_needed = 3;
  milliseconds apart = seconds{2};
  milliseconds operator_after = hours{1};  ///< an older one needs a person
};

/// What look-ups have said so far of one order.
struct absence_case {
  instant sent_at{};
  int denials = 0;
  std::optional<instant> last_denial;
  int tries_without_answer = 0;
  bool shown = false;  ///< the venue has shown it: it did arrive, and only its end is not known here yet

  /// A not-found at venue time `now`; counted only when late enough and far enough from the one before. It is an answer, so the
  /// tries without one start anew.
  void denied(instant now, const absence_terms& terms);
  /// The look-up itself failed (error, 429, unreadable): not an answer, and no denial either.
  void unanswered() { ++tries_without_answer; }
  /// The moment after which a request that left at `sent_at` can no longer arrive.
  instant settled_at(const absence_terms& terms) const { return sent_at + terms.receive_window + terms.settle; }
  /// Proved absent: enough denials, the books (open orders, fills, position) agree, and not older than a person must judge.
  bool proved(instant now, bool books_agree, const absence_terms& terms) const;
  /// Older than the venue's memory can be trusted: only an operator ends it.
  bool needs_operator(instant now, const absence_terms& terms) const { return now - sent_at > terms.operator_after; }
  /// Three tries in a row without an answer: alert and quarantine; look-ups go on.
  bool silent() const { return tries_without_answer >= 3; }
  /// When to look again, always after `now`: each second while it may still be found, then when a denial would count, and with
  /// doubling waits (at most a minute) while the venue does not answer.
  instant next_look(instant now, const absence_terms& terms) const;
};

/// Whether a person may end an order as NOT_PLACED, and the evidence in words. Only an UNKNOWN one of which nothing is filled, and
/// only when the venue has denied it often enough or it is older than its memory. Else errc::conflict, with what is missing.
result<std::string> ending_by_operator(const order& o, const absence_case& seen, instant now,
                                       const absence_terms& terms);

}  // namespace rltrader

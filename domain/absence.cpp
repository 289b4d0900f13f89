// Counts denials that may be believed.
#include "domain/absence.hpp"

#include <algorithm>

namespace rltrader {

void absence_case::denied(instant now, const absence_terms& terms) {
  tries_without_answer = 0;
  if (now <= settled_at(terms)) return;
  if (last_denial && now - *last_denial < terms.apart) return;
  ++denials;
  last_denial = now;
}

bool absence_case::proved(instant now, bool books_agree, const absence_terms& terms) const {
  return books_agree && denials >= terms.denials_needed && !needs_operator(now, terms);
}

instant absence_case::next_look(instant now, const absence_terms& terms) const {
  constexpr milliseconds often = seconds{1};
  constexpr milliseconds seldom = minutes{1};
  constexpr milliseconds for_the_books = seconds{10};
  if (tries_without_answer > 0) {
    const int doublings = std::min(tries_without_answer - 1, 6);
    return now + std::min(seldom, often * (1 << doublings));
  }
  if (denials >= terms.denials_needed) return now + for_the_books;  // only their agreement, or a person, is missing
  const auto counts_from =
      std::max(settled_at(terms) + milliseconds{1}, last_denial ? *last_denial + terms.apart : instant{});
  if (counts_from <= now) return now + milliseconds{1};
  return std::min(counts_from, now + often);
}

result<std::string> ending_by_operator(const order& o, const absence_case& seen, instant now,
                                       const absence_terms& terms) {
  const auto refuse = [&](const std::string& why) {
    return failure{errc::conflict, "order " + o.id.text() + " is not ended: " + why};
  };
  if (o.state != order_state::unknown)
    return refuse("it is " + std::string(text_of(o.state)) + "; only an UNKNOWN order is ended by hand");
  if (o.filled.positive()) return refuse(o.filled.text() + " of it is filled, so it did arrive");
  if (seen.shown) return refuse("the venue has shown it, so it did arrive; its look-up goes on");
  const auto age = std::chrono::floor<seconds>(now - seen.sent_at);
  const auto words =
      "not found " + std::to_string(seen.denials) + " times, sent " + std::to_string(age.count()) + " s ago";
  if (seen.denials >= terms.denials_needed || seen.needs_operator(now, terms)) return words;
  return refuse("the venue has denied it " + std::to_string(seen.denials) + " of " +
                std::to_string(terms.denials_needed) + " times, and it becomes older than an hour in " +
                seconds_text(seen.sent_at + terms.operator_after - now));
}

}  // namespace rltrader

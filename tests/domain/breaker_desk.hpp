// A desk for tests of the breaker: a book, a clock that the test moves, and the events as one calls them.
#pragma once

#include "domain/breaker.hpp"
#include "tests/domain/trading_builders.hpp"

#include <string>

namespace rltrader::testing {

/// A desk of 10,000 USDT on a day that opened with as much; a holding of 20 BTC at 100.
struct desk {
  risk_book book = plain_book();
  instant now = noon;

  desk() {
    hold(book, btc, "20");
    auto& row = book.breakers["account"];
    row.scope = "account";
    row.day = day_of(noon);
    row.day_opening_equity = row.peak_equity = money::of(10'000);
  }
  breaker_row& account() { return book.breakers["account"]; }
  breaker_row row(const std::string& scope) const {
    const auto found = book.breakers.find(scope);
    return found == book.breakers.end() ? breaker_row{} : found->second;
  }
  breaker_step say(const breaker_event& event) { return step_breaker(book, event, now); }
  /// Measures at a mark of BTC; a holding of 20 moves equity by 20 for each USDT.
  breaker_step mark(std::int64_t at, bool check = false) {
    note_tick(book, {btc, now, price::of(at), price::of(at)});
    return say(breaker_events::measured{measure(book, now), {}, check});
  }
  breaker_step operator_says(breaker_level wanted, const std::string& scope = "account") {
    return say(breaker_events::operator_said{wanted, scope, "because", "ann"});
  }
  void clean_checks(int n, milliseconds apart = seconds{30}) {
    for (int i = 0; i < n; ++i) {
      now += apart;
      mark(100, true);
    }
  }
  void next_day() { now = day_of(now) + hours{24} + seconds{1}; }
};

}  // namespace rltrader::testing

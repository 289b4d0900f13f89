// The heartbeat line.
#include "runtime/heartbeat.hpp"

#include "wire/rfc3339.hpp"

#include <cstdio>
#include <ostream>

namespace rltrader {

namespace {
constexpr auto patience = std::chrono::seconds{2};

template <class Answer, class Handle, class Question>
std::optional<Answer> ask(caf::actor_system& system, const Handle& whom, Question question) {
  if (!whom) return std::nullopt;
  caf::scoped_actor self{system};
  std::optional<Answer> answer;
  self->request(whom, caf::timespan{patience}, std::move(question))
      .receive([&](Answer& a) { answer = std::move(a); },
               [](const caf::error&) {
                 // Shown as missing: the daemon says why on /health/ready.
               });
  return answer;
}
}  // namespace

heartbeat::heartbeat(caf::actor_system& system, const ports::clock& clock, std::ostream& out, double began,
                     std::function<double()> monotonic)
    : system_(system), clock_(clock), out_(out), began_(began), monotonic_(std::move(monotonic)), last_line_(began) {}

std::optional<pair_list> heartbeat::ask_pairs(const directory& desk) {
  return ask<pair_list>(system_, desk.pairs, ask_health{});
}

void heartbeat::turn(const directory& desk) {
  const auto now = monotonic_();
  if (now - last_measured_ >= 5) {
    last_measured_ = now;
    measure_mailboxes(desk);
  }
  const bool line_due = now - last_line_ >= 10;
  if (first_seen_ && !line_due) return;
  const auto pairs = ask_pairs(desk);
  if (!pairs) return;
  if (!first_seen_)
    for (const auto& p : pairs->pairs)
      if (p.decisions > 0 && p.last_decision) {
        first_seen_ = true;
        char seconds_text[32];
        std::snprintf(seconds_text, sizeof seconds_text, "%.2f", now - began_);
        out_ << "first decision after " << seconds_text << " s: " << p.pair.text() << ' '
             << text_of(p.last_decision->choice) << " (" << p.last_decision->reason << ")" << std::endl;
        break;
      }
  if (line_due) {
    last_line_ = now;
    print_line(desk, *pairs);
  }
}

/// Ahead of what waits, so that all of it is counted.
void heartbeat::measure_mailboxes(const directory& desk) const {
  const auto ask_one = [](const auto& whom) {
    if (whom) caf::anon_send<caf::message_priority::high>(whom, measure_mailbox{});
  };
  ask_one(desk.ledger);
  ask_one(desk.market_store);
  ask_one(desk.reader);
  ask_one(desk.retry_queue);
  ask_one(desk.alert_sink);
  ask_one(desk.executor);
  ask_one(desk.risk);
  ask_one(desk.pairs);
  ask_one(desk.reconciler);
  ask_one(desk.feed);
}

void heartbeat::print_line(const directory& desk, const pair_list& pairs) {
  std::int64_t bars = 0;
  std::int64_t decisions = 0;
  int running = 0;
  int holding = 0;
  for (const auto& p : pairs.pairs) {
    bars += p.bars;
    decisions += p.decisions;
    running += p.run.status == run_status::running && p.alive;
    holding += !p.held.is_zero();
  }
  out_ << rfc3339_text(clock_.now()).substr(0, 19) << "Z  pairs " << running << '/' << pairs.pairs.size()
       << " running, " << holding << " holding  bars " << bars << "  decisions " << decisions;
  if (const auto risk = ask<risk_view>(system_, desk.risk, ask_risk{})) {
    char money_text[96];
    std::snprintf(money_text, sizeof money_text, "  equity %.2f  exposure %.2f  day's loss %.2f",
                  risk->snapshot.equity.to_double(), risk->snapshot.total_exposure.to_double(),
                  risk->snapshot.daily_loss.to_double());
    out_ << money_text << "  breaker " << risk->state.status;
    if (!risk->quarantined.empty()) out_ << "  quarantined " << risk->quarantined.size();
  }
  out_ << std::endl;
}

}  // namespace rltrader

// Requests in, the venue core, its journal, and then the answers.
#include "adapters/exchange/simulated_exchange.hpp"

#include "domain/order.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

namespace rltrader {

namespace {

// A sent order that arrives too late is refused, as BingX refuses a timestamp outside of its window.
constexpr auto too_late = "100421";

ports::place_rejected rejected(const sim::rejection& why) { return {std::to_string(why.code), why.message}; }

}  // namespace

std::optional<insurance_paid> insurance_of(const sim::income_row& row) {
  if (row.what != sim::income_kind::insurance_clear) return std::nullopt;
  return insurance_paid{std::to_string(row.sequence), row.pair, row.leg_side, row.amount, row.at};
}

ports::order_report report_of(const sim::venue_order& order) {
  ports::order_report out;
  out.id = order.client;
  out.venue_order = order.id;
  out.pair = order.content.pair;
  out.side = order.content.side;
  out.leg_side = order.content.leg_side;
  out.state = order.state;
  out.quantity = order.content.quantity;
  out.filled = order.filled;
  out.average = order.average;
  out.reduce_only = order.content.reduce_only;
  out.updated_at = order.updated_at;
  return out;
}

simulated_exchange::simulated_exchange(setup how)
    : settings_(std::move(how.settings)), journal_(how.journal), name_(std::move(how.name)) {}

result<std::unique_ptr<simulated_exchange>> simulated_exchange::open(setup how) {
  std::unique_ptr<simulated_exchange> out(new simulated_exchange(std::move(how)));
  if (out->journal_ == nullptr) {
    out->core_ = std::make_unique<sim::venue_core>(out->settings_);
    return out;
  }
  const auto rows = out->journal_->load();
  if (!rows) return rows.error();
  auto books = venue_rows_of(*rows);
  if (!books) return books.error();
  // The first start writes the account, so that the balance it began with survives a change of the setting.
  if (books->empty()) {
    out->core_ = std::make_unique<sim::venue_core>(out->settings_);
    out->unsaved_ = out->core_->snapshot();
    if (!out->settle()) return failure{errc::store_failed, "the venue's journal: " + out->trouble_};
    return out;
  }
  try {
    out->core_ = std::make_unique<sim::venue_core>(sim::venue_core::restore(out->settings_, *books));
  } catch (const std::logic_error& defect) {
    return failure{errc::corrupt, "the venue's journal: " + std::string(defect.what())};
  }
  return out;
}

void simulated_exchange::queue(request what) {
  {
    const std::lock_guard lock(guard_);
    waiting_.push_back(std::move(what));
  }
  if (wake_) wake_();
}

void simulated_exchange::place(const approved_order& what, std::function<void(ports::place_answer)> then) {
  queue([this, intent = what.intent(), until = what.valid_until(), then = std::move(then)](instant now) {
    place_now(intent, until, then, now);
  });
}

void simulated_exchange::place_now(const order_intent& intent, instant valid_until,
                                   const std::function<void(ports::place_answer)>& then, instant now) {
  if (now > valid_until) {
    answer([then, late = (now - valid_until).count()] {
      then(ports::place_rejected{too_late, "arrived " + std::to_string(late) + " ms after its validity"});
    });
    return;
  }
  sim::command_answer said;
  const bool done = guarded([&] { said = core_->place({order_id_of(intent.slot), intent.content, now}); });
  if (!done) return answer([then] { then(ports::place_rejected{"80012", "an amount does not fit"}); });
  if (said.refused)
    answer([then, why = rejected(*said.refused)] { then(why); });
  else
    answer([then, id = said.order.id] { then(ports::place_accepted{id}); });
  take(std::move(said.step));
}

void simulated_exchange::cancel(const pair_name& pair, const order_id& id,
                                std::function<void(ports::cancel_answer)> then) {
  queue([this, pair, id, then = std::move(then)](instant now) {
    auto said = core_->cancel({pair, id, {}}, now);
    if (said.refused)
      answer([then, why = rejected(*said.refused)] { then(why); });
    else
      answer([then] { then(ports::cancel_accepted{}); });
    take(std::move(said.step));
  });
}

void simulated_exchange::look_up(const pair_name& pair, const order_id& id,
                                 std::function<void(ports::lookup_answer)> then) {
  queue([this, pair, id, then = std::move(then)](instant) {
    const auto found = core_->query({pair, id, {}});
    ports::lookup_answer said = ports::order_absent{};
    if (found) said = report_of(*found);
    answer([then, said = std::move(said)] { then(said); });
  });
}

void simulated_exchange::books(instant fills_since, std::function<void(result<ports::venue_books>)> then) {
  queue([this, fills_since, then = std::move(then)](instant now) {
    answer([then, said = books_now(fills_since, now)] { then(said); });
  });
}

ports::venue_books simulated_exchange::books_now(instant fills_since, instant now) const {
  ports::venue_books out;
  for (const auto& order : core_->open_orders()) out.open_orders.push_back(report_of(order));
  for (const auto& view : core_->positions()) {
    const auto& p = view.position;
    out.positions.push_back({p.pair, p.leg_side, p.held, p.entry, view.mark, p.liquidation});
  }
  for (auto& f : core_->fills_since(fills_since)) out.fills.push_back(std::move(f.trade));
  for (std::int64_t cursor = 0;;) {
    const auto rows = core_->income_since(cursor);
    if (rows.empty()) break;
    for (const auto& row : rows)
      if (const auto paid = insurance_of(row); paid && row.at >= fills_since) out.insurance.push_back(*paid);
    cursor = rows.back().sequence;
  }
  const auto b = core_->balance();
  out.balance = {b.wallet, b.unrealised, b.equity, b.used_margin};
  out.mode = core_->mode();
  out.at = now;
  return out;
}

std::size_t simulated_exchange::run_pending(instant now) {
  std::deque<request> batch;
  {
    const std::lock_guard lock(guard_);
    batch.swap(waiting_);
  }
  for (const auto& one : batch) one(now);
  if (!batch.empty() || !untold_.empty()) settle();
  return batch.size();
}

void simulated_exchange::apply(const ports::market_event& event, instant) {
  sim::venue_step step;
  guarded([&] {
    if (const auto* closed = std::get_if<bar>(&event)) step = core_->on_bar(*closed);
    if (const auto* seen = std::get_if<tick>(&event)) step = core_->on_tick(*seen);
    if (const auto* due = std::get_if<funding>(&event)) step = core_->on_funding(*due);
  });
  take(std::move(step));
  settle();
}

void simulated_exchange::apply(const sim::bar_open& opened, instant) {
  sim::venue_step step;
  guarded([&] { step = core_->on_bar_open(opened); });
  take(std::move(step));
  settle();
}

void simulated_exchange::take(sim::venue_step&& step) {
  if (journal_ != nullptr && !step.changes.empty()) sim::merge(unsaved_, step.changes);
  const auto tell = [this](ports::venue_event said) { answer([this, said = std::move(said)] { sink_.tell(said); }); };
  for (auto& event : step.events) {
    if (auto* f = std::get_if<sim::venue_fill>(&event)) tell(std::move(f->trade));
    if (const auto* o = std::get_if<sim::order_updated>(&event)) tell(report_of(o->order));
  }
  for (const auto& row : step.changes.income)
    if (auto paid = insurance_of(row)) tell(std::move(*paid));
}

bool simulated_exchange::settle() {
  if (journal_ != nullptr && !unsaved_.empty()) {
    const auto written = journal_->write(journal_rows(unsaved_));
    if (!written) {
      trouble_ = written.error().what;
      return false;
    }
    unsaved_ = {};
  }
  trouble_.clear();
  // A callback may queue a request; it is executed by the next run.
  while (!untold_.empty()) {
    const auto call = std::move(untold_.front());
    untold_.pop_front();
    call();
  }
  return true;
}

template <class Do>
bool simulated_exchange::guarded(Do&& something) {
  try {
    something();
    return true;
  } catch (const arithmetic_overflow&) {
    // Without a journal there is nothing to go back to.
    if (journal_ == nullptr) throw;
  }
  restore();
  return false;
}

void simulated_exchange::restore() {
  const auto rows = journal_->load();
  if (!rows) throw std::runtime_error("the venue cannot be restored: " + rows.error().what);
  auto books = venue_rows_of(*rows);
  if (!books) throw std::runtime_error("the venue cannot be restored: " + books.error().what);
  sim::merge(*books, unsaved_);
  core_ = std::make_unique<sim::venue_core>(sim::venue_core::restore(settings_, *books));
}

exchange_truth simulated_exchange::truth() const {
  return {core_->account(), core_->balance(), core_->positions(), core_->open_orders()};
}

}  // namespace rltrader

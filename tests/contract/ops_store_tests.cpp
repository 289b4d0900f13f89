// The contract of an ops store, kept by every backend.
#include "domain/posted.hpp"
#include "tests/contract/ops_contract.hpp"
#include "tests/support/generated.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace rltrader::contract {
namespace {

using testing_support::generated;
using testing_support::same;

class ops_store : public on_every_backend {
 protected:
  void open() override {
    store.reset();
    store = home.open_ops();
  }
  /// A backend that forgets has nothing to show after it was closed.
  void open_again() {
    if (!home.forgets()) open();
  }
  void keep(const ports::write_batch& rows) {
    const auto done = store->commit(rows);
    if (!done) throw std::runtime_error(done.error().what);
  }
  errc code_of(const ports::write_batch& rows) {
    const auto done = store->commit(rows);
    return done ? errc::none : done.error().code;
  }

  std::unique_ptr<ports::ops_store> store;
};

INSTANTIATE_TEST_SUITE_P(every_backend, ops_store, every_backend(), name_of_backend);

template <class Row>
std::vector<std::string> ids(const std::vector<Row>& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows) {
    if constexpr (requires { row.id.text(); })
      out.push_back(row.id.text());
    else
      out.push_back(row.id);
  }
  return out;
}
using names = std::vector<std::string>;

TEST_P(ops_store, is_empty_at_first) {
  const auto image = valued(store->load());
  EXPECT_EQ(image.open_orders.size() + image.facts.size() + image.last_decisions.size(), 0u);
  EXPECT_EQ(valued(store->verify_audit()), 0);
  EXPECT_EQ(valued(store->orders({})).total, 0);
}

TEST_P(ops_store, gives_back_every_row_as_it_was_written) {
  constexpr std::uint64_t seed = 31;
  std::mt19937_64 chance(seed);
  for (int i = 0; i < 20; ++i) {
    auto d = generated<decision>(chance);
    auto f = generated<fill>(chance);
    auto o = generated<order>(chance);
    d.id = decision_id{"d-" + std::to_string(i)};
    f.id = fill_id{"f-" + std::to_string(i)};
    o.id = order_id{"o-" + std::to_string(i)};
    keep({d, f, o});
    open_again();
    EXPECT_TRUE(same(valued(store->decisions({.id = d.id.text()})).rows.at(0), d)) << "seed " << seed << " value " << i;
    EXPECT_TRUE(same(valued(store->fills({.pair = f.pair.text(), .id = f.id.text()})).rows.at(0), f))
        << seed << " " << i;
    EXPECT_TRUE(same(valued(store->orders({.id = o.id.text()})).rows.at(0), o)) << "seed " << seed << " value " << i;
  }
}

TEST_P(ops_store, loads_rows_of_every_kind_as_they_were_written) {
  constexpr std::uint64_t seed = 32;
  std::mt19937_64 chance(seed);
  for (int i = 0; i < 8; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + " value " + std::to_string(i));
    auto run = generated<agent_run>(chance);
    run.status = run_status::running;
    auto opened = generated<trade>(chance);
    opened.status = trade_status::placed;
    auto policy = generated<risk_policy>(chance);
    policy.active = true;
    auto warning = generated<alert>(chance);
    warning.status = alert_status::open;
    auto job = generated<retry_job>(chance);
    job.status = job_status::pending;
    auto isolated = generated<quarantine>(chance);
    isolated.active = true;
    auto held = generated<position>(chance);
    held.held = quantity::of(1);
    const auto breaker = generated<breaker_row>(chance);
    const auto limits = generated<risk_limit_set>(chance);
    const auto configuration = generated<agent_configuration>(chance);
    const auto version = generated<agent_version>(chance);
    const auto fact = generated<desk_fact>(chance);
    store.reset();
    home.wipe();
    open();
    keep({run, opened, policy, warning, job, isolated, held, breaker, limits, configuration, version, fact});
    open_again();
    const auto image = valued(store->load());
    EXPECT_TRUE(same(image.runs.at(0), run));
    EXPECT_TRUE(same(image.open_trades.at(0), opened));
    EXPECT_TRUE(same(image.policies.at(0), policy));
    EXPECT_TRUE(same(image.open_alerts.at(0), warning));
    EXPECT_TRUE(same(image.live_jobs.at(0), job));
    EXPECT_TRUE(same(image.quarantines.at(0), isolated));
    EXPECT_TRUE(same(image.positions.at(0), held));
    EXPECT_TRUE(same(image.breakers.at(0), breaker));
    EXPECT_TRUE(same(image.limit_sets.at(0), limits));
    EXPECT_TRUE(same(image.configurations.at(0), configuration));
    EXPECT_TRUE(same(image.versions.at(0), version));
    EXPECT_TRUE(same(image.facts.at(0), fact));
  }
}

TEST_P(ops_store, writes_all_of_a_batch_or_nothing) {
  keep({an_order("o-1"), a_fill("f-1", "o-1")});
  auto changed = an_order("o-1", order_state::sent);
  changed.status_reason = "changed";
  EXPECT_EQ(code_of({changed, an_order("o-2"), a_note("order.sent"), desk_fact{"a", "b"}, a_decision("d", btc(), 1),
                     an_event("o-1", 1, order_state::sent), a_job("j", "k"), a_fill("f-1", "o-1")}),
            errc::conflict);
  open_again();
  const auto image = valued(store->load());
  ASSERT_EQ(ids(image.open_orders), names{"o-1"});
  EXPECT_TRUE(same(image.open_orders[0], an_order("o-1")));
  EXPECT_EQ(image.facts.size() + image.last_decisions.size() + image.live_jobs.size(), 0u);
  EXPECT_EQ(valued(store->audit({})).total, 0);
  EXPECT_EQ(valued(store->verify_audit()), 0);
  EXPECT_EQ(valued(store->events_of_order(order_id{"o-1"})).total, 0);
  keep({a_note("order.sent")});
  EXPECT_EQ(valued(store->verify_audit()), 1);
}

TEST_P(ops_store, counts_a_fill_once) {  // I7
  keep({a_fill("f-1", "o-1")});
  auto of_another_pair = a_fill("f-1", "o-2");
  of_another_pair.pair = eth();
  keep({of_another_pair});
  EXPECT_EQ(code_of({a_fill("f-1", "o-1")}), errc::conflict);
  EXPECT_EQ(code_of({a_fill("f-2", "o-1"), a_fill("f-2", "o-1")}), errc::conflict);
  EXPECT_EQ(valued(store->fills({})).total, 2);
}

TEST_P(ops_store, keeps_each_state_event_once) {
  keep({an_event("o-1", 1, order_state::intent), an_event("o-1", 2, order_state::sent)});
  EXPECT_EQ(code_of({an_event("o-1", 2, order_state::filled)}), errc::conflict);
  keep({an_event("o-2", 2, order_state::sent)});
  const auto events = valued(store->events_of_order(order_id{"o-1"}));
  ASSERT_EQ(events.total, 2);
  EXPECT_TRUE(same(events.rows[0], an_event("o-1", 1, order_state::intent)));
  EXPECT_TRUE(same(events.rows[1], an_event("o-1", 2, order_state::sent)));
}

TEST_P(ops_store, keeps_a_decision_as_it_was_first_written) {
  keep({a_decision("d-1", btc(), 1)});
  auto second = a_decision("d-1", btc(), 1);
  second.reason = "thought again";
  keep({second, a_decision("d-2", btc(), 2)});
  EXPECT_TRUE(same(valued(store->decisions({.id = "d-1"})).rows.at(0), a_decision("d-1", btc(), 1)));
  EXPECT_EQ(valued(store->decisions({})).total, 2);
}

TEST_P(ops_store, moves_orders_only_forward) {  // I3, I5
  auto o = an_order("o-1", order_state::partial);
  o.filled = quantity::of(1);
  keep({o});
  auto less = o;
  less.filled = quantity{};
  EXPECT_EQ(code_of({less}), errc::conflict);
  auto other_content = o;
  other_content.fingerprint = "another";
  EXPECT_EQ(code_of({other_content}), errc::conflict);
  auto ended = o;
  ended.state = order_state::filled;
  ended.filled = quantity::of(2);
  auto again = ended;
  again.state = order_state::accepted;
  EXPECT_EQ(code_of({ended, again}), errc::conflict);
  keep({ended});
  EXPECT_EQ(code_of({again}), errc::conflict);
  keep({ended});
  EXPECT_TRUE(same(valued(store->orders({})).rows.at(0), ended));
}

TEST_P(ops_store, has_one_live_job_a_dedupe_key) {  // I13
  keep({a_job("j-1", "k")});
  EXPECT_EQ(code_of({a_job("j-2", "k")}), errc::conflict);
  keep({a_job("j-1", "k", job_status::processing)});
  EXPECT_EQ(code_of({a_job("j-2", "k")}), errc::conflict);
  keep({a_job("j-1", "k", job_status::succeeded), a_job("j-2", "k")});
  EXPECT_EQ(code_of({a_job("j-1", "k")}), errc::conflict);
  EXPECT_EQ(code_of({a_job("j-3", "x"), a_job("j-4", "x")}), errc::conflict);
  keep({a_job("j-5", ""), a_job("j-6", "")});
  auto other_type = a_job("j-7", "k");
  other_type.job_type = "alert_delivery";
  keep({other_type});
  EXPECT_EQ(ids(valued(store->load()).live_jobs), (names{"j-2", "j-5", "j-6", "j-7"}));
  EXPECT_EQ(valued(store->jobs({.status = "succeeded"})).total, 1);
}

TEST_P(ops_store, refuses_an_idempotency_key_with_another_content) {  // I3
  keep({idempotency_record{"token key", "print", 0, "", at_minute(0)}});
  keep({idempotency_record{"token key", "print", 200, "{}", at_minute(0)}});
  EXPECT_EQ(code_of({idempotency_record{"token key", "other", 200, "{}", at_minute(0)}}), errc::conflict);
  EXPECT_EQ(valued(store->idempotency("token key"))->status, 200);
  EXPECT_EQ(valued(store->idempotency("token")), std::nullopt);
}

TEST_P(ops_store, loads_what_a_desk_restarts_from_and_nothing_else) {
  position long_gone{btc(), position_side::long_side, {}, {}, {}, {}, {}, {}, at_minute(0)};
  position just_closed{btc(), position_side::both, {}, {}, {}, {}, {}, {}, at_minute(10'000)};
  position held{eth(), position_side::both, quantity::of(1), {}, {}, {}, {}, {}, at_minute(0)};
  trade open_trade;
  open_trade.id = trade_id{"t-open"};
  open_trade.status = trade_status::filled;
  trade closed = open_trade;
  closed.id = trade_id{"t-closed"};
  closed.status = trade_status::closed;
  agent_run running;
  running.id = run_id{"r-1"};
  agent_run stopped;
  stopped.id = run_id{"r-0"};
  stopped.status = run_status::stopped;
  risk_policy old_policy;
  old_policy.id = "p-0";
  old_policy.active = false;
  risk_policy policy;
  policy.id = "p-1";
  alert resolved;
  resolved.id = "a-0";
  resolved.status = alert_status::resolved;
  alert seen;
  seen.id = "a-1";
  seen.status = alert_status::acknowledged;
  agent_version retired;
  retired.id = "v-0";
  retired.status = "retired";
  agent_version champion;
  champion.id = "v-1";
  champion.status = "promoted";
  quarantine lifted{eth(), false, "", "", 2, at_minute(0), at_minute(1)};
  quarantine isolated{btc(), true, "books_disagree", "", 0, at_minute(0), at_minute(1)};
  auto posted = a_decision("p-9", btc(), 9);  // newer, but no bar of the pair's own
  posted.source = posted_source;
  keep({an_order("o-1", order_state::unknown),
        an_order("o-2", order_state::filled),
        an_order("o-3"),
        a_fill("f-1", "o-1"),
        a_fill("f-2", "o-2"),
        long_gone,
        just_closed,
        held,
        open_trade,
        closed,
        running,
        stopped,
        old_policy,
        policy,
        resolved,
        seen,
        a_job("j-0", "k", job_status::failed),
        a_job("j-1", "k"),
        retired,
        champion,
        lifted,
        isolated,
        desk_fact{"installation", "x"},
        breaker_row{},
        risk_limit_set{},
        agent_configuration{},
        a_decision("d-1", btc(), 1),
        a_decision("d-3", btc(), 3),
        a_decision("d-2", btc(), 2),
        a_decision("e-1", eth(), 0),
        posted});
  open_again();
  const auto image = valued(store->load());
  EXPECT_EQ(ids(image.open_orders), (names{"o-1", "o-3"}));
  EXPECT_EQ(ids(image.open_order_fills), names{"f-1"});
  EXPECT_THAT(image.positions,
              ::testing::UnorderedElementsAre(long_gone, just_closed, held));  // their sums go back to the beginning
  EXPECT_EQ(ids(image.open_trades), names{"t-open"});
  EXPECT_EQ(ids(image.runs), names{"r-1"});
  EXPECT_EQ(ids(image.policies), names{"p-1"});
  EXPECT_EQ(ids(image.open_alerts), names{"a-1"});
  EXPECT_EQ(ids(image.live_jobs), names{"j-1"});
  EXPECT_EQ(ids(image.versions), names{"v-1"});
  EXPECT_EQ(image.quarantines, std::vector{isolated});
  EXPECT_EQ(image.breakers.size() + image.limit_sets.size() + image.configurations.size() + image.facts.size(), 4u);
  EXPECT_EQ(ids(image.last_decisions), (names{"d-3", "e-1"}));
}

TEST_P(ops_store, replaces_rows_of_a_key) {
  keep({desk_fact{"a", "1"}, desk_fact{"b", "1"}, desk_fact{"a", "2"}});
  keep({desk_fact{"b", "3"}});
  auto facts = valued(store->load()).facts;
  ASSERT_EQ(facts.size(), 2u);
  EXPECT_EQ(facts[0].value + facts[1].value, "23");
}

TEST_P(ops_store, erases_old_metrics_and_answered_keys_only) {
  keep({metric_point{"latency", "", 1, at_minute(0)}, metric_point{"latency", "", 2, at_minute(10)},
        idempotency_record{"old", "p", 200, "", at_minute(0)}, idempotency_record{"running", "p", 0, "", at_minute(0)},
        idempotency_record{"new", "p", 200, "", at_minute(10)}, a_decision("d", btc(), 0)});
  ASSERT_TRUE(store->retain(at_minute(10), at_minute(10)));
  const auto metrics = valued(store->metrics({}));
  ASSERT_EQ(metrics.total, 1);
  EXPECT_EQ(metrics.rows[0].value, 2);
  EXPECT_FALSE(valued(store->idempotency("old")));
  EXPECT_TRUE(valued(store->idempotency("running")));
  EXPECT_TRUE(valued(store->idempotency("new")));
  EXPECT_EQ(valued(store->decisions({})).total, 1);
}

TEST_P(ops_store, chains_its_audit_events_over_restarts) {  // I14
  keep({a_note("a"), a_note("b")});
  open_again();
  keep({a_note("c")});
  EXPECT_EQ(valued(store->verify_audit()), 3);
  const auto events = valued(store->audit({}));
  ASSERT_EQ(events.total, 3);
  EXPECT_EQ(events.rows[0].sequence, 3);
  EXPECT_EQ(events.rows[0].previous_hash, events.rows[1].hash);
  EXPECT_EQ(events.rows[2].previous_hash, "");
  EXPECT_EQ(events.rows[0].hash.size(), 64u);
  EXPECT_EQ(events.rows[0].metadata, a_note("c").metadata);
}

}  // namespace
}  // namespace rltrader::contract

// Rows of every kind in an ops store: given back whole, and what none of them may become or share; the same on every backend.
#include "tests/contract/ops_contract.hpp"
#include "tests/support/generated.hpp"

namespace rltrader::contract {
namespace {

using testing_support::generated;
using testing_support::presence;
using testing_support::same;

class library_rows : public on_every_backend {
 protected:
  void open() override {
    store.reset();
    store = home.open_ops();
  }
  /// A store without rows.
  void begin_anew() {
    store.reset();
    home.wipe();
    open();
  }
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
  template <class Row>
  std::int64_t total(const ports::list_query& query = {}) {
    return valued(store->list<Row>(query)).total;
  }

  std::unique_ptr<ports::ops_store> store;
};

INSTANTIATE_TEST_SUITE_P(every_backend, library_rows, every_backend(), name_of_backend);

/// Calls f with an empty value of each alternative.
template <class... Rows, class F>
void each_kind(const std::variant<Rows...>*, F&& f) {
  (f(Rows{}), ...);
}
constexpr const ports::ops_row* every_kind = nullptr;

/// What a list gives back for the one row of its kind that was written.
template <class Row>
bool is_kept(ports::ops_reader& from, const Row& row) {
  if constexpr (std::is_same_v<Row, audit_note>) {
    const auto kept = valued(from.list<audit_event>({}));
    if (kept.total != 1) return false;
    const auto& e = kept.rows.at(0);
    return same(audit_note{e.actor, e.action, e.resource_type, e.resource_id, e.metadata, e.created_at}, row);
  } else {
    const auto kept = valued(from.list<Row>({}));
    return kept.total == 1 && same(kept.rows.at(0), row);
  }
}

TEST_P(library_rows, of_every_kind_are_given_back_as_they_were_written) {
  constexpr std::uint64_t seed = 33;
  std::mt19937_64 chance(seed);
  for (const auto present : {presence::always, presence::always, presence::always, presence::by_chance,
                             presence::by_chance, presence::by_chance}) {
    begin_anew();
    ports::write_batch rows;
    each_kind(every_kind, [&]<class Row>(Row) { rows.push_back(generated<Row>(chance, present)); });
    keep(rows);
    open_again();
    for (const auto& row : rows)
      std::visit([&](const auto& r) { EXPECT_TRUE(is_kept(*store, r)) << r.type_name << " of seed " << seed; }, row);
  }
}

TEST_P(library_rows, of_a_key_replace_each_other_but_for_those_that_stay_as_first_written) {
  constexpr std::uint64_t seed = 34;
  std::mt19937_64 chance(seed);
  auto first = generated<market_input_snapshot>(chance);
  auto second = generated<market_input_snapshot>(chance);
  second.id = first.id;
  auto said = generated<idea_revision>(chance);
  auto said_later = generated<idea_revision>(chance);
  said_later.idea_id = said.idea_id;
  said_later.content_hash = said.content_hash;
  auto seen = generated<data_source_status>(chance);
  auto seen_later = generated<data_source_status>(chance);
  seen_later.pair = seen.pair;
  seen_later.source_type = seen.source_type;
  auto measured = generated<data_quality_metric>(chance);
  auto measured_again = generated<data_quality_metric>(chance);
  measured_again.pair = measured.pair;
  measured_again.source_type = measured.source_type;
  measured_again.computed_at = measured.computed_at;
  keep({first, said, seen, measured});
  keep({second, said_later, seen_later, measured_again});
  EXPECT_TRUE(is_kept(*store, first)) << seed;
  EXPECT_TRUE(is_kept(*store, said)) << seed;
  EXPECT_TRUE(is_kept(*store, seen_later)) << seed;
  EXPECT_TRUE(is_kept(*store, measured_again)) << seed;
}

TEST_P(library_rows, are_told_apart_by_each_part_of_their_key) {
  const auto status = [](const pair_name& pair, source_type type) {
    data_source_status s;
    s.pair = pair;
    s.source_type = type;
    return s;
  };
  keep({status(btc(), source_type::news), status(eth(), source_type::news), status(btc(), source_type::ideas)});
  EXPECT_EQ(total<data_source_status>(), 3);
  EXPECT_EQ(total<data_source_status>({.pair = "BTC-USDT"}), 2);
  EXPECT_EQ(total<data_source_status>({.run = "news"}), 2);
  keep({source_policy{.source_id = "a", .source_type = "telegram"},
        source_policy{.source_id = "a", .source_type = "news"}, source_policy{.source_id = "", .source_type = "news"}});
  EXPECT_EQ(total<source_policy>(), 3);
  keep({idea_revision{.idea_id = "i", .content_hash = "1"}, idea_revision{.idea_id = "i", .content_hash = "2"}});
  EXPECT_EQ(total<idea_revision>({.id = "i"}), 2);
  data_quality_metric now;
  now.computed_at = at_minute(1);
  keep({data_quality_metric{}, now});
  EXPECT_EQ(total<data_quality_metric>(), 2);
}

TEST_P(library_rows, keep_a_dataset_as_it_was_written) {
  dataset_version d{.id = "d-1", .pair = btc(), .checksum = "bars", .dataset_hash = "content"};
  keep({d});
  auto other = d;
  other.dataset_hash = "another";
  EXPECT_EQ(code_of({other}), errc::conflict);
  other = d;
  other.checksum = "others";
  EXPECT_EQ(code_of({other}), errc::conflict);
  keep({d});
  EXPECT_TRUE(is_kept(*store, d));
  auto next = other;
  next.id = "d-2";
  auto changed = next;
  changed.dataset_hash = "changed";
  EXPECT_EQ(code_of({next, changed}), errc::conflict);
  EXPECT_EQ(total<dataset_version>(), 1);
}

TEST_P(library_rows, keep_what_a_promotion_went_by) {  // I15
  evaluation_report report{.id = "e-1", .status = evaluation_status::running};
  keep({report});
  report.status = evaluation_status::fail;
  keep({report});
  auto mended = report;
  mended.status = evaluation_status::pass;
  EXPECT_EQ(code_of({mended}), errc::conflict);
  mended.status = evaluation_status::running;
  EXPECT_EQ(code_of({mended}), errc::conflict);
  learning_update update{.id = "u-1", .status = learning_status::succeeded};
  keep({update});
  update.status = learning_status::running;
  EXPECT_EQ(code_of({update}), errc::conflict);
  model_artifact bytes{.id = "m-1", .artifact_uri = "file://a", .artifact_checksum = "x", .artifact_size_bytes = 1};
  keep({bytes});
  auto others = bytes;
  others.artifact_checksum = "y";
  EXPECT_EQ(code_of({others}), errc::conflict);
  others = bytes;
  others.artifact_size_bytes = 2;
  EXPECT_EQ(code_of({others}), errc::conflict);
  others = bytes;
  others.id = "m-2";
  EXPECT_EQ(code_of({others}), errc::conflict);
  feature_set_version features{.id = "f-1", .label = "v1", .feature_schema_fingerprint = "print"};
  keep({features});
  auto renamed = features;
  renamed.feature_schema_fingerprint = "other";
  EXPECT_EQ(code_of({renamed}), errc::conflict);
  auto twin = features;
  twin.id = "f-2";
  EXPECT_EQ(code_of({twin}), errc::conflict);
  EXPECT_EQ(total<evaluation_report>({.status = "fail"}), 1);
  EXPECT_EQ(total<learning_update>({.status = "succeeded"}), 1);
  EXPECT_EQ(total<model_artifact>() + total<feature_set_version>(), 2);
}

TEST_P(library_rows, have_one_gap_of_a_place_that_is_not_resolved) {
  const auto gap = [](const std::string& id, gap_status status) {
    data_gap_event g;
    g.id = id;
    g.pair = btc();
    g.interval = "5m";
    g.gap_start = at_minute(5);
    g.status = status;
    return g;
  };
  keep({gap("g-1", gap_status::open)});
  EXPECT_EQ(code_of({gap("g-2", gap_status::open)}), errc::conflict);
  EXPECT_EQ(code_of({gap("g-2", gap_status::healing)}), errc::conflict);
  keep({gap("g-1", gap_status::healing)});
  EXPECT_EQ(code_of({gap("g-2", gap_status::open)}), errc::conflict);
  keep({gap("g-1", gap_status::resolved), gap("g-2", gap_status::open)});
  EXPECT_EQ(code_of({gap("g-1", gap_status::open)}), errc::conflict);
  auto elsewhere = gap("g-3", gap_status::open);
  elsewhere.pair = eth();
  auto of_others = gap("g-4", gap_status::open);
  of_others.source_type = source_type::bingx_funding;
  auto longer = gap("g-5", gap_status::open);
  longer.interval = "1h";
  auto later = gap("g-6", gap_status::open);
  later.gap_start = at_minute(10);
  keep({elsewhere, of_others, longer, later});
  auto twice = later;
  twice.id = "g-7";
  twice.gap_start = at_minute(15);
  auto again = twice;
  again.id = "g-8";
  EXPECT_EQ(code_of({twice, again}), errc::conflict);
  EXPECT_EQ(total<data_gap_event>({.status = "open"}), 5);
  EXPECT_EQ(total<data_gap_event>({.pair = "BTC-USDT", .run = "bingx_candles"}), 4);
}

TEST_P(library_rows, have_one_text_of_a_source_and_external_id) {
  const auto check = [&]<class Text>(Text text) {
    SCOPED_TRACE(Text::type_name);
    text.id = "1";
    text.source_id = "s";
    text.external_id = "x";
    keep({text});
    auto twin = text;
    twin.id = "2";
    EXPECT_EQ(code_of({twin}), errc::conflict);
    twin.source_id = "t";
    keep({twin, text});
    auto nameless = text;
    nameless.id = "3";
    nameless.external_id = "";
    auto nameless_too = nameless;
    nameless_too.id = "4";
    keep({nameless, nameless_too});
    EXPECT_EQ(total<Text>({.run = "s"}), 3);
    EXPECT_EQ(total<Text>({.status = "canonical"}), 4);
  };
  check(idea{});
  check(telegram_post{});
  check(news_item{});
}

TEST_P(library_rows, have_one_source_of_a_name_and_one_contract_of_a_symbol) {
  source_record channel{.id = "1", .type = "telegram", .identifier = "gold"};
  keep({channel});
  channel.id = "2";
  EXPECT_EQ(code_of({channel}), errc::conflict);
  channel.type = "news";
  keep({channel});
  EXPECT_EQ(total<source_record>({.run = "news"}), 1);
  instrument_mapping gold{.canonical_instrument_id = "XAUTUSDT", .venue = "bingx", .venue_symbol = "XAUT-USDT"};
  keep({gold});
  gold.canonical_instrument_id = "GOLD";
  EXPECT_EQ(code_of({gold}), errc::conflict);
  gold.venue = "other";
  keep({gold});
  EXPECT_EQ(total<instrument_mapping>({.run = "bingx"}), 1);
}

TEST_P(library_rows, are_listed_by_what_they_belong_to) {
  keep({evaluation_report{.id = "e-1", .agent_version_id = "v-1", .pair = btc(), .created_at = at_minute(1)},
        evaluation_report{.id = "e-2", .agent_version_id = "v-2", .pair = btc(), .created_at = at_minute(2)},
        learning_update{.id = "u-1", .agent_version_id = "v-1", .stage = rollout_stage::canary},
        ingestion_run{.id = "r-1", .source_type = "telegram", .source_id = "s-1", .status = "failed"},
        sync_run{.id = "y-1", .source_id = "s-1", .status = "running"},
        drift_alert{.id = "a-1", .agent_id = "gold", .status = alert_status::open},
        signal_record{.id = "g-1", .source_type = "idea", .pair = btc(), .idea_id = "i-1", .sentiment_label = "rising"},
        market_input_snapshot{.id = "m-1", .decision = decision_id{"d-1"}, .captured_at = at_minute(3)}});
  const auto newest = valued(store->list<evaluation_report>({.limit = 1}));
  EXPECT_EQ(newest.rows.at(0).id, "e-2");
  EXPECT_EQ(newest.total, 2);
  EXPECT_EQ(valued(store->list<evaluation_report>({.run = "v-1"})).rows.at(0).id, "e-1");
  EXPECT_EQ(total<evaluation_report>({.start = at_minute(2)}), 1);
  EXPECT_EQ(total<learning_update>({.run = "v-1", .mode = "canary"}), 1);
  EXPECT_EQ(total<learning_update>({.mode = "full"}), 0);
  EXPECT_EQ(total<ingestion_run>({.run = "telegram"}) + total<ingestion_run>({.status = "failed", .run = "s-1"}), 2);
  EXPECT_EQ(total<sync_run>({.run = "s-1"}), 1);
  EXPECT_EQ(total<drift_alert>({.status = "open", .run = "gold"}), 1);
  EXPECT_EQ(total<signal_record>({.run = "i-1"}) + total<signal_record>({.side = "rising"}), 2);
  EXPECT_EQ(total<market_input_snapshot>({.decision = "d-1"}), 1);
  const auto asked = store->list<learning_update>({.status = "done"});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().what, "status must be one of running, succeeded, failed, was done");
}

}  // namespace
}  // namespace rltrader::contract

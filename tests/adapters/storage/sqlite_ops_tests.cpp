// The SQLite file as the world treats it: damaged, foreign, newer, read-only, full, locked, tampered with, killed in mid-write.
#include "adapters/storage/sql_ops.hpp"
#include "adapters/storage/sqlite_schema.hpp"
#include "tests/contract/ops_contract.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>

namespace rltrader::storage {
namespace {

using namespace contract;

/// The store with its connection in reach.
std::unique_ptr<sql_ops> open_ops(const std::string& path) {
  return std::unique_ptr<sql_ops>(static_cast<sql_ops*>(valued(open_sqlite_ops(path)).release()));
}

failure refusal(const std::string& path) {
  const auto opened = open_sqlite_ops(path);
  return opened ? failure{errc::none, "it was opened"} : opened.error();
}

void keep(ports::ops_store& store, const ports::write_batch& rows) {
  const auto done = store.commit(rows);
  if (!done) throw std::runtime_error(done.error().what);
}

void make_file(const std::string& path, int orders) {
  const auto store = valued(open_sqlite_ops(path));
  for (int i = 0; i < orders; ++i) keep(*store, {an_order("o-" + std::to_string(i)), a_note("made")});
}

void change_file(const std::string& path, const std::string& sql) {
  auto connection = valued(sqlite_connection::open({.path = path, .application_id = ops_application_id}));
  const auto done = connection.execute(sql);
  if (!done) throw std::runtime_error(done.error().what);
}

TEST(sqlite_ops, writes_through_a_log_that_is_synced_at_every_commit) {
  scratch_folder folder;
  auto store = open_ops(folder.file("ops.db"));
  constexpr int full = 2;
  EXPECT_EQ(valued(store->connection().integer_of("PRAGMA synchronous")), full);
  EXPECT_EQ(valued(store->connection().integer_of("SELECT journal_mode='wal' FROM pragma_journal_mode")), 1);
  EXPECT_EQ(valued(store->connection().integer_of("PRAGMA busy_timeout")), 5000);
}

TEST(sqlite_ops, refuses_a_damaged_file_and_names_it) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  make_file(path, 300);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 20);
    file << std::string(4096 * 4, '\xA5');
  }
  const auto refused = refusal(path);
  EXPECT_EQ(refused.code, errc::corrupt);
  EXPECT_NE(refused.what.find(path), std::string::npos) << refused.what;
}

TEST(sqlite_ops, refuses_what_is_no_database) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  for (const auto& content : {std::string("hello"), std::string(100'000, 'x')}) {
    std::ofstream(path, std::ios::trunc) << content;
    const auto refused = refusal(path);
    EXPECT_EQ(refused.code, errc::corrupt) << refused.what;
    EXPECT_NE(refused.what.find(path), std::string::npos) << refused.what;
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), content) << "it was touched";
  }
}

TEST(sqlite_ops, refuses_the_database_of_another_program) {
  scratch_folder folder;
  const auto path = folder.file("market.db");
  ASSERT_TRUE(open_sqlite_market(path));
  const auto refused = refusal(path);
  EXPECT_EQ(refused.code, errc::refused) << refused.what;
}

TEST(sqlite_ops, refuses_a_file_of_a_newer_binary) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  make_file(path, 1);
  change_file(path, "PRAGMA user_version=99");
  EXPECT_EQ(refusal(path),
            (failure{errc::refused, path + " is newer than this binary: its schema is 99, known is up to 2; "
                                           "run the binary that wrote it"}));
  const auto reader = open_sqlite_ops_reader(path, {});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, errc::refused);
}

TEST(sqlite_ops, refuses_a_file_whose_triggers_are_gone) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  make_file(path, 1);
  change_file(path, "CREATE INDEX \"of_an_operator\" ON \"trades\" (\"pnl\")");
  EXPECT_EQ(refusal(path).code, errc::none);
  change_file(path, "DROP TRIGGER \"ops_audit_events_keep\"");
  EXPECT_EQ(refusal(path).code, errc::corrupt);
}

struct narrow {
  std::string id;
  static constexpr auto type_name = "narrow";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &narrow::id, "a name"});
  }
};
struct wide {
  std::string id;
  order_side side{};
  std::vector<double> list;
  std::optional<price> at;
  money fee;
  static constexpr auto type_name = "wide";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &wide::id, "a name"}, field{"side", &wide::side, "a word"},
             field{"list", &wide::list, "numbers"}, field{"at", &wide::at, "USDT"}, field{"fee", &wide::fee, "USDT"});
  }
};

TEST(sqlite_schema, grows_when_records_gain_fields_and_refuses_to_shrink) {
  scratch_folder folder;
  const std::vector<table> before{{"things", record_of<narrow>(), write_rule::upsert, {"id"}, {}}};
  const std::vector<table> after{{"things", record_of<wide>(), write_rule::upsert, {"id"}, {"side"}}};
  const auto schema = [](const std::vector<table>& tables) {
    return file_schema{1, objects_of({}, tables[0]), tables};
  };
  auto file = valued(sqlite_connection::open({.path = folder.file("x.db"), .application_id = 1}));
  ASSERT_TRUE(migrate(file, schema(before)));
  const narrow old{"old"};
  ASSERT_TRUE(write_row(file, before[0], &old));
  ASSERT_TRUE(migrate(file, schema(after)));
  ASSERT_TRUE(migrate(file, schema(after)));
  std::vector<wide> rows;
  ASSERT_TRUE(read_rows(file, after[0], "", sink_of(rows)));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].id, "old");
  EXPECT_EQ(rows[0].side, order_side::buy);
  EXPECT_EQ(rows[0].list.size() + (rows[0].at ? 1 : 0), 0u);
  EXPECT_EQ(valued(file.integer_of("SELECT count(*) FROM migrations")), 2);
  const auto refused = migrate(file, schema(before));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::refused) << refused.error().what;
}

/// Runs `work` in a child without root's rights; returns its exit code.
template <class Work>
int in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
    _exit(work());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(sqlite_ops, says_so_when_the_folder_cannot_be_written_to) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  make_file(path, 1);
  std::filesystem::permissions(folder.file(""), std::filesystem::perms(0555));
  const auto code_of = [](const std::string& file) {
    return in_child([&] { return static_cast<int>(refusal(file).code); });
  };
  EXPECT_EQ(code_of(path), static_cast<int>(errc::store_failed));
  EXPECT_EQ(code_of(folder.file("new.db")), static_cast<int>(errc::store_failed));
  EXPECT_EQ(code_of(folder.file("no/folder/ops.db")), static_cast<int>(errc::store_failed));
  std::filesystem::permissions(folder.file(""), std::filesystem::perms(0755));
}

TEST(sqlite_ops, refuses_a_file_that_it_may_only_read) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  make_file(path, 1);
  std::filesystem::permissions(folder.file(""), std::filesystem::perms(0777));
  std::filesystem::permissions(path, std::filesystem::perms(0444));
  const auto outcome = in_child([&] {
    const auto refused = refusal(path);
    return refused.code == errc::store_failed && refused.what.find(path + " cannot be written") == 0 ? 7 : 8;
  });
  EXPECT_EQ(outcome, 7);
}

TEST(sqlite_ops, leaves_a_file_that_it_refuses_and_its_log_as_they_were) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  make_file(path, 300);
  const auto bytes_of = [](const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  // A writer that is killed leaves its log behind.
  const pid_t writer = fork();
  if (writer == 0) {
    auto store = open_sqlite_ops(path);
    if (!store || !(*store)->commit({an_order("late"), a_note("made")})) _exit(1);
    _exit(0);  // without closing
  }
  int status = 0;
  waitpid(writer, &status, 0);
  ASSERT_EQ(status, 0);
  ASSERT_GT(std::filesystem::file_size(path + "-wal"), 0u);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 20);
    file << std::string(4096 * 4, '\xA5');
  }
  const auto before = bytes_of(path);
  const auto log_before = bytes_of(path + "-wal");
  EXPECT_EQ(refusal(path).code, errc::corrupt);
  EXPECT_EQ(bytes_of(path), before);
  EXPECT_EQ(bytes_of(path + "-wal"), log_before);
}

/// Fills the store until it fails; returns the batches that were answered for.
int fill_up(ports::ops_store& store, int from) {
  for (int i = from;; ++i) {
    auto o = an_order("o-" + std::to_string(i));
    o.status_reason = std::string(2000, 'r');
    const auto done = store.commit({o, a_note("made"), a_fill("f-" + std::to_string(i), "o-" + std::to_string(i))});
    if (done) continue;
    EXPECT_EQ(done.error().code, errc::store_failed) << done.error().what;
    return i;
  }
}

void expect_whole(ports::ops_store& store, int batches) {
  EXPECT_EQ(valued(store.orders({})).total, batches);
  EXPECT_EQ(valued(store.fills({})).total, batches);
  EXPECT_EQ(valued(store.verify_audit()), batches);
}

TEST(sqlite_ops, keeps_nothing_of_a_batch_when_the_disk_is_full_and_goes_on_when_there_is_room) {
  scratch_folder folder;
  auto store = open_ops(folder.file("ops.db"));
  keep(*store, {an_order("o-0"), a_note("made"), a_fill("f-0", "o-0")});
  const auto pages = valued(store->connection().integer_of("PRAGMA page_count"));
  ASSERT_TRUE(store->connection().execute("PRAGMA max_page_count=" + std::to_string(pages + 30)));
  const int kept = fill_up(*store, 1);
  ASSERT_GT(kept, 3);
  expect_whole(*store, kept);
  ASSERT_TRUE(store->connection().execute("PRAGMA max_page_count=1000000"));
  keep(*store, {an_order("o-" + std::to_string(kept)), a_note("made"), a_fill("f-" + std::to_string(kept), "o")});
  expect_whole(*store, kept + 1);
}

TEST(sqlite_ops, survives_a_disk_that_is_really_full) {
  scratch_folder folder;
  const auto small_disk = folder.file("disk");
  std::filesystem::create_directory(small_disk);
  if (mount("tmpfs", small_disk.c_str(), "tmpfs", 0, "size=2m") != 0)
    GTEST_SKIP() << "only root can mount a small disk";
  {
    auto store = open_ops(small_disk + "/ops.db");
    const int kept = fill_up(*store, 0);
    EXPECT_GT(kept, 10);
    expect_whole(*store, kept);
    EXPECT_EQ(mount("tmpfs", small_disk.c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
    keep(*store, {an_order("late"), a_note("made"), a_fill("late", "late")});
    expect_whole(*store, kept + 1);
    store = nullptr;
    store = open_ops(small_disk + "/ops.db");
    expect_whole(*store, kept + 1);
  }
  umount(small_disk.c_str());
}

TEST(sqlite_ops, fails_closed_while_another_process_writes) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  auto store = open_ops(path);
  auto other = valued(sqlite_connection::open({.path = path, .application_id = ops_application_id}));
  ASSERT_TRUE(store->connection().execute("PRAGMA busy_timeout=1"));
  ASSERT_TRUE(other.begin(access::writes));
  const auto done = store->commit({an_order("o-1")});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::store_failed) << done.error().what;
  other.roll_back();
  keep(*store, {an_order("o-1")});
}

TEST(sqlite_ops, lets_nobody_change_or_erase_what_is_written_once) {
  scratch_folder folder;
  auto store = open_ops(folder.file("ops.db"));
  keep(*store, {a_fill("f", "o"), an_event("o", 1, order_state::sent), a_note("n")});
  for (const char* sql :
       {"UPDATE fills SET price=1", "DELETE FROM fills", "UPDATE trade_state_events SET reason='x'",
        "DELETE FROM trade_state_events", "UPDATE ops_audit_events SET actor='x'", "DELETE FROM ops_audit_events",
        "INSERT OR REPLACE INTO fills (_row,pair,id) SELECT _row,pair,id FROM fills WHERE 1=0 UNION SELECT "
        "1,'a','b'"}) {
    const auto done = store->connection().execute(std::string("PRAGMA recursive_triggers=ON;") + sql);
    ASSERT_FALSE(done) << sql;
    EXPECT_EQ(done.error().code, errc::conflict) << sql;
  }
}

TEST(sqlite_ops, names_the_first_broken_link_of_a_chain_that_was_tampered_with) {  // I14
  struct row {
    const char* sql;
    const char* sentence;
  };
  const row table[] = {
      {"UPDATE ops_audit_events SET actor='someone' WHERE sequence=3",
       "at sequence 3: its content is not what was written"},
      {"UPDATE ops_audit_events SET metadata='{\"why\":\"else\"}' WHERE sequence=2", "at sequence 2: its content"},
      {"UPDATE ops_audit_events SET created_at=created_at+1 WHERE sequence=5", "at sequence 5: its content"},
      {"UPDATE ops_audit_events SET metadata='nonsense' WHERE sequence=4",
       "at sequence 4: ops_audit_events: column metadata"},
      {"DELETE FROM ops_audit_events WHERE sequence=1", "at sequence 1: it is missing"},
      {"DELETE FROM ops_audit_events WHERE sequence=4", "at sequence 4: it is missing, the next one is 5"},
      {"DELETE FROM ops_audit_events WHERE sequence>=4", "at sequence 4: the head says 5"},
      {"UPDATE ops_audit_events SET previous_hash='' WHERE sequence=2", "at sequence 2: it does not follow"},
  };
  for (const auto& row : table) {
    scratch_folder folder;
    auto store = open_ops(folder.file("ops.db"));
    for (int i = 0; i < 5; ++i) keep(*store, {a_note("n", i)});
    ASSERT_EQ(valued(store->verify_audit()), 5);
    ASSERT_TRUE(store->connection().execute(
        std::string("DROP TRIGGER ops_audit_events_keep; DROP TRIGGER ops_audit_events_keep_all;") + row.sql));
    const auto verified = store->verify_audit();
    ASSERT_FALSE(verified) << row.sql;
    EXPECT_EQ(verified.error().code, errc::corrupt);
    EXPECT_NE(verified.error().what.find(row.sentence), std::string::npos) << row.sql << ": " << verified.error().what;
  }
}

TEST(sqlite_ops, says_which_column_cannot_be_read) {
  scratch_folder folder;
  auto store = open_ops(folder.file("ops.db"));
  keep(*store, {an_order("o-1")});
  ASSERT_TRUE(store->connection().execute("UPDATE trade_executions SET state='dreaming'"));
  const auto asked = store->orders({});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error(), (failure{errc::corrupt, "trade_executions: column state holds what it cannot hold"}));
}

TEST(sqlite_ops_reader, sees_what_is_written_and_gives_up_when_told) {
  scratch_folder folder;
  const auto path = folder.file("ops.db");
  EXPECT_FALSE(open_sqlite_ops_reader(path, {}));
  auto store = valued(open_sqlite_ops(path));
  bool enough = false;
  auto reader = valued(open_sqlite_ops_reader(path, [&] { return enough; }));
  ports::write_batch many;
  for (int i = 0; i < 5000; ++i) many.push_back(metric_point{"m", "", 1.0 * i, at_minute(i)});
  keep(*store, many);
  EXPECT_EQ(valued(reader->metrics({.id = "m"})).total, 5000);
  enough = true;
  const auto asked = reader->metrics({.id = "m", .limit = 5000});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, errc::unavailable);
  enough = false;
  EXPECT_EQ(valued(reader->metrics({.id = "m"})).total, 5000);
}

/// Commits numbered batches for ever and says the number of each into the pipe once it is answered for.
[[noreturn]] void write_until_killed(const std::string& path, int say, std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  const auto store = valued(open_sqlite_ops(path));
  for (std::int32_t i = 0;; ++i) {
    const auto name = std::to_string(i);
    ports::write_batch rows{an_order("o-" + name), a_note("made"), a_fill("f-" + name, "o-" + name),
                            desk_fact{"newest", name}};
    auto d = a_decision("d-" + name, btc(), i);
    d.features.assign(chance() % 200, 0.5);
    rows.push_back(d);
    if (!store->commit(rows)) _exit(1);
    if (write(say, &i, sizeof i) != sizeof i) _exit(2);
  }
}

TEST(sqlite_ops, has_every_answered_batch_whole_after_a_kill) {
  constexpr std::uint64_t seed = 4711;
  std::mt19937_64 chance(seed);
  for (int round = 0; round < 5; ++round) {
    scratch_folder folder;
    const auto path = folder.file("ops.db");
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t writer = fork();
    if (writer == 0) write_until_killed(path, ends[1], seed);
    close(ends[1]);
    const auto wanted = static_cast<std::int32_t>(20 + chance() % 200);
    std::int32_t answered = -1;
    while (answered < wanted && read(ends[0], &answered, sizeof answered) == sizeof answered) continue;
    kill(writer, SIGKILL);
    std::int32_t late = 0;
    while (read(ends[0], &late, sizeof late) == sizeof late) answered = late;
    close(ends[0]);
    waitpid(writer, nullptr, 0);
    ASSERT_GE(answered, wanted) << "the writer failed by itself";

    auto store = valued(open_sqlite_ops(path));
    const auto batches = valued(store->orders({})).total;
    // At most one batch was durable but not yet answered for.
    EXPECT_GE(batches, answered + 1) << "seed " << seed << " round " << round;
    EXPECT_LE(batches, answered + 2) << "seed " << seed << " round " << round;
    expect_whole(*store, static_cast<int>(batches));
    EXPECT_EQ(valued(store->decisions({})).total, batches);
    EXPECT_EQ(valued(store->load()).facts.at(0).value, std::to_string(batches - 1));
  }
}

}  // namespace
}  // namespace rltrader::storage

// What a data folder must have before anything in it is opened, and a halt that outlives a full disk.
#include "adapters/storage/storage.hpp"
#include "runtime/data_folder.hpp"
#include "runtime/halt_file.hpp"
#include "tests/contract/ops_contract.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/mount.h>
#include <filesystem>
#include <fstream>

namespace rltrader {
namespace {

using contract::scratch_folder;
using testing::HasSubstr;

const std::vector<std::string> on_files = files_of(settings{});

void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }

void make_all(const scratch_folder& folder) {
  for (const auto* name : {"ops.db", "venue.db", "market.db", "market.json"}) write(folder.file(name), "x");
}

TEST(a_data_folder, that_is_new_or_whole_may_be_opened) {
  scratch_folder folder;
  EXPECT_TRUE(files_are_whole(folder.file(""), on_files));
  write(folder.file("ops.db"), "");  // a first start was cut short
  EXPECT_TRUE(files_are_whole(folder.file(""), on_files));
  make_all(folder);
  EXPECT_TRUE(files_are_whole(folder.file(""), on_files));
  std::filesystem::remove(folder.file("market.db"));  // candles can be had again
  EXPECT_TRUE(files_are_whole(folder.file(""), on_files));
}

TEST(a_data_folder, that_was_used_and_lacks_a_file_is_refused_by_the_files_name) {
  for (const auto* name : {"ops.db", "venue.db"}) {
    scratch_folder folder;
    make_all(folder);
    std::filesystem::remove(folder.file(name));
    const auto refused = files_are_whole(folder.file(""), on_files);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, errc::corrupt);
    EXPECT_THAT(refused.error().what,
                HasSubstr(std::string(name) + " is missing, but the folder has been used before"));
  }
  for (const auto* name : {"ops.db", "venue.db", "market.db"}) {
    scratch_folder folder;
    make_all(folder);
    write(folder.file(name), "");
    const auto refused = files_are_whole(folder.file(""), on_files);
    ASSERT_FALSE(refused) << name;
    EXPECT_THAT(refused.error().what, HasSubstr(std::string(name) + " is empty, but the folder has been used before"));
  }
}

TEST(a_data_folder, needs_no_file_of_what_a_server_keeps) {
  scratch_folder folder;
  make_all(folder);
  std::filesystem::remove(folder.file("ops.db"));
  settings on_server{};
  on_server.timescale_ops = true;
  EXPECT_TRUE(files_are_whole(folder.file(""), files_of(on_server)));
  EXPECT_FALSE(files_are_whole(folder.file(""), files_of(settings{})));
}

TEST(a_data_folder, has_no_orders_that_its_store_does_not_know) {
  scratch_folder folder;
  auto store = contract::valued(storage::open_sqlite_ops(folder.file("ops.db")));
  auto venue = contract::valued(storage::open_sqlite_journal(folder.file("venue.db")));
  EXPECT_TRUE(books_belong_together(folder.file(""), *store, *venue));
  ASSERT_TRUE(venue->write({{"orders", "1", "{}"}}));
  const auto refused = books_belong_together(folder.file(""), *store, *venue);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("rltraderctl copy"));
  ASSERT_TRUE(store->commit({contract::an_order("o-1")}));
  EXPECT_TRUE(books_belong_together(folder.file(""), *store, *venue));
}

TEST(a_data_folder, with_decisions_must_say_where_their_market_stood) {
  scratch_folder folder;
  auto store = contract::valued(storage::open_sqlite_ops(folder.file("ops.db")));
  const auto reader = contract::valued(storage::open_sqlite_ops_reader(folder.file("ops.db"), {}));
  EXPECT_TRUE(market_is_known(folder.file(""), *reader));
  ASSERT_TRUE(store->commit({contract::a_decision("d-1", pair_name{"BTC-USDT"}, 0)}));
  const auto refused = market_is_known(folder.file(""), *reader);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("market.json is missing"));
  write(market_file_of(folder.file("")), "x");
  EXPECT_TRUE(market_is_known(folder.file(""), *reader));
}

TEST(a_data_folder, has_a_path_that_the_stores_can_have) {
  EXPECT_TRUE(path_fits("data/demo"));
  EXPECT_TRUE(path_fits("/" + std::string(489, 'x')));
  const auto refused = path_fits("/" + std::string(490, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("its path has 491 bytes, at most 490 are possible"));
}

TEST(a_halt, stands_in_its_file_until_it_is_over) {
  scratch_folder folder;
  const auto file = folder.file("HALTED");
  EXPECT_FALSE(read_halt_file(file));
  EXPECT_TRUE(write_halt_file(file, "looking into it"));
  EXPECT_EQ(read_halt_file(file), "looking into it");
  EXPECT_TRUE(write_halt_file(file, ""));
  EXPECT_FALSE(read_halt_file(file));
  EXPECT_FALSE(write_halt_file(folder.file("nowhere/HALTED"), "x"));
}

TEST(a_halt, stands_without_its_reason_on_a_full_disk) {
  scratch_folder folder;
  const auto disk = folder.file("disk");
  std::filesystem::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=8k") != 0) GTEST_SKIP() << "no right to mount";
  struct unmount {
    std::string where;
    ~unmount() { ::umount(where.c_str()); }
  } at_the_end{disk};
  write(disk + "/ballast", std::string(8192, 'x'));
  EXPECT_TRUE(write_halt_file(disk + "/HALTED", "the disk is full"));
  const auto reason = read_halt_file(disk + "/HALTED");
  ASSERT_TRUE(reason);
  EXPECT_THAT(*reason, HasSubstr("the reason could not be read"));
  EXPECT_TRUE(write_halt_file(disk + "/HALTED", ""));
  // A reason that is there is not given up for half of another one.
  std::filesystem::remove(disk + "/ballast");
  EXPECT_TRUE(write_halt_file(disk + "/HALTED", "the first"));
  write(disk + "/ballast", std::string(8192, 'x'));
  EXPECT_TRUE(write_halt_file(disk + "/HALTED", "the second"));
  EXPECT_EQ(read_halt_file(disk + "/HALTED"), "the first");
}

}  // namespace
}  // namespace rltrader

// Rows to JSONL and back, for every table of the store, and the manifest that vouches for them.
#include "adapters/storage/export_manifest.hpp"
#include "adapters/storage/market_tables.hpp"
#include "adapters/storage/row_values.hpp"
#include "adapters/storage/row_writer.hpp"
#include "tests/adapters/storage/row_files.hpp"

#include <random>

namespace rltrader::storage {
namespace {

class row_writing : public row_files {
 protected:
  std::string folder() { return scratch.file("."); }
  /// A file of three notes.
  manifest_file three_notes() {
    auto writer = contract::valued(row_writer::create(folder(), notes()));
    for (const std::int64_t number : {1, 2, 3}) {
      const note n{number, "x"};
      EXPECT_TRUE(writer.write(&n, number == 2 ? "sim" : ""));
    }
    return contract::valued(writer.finish());
  }
  std::string content(const std::string& name) {
    std::ifstream in(scratch.file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(row_writing, counts_rows_and_bytes_and_knows_the_digest) {
  const auto about = three_notes();
  const auto text = content("notes.jsonl");
  EXPECT_EQ(text,
            "{\"number\":1,\"text\":\"x\"}\n{\"number\":2,\"text\":\"x\",\"_source\":\"sim\"}\n{\"number\":3,\"text\":"
            "\"x\"}\n");
  EXPECT_EQ(about,
            (manifest_file{"notes", "notes.jsonl", 3, static_cast<std::int64_t>(text.size()), sha256_hex(text)}));
  EXPECT_EQ(read_all(scratch.file("notes.jsonl"), notes()).sources, (texts{"", "sim", ""}));
}

TEST_F(row_writing, of_no_rows_makes_an_empty_file) {
  auto writer = contract::valued(row_writer::create(folder(), notes()));
  EXPECT_EQ(contract::valued(writer.finish()), (manifest_file{"notes", "notes.jsonl", 0, 0, sha256_hex("")}));
  EXPECT_TRUE(read_all(scratch.file("notes.jsonl"), notes()).rows.empty());
}

TEST_F(row_writing, leaves_nothing_when_it_is_not_finished) {
  three_notes();
  const auto before = content("notes.jsonl");
  {
    auto writer = contract::valued(row_writer::create(folder(), notes()));
    const note n{9, {}};
    EXPECT_TRUE(writer.write(&n, ""));
  }
  EXPECT_EQ(content("notes.jsonl"), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder()), {}), 1);
}

TEST_F(row_writing, fails_where_there_is_no_folder) {
  EXPECT_EQ(row_writer::create(scratch.file("absent"), notes()).error().code, errc::store_failed);
}

TEST_F(row_writing, refuses_a_row_that_has_no_text) {
  auto writer = contract::valued(row_writer::create(folder(), things()));
  thing t;
  t.since = instant_of_ms(std::numeric_limits<std::int64_t>::max());
  const auto refused = writer.write(&t, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::corrupt);
  EXPECT_TRUE(says(refused.error().what, "row 1 of things cannot be written"));
}

std::vector<const table*> every_table() {
  std::vector<const table*> out;
  for (const auto& t : ops_tables()) out.push_back(&t);
  for (const auto& t : market_tables()) out.push_back(&t);
  return out;
}

TEST(csv_columns, are_named_as_those_of_tables) {
  for (const auto* t : every_table()) {
    texts of_table;
    texts of_csv;
    for (const auto& c : t->columns) of_table.push_back(c.name);
    for (const auto& l : leaves_of(*t->of)) of_csv.push_back(l.name);
    EXPECT_EQ(of_csv, of_table) << t->name;
  }
}

TEST_F(row_writing, and_reading_give_back_every_row_of_every_table) {
  std::mt19937_64 chance(20250131);
  for (const auto* one : every_table()) {
    const auto& t = *one;
    constexpr int rows = 25;
    std::vector<std::unique_ptr<any_row>> written;
    auto writer = contract::valued(row_writer::create(folder(), t));
    for (int i = 0; i < rows; ++i) {
      written.push_back(std::make_unique<any_row>(t));
      testing_support::generate(*t.of, written.back()->get(), chance);
      ASSERT_TRUE(writer.write(written.back()->get(), i % 2 == 0 ? "sim" : "")) << t.name;
    }
    const auto about = contract::valued(writer.finish());
    EXPECT_EQ(about.rows, rows);
    const auto reader = contract::valued(row_reader::open(scratch.file(about.file), t));
    any_row row(t);
    std::string source;
    for (int i = 0; i < rows; ++i) {
      ASSERT_TRUE(contract::valued(reader->next(row, source))) << t.name;
      EXPECT_TRUE(testing_support::same(*t.of, written[static_cast<std::size_t>(i)]->get(), row.get()))
          << t.name << " " << i;
      EXPECT_EQ(source, i % 2 == 0 ? "sim" : "");
    }
    EXPECT_FALSE(contract::valued(reader->next(row, source))) << t.name;
  }
}

class manifests : public row_writing {
 protected:
  void SetUp() override {
    manifest = {manifest_version, contract::at_minute(0), "sqlite", "0.1.0", {three_notes()}};
    ASSERT_TRUE(write_manifest(folder(), manifest));
  }
  /// What reading says after a part of the manifest's text was changed.
  failure after(const std::string& part, const std::string& instead) {
    auto text = content("manifest.json");
    const auto at = text.find(part);
    EXPECT_NE(at, text.npos) << part;
    put(scratch.file("manifest.json"), text.replace(at, part.size(), instead));
    const auto read = read_manifest(folder());
    EXPECT_TRUE(write_manifest(folder(), manifest));
    return read ? failure{errc::none, "it was read"} : read.error();
  }
  export_manifest manifest;
};

TEST_F(manifests, are_read_as_they_were_written_and_vouch_for_their_files) {
  EXPECT_EQ(contract::valued(read_manifest(folder())), manifest);
  EXPECT_TRUE(check_files(folder(), manifest));
}

TEST_F(manifests, see_what_was_changed) {
  const auto good = content("notes.jsonl");
  for (const auto& bad :
       {good + "{\"number\":4}\n", good.substr(0, good.size() - 1), std::string{}, "[" + good.substr(1)}) {
    put(scratch.file("notes.jsonl"), bad);
    const auto checked = check_files(folder(), manifest);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, errc::corrupt);
    EXPECT_TRUE(says(checked.error().what, "notes.jsonl must have 3 rows in "));
  }
  std::filesystem::remove(scratch.file("notes.jsonl"));
  EXPECT_EQ(check_files(folder(), manifest).error().code, errc::not_found);
}

TEST_F(manifests, that_cannot_be_are_refused) {
  EXPECT_EQ(after("\"format_version\": 1", "\"format_version\": 2").code, errc::unsupported);
  EXPECT_TRUE(says(after("\"format_version\": 1", "\"format_version\": 0").what, "format_version must be at least 1"));
  EXPECT_TRUE(
      says(after("\"notes.jsonl\"", "\"../notes.jsonl\"").what, "file must be notes.jsonl, was ../notes.jsonl"));
  EXPECT_TRUE(says(after("\"table\": \"notes\"", "\"table\": \"../notes\"").what, "table must be small letters"));
  EXPECT_TRUE(says(after("\"rows\": 3", "\"rows\": -3").what, "tables[0].rows must be at least 0"));
  EXPECT_TRUE(says(after("\"rows\": 3", "\"rows\": \"3\"").what, "tables[0].rows must be an integer"));
  EXPECT_TRUE(says(after(manifest.tables[0].sha256, "abc").what, "sha256 must be 64"));
  EXPECT_TRUE(says(after("\"backend\"", "\"back\"").what, "backend is missing"));
  EXPECT_TRUE(says(after("}", "").what, "must be JSON"));
  std::filesystem::remove(scratch.file("manifest.json"));
  EXPECT_EQ(read_manifest(folder()).error().code, errc::not_found);
  put(scratch.file("manifest.json"), std::string(2'000'000, ' '));
  EXPECT_TRUE(says(read_manifest(folder()).error().what, "at most 1,048,576 bytes"));
}

TEST_F(manifests, name_each_table_once) {
  manifest.tables.push_back(manifest.tables.front());
  ASSERT_TRUE(write_manifest(folder(), manifest));
  EXPECT_TRUE(says(read_manifest(folder()).error().what, "table must be named once, was notes"));
}

}  // namespace
}  // namespace rltrader::storage

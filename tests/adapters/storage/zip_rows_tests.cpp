// Rows from the ZIP archive of a Convex export, and archives made to harm.
#include "tests/adapters/storage/row_files.hpp"

#include <zip.h>

namespace rltrader::storage {
namespace {

using members = std::vector<std::pair<std::string, std::string>>;

class zip_rows : public row_files {
 protected:
  std::string archive(const members& all) {
    const auto path = scratch.file("export.zip");
    std::filesystem::remove(path);
    auto* made = zip_open(path.c_str(), ZIP_CREATE | ZIP_EXCL, nullptr);
    for (const auto& [name, bytes] : all)
      zip_file_add(made, name.c_str(), zip_source_buffer(made, bytes.data(), bytes.size(), 0), ZIP_FL_ENC_UTF_8);
    must(zip_close(made) == 0, "the archive cannot be written");
    return path;
  }
  read_file reading_archive(const members& all, const table& t = notes()) { return read_all(archive(all), t); }
  static std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

const std::string member = "notes/documents.jsonl";

TEST_F(zip_rows, come_from_the_documents_of_the_table_alone) {
  const auto read = reading_archive({{"_tables/documents.jsonl", "{\"name\":\"notes\",\"id\":10001}\n"},
                                     {"notes/generated_schema.jsonl", "\"uncommon\"\n"},
                                     {member,
                                      "{\"_creationTime\":1738324800000.5,\"_id\":\"kg2\",\"number\":3.0}\n"
                                      "{\"_id\":\"kg3\",\"_source\":\"sim\",\"number\":4,\"text\":\"b\"}\n"},
                                     {"_components/x/notes/documents.jsonl", "nonsense"},
                                     {"ideas/documents.jsonl", "nonsense"}});
  EXPECT_EQ(read.rows, (texts{R"({"number":3,"text":null})", R"({"number":4,"text":"b"})"})) << read.why();
  EXPECT_EQ(read.sources, (texts{"", "sim"}));
}

TEST_F(zip_rows, take_numbers_and_times_as_convex_writes_them) {
  const std::string document =
      R"({"_id":"kg2abc","_creationTime":1.5,"good":true,"count":"9007199254740993","score":1,"at":60000.5,)"
      R"("painted":"red","since":1738324800000.0,"lasted":1500.0,"maybe":-0.0,"list":[],"more":{},)"
      R"("inner":{"number":7.0,"text":""},"inner_maybe":{"number":8.0,"text":""}})";
  const auto read = reading_archive({{"things/documents.jsonl", document}}, things());
  EXPECT_EQ(read.rows, texts{R"({"id":"kg2abc","good":true,"count":9007199254740993,"score":1.0,"at":"60000.5",)"
                             R"("painted":"red","since":"2025-01-31T12:00:00.000Z","lasted":1500,"maybe":0,"list":[],)"
                             R"("more":{},"inner":{"number":7,"text":""},"inner_maybe":{"number":8,"text":""}})"})
      << read.why();
}

TEST_F(zip_rows, keep_an_id_of_their_own) {
  const std::string document =
      R"({"_id":"kg2abc","id":"ours","good":true,"count":1,"score":1,"at":"1","painted":"red",)"
      R"("since":"2025-01-31T12:00:00Z","lasted":1,"list":[],"more":{},"inner":{"number":7,"text":""}})";
  const auto read = reading_archive({{"things/documents.jsonl", document}}, things());
  ASSERT_EQ(read.rows.size(), 1u) << read.why();
  EXPECT_TRUE(says(read.rows.front(), R"({"id":"ours",)"));
}

TEST_F(zip_rows, with_numbers_that_are_not_whole_or_not_exact_are_refused) {
  struct {
    const char* number;
    const char* says;
  } const table[]{{"3.5", "number must be an integer, was 3.5"},
                  {"1e17", "number must be an integer, was 1e+17"},
                  {"\"3.0\"", "number must be an integer, was 3.0"},
                  {"\"9223372036854775808\"", "number must be an integer, was 9223372036854775808"},
                  {"true", "number must be an integer, was true"},
                  {"{\"$integer\":\"AwAAAAAAAAA=\"}", "number must be an integer, was an object"},
                  {"-3.0", "number must be at least 0, was -3"}};
  for (const auto& row : table) {
    const auto read = reading_archive({{member, "\n{\"_id\":\"x\",\"number\":" + std::string(row.number) + "}"}});
    EXPECT_TRUE(says(read.why(), "export.zip notes/documents.jsonl line 2: " + std::string(row.says))) << row.number;
  }
}

TEST_F(zip_rows, refuse_unknown_fields_of_documents) {
  EXPECT_TRUE(
      says(reading_archive({{member, R"({"_id":"x","number":1,"colour":"red"})"}}).why(), "colour is not a field"));
}

TEST_F(zip_rows, are_none_in_an_empty_member) { EXPECT_FALSE(reading_archive({{member, ""}}).failed); }

TEST_F(zip_rows, of_another_table_are_named) {
  auto bytes = bytes_of(
      archive({{"ideas/documents.jsonl", ""}, {"sigXnals/documents.jsonl", ""}, {"_tables/documents.jsonl", ""}}));
  for (auto at = bytes.find("sigX"); at != bytes.npos; at = bytes.find("sigX")) bytes[at + 3] = '\x1b';
  const auto read = reading("export.zip", bytes);
  EXPECT_EQ(read.code(), errc::not_found);
  EXPECT_TRUE(says(read.why(), "has no member notes/documents.jsonl; it has documents of ideas, sig"));
  EXPECT_FALSE(says(read.why(), "_tables"));
  EXPECT_EQ(read.why().find('\x1b'), std::string::npos);
}

TEST_F(zip_rows, are_not_found_under_names_that_lead_elsewhere) {
  for (const auto* name : {"../notes/documents.jsonl", "/notes/documents.jsonl", "./notes/documents.jsonl",
                           "notes/../notes/documents.jsonl", "notes\\documents.jsonl", "NOTES/documents.jsonl"}) {
    EXPECT_EQ(reading_archive({{name, R"({"number":1})"}}).code(), errc::not_found) << name;
    const auto beside = reading_archive({{name, "nonsense"}, {member, R"({"number":1})"}});
    EXPECT_EQ(beside.rows.size(), 1u) << name << beside.why();
  }
  EXPECT_FALSE(std::filesystem::exists(scratch.file("notes")));
}

TEST_F(zip_rows, are_not_found_in_an_empty_archive) {
  const auto empty = std::string("PK\x05\x06") + std::string(18, '\0');
  const auto read = reading("export.zip", empty);
  EXPECT_TRUE(read.failed);
  EXPECT_TRUE(says(read.why(), "export.zip")) << read.why();
}

TEST_F(zip_rows, in_two_members_of_one_name_are_refused) {
  // libzip makes no such archive, so the second name is changed by hand.
  const auto path = archive({{member, R"({"number":1})"}, {"nptes/documents.jsonl", R"({"number":2})"}});
  auto bytes = bytes_of(path);
  for (auto at = bytes.find("nptes/"); at != bytes.npos; at = bytes.find("nptes/")) bytes[at + 1] = 'o';
  const auto read = reading("export.zip", bytes);
  EXPECT_EQ(read.code(), errc::corrupt);
  EXPECT_TRUE(says(read.why(), "has two members called notes/documents.jsonl"));
}

TEST_F(zip_rows, of_a_bomb_are_refused_before_they_are_unpacked) {
  const auto bomb = reading_archive({{member, std::string(50'000'000, ' ')}});
  EXPECT_EQ(bomb.code(), errc::refused);
  EXPECT_TRUE(says(bomb.why(), "to 50,000,000, which is more than rows do"));
  std::string rows;
  for (int i = 0; i < 100'000; ++i) rows += "{\"number\":" + std::to_string(i) + "}\n";
  EXPECT_EQ(reading_archive({{member, rows}}).rows.size(), 100'000u);
}

TEST_F(zip_rows, that_lie_about_their_size_are_refused) {
  std::string rows;
  for (int i = 0; i < 5'000; ++i) rows += "{\"number\":" + std::to_string(i * 7919) + "}\n";
  const auto bytes = bytes_of(archive({{member, rows}}));
  const auto directory = bytes.rfind("PK\x01\x02");
  ASSERT_NE(directory, bytes.npos);
  for (const std::uint32_t said :
       {1u, static_cast<std::uint32_t>(rows.size()) - 1, static_cast<std::uint32_t>(rows.size()) + 1}) {
    auto lie = bytes;
    for (unsigned i = 0; i < 4; ++i) lie[directory + 24 + i] = static_cast<char>(said >> (8 * i));
    const auto read = reading("export.zip", lie);
    EXPECT_TRUE(read.failed) << said;
    EXPECT_TRUE(read.code() == errc::corrupt || read.code() == errc::malformed) << read.why();
  }
  auto huge = bytes;
  for (unsigned i = 0; i < 4; ++i) huge[directory + 24 + i] = static_cast<char>(i == 3 ? 0x7f : 0xff);
  EXPECT_TRUE(says(reading("export.zip", huge).why(), "which is more than rows do"));
}

std::string little(std::uint64_t number, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i));
  return out;
}

TEST_F(zip_rows, of_a_member_above_four_gigabytes_are_refused) {
  // An archive that says so of a stored member, by hand: the sizes are in a ZIP64 field.
  const auto archive_of = [](std::uint64_t size) {
    const auto sizes = little(1, 2) + little(16, 2) + little(size, 8) + little(size, 8);
    const auto common = little(45, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) +
                        little(0xffffffff, 4) + little(0xffffffff, 4) + little(member.size(), 2) + little(20, 2);
    const auto local = "PK\x03\x04" + common + member + sizes;
    const auto directory = "PK\x01\x02" + little(45, 2) + common + little(0, 2) + little(0, 2) + little(0, 2) +
                           little(0, 4) + little(0, 4) + member + sizes;
    return local + directory + "PK\x05\x06" + little(0, 4) + little(1, 2) + little(1, 2) + little(directory.size(), 4) +
           little(local.size(), 4) + little(0, 2);
  };
  const auto most = static_cast<std::uint64_t>(zip_member_most);
  const auto refused = reading("export.zip", archive_of(most + 1));
  EXPECT_EQ(refused.code(), errc::refused) << refused.why();
  EXPECT_TRUE(says(refused.why(), "must have at most 4,294,967,296 bytes unpacked"));
  EXPECT_FALSE(says(reading("export.zip", archive_of(most)).why(), "must have at most"));
}

TEST_F(zip_rows, of_damaged_archives_are_refused_wherever_the_damage_is) {
  std::string rows;
  for (int i = 0; i < 300; ++i) rows += "{\"number\":" + std::to_string(i * 104'729) + "}\n";
  const auto bytes = bytes_of(archive({{member, rows}}));
  for (std::size_t length = 1; length < bytes.size(); length += 7)
    EXPECT_TRUE(reading("export.zip", bytes.substr(0, length)).failed) << length;
  // A flipped byte is seen, or lies where it changes no row.
  const auto whole = reading("export.zip", bytes).rows;
  ASSERT_EQ(whole.size(), 300u);
  for (std::size_t at = 4; at < bytes.size(); at += 3) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const auto read = reading("export.zip", damaged);
    if (!read.failed) {
      EXPECT_EQ(read.rows, whole) << at;
    }
  }
}

}  // namespace
}  // namespace rltrader::storage

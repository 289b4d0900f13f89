// The contract of the store of artifacts, kept by every backend.
#include "domain/sha256.hpp"
#include "tests/contract/ops_contract.hpp"

namespace rltrader::contract {
namespace {

enum class artifact_backend : unsigned char { memory, files };

class artifact_store : public testing::TestWithParam<artifact_backend> {
 protected:
  void SetUp() override { open(); }
  void open() {
    store.reset();
    store = GetParam() == artifact_backend::memory ? storage::make_memory_artifacts()
                                                   : valued(storage::open_file_artifacts(folder.file("artifacts")));
  }
  errc refusal_of(ports::stored_artifact wanted) { return store->load(wanted).error().code; }
  scratch_folder folder;
  std::unique_ptr<ports::artifact_store> store;
};

INSTANTIATE_TEST_SUITE_P(every_backend, artifact_store,
                         testing::Values(artifact_backend::memory, artifact_backend::files),
                         [](const testing::TestParamInfo<artifact_backend>& of) {
                           return of.param == artifact_backend::memory ? "memory" : "files";
                         });

const std::string some_bytes("a model \0 of bytes\n", 19);

TEST_P(artifact_store, gives_back_what_it_kept) {
  const auto kept = valued(store->keep(some_bytes));
  const auto digest = sha256_hex(some_bytes);
  EXPECT_EQ(kept, (ports::stored_artifact{"file:///" + digest.substr(0, 2) + "/" + digest + ".bin", digest, 19}));
  EXPECT_EQ(valued(store->load(kept)), some_bytes);
}

TEST_P(artifact_store, keeps_nothing_and_much) {
  const std::string much(3'000'000, '\x80');
  EXPECT_EQ(valued(store->load(valued(store->keep("")))), "");
  EXPECT_EQ(valued(store->load(valued(store->keep(much)))), much);
}

TEST_P(artifact_store, keeps_the_same_bytes_once) {
  const auto first = valued(store->keep(some_bytes));
  EXPECT_EQ(valued(store->keep(some_bytes)), first);
  EXPECT_EQ(valued(store->list()), std::vector{first});
}

TEST_P(artifact_store, lists_by_address_and_forgets_what_is_removed) {
  std::vector<ports::stored_artifact> kept;
  for (const auto* bytes : {"one", "two", "three", "four"}) kept.push_back(valued(store->keep(bytes)));
  std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.uri < b.uri; });
  EXPECT_EQ(valued(store->list()), kept);
  ASSERT_TRUE(store->remove(kept[1].uri));
  EXPECT_EQ(refusal_of(kept[1]), errc::not_found);
  EXPECT_EQ(store->remove(kept[1].uri).error().code, errc::not_found);
  kept.erase(kept.begin() + 1);
  EXPECT_EQ(valued(store->list()), kept);
}

TEST_P(artifact_store, refuses_bytes_that_are_not_the_wanted_ones) {
  auto wanted = valued(store->keep(some_bytes));
  wanted.sha256 = sha256_hex("other bytes");
  const auto other = store->load(wanted).error();
  EXPECT_EQ(other.code, errc::corrupt);
  EXPECT_NE(other.what.find(wanted.sha256), std::string::npos) << other.what;
  EXPECT_NE(other.what.find(sha256_hex(some_bytes)), std::string::npos) << other.what;
  EXPECT_NE(other.what.find(".bin"), std::string::npos) << other.what;

  wanted = valued(store->keep(some_bytes));
  wanted.size_bytes = 18;
  const auto shorter = store->load(wanted).error();
  EXPECT_EQ(shorter.code, errc::corrupt);
  EXPECT_NE(shorter.what.find("must have 18 bytes, has 19"), std::string::npos) << shorter.what;
}

TEST_P(artifact_store, refuses_wishes_that_cannot_be) {
  const auto kept = valued(store->keep(some_bytes));
  EXPECT_EQ(refusal_of({kept.uri, "", 19}), errc::out_of_bounds);
  EXPECT_EQ(refusal_of({kept.uri, std::string(64, 'A'), 19}), errc::out_of_bounds);
  EXPECT_EQ(refusal_of({kept.uri, kept.sha256, -1}), errc::out_of_bounds);
  EXPECT_EQ(refusal_of({kept.uri, kept.sha256, ports::artifact_bytes_most + 1}), errc::out_of_bounds);
}

TEST_P(artifact_store, says_that_an_unknown_one_is_not_there) {
  const auto digest = sha256_hex("never kept");
  EXPECT_EQ(refusal_of({"file:///" + digest.substr(0, 2) + "/" + digest + ".bin", digest, 10}), errc::not_found);
}

/// An address, why it is refused, and a word that the sentence must have.
struct refused_address {
  std::string uri;
  errc code;
  const char* word;
};

TEST_P(artifact_store, refuses_addresses_with_a_word_that_helps) {
  const auto kept = valued(store->keep(some_bytes));
  const std::vector<refused_address> table{
      {"convex://storage/kg2abc", errc::unsupported, "needs Convex: set CONVEX_URL and CONVEX_DEPLOY_KEY"},
      {"convex://storage/", errc::malformed, "convex://storage/<id>"},
      {"convex://other/x", errc::malformed, "convex://storage/<id>"},
      {"timescale://artifacts/1", errc::unsupported, "keeps rows and no artifacts"},
      {"postgresql://db/x", errc::unsupported, "keeps rows and no artifacts"},
      {"https://example.com/model.bin", errc::unsupported, "'https'"},
      {"http://localhost/model.bin", errc::unsupported, "nothing is loaded from 'http'"},
      {"s3://bucket/key", errc::unsupported, "'s3'"},
      {"", errc::malformed, "is empty"},
      {"model.bin", errc::malformed, "has no scheme"},
      {"/etc/passwd", errc::malformed, "has no scheme"},
      {":x", errc::malformed, "has no scheme"},
      {"file:/etc/passwd", errc::malformed, "must begin with file:///"},
      {"FILE:///etc/passwd", errc::unsupported, "'FILE'"},
      {"file:///etc/passwd", errc::refused, "outside of the artifact folder"},
      {"file:///", errc::malformed, "an empty name"},
      {"file://", errc::refused, "names a host"},
      {"file://localhost/etc/passwd", errc::refused, "names a host"},
      {"file://server/share/x", errc::refused, "names a host"},
      {"file://../etc/passwd", errc::refused, "names a host"},
      {"file:///../etc/passwd", errc::refused, "'..'"},
      {"file:///ab/../../etc/passwd", errc::refused, "'..'"},
      {"file:///./x", errc::refused, "'.'"},
      {"file:////etc/passwd", errc::malformed, "an empty name"},
      {"file:///ab/" + std::string(64, 'c') + ".bin", errc::refused, "outside"},
      {"file:///" + kept.sha256 + ".bin", errc::refused, "outside"},
      {kept.uri + "/", errc::malformed, "an empty name"},
      {kept.uri + "?x=1", errc::malformed, "'?'"},
      {kept.uri + "#x", errc::malformed, "'#'"},
      {"file:///%2e%2e/etc/passwd", errc::malformed, "'%'"},
      {"file:///%2fetc%2fpasswd", errc::malformed, "'%'"},
      {kept.uri + std::string("\0.png", 5), errc::malformed, "a control character"},
      {"file:///a\nb", errc::malformed, "a control character"},
      {"file:///" + std::string(5000, 'a'), errc::malformed, "more than 4096 bytes"},
  };
  for (const auto& row : table) {
    const auto loaded = store->load({row.uri, kept.sha256, kept.size_bytes});
    ASSERT_FALSE(loaded) << row.uri;
    EXPECT_EQ(loaded.error().code, row.code) << row.uri << ": " << loaded.error().what;
    EXPECT_NE(loaded.error().what.find(row.word), std::string::npos) << loaded.error().what;
    EXPECT_EQ(loaded.error().what.find('\0'), std::string::npos);
    const auto removed = store->remove(row.uri);
    ASSERT_FALSE(removed) << row.uri;
    EXPECT_EQ(removed.error().code, row.code) << row.uri;
  }
  EXPECT_EQ(valued(store->list()), std::vector{kept});
}

TEST_P(artifact_store, has_what_it_kept_after_a_restart) {
  if (GetParam() == artifact_backend::memory) GTEST_SKIP() << "memory forgets when it is closed";
  const auto kept = valued(store->keep(some_bytes));
  open();
  EXPECT_EQ(valued(store->load(kept)), some_bytes);
}

}  // namespace
}  // namespace rltrader::contract

// Artifacts on a hostile disk: links, pipes and strangers in the folder, damage, crashes, no room and no rights.
#include "adapters/storage/files_artifacts.hpp"
#include "domain/sha256.hpp"
#include "tests/contract/ops_contract.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <csignal>
#include <fstream>

namespace rltrader::storage {
namespace {

namespace fs = std::filesystem;
using contract::scratch_folder;
using contract::valued;

void put(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

/// Every file and folder beneath, partial ones too.
std::vector<std::string> all_beneath(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    out.push_back(entry.path().lexically_relative(folder).string());
  std::sort(out.begin(), out.end());
  return out;
}

class files_artifacts_on_disk : public testing::Test {
 protected:
  void SetUp() override {
    store = valued(files_artifacts::open(root));
    kept = valued(store->keep(bytes));
    file = fs::path(root) / artifact_path_of(kept.uri, {})->text();
  }
  failure refusal(const std::string& uri) {
    const auto loaded = store->load({uri, kept.sha256, kept.size_bytes});
    return loaded ? failure{errc::none, "it was loaded"} : loaded.error();
  }
  scratch_folder scratch;
  std::string root = fs::canonical(fs::path(scratch.file(""))).string() + "/artifacts";
  std::string bytes = "the weights of a model";
  std::unique_ptr<files_artifacts> store;
  ports::stored_artifact kept;
  fs::path file;
};

TEST_F(files_artifacts_on_disk, reads_files_inside_by_their_full_path) {
  fs::create_directories(root + "/models/btc");
  put(root + "/models/btc/best.bin", bytes);
  EXPECT_EQ(valued(store->load({"file://" + root + "/models/btc/best.bin", kept.sha256, kept.size_bytes})), bytes);
  EXPECT_EQ(valued(store->load({"file://" + file.string(), kept.sha256, kept.size_bytes})), bytes);
  EXPECT_EQ(store->remove("file://" + root + "/models/btc/best.bin").error().code, errc::refused);
  EXPECT_TRUE(fs::exists(root + "/models/btc/best.bin"));
}

TEST_F(files_artifacts_on_disk, reads_nothing_beside_the_folder) {
  fs::create_directories(root + "-secret");
  put(root + "-secret/x", bytes);
  put(scratch.file("x"), bytes);
  for (const auto& uri : {"file://" + root + "-secret/x", "file://" + root + "/../x", "file://" + scratch.file("x"),
                          "file://" + root + "/models/../../x", "file://" + root + "/./../x"})
    EXPECT_EQ(refusal(uri).code, errc::refused) << uri;
  EXPECT_EQ(refusal("file://" + root + "/").code, errc::malformed);
  EXPECT_EQ(refusal("file://" + root + "//etc/passwd").code, errc::malformed);
  EXPECT_EQ(refusal("file://" + root).code, errc::refused);
}

TEST_F(files_artifacts_on_disk, follows_no_link_not_even_to_the_right_bytes) {
  put(scratch.file("outside"), bytes);
  fs::create_symlink(scratch.file("outside"), root + "/link");
  fs::create_symlink(file, root + "/link_inside");
  fs::create_directory(scratch.file("folder"));
  put(scratch.file("folder/x"), bytes);
  fs::create_directory_symlink(scratch.file("folder"), root + "/linked");
  for (const auto* name : {"/link", "/link_inside"}) {
    const auto refused = refusal("file://" + root + name);
    EXPECT_EQ(refused.code, errc::refused) << refused.what;
    EXPECT_NE(refused.what.find("is a symbolic link"), std::string::npos) << refused.what;
  }
  const auto refused = refusal("file://" + root + "/linked/x");
  EXPECT_EQ(refused.code, errc::refused);
  EXPECT_NE(refused.what.find("'linked' must be a folder, is a symbolic link"), std::string::npos) << refused.what;
}

TEST_F(files_artifacts_on_disk, follows_no_link_that_took_the_place_of_what_it_kept) {
  put(scratch.file("outside"), bytes);
  fs::remove(file);
  fs::create_symlink(scratch.file("outside"), file);
  EXPECT_EQ(refusal(kept.uri).code, errc::refused);
  EXPECT_TRUE(valued(store->list()).empty());
  // Keeping it again puts a file there, and leaves what the link led to alone.
  EXPECT_EQ(valued(store->keep(bytes)), kept);
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(file)));
  EXPECT_TRUE(fs::exists(scratch.file("outside")));

  const auto shelf = file.parent_path();
  fs::rename(shelf, scratch.file("shelf"));
  fs::create_directory_symlink(scratch.file("shelf"), shelf);
  EXPECT_EQ(refusal(kept.uri).code, errc::refused);
  EXPECT_EQ(store->remove(kept.uri).error().code, errc::refused);
  const auto refused = store->keep(bytes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::refused);
  EXPECT_TRUE(fs::exists(scratch.file("shelf") + "/" + file.filename().string()));
}

TEST_F(files_artifacts_on_disk, reads_no_pipe_socket_device_or_folder_and_does_not_wait) {
  ASSERT_EQ(::mkfifo((root + "/pipe").c_str(), 0600), 0);
  fs::create_directory(root + "/folder");
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = root + "/socket";
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::copy(path.begin(), path.end(), address.sun_path);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(socket);
  struct {
    const char* name;
    const char* word;
  } const table[]{{"/pipe", "is a pipe"}, {"/folder", "is a folder"}, {"/socket", "is a socket"}};
  for (const auto& row : table) {
    const auto refused = refusal("file://" + root + row.name);
    EXPECT_EQ(refused.code, errc::refused);
    EXPECT_NE(refused.what.find(row.word), std::string::npos) << refused.what;
  }
  if (::mknod((root + "/device").c_str(), S_IFCHR | 0600, 0x0103) == 0) {
    EXPECT_EQ(refusal("file://" + root + "/device").code, errc::refused);
  }
  EXPECT_EQ(refusal("file://" + root + "/absent").code, errc::not_found);
  EXPECT_EQ(refusal("file://" + file.string() + "/below").code, errc::refused);
}

TEST_F(files_artifacts_on_disk, sees_damage_and_mends_it_from_the_same_bytes) {
  struct {
    std::string now;
    const char* word;
  } const table[]{{"the weights of a modeL", "must have the sha256"},
                  {"the weights", "must have 22 bytes, has 11"},
                  {"", "must have 22 bytes, has 0"},
                  {std::string(1000, 'x'), "must have 22 bytes, has 1000"}};
  for (const auto& row : table) {
    put(file, row.now);
    const auto refused = refusal(kept.uri);
    EXPECT_EQ(refused.code, errc::corrupt);
    EXPECT_NE(refused.what.find(row.word), std::string::npos) << refused.what;
    EXPECT_NE(refused.what.find(file.string()), std::string::npos) << refused.what;
    EXPECT_EQ(valued(store->keep(bytes)), kept);
    EXPECT_EQ(valued(store->load(kept)), bytes);
  }
}

TEST_F(files_artifacts_on_disk, keeps_its_addresses_when_the_folder_moves) {
  store.reset();
  fs::rename(root, root + "2");
  store = valued(files_artifacts::open(root + "2"));
  EXPECT_EQ(valued(store->load(kept)), bytes);
}

TEST_F(files_artifacts_on_disk, knows_a_folder_by_the_link_that_names_it_too) {
  fs::create_directory_symlink(root, scratch.file("by_link"));
  const auto by_link = valued(files_artifacts::open(scratch.file("by_link") + "/"));
  const auto inside = file.lexically_relative(root).string();
  for (const auto& folder : {root, scratch.file("by_link")})
    EXPECT_EQ(valued(by_link->load({"file://" + folder + "/" + inside, kept.sha256, kept.size_bytes})), bytes);
}

TEST_F(files_artifacts_on_disk, removes_what_a_crash_left_and_nothing_else) {
  const auto shelf = file.parent_path().string();
  const auto leftover = shelf + "/." + kept.sha256 + ".bin.0.partial";
  const auto in_work = shelf + "/." + kept.sha256 + ".bin.1.partial";
  put(leftover, "the wei");
  put(in_work, "the wei");
  put(shelf + "/notes.partial", "somebody's");
  fs::create_directory(shelf + "/.folder.partial");
  fs::create_symlink(file, shelf + "/.link.partial");
  const int writer = ::open(in_work.c_str(), O_WRONLY);
  ASSERT_EQ(::flock(writer, LOCK_EX | LOCK_NB), 0);
  const auto second = valued(files_artifacts::open(root));
  EXPECT_FALSE(fs::exists(leftover));
  EXPECT_TRUE(fs::exists(in_work));
  EXPECT_TRUE(fs::exists(shelf + "/notes.partial"));
  EXPECT_TRUE(fs::exists(shelf + "/.folder.partial"));
  EXPECT_TRUE(fs::is_symlink(shelf + "/.link.partial"));
  EXPECT_EQ(valued(second->list()), std::vector{kept});
  ::close(writer);
  valued(files_artifacts::open(root));
  EXPECT_FALSE(fs::exists(in_work));
}

TEST_F(files_artifacts_on_disk, lists_no_strangers) {
  put(root + "/readme", "x");
  put(file.parent_path() / "readme", "x");
  put(fs::path(root) / "zz", "x");
  fs::create_directory(root + "/00");
  put(root + "/00/" + kept.sha256 + ".bin", "on the wrong shelf");
  EXPECT_EQ(valued(store->list()), std::vector{kept});
}

TEST_F(files_artifacts_on_disk, leaves_nothing_behind_when_a_write_fails) {
  // A limit on the size of files stands for a full disk: write() fails in the same place.
  const auto before = all_beneath(root);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto refused = store->keep(std::string(1'000'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::store_failed);
  EXPECT_NE(refused.error().what.find("cannot be written: File too large"), std::string::npos) << refused.error().what;
  auto after = all_beneath(root);
  std::erase(after, sha256_hex(std::string(1'000'000, 'x')).substr(0, 2));  // the empty folder may stay
  EXPECT_EQ(after, before);
}

TEST(files_artifacts_folder, refuses_what_cannot_be_a_folder) {
  const scratch_folder scratch;
  put(scratch.file("file"), "x");
  for (const auto& folder :
       {scratch.file("file"), scratch.file("file/below"), std::string{}, scratch.file("a") + std::string("\0b", 2)}) {
    const auto opened = files_artifacts::open(folder);
    ASSERT_FALSE(opened) << folder;
    EXPECT_TRUE(opened.error().what.find("older") != std::string::npos) << opened.error().what;
  }
}

/// A file system of its own in memory; only root may make one, and not everywhere.
class tiny_disk {
 public:
  explicit tiny_disk(std::string at) : at_(std::move(at)) {
    fs::create_directory(at_);
    mounted_ = ::mount("none", at_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  ~tiny_disk() {
    if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  explicit operator bool() const { return mounted_; }
  bool make_read_only() { return ::mount("none", at_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0; }

 private:
  std::string at_;
  bool mounted_ = false;
};

TEST(files_artifacts_folder, says_that_the_disk_is_full_and_goes_on) {
  const scratch_folder scratch;
  tiny_disk disk(scratch.file("disk"));
  if (!disk) GTEST_SKIP() << "no file system can be mounted here: root alone may";
  const auto store = valued(files_artifacts::open(scratch.file("disk")));
  const auto small = valued(store->keep("small"));
  const auto refused = store->keep(std::string(200'000, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::store_failed);
  EXPECT_NE(refused.error().what.find("No space left on device"), std::string::npos) << refused.error().what;
  for (const auto& name : all_beneath(scratch.file("disk")))
    EXPECT_EQ(name.find(".partial"), std::string::npos) << name;
  EXPECT_EQ(valued(store->load(small)), "small");
  EXPECT_EQ(valued(store->load(valued(store->keep("after")))), "after");
}

TEST(files_artifacts_folder, is_read_where_nothing_can_be_written) {
  const scratch_folder scratch;
  tiny_disk disk(scratch.file("disk"));
  if (!disk) GTEST_SKIP() << "no file system can be mounted here: root alone may";
  const auto kept = valued(valued(files_artifacts::open(scratch.file("disk")))->keep("small"));
  if (!disk.make_read_only()) GTEST_SKIP() << "the file system cannot be made read-only here";
  const auto store = valued(files_artifacts::open(scratch.file("disk")));
  EXPECT_EQ(valued(store->load(kept)), "small");
  const auto refused = store->keep("more");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::store_failed);
  EXPECT_NE(refused.error().what.find("Read-only file system"), std::string::npos) << refused.error().what;
  EXPECT_FALSE(files_artifacts::open(scratch.file("disk/below")));
}

}  // namespace
}  // namespace rltrader::storage

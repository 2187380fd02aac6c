// Does the one function that writes files respect what is at the path, and do locks of files hold?
#include "vtpu/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "vtpu/base/file_lock.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FileTest : public testing::Test {
 protected:
  FileTest() : folder_(fs::path(testing::TempDir()) / ("file_test_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~FileTest() override { fs::remove_all(folder_); }

  std::string refused(const fs::path& path) {
    const Result<void> written = write_file(path, "x");
    EXPECT_FALSE(written);
    return written ? "" : written.error().message();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.push_back(entry.path().filename());
    return found;
  }

  fs::path folder_;
};

TEST_F(FileTest, ALinkToALinkToNothingMakesTheFileAtItsEnd) {
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("deep/c", folder_ / "b");
  ASSERT_TRUE(write_file(folder_ / "a", "text"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "a"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "b"));
  EXPECT_EQ(*read_file(folder_ / "deep/c"), "text");
}

TEST_F(FileTest, ACircleOfLinksIsAnError) {
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("a", folder_ / "b");
  EXPECT_THAT(refused(folder_ / "a"), HasSubstr("Too many levels of symbolic links"));
}

TEST_F(FileTest, WhatIsNoNameOfAFileIsAnError) {
  EXPECT_THAT(refused(folder_), HasSubstr("is a folder; expected a file"));
  EXPECT_THAT(refused(folder_ / "new/"), HasSubstr("is the name of a folder"));
  EXPECT_THAT(refused(""), HasSubstr("is the name of a folder"));
  EXPECT_THAT(refused(folder_ / std::string(256, 'n')), HasSubstr("File name too long"));
  ASSERT_TRUE(write_file(folder_ / "file", ""));
  EXPECT_THAT(refused(folder_ / "file/below"), HasSubstr("cannot write: Not a directory"));
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

TEST_F(FileTest, OwnersAreKeptByRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "the right to change owners (root)";
  ASSERT_TRUE(write_file(folder_ / "file", "old"));
  ASSERT_EQ(::chown((folder_ / "file").c_str(), 12, 34), 0);
  ASSERT_EQ(::chmod((folder_ / "file").c_str(), 06751), 0);
  ASSERT_TRUE(write_file(folder_ / "file", "new"));
  struct stat now {};
  ASSERT_EQ(::stat((folder_ / "file").c_str(), &now), 0);
  EXPECT_EQ(now.st_uid, 12u);
  EXPECT_EQ(now.st_gid, 34u);
  EXPECT_EQ(now.st_mode & 07777, 06751u);
}

TEST_F(FileTest, ExtendedAttributesAndAccessListsAreKept) {
  ASSERT_TRUE(write_file(folder_ / "file", "old"));
  // Version 2: the owner, user 1, the group, the mask and others.
  const std::string list(
      "\2\0\0\0\1\0\6\0\377\377\377\377\2\0\6\0\1\0\0\0\4\0\4\0\377\377\377\377"
      "\20\0\6\0\377\377\377\377\40\0\4\0\377\377\377\377",
      44);
  const std::vector<std::pair<const char*, std::string>> attributes = {{"user.note", "kept"},
                                                                       {"system.posix_acl_access", list}};
  for (const auto& [name, value] : attributes)
    if (::setxattr((folder_ / "file").c_str(), name, value.data(), value.size(), 0) != 0)
      GTEST_SKIP() << "a file system with extended attributes and access lists";
  EXPECT_TRUE(write_file(folder_ / "file", "new"));
  for (const auto& [name, value] : attributes) {
    std::string found(100, ' ');
    const ssize_t bytes = ::getxattr((folder_ / "file").c_str(), name, found.data(), found.size());
    ASSERT_GE(bytes, 0) << name;
    EXPECT_EQ(found.substr(0, static_cast<std::size_t>(bytes)), value);
  }
}

TEST_F(FileTest, AWritableFileInAFolderThatIsNotIsOverwritten) {
  if (::geteuid() != 0) GTEST_SKIP() << "the right to act as another user (root)";
  ASSERT_TRUE(write_file(folder_ / "file", "a longer text"));
  ASSERT_TRUE(write_file(folder_ / "closed", "kept"));
  ASSERT_EQ(::chmod((folder_ / "file").c_str(), 0666), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::setegid(kNobody) != 0 || ::seteuid(kNobody) != 0) ::_exit(2);
    const Result<void> closed = write_file(folder_ / "closed", "x"), absent = write_file(folder_ / "absent", "x");
    const bool refused = !closed && !absent && closed.error().found == "cannot write: Permission denied" &&
                         absent.error().found == "cannot write: Permission denied";
    ::_exit(refused && write_file(folder_ / "file", "text") ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(*read_file(folder_ / "file"), "text");
  EXPECT_EQ(*read_file(folder_ / "closed"), "kept");
}

TEST_F(FileTest, AFileThatHasLostItsNameIsOverwritten) {
  ASSERT_TRUE(write_file(folder_ / "file", "a longer text"));
  const Result<int> open = open_for_update(folder_ / "file");
  ASSERT_TRUE(open);
  fs::remove(folder_ / "file");
  const pid_t child = ::fork();
  if (child == 0) {
    // To a child the link of its parent's descriptor is not one of its own.
    ::_exit(write_file("/proc/" + std::to_string(::getppid()) + "/fd/" + std::to_string(*open), "text") ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  char bytes[32] = {};
  EXPECT_EQ(::pread(*open, bytes, sizeof bytes, 0), 4);
  EXPECT_EQ(std::string(bytes), "text");
  EXPECT_THAT(names(), testing::IsEmpty());
  ::close(*open);
}

TEST_F(FileTest, ALimitOnTheSizeOfFilesIsAnErrorAndLeavesTheOldFile) {
  ASSERT_TRUE(write_file(folder_ / "file", "old"));
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{100, 100};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const Result<void> written = write_file(folder_ / "file", std::string(1000, 'x'));
    ::_exit(!written && written.error().message().ends_with("cannot write: File too large") ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(*read_file(folder_ / "file"), "old");
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

TEST_F(FileTest, ThreadsThatWriteOneFileLeaveTheBytesOfOne) {
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c', 'd'})
    writers.emplace_back([this, letter] {
      for (int k = 0; k < 20; ++k) EXPECT_TRUE(write_file(folder_ / "file", std::string(5000, letter)));
    });
  for (std::thread& writer : writers) writer.join();
  const std::string bytes = *read_file(folder_ / "file");
  EXPECT_EQ(bytes, std::string(5000, bytes.at(0)));
  EXPECT_THAT(names(), testing::ElementsAre("file"));
}

TEST_F(FileTest, CheckingAnOutputMakesNothing) {
  EXPECT_TRUE(check_output(folder_ / "new/file"));
  EXPECT_THAT(names(), testing::IsEmpty());
  EXPECT_FALSE(check_output(folder_));
}

TEST_F(FileTest, ProcessesThatReadAndReplaceALockedFileLoseNoChange) {
  const fs::path file = folder_ / "count";
  ASSERT_TRUE(write_file(file, "0"));
  constexpr int kProcesses = 4, kChanges = 25;
  for (int process = 0; process < kProcesses; ++process) {
    if (::fork() != 0) continue;
    std::freopen("/dev/null", "w", stderr);  // where they say that they wait
    for (int k = 0; k < kChanges; ++k) {
      const Result<FileLock> lock = FileLock::take(file);
      if (!lock || !write_file(file, std::to_string(std::stoi(*read_file(file)) + 1))) ::_exit(1);
    }
    ::_exit(0);
  }
  for (int process = 0; process < kProcesses; ++process) {
    int status = -1;
    ::wait(&status);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(*read_file(file), std::to_string(kProcesses * kChanges));
}

TEST_F(FileTest, ALockedFileIsStillLockedAfterItsHolderHasReplacedIt) {
  const fs::path file = folder_ / "file";
  Result<FileLock> lock = FileLock::take(file);
  ASSERT_TRUE(lock);
  const auto refused = [&] { return !FileLock::take(file, FileLock::Kind::exclusive, FileLock::Busy::refuse); };
  EXPECT_TRUE(refused());
  ASSERT_TRUE(lock->replace(file, "new"));
  EXPECT_EQ(*read_file(file), "new");
  EXPECT_TRUE(refused());
  lock = Error{"", "", ""};
  EXPECT_FALSE(refused());
}

TEST_F(FileTest, SharedLocksExcludeOnlyExclusiveOnes) {
  using Kind = FileLock::Kind;
  const fs::path file = folder_ / "file";
  const Result<FileLock> one = FileLock::take(file, Kind::shared), other = FileLock::take(file, Kind::shared);
  ASSERT_TRUE(one);
  ASSERT_TRUE(other);
  const Result<FileLock> third = FileLock::take(file, Kind::exclusive, FileLock::Busy::refuse);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().message(), file.string() + ": found that another process uses it; expected one at a time");
}

TEST_F(FileTest, TheLockOfAKilledProcessIsFree) {
  const fs::path file = folder_ / "file";
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<FileLock> lock = FileLock::take(file);
    static_cast<void>(write_file(folder_ / "locked", "").ok());
    while (lock) ::pause();
    ::_exit(1);
  }
  while (!fs::exists(folder_ / "locked")) ::usleep(1000);
  EXPECT_FALSE(FileLock::take(file, FileLock::Kind::exclusive, FileLock::Busy::refuse));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(FileLock::take(file, FileLock::Kind::exclusive, FileLock::Busy::refuse));
}

}  // namespace
}  // namespace vtpu

// Is what an experiment loads or calls found, and told apart by its bytes and its version?
#include "vtpu/measure/dependency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "vtpu/base/file.h"

namespace vtpu::measure {
namespace {

namespace fs = std::filesystem;

class DependencyTest : public testing::Test {
 protected:
  DependencyTest()
      : folder_(fs::temp_directory_path() / ("vtpu-dependency-" + std::to_string(::getpid()) + "-" +
                                             testing::UnitTest::GetInstance()->current_test_info()->name())),
        path_(std::getenv("PATH")) {
    fs::create_directories(folder_);
    ::setenv("PATH", (folder_.string() + ":" + path_).c_str(), 1);
  }
  ~DependencyTest() override {
    ::setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

  std::string tool(const std::string& name, const std::string& script) {
    const fs::path path = folder_ / name;
    EXPECT_TRUE(write_file(path, "#!/bin/sh\n" + script));
    fs::permissions(path, fs::perms::owner_all);
    return path.string();
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(DependencyTest, AToolIsTheFirstOfItsNamesThatThePathHas) {
  EXPECT_EQ(path_of({Dependency::Kind::tool, "vtpu-first vtpu-second"}), "");
  const std::string second = tool("vtpu-second", "");
  EXPECT_EQ(path_of({Dependency::Kind::tool, "vtpu-first vtpu-second"}), second);
  const std::string first = tool("vtpu-first", "");
  EXPECT_EQ(path_of({Dependency::Kind::tool, "vtpu-first vtpu-second"}), first);
}

TEST_F(DependencyTest, TheVersionOfAToolIsTheFirstLineItPrints) {
  const std::string path = tool("vtpu-tool", "echo \"tool 1.2 $1\"; echo more");
  EXPECT_EQ(identify(Dependency::Kind::tool, path).version, "tool 1.2 --version");
  EXPECT_EQ(identify(Dependency::Kind::tool, path).sha256, sha256_of_file(path).value());
}

TEST_F(DependencyTest, AToolWithoutAVersionIsStillToldByItsBytes) {
  const std::string path = tool("vtpu-tool", "exit 1");
  EXPECT_EQ(identify(Dependency::Kind::tool, path).version, "unknown");
  EXPECT_EQ(identify(Dependency::Kind::tool, path).sha256.size(), 64U);
}

TEST_F(DependencyTest, WhatIsAbsentIsAnIdentityOfItsOwn) {
  EXPECT_EQ(identify(Dependency::Kind::module, "").sha256, "absent");
  EXPECT_EQ(identify(Dependency::Kind::library, (folder_ / "libnone.so").string()).version, "absent");
}

TEST_F(DependencyTest, ALibraryIsTheFileThatItsLinksLeadTo) {
  const std::string path = path_of({Dependency::Kind::library, "libc"});
  ASSERT_TRUE(fs::exists(path)) << path;
  EXPECT_FALSE(fs::is_symlink(path));
  EXPECT_EQ(identify(Dependency::Kind::library, path).version, fs::path(path).filename().string());
  EXPECT_EQ(path_of({Dependency::Kind::library, "libnothing"}), "");
}

TEST_F(DependencyTest, TheVersionOfAModuleIsTheCompilerOfItsCodeAndNotThatOfItsStartUpFiles) {
  const std::string gcc("\0GCC: (Debian) 12.2.0\0", 22), clang("\0Debian clang version 14.0.6\0", 29);
  const fs::path path = folder_ / "module.so";
  ASSERT_TRUE(write_file(path, "code" + gcc));
  EXPECT_EQ(identify(Dependency::Kind::module, path.string()).version, "GCC: (Debian) 12.2.0");
  ASSERT_TRUE(write_file(path, "code" + gcc + clang));
  EXPECT_EQ(identify(Dependency::Kind::module, path.string()).version, "Debian clang version 14.0.6");
  ASSERT_TRUE(write_file(path, "code"));
  EXPECT_EQ(identify(Dependency::Kind::module, path.string()).version, "unknown");
}

}  // namespace
}  // namespace vtpu::measure

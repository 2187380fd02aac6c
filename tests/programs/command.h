#pragma once
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "vtpu/base/file.h"

namespace vtpu {

/// The result of a command.
struct Outcome {
  int status = -1;
  std::string out;
  std::string err;

  nlohmann::json parsed() const { return nlohmann::json::parse(out); }
  const nlohmann::json sentron(std::size_t i = 0) const { return parsed().at("sentrons").at(i); }
};

/// A test that runs commands of bin/ in its own folder.
class CommandTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "-" + test->name();
    std::replace(name.begin(), name.end(), '/', '-');
    folder_ = std::filesystem::path(testing::TempDir()) / (name + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void put(const std::string& name, const std::string& bytes) { ASSERT_TRUE(write_file(folder_ / name, bytes)); }
  std::string content(const std::string& name) { return read_file(folder_ / name).value(); }

  /// Runs a shell line in the folder of the test, with the commands on PATH and `input` on standard input.
  Outcome shell(const std::string& line, const std::string& input = "", const std::string& output = "stdout") {
    put("stdin", input);
    put("stdout", "");
    const std::string command = "cd '" + folder_.string() + "' && export PATH='" VTPU_BUILD "/bin':\"$PATH\" && { " +
                                line + "\n} <stdin >" + output + " 2>stderr";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content("stdout"), content("stderr")};
  }

  std::filesystem::path folder_;
};

}  // namespace vtpu

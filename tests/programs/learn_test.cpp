// The guided path of docs/learn: every listing shows what its command prints, and the answers are right.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "listings.h"
#include "vtpu/base/file.h"

namespace vtpu {
namespace {

class Learn : public PageTest {
 protected:
  void SetUp() override {
    PageTest::SetUp();
    copy(VTPU_ROOT "/examples");
    copy(VTPU_ROOT "/docs/learn");
    put("dot.phx", read_file(VTPU_ROOT "/src/vtpu/compiler/tutorial/dot.phx").value());
    // As the page says: the commands and the examples, and Debian's Python.
    ::setenv("PATH", VTPU_BUILD "/bin/examples:/usr/bin:/bin", 1);
  }
};

TEST_F(Learn, EveryListingIsWhatItsCommandPrints) {
  EXPECT_GT(replay(std::filesystem::path(VTPU_ROOT) / "docs/learn/README.md"), 15U);
}

TEST_F(Learn, EveryExerciseHasAnAnswerAndEverySourceIsUsed) {
  const std::string page = read_file(VTPU_ROOT "/docs/learn/README.md").value();
  for (int k = 1; page.find("*Exercise " + std::to_string(k) + ".*") != std::string::npos; ++k) {
    EXPECT_NE(page.find("(#answer-" + std::to_string(k) + ")"), std::string::npos) << k;
    EXPECT_NE(page.find("\n### Answer " + std::to_string(k) + "\n"), std::string::npos) << k;
  }
  EXPECT_NE(page.find("### Answer 6"), std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(VTPU_ROOT "/docs/learn"))
    if (entry.path().extension() == ".sasm") {
      EXPECT_NE(page.find("$ vtpu"), std::string::npos);
      EXPECT_NE(page.find(" " + entry.path().filename().string()), std::string::npos) << entry.path();
    }
}

}  // namespace
}  // namespace vtpu

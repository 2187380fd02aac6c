// The tutorial of phextnet: every listing shows what its command prints.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "listings.h"
#include "vtpu/base/file.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;

const fs::path kScenario = fs::path(VTPU_ROOT) / "src/vtpu/scenario";

class PhextnetTutorial : public PageTest {
 protected:
  void SetUp() override {
    PageTest::SetUp();
    copy(kScenario / "examples");
  }
};

TEST_F(PhextnetTutorial, EveryListingIsWhatItsCommandPrints) { EXPECT_GT(replay(kScenario / "TUTORIAL.md"), 10U); }

TEST_F(PhextnetTutorial, EveryExampleIsUsedAndNoNumberDependsOnTheHost) {
  const std::string page = read_file(kScenario / "TUTORIAL.md").value();
  for (const auto& entry : fs::directory_iterator(kScenario / "examples"))
    EXPECT_NE(page.find(entry.path().filename().string()), std::string::npos) << entry.path();
  for (const Piece& piece : pieces_of(page))
    for (const Shown& shown : piece.commands)
      EXPECT_EQ(shown.command.find("--time"), std::string::npos) << shown.command;
}

}  // namespace
}  // namespace vtpu

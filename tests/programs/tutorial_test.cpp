// The compiler's tutorial: every listing shows what its command prints.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "listings.h"
#include "vtpu/base/file.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;

const fs::path kCompiler = fs::path(VTPU_ROOT) / "src/vtpu/compiler";

std::vector<fs::path> sources() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kCompiler / "tutorial"))
    if (entry.path().extension() == ".phx") found.push_back(entry.path());
  return found;
}

class Tutorial : public PageTest {
 protected:
  void SetUp() override {
    PageTest::SetUp();
    for (const fs::path& source : sources()) put(source.filename().string(), read_file(source).value());
  }
};

TEST_F(Tutorial, EveryListingIsWhatItsCommandPrints) { EXPECT_GT(replay(kCompiler / "TUTORIAL.md"), 10U); }

TEST_F(Tutorial, EverySourceIsUsedAndNoNumberDependsOnTheHost) {
  const std::string page = read_file(kCompiler / "TUTORIAL.md").value();
  for (const fs::path& source : sources())
    EXPECT_NE(page.find(" " + source.filename().string() + "\n"), std::string::npos) << source;
  for (const Piece& piece : pieces_of(page))
    for (const Shown& shown : piece.commands)
      for (const char* host : {"--measure", "--emit=x86", "--engine native"})
        EXPECT_EQ(shown.command.find(host), std::string::npos) << shown.command;
}

}  // namespace
}  // namespace vtpu

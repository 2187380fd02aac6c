// The compiler's tutorial: every block of it that shows commands shows what they print.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;

const fs::path kCompiler = fs::path(VTPU_ROOT) / "src/vtpu/compiler";
constexpr const char* kRefresh = "VTPU_REFRESH_TUTORIAL";
constexpr std::string_view kFence = "```", kPrompt = "$ ";

/// A command of the page, and the lines that stand below it.
struct Shown {
  std::string command;
  std::vector<std::string> output;
};
/// A piece of the page: lines of text, or, between fences of which the first line is a command, commands.
struct Piece {
  std::vector<std::string> text;
  std::vector<Shown> commands;
};

std::vector<Piece> pieces_of(std::string_view page) {
  std::vector<Piece> pieces(1);
  std::vector<std::string_view> lines = split(page, '\n');
  lines.pop_back();  // the page ends with a line end
  bool fenced = false, commands = false;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::string_view line = lines[k];
    const bool fence = line.starts_with(kFence);
    if (fence && !fenced) {
      pieces.back().text.emplace_back(line);
      commands = k + 1 < lines.size() && lines[k + 1].starts_with(kPrompt);
    } else if (fence) {
      if (commands) pieces.emplace_back();
      pieces.back().text.emplace_back(line);
      commands = false;
    } else if (commands && line.starts_with(kPrompt)) {
      pieces.back().commands.push_back({std::string(line.substr(kPrompt.size())), {}});
    } else if (commands) {
      pieces.back().commands.back().output.emplace_back(line);
    } else {
      pieces.back().text.emplace_back(line);
    }
    if (fence) fenced = !fenced;
  }
  return pieces;
}

std::string lines_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::vector<fs::path> sources() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kCompiler / "tutorial"))
    if (entry.path().extension() == ".phx") found.push_back(entry.path());
  return found;
}

class Tutorial : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    for (const fs::path& source : sources()) put(source.filename().string(), read_file(source).value());
  }
};

TEST_F(Tutorial, EveryListingIsWhatItsCommandPrints) {
  const fs::path file = kCompiler / "TUTORIAL.md";
  std::vector<Piece> pieces = pieces_of(read_file(file).value());
  std::size_t commands = 0;
  const bool refresh = std::getenv(kRefresh) != nullptr;
  std::string page;
  for (Piece& piece : pieces) {
    page += lines_of(piece.text);
    for (const Shown& shown : piece.commands) {
      ++commands;
      const Outcome run = shell(shown.command);
      EXPECT_EQ(run.status, 0) << shown.command << "\n" << run.err;
      EXPECT_EQ(run.err, "") << shown.command;
      if (!refresh) {
        EXPECT_EQ(lines_of(shown.output), run.out) << shown.command << "\n" << kRefresh << "=1 refreshes it";
      }
      page += std::string(kPrompt) + shown.command + "\n" + run.out;
    }
  }
  EXPECT_GT(commands, 10U);
  if (refresh && !HasFailure()) {
    ASSERT_TRUE(write_file_if_changed(file, page));
  }
}

TEST_F(Tutorial, EverySourceHasItsPlaceAndNoNumberIsOfAHost) {
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

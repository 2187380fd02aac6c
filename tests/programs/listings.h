#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"

// Pages that show commands and their output.

namespace vtpu {

/// A command of the page and the lines below it.
struct Shown {
  std::string command;
  std::vector<std::string> output;
};
/// A piece of the page: lines of text, or the commands of a fenced block whose first line is a command.
struct Piece {
  std::vector<std::string> text;
  std::vector<Shown> commands;
};

inline std::vector<Piece> pieces_of(std::string_view page) {
  constexpr std::string_view kFence = "```", kPrompt = "$ ";
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

inline std::string lines_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// A test of a page whose commands use the files of a folder.
class PageTest : public CommandTest {
 protected:
  static constexpr const char* kRefresh = "VTPU_REFRESH_TUTORIAL";

  void copy(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.is_regular_file()) put(entry.path().filename().string(), read_file(entry.path()).value());
  }

  /// Runs every command; each must succeed, write nothing to standard error, and print what the page shows. With the
  /// environment variable set, rewrites the page instead. Returns the number of commands.
  std::size_t replay(const std::filesystem::path& file) {
    std::size_t commands = 0;
    const bool refresh = std::getenv(kRefresh) != nullptr;
    std::string page;
    for (const Piece& piece : pieces_of(read_file(file).value())) {
      page += lines_of(piece.text);
      for (const Shown& shown : piece.commands) {
        ++commands;
        const Outcome run = shell(shown.command);
        EXPECT_EQ(run.status, 0) << shown.command << "\n" << run.err;
        EXPECT_EQ(run.err, "") << shown.command;
        if (!refresh) {
          EXPECT_EQ(lines_of(shown.output), run.out) << shown.command << "\n" << kRefresh << "=1 refreshes it";
        }
        page += "$ " + shown.command + "\n" + run.out;
      }
    }
    const bool written = !refresh || HasFailure() || write_file_if_changed(file, page).ok();
    EXPECT_TRUE(written) << file;
    return commands;
  }
};

}  // namespace vtpu

// Checks the documents against the tree: the files, folders, make targets, commands, options, claims and run times that
// they name exist and are what they say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "project.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"

namespace vtpu {
namespace {

const fs::path kBinaries = fs::path(VTPU_BUILD) / "bin";

std::string text_of(const fs::path& path) { return read_file(kRoot / path).value(); }

std::vector<std::string> matches(const std::string& text, const std::regex& pattern, std::size_t group = 1) {
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) found.push_back((*at)[group]);
  return found;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
  return lines;
}

/// Every Markdown page of the project, relative to its root.
std::vector<fs::path> pages() {
  std::vector<fs::path> found;
  for (auto at = fs::recursive_directory_iterator(kRoot); at != fs::recursive_directory_iterator(); ++at) {
    const fs::path relative = fs::relative(at->path(), kRoot);
    const std::string top = relative.begin()->string();
    if (top == "build" || top == "results" || top.starts_with(".")) {
      at.disable_recursion_pending();
      continue;
    }
    if (relative.extension() == ".md" && !relative.string().starts_with("tests/paper/fixture")) found.push_back(relative);
  }
  return found;
}

TEST(Documents, NameOnlyMakeTargetsThatExist) {
  const std::string makefile = text_of("Makefile");
  static const std::regex command(R"(make ([a-z]+))");
  for (const char* document : {"README.md", "ARTIFACT.md"}) {
    for (const std::string& line : lines_of(text_of(document))) {
      // Only what is set as code: prose may use the verb.
      static const std::regex code("`[^`]*`|^    .*|^make .*|^[A-Z]+=.* make .*");
      for (const std::string& span : matches(line, code, 0))
        for (const std::string& target : matches(span, command))
          EXPECT_NE(makefile.find("\n" + target + ":"), std::string::npos) << document << ": " << span;
    }
  }
}

TEST(Documents, NameOnlyFilesThatExist) {
  static const std::regex path(R"(`((?:src|experiments|figures|paper|data|scripts|docs|tests|bench|examples)/[A-Za-z0-9_./-]*)`)");
  for (const fs::path& page : pages())
    for (const std::string& named : matches(text_of(page), path))
      EXPECT_TRUE(fs::exists(kRoot / named)) << page << " names " << named;
}

/// The names in the first column of a page's tables of files ("file", "file or folder" or "folder").
std::vector<std::string> names_in_file_tables(const std::string& page) {
  static const std::regex header(R"(^\| *(file|file or folder|folder|page) *\|.*)");
  static const std::regex name("`([^`]+)`");
  std::vector<std::string> names;
  bool inside = false;
  for (const std::string& line : lines_of(page)) {
    if (std::regex_match(line, header)) {
      inside = true;
    } else if (!line.starts_with("|")) {
      inside = false;
    } else if (inside) {
      for (const std::string& each : matches(line.substr(0, line.find(" |", 1)), name)) names.push_back(each);
    }
  }
  return names;
}

/// Whether a name of a file matches a page's form of it, in which `*` and `<name>` stand for anything.
bool matches_glob(const std::string& name, std::string glob) {
  glob = std::regex_replace(glob, std::regex("<[a-z]+>"), "*");
  glob = std::regex_replace(glob, std::regex(R"([.+?^$()\[\]{}|\\])"), R"(\$&)");
  return std::regex_match(name, std::regex(std::regex_replace(glob, std::regex(R"(\*)"), ".*")));
}

/// Whether a page's name stands for something in its folder: a file, a folder, a pattern, or the stem of a header.
bool stands_for_something(const fs::path& folder, const std::string& name) {
  if (fs::exists(folder / name) || fs::exists(folder / (name + ".h"))) return true;
  const fs::path pattern = folder / name;
  if (!fs::is_directory(pattern.parent_path())) return false;
  for (const auto& entry : fs::directory_iterator(pattern.parent_path()))
    if (matches_glob(entry.path().filename().string(), pattern.filename().string())) return true;
  return false;
}

TEST(FolderPages, TablesOfFilesNameOnlyFilesThatExist) {
  for (const fs::path& page : pages()) {
    if (page.filename() != "README.md") continue;
    for (const std::string& name : names_in_file_tables(text_of(page)))
      EXPECT_TRUE(stands_for_something(kRoot / page.parent_path(), name)) << page << " lists " << name;
  }
}

TEST(FolderPages, NameEveryHeaderAndEveryFolderOfALibrary) {
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "src/vtpu")) {
    if (!entry.is_directory() || !fs::exists(entry.path() / "README.md")) continue;
    const std::string page = *read_file(entry.path() / "README.md");
    const std::vector<std::string> names = matches(page, std::regex("`([^`]+)`"));
    for (const auto& child : fs::directory_iterator(entry.path())) {
      const bool folder = child.is_directory();
      if (!folder && child.path().extension() != ".h" && child.path().extension() != ".def") continue;
      const std::string name = child.path().filename().string();
      const bool named = std::any_of(names.begin(), names.end(), [&](const std::string& each) {
        return each == name || each == name + "/" || each + ".h" == name || (folder && each.starts_with(name + "/")) ||
               (each.find('*') != std::string::npos && matches_glob(name, each));
      });
      EXPECT_TRUE(named) << fs::relative(entry.path(), kRoot) << "/README.md does not name " << name;
    }
  }
}

/// A row of the claims map of ARTIFACT.md.
struct MapRow {
  std::vector<std::string> claims;
  std::string experiment;
  std::vector<std::string> shown;  // figures and tables
};

std::vector<std::string> words_of(const std::string& cell) {
  return matches(cell, std::regex(R"(([A-Za-z0-9_.\\*-]+))"));
}

std::vector<MapRow> claims_map() {
  std::vector<MapRow> rows;
  const std::string text = text_of("ARTIFACT.md");
  const std::size_t start = text.find("\n## Claims map\n");
  EXPECT_NE(start, std::string::npos);
  for (const std::string& line : lines_of(text.substr(start, text.find("\n## ", start + 1) - start))) {
    if (!line.starts_with("| ") || line.starts_with("| claims |")) continue;
    std::vector<std::string> cells;
    std::string cell;
    for (const char c : line.substr(1)) {
      if (c == '|') cells.push_back(std::exchange(cell, ""));
      else cell += c;
    }
    if (cells.size() < 5 || cells[0].find("---") != std::string::npos) continue;
    const std::vector<std::string> experiment = words_of(cells[1]);
    rows.push_back({words_of(cells[0]), experiment.empty() ? "" : experiment[0], words_of(cells[2])});
  }
  return rows;
}

TEST(Timings, OfEveryExperimentThatDiscardsSomeAreCountedInThePaper) {
  const std::string table = *read_file(kRoot / "src/vtpu/artifact/tables/memory.cpp");
  for (const auto& entry : fs::directory_iterator(kRoot / "experiments")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = *read_file(entry.path());
    if (text.find("sample_in_processes(") == std::string::npos && text.find("run.count(") == std::string::npos) continue;
    std::string name = entry.path().stem().string();
    std::replace(name.begin(), name.end(), '_', '-');
    EXPECT_NE(table.find('"' + name + '"'), std::string::npos) << name << " is not in the table `timings`";
  }
}

TEST(ClaimsMap, EveryRowNamesClaimsOfItsExperimentAndFiguresThatExist) {
  const Csv ledger = read_csv(kRoot / "data/claims.csv").value();
  const std::size_t id = ledger.column("id").value(), experiment = ledger.column("experiment").value();
  std::map<std::string, std::string> experiment_of;
  for (const Csv::Row& row : ledger.rows) experiment_of[row.cells[id]] = row.cells[experiment];
  std::set<std::string> figures_and_tables;
  for (const char* list : {"figures/list.def", "src/vtpu/artifact/tables/list.def"})
    for (const std::string& name : matches(text_of(list), std::regex(R"((?:^|\n)[A-Z]+\(([a-z0-9_]+)\))")))
      figures_and_tables.insert(name);
  std::size_t rows = 0;
  for (const MapRow& row : claims_map()) {
    if (row.claims.size() > 1 && row.claims[0] == "all") continue;
    ++rows;
    for (const std::string& claim : row.claims) {
      if (claim.ends_with("\\*")) continue;
      ASSERT_TRUE(experiment_of.contains(claim)) << "no claim " << claim;
      if (row.experiment.empty()) continue;
      EXPECT_EQ(experiment_of[claim], row.experiment) << claim;
    }
    for (const std::string& name : row.shown)
      EXPECT_TRUE(figures_and_tables.contains(name)) << "no figure or table " << name;
  }
  EXPECT_GT(rows, 30u);
}

TEST(ClaimsMap, EveryClaimWithAnExperimentHasARow) {
  const Csv ledger = read_csv(kRoot / "data/claims.csv").value();
  const std::size_t id = ledger.column("id").value(), experiment = ledger.column("experiment").value();
  std::set<std::string> mapped;
  for (const MapRow& row : claims_map()) mapped.insert(row.claims.begin(), row.claims.end());
  for (const Csv::Row& row : ledger.rows) {
    std::string source = row.cells[experiment];
    std::replace(source.begin(), source.end(), '-', '_');
    if (source.empty() || !fs::exists(kRoot / "experiments" / (source + ".cpp"))) continue;
    EXPECT_TRUE(mapped.contains(row.cells[id])) << "ARTIFACT.md's claims map lacks " << row.cells[id];
  }
}

/// A command line of a page that starts one of the project's programs.
struct Shown {
  fs::path page;
  std::string line;
  std::string program;
  std::vector<std::string> arguments;
};

/// Commands set as code blocks: "build/bin/vtpu run x", "./vtpu run x" or "vtpu run x".
std::vector<Shown> commands_shown() {
  std::set<std::string> programs;
  for (const auto& entry : fs::directory_iterator(kRoot / "src/programs"))
    if (fs::exists(entry.path() / "main.cpp")) programs.insert(entry.path().filename().string());
  EXPECT_GE(programs.size(), 5u);
  static const std::regex command(R"(^(?:    |\$ |    \$ )(?:build/bin/|\./)?([a-z-]+) (.*)$)");
  std::vector<Shown> shown;
  for (const fs::path& page : pages())
    for (const std::string& line : lines_of(text_of(page))) {
      std::smatch match;
      if (!std::regex_match(line, match, command) || !programs.contains(match[1])) continue;
      std::string rest = match[2];
      rest = rest.substr(0, rest.find(" #"));
      rest = rest.substr(0, rest.find(" | "));
      Shown one{page, line, match[1], {}};
      for (const std::string& word : matches(rest, std::regex(R"((\S+))"))) one.arguments.push_back(word);
      shown.push_back(std::move(one));
    }
  return shown;
}

/// What `program arguments --help` prints, or "" where it fails.
std::string help_of(const std::string& program, const std::string& subcommand) {
  static std::map<std::string, std::string> known;
  const std::string command = (kBinaries / program).string() + " " + subcommand + " --help 2>/dev/null";
  const auto [at, fresh] = known.try_emplace(command);
  if (!fresh) return at->second;
  FILE* const pipe = popen(command.c_str(), "r");
  if (!pipe) return "";
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe)) at->second.append(buffer, size);
  if (pclose(pipe) != 0) at->second.clear();
  return at->second;
}

TEST(Commands, ThatPagesShowExistWithEveryOptionShown) {
  const std::vector<Shown> shown = commands_shown();
  EXPECT_GT(shown.size(), 30u);
  static const std::regex option("^--?[A-Za-z][A-Za-z0-9-]*");
  for (const Shown& each : shown) {
    ASSERT_TRUE(fs::exists(kBinaries / each.program)) << each.program;
    std::string subcommand;
    if (!each.arguments.empty() && std::regex_match(each.arguments[0], std::regex("[a-z]+")) &&
        !help_of(each.program, each.arguments[0]).empty())
      subcommand = each.arguments[0];
    const std::string help = help_of(each.program, subcommand) + help_of(each.program, "");
    for (const std::string& argument : each.arguments) {
      std::smatch match;
      if (!std::regex_search(argument, match, option)) continue;
      EXPECT_NE(help.find(match[0].str()), std::string::npos)
          << each.page << ": '" << each.line << "': " << each.program << " " << subcommand << " has no " << match[0];
    }
  }
}

// ---- run times: stated once, in ARTIFACT.md, from data/reference/times.csv

TEST(RunTimes, StatedInTheArtifactDescriptionAreTheRecordedOnesWithinAFactorOfTwo) {
  const Csv times = read_csv(kRoot / "data/reference/times.csv").value();
  const std::size_t what = times.column("what").value(), minutes = times.column("minutes").value();
  std::map<std::string, double> recorded;
  for (const Csv::Row& row : times.rows) recorded[row.cells[what]] = std::stod(row.cells[minutes]);
  const std::string text = text_of("ARTIFACT.md");
  std::smatch row;
  ASSERT_TRUE(std::regex_search(text, row, std::regex(R"(\n\| Time \|([^\n]*)\|)")));
  const std::string stated = row[1];
  std::size_t found = 0;
  static const std::regex statement(R"(([a-z ]+?):? (?:about )?([0-9.]+) min)");
  for (std::sregex_iterator at(stated.begin(), stated.end(), statement), end; at != end; ++at, ++found) {
    std::string name = (*at)[1];
    name.erase(0, name.find_first_not_of(' '));
    ASSERT_TRUE(recorded.contains(name)) << "no recorded time of '" << name << "'";
    const double ratio = std::stod((*at)[2]) / recorded[name];
    EXPECT_LE(ratio, 2) << name;
    EXPECT_GE(ratio, 0.5) << name;
  }
  EXPECT_EQ(found, recorded.size()) << "every recorded time is stated: " << stated;
}

TEST(RunTimes, AreStatedInNoOtherDocument) {
  static const std::regex time(R"(\b(?:[0-9]+|a|an|one|two|three|four|five|six|seven|eight|ten|twenty|thirty|few) (?:minutes?|hours?)\b)");
  for (const fs::path page : {"README.md", "paper/sections/13-artifact-appendix.md", "experiments/README.md", "bench/README.md",
                              "tests/README.md", "data/reference/README.md", "scripts/README.md"})
    EXPECT_TRUE(matches(text_of(page), time, 0).empty()) << page << ": '" << matches(text_of(page), time, 0)[0] << "'";
}

}  // namespace
}  // namespace vtpu

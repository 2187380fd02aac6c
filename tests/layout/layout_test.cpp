// Checks the architecture: the drawn pictures equal the include graphs, and every folder has its page.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "project.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"

namespace vtpu {
namespace {

using Graph = std::map<std::string, std::set<std::string>>;  // node → nodes that it points to

/// The first component below `prefix` of every project header that a file includes; "" for a header directly in it.
std::set<std::string> included_folders(const fs::path& file, const std::string& prefix = "vtpu/") {
  static const std::regex include(R"re(#include "([^"]+)")re");
  const std::string text = *read_file(file);
  std::set<std::string> folders;
  for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) {
    const std::string header = (*at)[1];
    if (!header.starts_with(prefix)) continue;
    const std::string rest = header.substr(prefix.size());
    const std::size_t slash = rest.find('/');
    folders.insert(slash == std::string::npos ? "" : rest.substr(0, slash));
  }
  return folders;
}

/// The picture of a page: the indented lines "name → name, name" that follow a heading.
Graph drawn(const fs::path& page, const std::string& heading) {
  Graph graph;
  const std::string text = *read_file(page);
  const std::size_t start = text.find("\n" + heading + "\n");
  EXPECT_NE(start, std::string::npos) << page << " has no heading '" << heading << "'";
  if (start == std::string::npos) return graph;
  static const std::regex edge(R"(^    ([a-z_/-]+) +→ ([a-z_, ]+)$)");
  static const std::regex name(R"([a-z_]+)");
  for (const std::string_view view : split(std::string_view(text).substr(start + heading.size() + 2), '\n')) {
    const std::string line(view);
    if (line.starts_with("#")) break;
    std::smatch match;
    if (!std::regex_match(line, match, edge)) continue;
    const std::string targets = match[2];
    for (std::sregex_iterator at(targets.begin(), targets.end(), name), end; at != end; ++at)
      graph[match[1]].insert(at->str());
  }
  return graph;
}

/// Everything that can be reached from a node, without the node itself unless it lies on a cycle.
std::set<std::string> reachable(const Graph& graph, const std::string& from) {
  std::set<std::string> seen;
  std::vector<std::string> open = {from};
  while (!open.empty()) {
    const std::string node = open.back();
    open.pop_back();
    if (const auto found = graph.find(node); found != graph.end())
      for (const std::string& next : found->second)
        if (seen.insert(next).second) open.push_back(next);
  }
  return seen;
}

/// The graph without the edges that other paths imply. The graph has no cycles.
Graph reduced(const Graph& graph) {
  Graph result = graph;
  for (auto& [node, targets] : result)
    for (const std::string& target : graph.at(node))
      for (const std::string& other : graph.at(node))
        if (other != target && reachable(graph, other).contains(target)) targets.erase(target);
  std::erase_if(result, [](const auto& entry) { return entry.second.empty(); });
  return result;
}

void expect_equal(const Graph& picture, const Graph& includes) {
  for (const auto& [node, targets] : includes)
    EXPECT_FALSE(reachable(includes, node).contains(node)) << node << " includes itself through other folders";
  const Graph needed = reduced(includes);
  for (const Graph* one : {&picture, &needed})
    for (const auto& [node, targets] : *one)
      for (const std::string& target : targets) {
        const Graph& other = one == &picture ? needed : picture;
        const bool there = other.contains(node) && other.at(node).contains(target);
        EXPECT_TRUE(there) << node << " → " << target
                           << (one == &picture ? " is drawn, but no include needs it (or other edges imply it)"
                                               : " is included, but not drawn");
      }
}

const char* const kPicture = "## Layout";

/// The include graph of the libraries and of what stands above them.
Graph project_includes() {
  Graph graph;
  const auto add = [&](const std::string& node, const fs::path& folder) {
    for (const fs::path& file : sources_below(folder))
      for (const std::string& included : included_folders(file))
        if (included != node) graph[node].insert(included);
  };
  for (const auto& entry : fs::directory_iterator(kRoot / "src/vtpu"))
    add(entry.path().filename().string(), entry.path());
  for (const auto& entry : fs::directory_iterator(kRoot / "src/programs"))
    if (entry.is_directory()) add("programs/" + entry.path().filename().string(), entry.path());
  for (const char* folder : {"experiments", "figures", "bench", "examples"}) add(folder, kRoot / folder);
  return graph;
}

/// Run::host takes no parameters after it, so that no configuration follows the host.
TEST(Layout, ExperimentsAskTheirRunForTheHost) {
  for (const fs::path& file : sources_below(kRoot / "experiments"))
    for (const char* call : {"read_host(", "host_identity(", "hardware_concurrency(", "sysconf("})
      EXPECT_EQ(read_file(file)->find(call), std::string::npos) << file << " calls " << call << ")";
}

TEST(Layout, ThePictureOfTheReadmeIsTheIncludeGraph) {
  expect_equal(drawn(kRoot / "README.md", kPicture), project_includes());
}

/// Libraries whose folders have a picture and a namespace each.
class DividedLibrary : public testing::TestWithParam<std::string> {};

TEST_P(DividedLibrary, ThePictureOfItsPageIsTheIncludeGraphOfItsFolders) {
  const fs::path library = kRoot / "src/vtpu" / GetParam();
  Graph graph;
  for (const fs::path& file : sources_below(library)) {
    const fs::path inside = fs::relative(file, library);
    const std::string node = inside.has_parent_path() ? inside.begin()->string() : GetParam();
    for (const std::string& included : included_folders(file, "vtpu/" + GetParam() + "/"))
      if (const std::string target = included.empty() ? GetParam() : included; target != node) graph[node].insert(target);
  }
  expect_equal(drawn(library / "README.md", kPicture), graph);
}

TEST_P(DividedLibrary, EveryHeaderOpensTheNamespaceOfItsFolder) {
  const fs::path library = kRoot / "src/vtpu" / GetParam();
  for (const fs::path& file : sources_below(library)) {
    const fs::path inside = fs::relative(file, library);
    if (file.extension() != ".h" || !inside.has_parent_path()) continue;
    const std::string name = "namespace vtpu::" + GetParam() + "::" + inside.begin()->string() + " {";
    EXPECT_NE(read_file(file)->find(name), std::string::npos) << inside << " does not open " << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Layout, DividedLibrary, testing::Values("net", "study"),
                         [](const auto& library) { return library.param; });

TEST(Layout, CMakeLinksWhatThePictureDraws) {
  const Graph picture = drawn(kRoot / "README.md", kPicture);
  const std::string text = *read_file(kRoot / "CMakeLists.txt");
  static const std::regex module(R"(vtpu_module\(([a-z_]+)([^)]*)\))"), library(R"(vtpu_([a-z]+))");
  for (std::sregex_iterator at(text.begin(), text.end(), module), end; at != end; ++at) {
    const std::string name = (*at)[1], arguments = (*at)[2];
    if (!fs::exists(kRoot / "src/vtpu" / name)) continue;
    std::set<std::string> linked;
    for (std::sregex_iterator word(arguments.begin(), arguments.end(), library), none; word != none; ++word)
      linked.insert((*word)[1]);
    const auto found = picture.find(name);
    EXPECT_EQ(linked, found == picture.end() ? std::set<std::string>() : found->second) << "vtpu_module(" << name << ")";
  }
}

TEST(Layout, AnEdgeThatOtherPathsImplyIsNotNeeded) {
  const Graph diamond = {{"a", {"b", "c", "d"}}, {"b", {"d"}}, {"c", {"d"}}};
  EXPECT_EQ(reduced(diamond), (Graph{{"a", {"b", "c"}}, {"b", {"d"}}, {"c", {"d"}}}));
  EXPECT_TRUE(reachable({{"a", {"b"}}, {"b", {"a"}}}, "a").contains("a"));
}

TEST(Layout, FiguresSeeResultsAndNothingThatMakesThem) {
  for (const fs::path& file : sources_below(kRoot / "figures"))
    for (const std::string& included : included_folders(file))
      EXPECT_TRUE(included == "plot" || included == "measure" || included == "base")
          << fs::relative(file, kRoot) << " includes " << included;
}

TEST(Layout, ProgramsAreIncludedByNothing) {
  static const std::regex program(R"re(#include "(experiments|figures|bench|examples|tests|programs)/)re");
  for (const char* folder : {"src/vtpu", "experiments", "figures", "bench", "examples", "tests"})
    for (const fs::path& file : sources_below(kRoot / folder))
      EXPECT_FALSE(std::regex_search(*read_file(file), program)) << fs::relative(file, kRoot);
}

TEST(Layout, EveryProgramIsAFolderThatIncludesItselfAndTheSharedOne) {
  static const std::regex include(R"re(#include "(\.\.|[a-z_]+\.h"|experiments|figures|bench|tests|programs/([a-z_]+)/))re");
  const fs::path programs = kRoot / "src/programs";
  for (const auto& entry : fs::directory_iterator(programs)) {
    const std::string folder = entry.path().filename().string();
    if (!entry.is_directory()) {
      EXPECT_EQ(folder, "README.md");
      continue;
    }
    EXPECT_EQ(fs::exists(entry.path() / "main.cpp"), folder != "command") << folder;
    for (const fs::path& file : sources_below(entry.path())) {
      const std::string text = *read_file(file);
      for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) {
        const std::string included = (*at)[2];
        EXPECT_TRUE(included == folder || included == "command") << fs::relative(file, kRoot) << ": " << at->str();
      }
    }
  }
}

/// The sources that match, except one.
std::vector<std::string> sources_with(const std::regex& pattern, const std::string& except) {
  std::vector<std::string> found;
  for (const char* folder : {"src", "experiments", "figures"})
    for (const fs::path& file : sources_below(kRoot / folder)) {
      const std::string name = fs::relative(file, kRoot).string();
      if (name != except && std::regex_search(*read_file(file), pattern)) found.push_back(name);
    }
  return found;
}

/// One place decides what JSON does with a name that is not UTF-8, and how deep it may be.
TEST(Layout, JsonIsWrittenAndReadInOnePlace) {
  EXPECT_EQ(sources_with(std::regex(R"((\.|->)dump\()"), "src/vtpu/base/json.cpp"), std::vector<std::string>());
  // A line of the batch mode that does not parse is answered with the library's message.
  EXPECT_EQ(sources_with(std::regex(R"([Jj]son::parse\()"), "src/vtpu/base/json.cpp"),
            std::vector<std::string>{"src/vtpu/phext/batch.cpp"});
}

/// Every number is refused in the same way, and every unknown option is named.
TEST(Layout, CommandLinesAreReadInOnePlace) {
  static const std::regex elsewhere(R"(\.parse\(argc|CLI11_PARSE|CLI::(Range|PositiveNumber|NonNegativeNumber|IsMember)\()");
  EXPECT_EQ(sources_with(elsewhere, "src/vtpu/base/arguments.cpp"), std::vector<std::string>());
}

/// No program ends in an abort at an exception.
TEST(Layout, EveryMainIsGuarded) {
  static const std::regex guarded(R"(guarded_main|run_command|experiment_main|CommandLine\(\)\.run)");
  const std::vector<std::string> mains = sources_with(std::regex(R"(\nint main\()"), "");
  EXPECT_GT(mains.size(), 30u);
  for (const std::string& main : mains) EXPECT_TRUE(std::regex_search(*read_file(kRoot / main), guarded)) << main;
}

TEST(Layout, SourcesOfResultsCarryNoLineNumbersOrDates) {
  // They would make a binary, and so a result's key, change with a comment.
  static const std::regex unstable(R"(__LINE__|__DATE__|__TIME__|std::source_location|[^_a-z]assert\()");
  for (const char* folder : {"src", "experiments"})
    for (const fs::path& file : sources_below(kRoot / folder))
      EXPECT_FALSE(std::regex_search(*read_file(file), unstable)) << fs::relative(file, kRoot);
}

TEST(Layout, EveryFolderHasItsPage) {
  std::vector<fs::path> folders = {"src", "src/programs", "experiments", "figures", "paper", "data", "scripts", "tests", "bench", "examples"};
  for (const auto& entry : fs::directory_iterator(kRoot / "src/vtpu")) folders.push_back(fs::relative(entry.path(), kRoot));
  for (const fs::path& folder : folders) EXPECT_TRUE(fs::exists(kRoot / folder / "README.md")) << folder;
}

}  // namespace
}  // namespace vtpu

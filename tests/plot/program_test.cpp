// Does bin/render_figures declare figures that the paper can use, draw one figure when another fails, and draw the same
// bytes in every environment?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"

namespace vtpu::plot {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path kRoot = VTPU_ROOT;
/// A figure that is drawn from published data alone.
constexpr const char* kPublished = "workload_evolution";
/// A figure that needs an experiment's results.
constexpr const char* kMeasured = "memory_ladder";

struct Outcome {
  int status = -1;
  std::string output;  ///< both streams
};

class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "vtpu_render_figures_" + std::to_string(getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Runs the program. `before`: shell text in front of the command.
  Outcome run(const std::string& arguments, const std::string& before = "") const {
    const std::string command = before + " '" VTPU_BUILD "/bin/render_figures' " + arguments + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    Outcome outcome;
    std::array<char, 4096> some{};
    for (std::size_t n = 0; (n = fread(some.data(), 1, some.size(), pipe)) > 0;) outcome.output.append(some.data(), n);
    const int status = pclose(pipe);
    if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
    return outcome;
  }
  std::string places(const std::string& out) const {
    return "--root '" VTPU_ROOT "' --results '" + (folder_ / "none").string() + "' --out '" + (folder_ / out).string() +
           "'";
  }
  nlohmann::json declarations() const {
    const Outcome listed = run("--list");
    EXPECT_EQ(listed.status, 0) << listed.output;
    return nlohmann::json::parse(listed.output);
  }

  std::filesystem::path folder_;
};

TEST_F(Program, lists_valid_declarations_one_for_each_figure_in_the_folder) {
  std::set<std::string> names;
  for (const nlohmann::json& figure : declarations()) names.insert(figure.at("name"));
  std::set<std::string> files;  // files that define the figure they are named after
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "figures")) {
    const std::string name = entry.path().stem();
    if (read_file(entry.path())->find("\nplot::Figure " + name + "() {") != std::string::npos) files.insert(name);
  }
  EXPECT_EQ(names, files);
}

TEST_F(Program, declares_claims_of_the_ledger_and_data_files_that_exist) {
  const Csv ledger = *read_csv(kRoot / "data/claims.csv");
  std::set<std::string> ids;
  for (const Csv::Row& row : ledger.rows) ids.insert(row.cells.front());
  for (const nlohmann::json& figure : declarations()) {
    for (const std::string claim : figure.at("claims"))
      EXPECT_TRUE(ids.contains(claim)) << figure.at("name") << " names " << claim;
    for (const std::string path : figure.at("data"))
      EXPECT_TRUE(path.starts_with("results/") || std::filesystem::exists(kRoot / path))
          << figure.at("name") << " names " << path;
  }
}

TEST_F(Program, declares_the_claims_that_the_ledger_says_a_figure_shows) {
  std::map<std::string, std::set<std::string>> claims_of;
  for (const nlohmann::json& figure : declarations())
    claims_of[figure.at("name")] = figure.at("claims").get<std::set<std::string>>();
  const Csv ledger = *read_csv(kRoot / "data/claims.csv");
  const std::size_t shown_in = *ledger.column("shown_in");
  for (const Csv::Row& row : ledger.rows)
    for (const std::string_view shown : split(row.cells[shown_in], ' '))
      if (const auto figure = claims_of.find(std::string(shown)); figure != claims_of.end()) {
        EXPECT_TRUE(figure->second.contains(row.cells.front())) << shown << " does not declare " << row.cells.front();
      }
}

TEST_F(Program, draws_the_other_figures_when_one_fails) {
  const Outcome outcome = run(places("out") + " " + kMeasured + " " + kPublished);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr(kMeasured), HasSubstr("none/host.json")));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out" / (std::string(kPublished) + ".svg")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out" / (std::string(kMeasured) + ".svg")));
}

TEST_F(Program, writes_through_links_keeps_permissions_and_refuses_a_read_only_file) {
  const std::filesystem::path svg = folder_ / "out" / (std::string(kPublished) + ".svg"),
                              pdf = folder_ / "out" / (std::string(kPublished) + ".pdf"),
                              record = folder_ / "out" / (std::string(kPublished) + ".json");
  ASSERT_TRUE(write_file(pdf, "old"));
  ASSERT_TRUE(write_file(record, "old"));
  std::filesystem::permissions(pdf, std::filesystem::perms(0600));
  std::filesystem::permissions(record, std::filesystem::perms(0444));
  std::filesystem::create_symlink(folder_ / "elsewhere.svg", svg);
  const Outcome outcome = run(places("out") + " " + kPublished);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr(record.string() + ": is read-only"));
  EXPECT_TRUE(std::filesystem::is_symlink(svg));
  EXPECT_THAT(*read_file(folder_ / "elsewhere.svg"), HasSubstr("<svg"));
  EXPECT_THAT(*read_file(pdf), testing::StartsWith("%PDF"));
  EXPECT_EQ(std::filesystem::status(pdf).permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(*read_file(record), "old");
}

TEST_F(Program, notices_that_standard_output_is_full) {
  for (const char* option : {"--list", "--help", "--network x --help"}) {
    const Outcome outcome = run(std::string(option) + " >/dev/full");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
  }
}

TEST_F(Program, refuses_a_name_that_no_figure_has) {
  const Outcome outcome = run(places("out") + " memory_lader");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.output, HasSubstr("did you mean 'memory_ladder'"));
}

TEST_F(Program, draws_the_same_bytes_under_any_user_settings) {
  const std::string settings = (folder_ / "matplotlibrc").string();
  ASSERT_TRUE(write_file(settings, "lines.linewidth: 9\nfont.size: 20\nsvg.fonttype: none\nbackend: pdf\n"));
  const Outcome first = run(places("first") + " " + kPublished);
  const Outcome second = run(places("second") + " " + kPublished,
                             "MATPLOTLIBRC='" + settings +
                                 "' PYTHONHASHSEED=7 PYTHONPATH=/nowhere PYTHONHOME=/nowhere MPLBACKEND=svg "
                                 "LC_ALL=C TZ=Asia/Kathmandu SOURCE_DATE_EPOCH=1");
  ASSERT_EQ(first.status, 0) << first.output;
  ASSERT_EQ(second.status, 0) << second.output;
  EXPECT_THAT(first.output + second.output, IsEmpty());
  for (const char* extension : {".svg", ".pdf", ".json"}) {
    const std::string file = kPublished + std::string(extension);
    // EXPECT_TRUE and not EXPECT_EQ, which would print both files.
    EXPECT_TRUE(*read_file(folder_ / "first" / file) == *read_file(folder_ / "second" / file)) << file;
  }
}

}  // namespace
}  // namespace vtpu::plot

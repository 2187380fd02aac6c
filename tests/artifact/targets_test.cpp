// Do the tables of design targets show every target, also those that are missed?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "vtpu/artifact/table.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {
namespace {

using tables::Target;
using testing::HasSubstr;
using testing::StartsWith;

const std::filesystem::path kTargetsRoot = VTPU_ROOT;

std::vector<Target> targets() {
  const auto read = tables::read_targets({kTargetsRoot.string(), nullptr, nullptr});
  EXPECT_TRUE(read) << read.error().message();
  return *read;
}

const TableDeclaration* declared(const std::string& name) {
  const auto at = std::find_if(all_tables().begin(), all_tables().end(),
                               [&](const TableDeclaration& one) { return one.name == name; });
  return at == all_tables().end() ? nullptr : &*at;
}

/// Results in which every target is missed, by its whole interval; every limit is 2.
std::map<std::string, measure::ResultFile> results_that_miss(const std::vector<Target>& all) {
  std::map<std::string, measure::ResultFile> results;
  const auto add = [&](const Target& target, std::string key, double value) {
    if (key.ends_with('*')) key.back() = 'x';
    results[target.experiment].metrics[key] = {
        .key = key, .value = value, .unit = "", .ci = {value, value}, .method = "", .samples = {}};
  };
  for (const Target& target : all) {
    if (!target.limit_key.empty()) add(target, target.limit_key, 2);
    const double bound = target.bound.empty() ? 2 : *parse_number(target.bound, target.what);
    if (!target.key.empty()) add(target, target.key, target.relation == ">=" ? bound - 1 : bound + 1);
  }
  return results;
}

TEST(Targets, EachIsARowOfTheTableThatItNamesEvenIfItIsMissed) {
  const std::vector<Target> all = targets();
  const auto results = results_that_miss(all);
  std::map<std::string, std::size_t> shown;
  for (const Target& target : all) {
    const TableDeclaration* const table = declared(target.table);
    ASSERT_NE(table, nullptr) << target.what << ": no table " << target.table;
    if (!target.key.empty()) {
      EXPECT_THAT(table->results, testing::Contains(target.experiment)) << target.table << ": " << target.what;
    }
    const auto printed = table->build({kTargetsRoot.string(), &results, nullptr});
    ASSERT_TRUE(printed) << target.table << ": " << printed.error().message();
    const auto row = std::find_if(printed->rows.begin(), printed->rows.end(), [&](const auto& cells) {
      return cells[0] == target.section && cells[1] == target.what;
    });
    ASSERT_NE(row, printed->rows.end()) << target.table << " lacks " << target.what;
    EXPECT_EQ(row->back(), target.key.empty() ? target.standing : "no") << target.what;
    ++shown[target.table];
    EXPECT_EQ(printed->rows.size(),
              static_cast<std::size_t>(
                  std::count_if(all.begin(), all.end(), [&](const Target& one) { return one.table == target.table; })));
  }
  for (const TableDeclaration& table : all_tables())
    if (std::find(table.data.begin(), table.data.end(), tables::kTargetsFile) != table.data.end()) {
      EXPECT_GT(shown[table.name], 0u) << table.name;
    }
}

TEST(Targets, TheTargetsOfTheMachineAndOfTheNetworkAreAllListed) {
  // What the specification sets, by section; a target that is dropped from the list changes the count.
  std::map<std::string, int> listed;
  for (const Target& target : targets()) ++listed[target.section.substr(0, target.section.find(','))];
  EXPECT_EQ(listed["vTPU"], 40);
  EXPECT_EQ(listed["compiler"], 7);
  EXPECT_EQ(listed["network"], 28);
  EXPECT_EQ(listed["collectives"], 1);
  EXPECT_EQ(listed["artifact"], 7);
}

TEST(Targets, SeveralValuesShowTheirRangeAndHowManyMeetTheTarget) {
  std::map<std::string, measure::ResultFile> results = results_that_miss(targets());
  auto& metrics = results["core-ops-per-cycle"].metrics;
  for (const auto& [key, value] : {std::pair{"vtpu.core.share_of_bound.a", 0.95}, {"vtpu.core.share_of_bound.b", 0.5}})
    metrics[key] = {.key = key, .value = value, .unit = "", .ci = {value, value}, .method = "", .samples = {}};
  metrics.erase("vtpu.core.share_of_bound.x");
  const auto printed = declared("core_targets")->build({kTargetsRoot.string(), &results, nullptr});
  ASSERT_TRUE(printed) << printed.error().message();
  const auto row = std::find_if(printed->rows.begin(), printed->rows.end(),
                                [](const auto& cells) { return cells[1] == "each workload, share of its own bound"; });
  ASSERT_NE(row, printed->rows.end());
  EXPECT_EQ((*row)[3], "0.500 to 0.950");
  EXPECT_EQ(row->back(), "no, 1/2");
}

TEST(Targets, AMalformedListIsOneErrorWithItsLine) {
  const std::filesystem::path root = std::filesystem::temp_directory_path() / "vtpu_targets_test";
  std::filesystem::create_directories(root / "data");
  const auto error_of = [&](const std::string& row) {
    const std::string head = "table,section,target,relation,bound,unit,experiment,key,limit_key,limit,standing\n";
    EXPECT_TRUE(write_file(root / tables::kTargetsFile, head + row));
    const auto read = tables::read_targets({root.string(), nullptr, nullptr});
    return read ? std::string() : read.error().message();
  };
  EXPECT_THAT(error_of("t,s,speed,=>,3,,e,k,,,\n"), HasSubstr("found the relation '=>'"));
  EXPECT_THAT(error_of("t,s,speed,>=,fast,,e,k,,,\n"), HasSubstr("target 'speed'"));
  EXPECT_THAT(error_of("t,s,speed,>=,,,e,k,,,\n"), HasSubstr("found no bound"));
  EXPECT_THAT(error_of("t,s,speed,>=,3,,,,,,\n"), HasSubstr("neither a key nor a standing"));
  EXPECT_EQ(error_of("t,s,speed,>=,3,,e,k,,,\n"), "");
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace vtpu::artifact

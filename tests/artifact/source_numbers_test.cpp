// Does data/source_numbers.csv account for every claim of the planning documents, and each of its rows for its numbers?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "vtpu/artifact/ledger.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact {
namespace {

const std::filesystem::path kProjectFolder = VTPU_ROOT;

/// A planning document: the letters of its rows, and its length.
struct Document {
  std::string letters;
  int lines = 0;
};
const std::map<std::string, Document> kDocuments = {{"deliverable-dashboard", {"DD", 201}},
                                                    {"rally-dashboard", {"RD", 261}},
                                                    {"rally-plan", {"RP", 289}},
                                                    {"wave7-synthesis", {"W7", 485}},
                                                    {"wave1-requirements", {"W1", 652}}};

/// Whether a text lists lines, such as "12-18,20", between 1 and `most`.
bool are_lines(std::string_view text, int most) {
  for (const std::string_view piece : split(text, ',')) {
    int before = 1;
    for (const std::string_view end : split(piece, '-')) {
      const Result<double> line = parse_number(end, "lines");
      if (!line || *line < before || *line > most) return false;
      before = static_cast<int>(*line);
    }
  }
  return true;
}

/// What is wrong with the numbers, given the claims; one entry for each complaint.
std::vector<std::string> complaints(const Csv& numbers, const std::vector<Claim>& claims) {
  std::vector<std::string> found;
  std::map<std::string, std::size_t> at;
  for (const char* title : {"id", "source", "lines", "number", "claims", "reason"}) at[title] = *numbers.column(title);
  std::set<std::string> ids, named, known;
  for (const Claim& claim : claims) known.insert(claim.id);
  for (const Csv::Row& row : numbers.rows) {
    const auto cell = [&](const char* title) -> const std::string& { return row.cells[at[title]]; };
    const std::string id = cell("id");
    if (!ids.insert(id).second) found.push_back(id + " occurs again");
    const auto document = kDocuments.find(cell("source"));
    if (document == kDocuments.end() || !id.starts_with(document->second.letters + "-"))
      found.push_back(id + " has another document");
    else if (!are_lines(cell("lines"), document->second.lines))
      found.push_back(id + " has no lines of its document");
    if (cell("number").empty()) found.push_back(id + " has no number");
    if (cell("claims").empty() && cell("reason").empty()) found.push_back(id + " has neither claims nor a reason");
    for (const std::string_view piece : split(cell("claims"), ' ')) {
      if (piece.empty()) continue;
      named.emplace(piece);
      if (!known.contains(std::string(piece))) found.push_back(id + " names " + std::string(piece));
    }
  }
  for (const Claim& claim : claims)
    if (kDocuments.contains(claim.source) && !named.contains(claim.id)) found.push_back("no row names " + claim.id);
  return found;
}

TEST(SourceNumbers, EachNumberNamesClaimsOrAReasonAndEachClaimOfADocumentIsNamed) {
  const auto numbers = read_csv(kProjectFolder / "data/source_numbers.csv");
  ASSERT_TRUE(numbers) << numbers.error().message();
  const auto claims = read_claims(kProjectFolder / "data/claims.csv");
  ASSERT_TRUE(claims) << claims.error().message();
  EXPECT_EQ(complaints(*numbers, *claims), std::vector<std::string>{});
  EXPECT_GT(numbers->rows.size(), 300u);
}

TEST(SourceNumbers, AGapIsFound) {
  const auto numbers = parse_csv(
      "id,source,lines,number,claims,reason\n"
      "DD-001,deliverable-dashboard,4,3,core.opt,\n"
      "DD-001,deliverable-dashboard,900,7,,\n"
      "RP-002,wave1-requirements,1,,net.none,\n",
      "numbers.csv");
  ASSERT_TRUE(numbers) << numbers.error().message();
  Claim named, missing;
  named.id = "core.opt", named.source = "deliverable-dashboard";
  missing.id = "net.chips", missing.source = "wave1-requirements";
  EXPECT_EQ(complaints(*numbers, {named, missing}),
            (std::vector<std::string>{"DD-001 occurs again", "DD-001 has no lines of its document",
                                      "DD-001 has neither claims nor a reason", "RP-002 has another document",
                                      "RP-002 has no number", "RP-002 names net.none", "no row names net.chips"}));
}

}  // namespace
}  // namespace vtpu::artifact

#include "vtpu/artifact/published.h"

#include <algorithm>
#include <vector>

#include "vtpu/base/csv.h"

namespace vtpu::artifact {

Result<std::map<std::string, PublishedFact>> read_published(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
    if (entry.path().extension() == ".csv") files.push_back(entry.path());
  if (failed) return Error{folder.string(), "cannot list: " + failed.message(), "the folder of published facts"};
  std::sort(files.begin(), files.end());

  using Member = std::string PublishedFact::*;
  static constexpr std::pair<const char*, Member> kColumns[] = {
      {"id", &PublishedFact::id},           {"quantity", &PublishedFact::quantity}, {"value", &PublishedFact::value},
      {"low", &PublishedFact::low},         {"high", &PublishedFact::high},         {"unit", &PublishedFact::unit},
      {"system", &PublishedFact::system},   {"condition", &PublishedFact::condition},
      {"source", &PublishedFact::source},   {"locator", &PublishedFact::locator},   {"kind", &PublishedFact::kind}};
  std::map<std::string, PublishedFact> facts;
  for (const std::filesystem::path& file : files) {
    const Result<Csv> csv = read_csv(file);
    if (!csv) return csv.error();
    for (const Csv::Row& row : csv->rows) {
      PublishedFact fact;
      for (const auto& [title, member] : kColumns) {
        const Result<std::size_t> at = csv->column(title);
        if (!at) return at.error();
        fact.*member = row.cells[*at];
      }
      const std::string id = fact.id;
      if (!facts.emplace(id, std::move(fact)).second)
        return Error{csv->where(row), "found the id '" + id + "' again", "each id once in all files"};
    }
  }
  return facts;
}

}  // namespace vtpu::artifact

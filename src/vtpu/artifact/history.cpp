#include "vtpu/artifact/history.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "vtpu/artifact/process.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact {
namespace {

constexpr const char* kLedger = "data/claims.csv";

using Cells = std::map<std::string, std::string>;  ///< by column
struct Version {
  std::string commit;
  std::string date;
  std::vector<std::string> order;  ///< ids
  std::vector<std::string> columns;
  std::map<std::string, Cells> rows;  ///< by id
};

Result<std::string> git(const std::filesystem::path& root, std::vector<std::string> arguments) {
  std::vector<std::string> command = {"git", "-c", "safe.directory=*", "-C", root.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Result<Finished> finished = run_program(command, true);
  if (!finished) return finished.error();
  if (finished->status != 0)
    return Error{"git " + join(arguments, " "), fmt::format("ended with status {}", finished->status), "a repository"};
  return finished->output;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n'))
    if (!line.empty()) lines.emplace_back(line);
  return lines;
}

Result<Version> read_version(const std::filesystem::path& root, const std::string& commit, const std::string& date) {
  Version version{commit, date, {}, {}, {}};
  Result<std::string> text = git(root, {"show", commit + ":./" + kLedger});
  if (!text) return text.error();
  Result<Csv> csv = parse_csv(*text, commit.substr(0, 7) + ":" + kLedger);
  if (!csv) return csv.error();
  const Result<std::size_t> id = csv->column("id");
  if (!id) return id.error();
  version.columns = csv->header;
  for (const Csv::Row& row : csv->rows) {
    version.order.push_back(row.cells[*id]);
    Cells& cells = version.rows[row.cells[*id]];
    for (std::size_t i = 0; i < csv->header.size(); ++i) cells[csv->header[i]] = row.cells[i];
  }
  return version;
}

/// The place in history of the commit that first adds a result, by experiment.
Result<std::map<std::string, std::size_t>> first_results(const std::filesystem::path& root,
                                                         const std::map<std::string, std::size_t>& place) {
  Result<std::string> log = git(root, {"log", "--topo-order", "--reverse", "--diff-filter=A", "--no-renames",
                                       "--name-only", "--format=@%H", "--", "data/reference"});
  if (!log) return log.error();
  std::map<std::string, std::size_t> first;
  std::size_t now = 0;
  for (const std::string& line : lines_of(*log)) {
    if (line.front() == '@') {
      now = place.at(line.substr(1));
      continue;
    }
    const std::filesystem::path file = line;
    if (file.extension() == ".json") first.emplace(file.stem().string(), now);
  }
  return first;
}

std::string cell(const Cells& cells, const std::string& column) {
  const auto at = cells.find(column);
  return at == cells.end() ? "" : at->second;
}

void compare(const Version& before, const Version& after, std::vector<LedgerChange>& changes) {
  const auto change = [&](const std::string& row, const std::string& field, const std::string& from,
                          const std::string& to) {
    changes.push_back({row, field, from, to, after.date, after.commit, ""});
  };
  for (const std::string& id : before.order)
    if (!after.rows.contains(id)) change(id, "row", "", "removed");
  for (const std::string& id : after.order) {
    const auto old = before.rows.find(id);
    if (old == before.rows.end()) {
      change(id, "row", "", "added");
      continue;
    }
    const Cells& cells = after.rows.at(id);
    std::vector<std::string> columns = after.columns;
    for (const std::string& column : before.columns)
      if (!cells.contains(column)) columns.push_back(column);
    for (const std::string& column : columns)
      if (cell(old->second, column) != cell(cells, column))
        change(id, column, cell(old->second, column), cell(cells, column));
  }
}

}  // namespace

Result<std::vector<LedgerChange>> ledger_history(const std::filesystem::path& root) {
  Result<std::string> all = git(root, {"rev-list", "--topo-order", "--reverse", "HEAD"});
  if (!all) return all.error();
  std::map<std::string, std::size_t> place;
  for (const std::string& commit : lines_of(*all)) place.emplace(commit, place.size());
  Result<std::map<std::string, std::size_t>> first = first_results(root, place);
  if (!first) return first.error();
  Result<std::string> log = git(root, {"log", "--topo-order", "--reverse", "--format=%H %cs", "--", kLedger});
  if (!log) return log.error();
  std::vector<LedgerChange> changes;
  std::map<std::string, std::set<std::string>> experiments;  // that any version of a row names
  Version before;
  for (const std::string& line : lines_of(*log)) {
    const std::size_t space = line.find(' ');
    Result<Version> version = read_version(root, line.substr(0, space), line.substr(space + 1));
    if (!version) return version.error();
    for (const auto& [id, cells] : version->rows) experiments[id].insert(cell(cells, "experiment"));
    compare(before, *version, changes);
    before = std::move(*version);
  }
  for (LedgerChange& change : changes) {
    change.when = "no result";
    for (const std::string& experiment : experiments[change.row]) {
      const auto at = first->find(experiment);
      if (at == first->end() || change.when == "after") continue;
      change.when = place.at(change.commit) < at->second ? "before" : "after";
    }
  }
  return changes;
}

std::string history_csv(const std::vector<LedgerChange>& changes) {
  std::string csv = csv_line({"row", "field", "old", "new", "date", "commit", "first_result"});
  for (const LedgerChange& one : changes)
    csv += csv_line({one.row, one.field, one.old_text, one.new_text, one.date, one.commit, one.when});
  return csv;
}

}  // namespace vtpu::artifact

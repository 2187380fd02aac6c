#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::artifact {

/// One changed cell of data/claims.csv. A row that appears or disappears is one change of the field "row", whose value
/// is "added" or "removed"; so every row of the first version is added.
struct LedgerChange {
  std::string row;
  std::string field;
  std::string old_text;
  std::string new_text;
  std::string date;    ///< of the commit, YYYY-MM-DD
  std::string commit;  ///< its full hash
  std::string when;    ///< "before" or "after" the row's first result, or "no result"
};

/// The history of data/claims.csv in the Git repository at `root`, oldest first, in topological order. A row's first
/// result is the first commit that adds <experiment>.json to a folder below data/reference, for any experiment that any
/// version of the row names. A change in that commit or later is after it. A result may have been seen before it was
/// committed, so "before" is certain only about the repository. Empty if Git knows no version. Error: Git cannot be
/// started or fails, or a version is no CSV.
Result<std::vector<LedgerChange>> ledger_history(const std::filesystem::path& root);

/// One line per change: row, field, old, new, date, commit, first_result.
std::string history_csv(const std::vector<LedgerChange>& changes);

}  // namespace vtpu::artifact

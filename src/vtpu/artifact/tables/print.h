#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/artifact/table.h"

namespace vtpu::artifact {
struct PublishedFact;
}

namespace vtpu::artifact::tables {

/// A number as tables print it: whole numbers in full, others with `digits` significant digits.
std::string number_text(double value, int digits = 4);

/// "3.017 [3.000, 3.034]"; the value alone where it is exact.
std::string with_interval(const measure::Metric& metric);

/// A table of a result, all columns or the chosen ones in that order. Error: a column that it does not have.
Result<PrintedTable> print(const measure::Table& table, const std::vector<Chosen>& chosen = {});

/// The rows and columns that a declaration without `make` chooses. Error: the missing experiment, table or column.
Result<PrintedTable> print_chosen(const TableDeclaration& declaration, const TableInputs& inputs);

/// The facts of the given files below data/published/, by id. Error: a file that cannot be read, a missing column.
Result<std::map<std::string, PublishedFact>> published_facts(const TableInputs& inputs,
                                                             const std::vector<std::string>& files);

/// The value of a fact as printed, its range where it has no single value: "275", "< 600", "1.5 to 2". "-" for an empty
/// id. Error: an id that is not there.
Result<std::string> fact_text(const std::map<std::string, PublishedFact>& facts, const std::string& id);

/// What stands behind `key=` in a fact's condition, or empty.
std::string condition_of(const PublishedFact& fact, std::string_view key);

/// Keys and values of an experiment, one row each, in the order of `keys`.
struct Line {
  std::string what;
  std::string experiment;
  std::string key;
};
Result<PrintedTable> print_lines(const TableInputs& inputs, const std::vector<Line>& lines);

/// A target of the design, what was measured for it, and the limit that the same run found.
struct Target {
  const char* what;
  double bound;
  bool at_least;
  const char* unit;
  const char* experiment;
  const char* key;
  const char* limit_key = "";  ///< of the same experiment
  const char* limit = "";      ///< in words
};

/// One row each; the whole interval decides whether a target is met. Error: the key that is missing.
Result<PrintedTable> print_targets(const TableInputs& inputs, std::span<const Target> targets);

}  // namespace vtpu::artifact::tables

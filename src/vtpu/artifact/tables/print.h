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

/// A number as tables print it: integers in full, others with `digits` significant digits.
std::string number_text(double value, int digits = 4);

/// "3.017 [3.000, 3.034]"; only the value if it is exact.
std::string with_interval(const measure::Metric& metric);

/// Prints all columns of a result table, or the chosen ones in the given order. Error: the missing column.
Result<PrintedTable> print(const measure::Table& table, const std::vector<Chosen>& chosen = {});

/// The rows and columns that a declaration without `make` chooses. Error: the missing experiment, table or column.
Result<PrintedTable> print_chosen(const TableDeclaration& declaration, const TableInputs& inputs);

/// The facts of the given files below data/published/, by id. Error: a file that cannot be read, a missing column.
Result<std::map<std::string, PublishedFact>> published_facts(const TableInputs& inputs,
                                                             const std::vector<std::string>& files);

/// The printed value of a fact, or its range if it has no single value: "275", "< 600", "1.5 to 2". A dash for an empty
/// id. Error: the missing id.
Result<std::string> fact_text(const std::map<std::string, PublishedFact>& facts, const std::string& id);

/// The value after `key=` in a fact's condition, or empty.
std::string condition_of(const PublishedFact& fact, std::string_view key);

/// A metric of an experiment and its description.
struct Line {
  std::string what;
  std::string experiment;
  std::string key;
};
/// One row per line: description, value with interval, unit, kind. Error: the missing experiment or key.
Result<PrintedTable> print_lines(const TableInputs& inputs, const std::vector<Line>& lines);

/// A design target, the metric that is compared with it, and a limit measured in the same run.
struct Target {
  const char* what;
  double bound;
  bool at_least;
  const char* unit;
  const char* experiment;
  const char* key;
  const char* limit_key = "";  ///< metric of the same experiment
  const char* limit = "";      ///< description of the limit
};

/// One row per target. The whole interval decides whether a target is met. Error: the missing experiment or key.
Result<PrintedTable> print_targets(const TableInputs& inputs, std::span<const Target> targets);

}  // namespace vtpu::artifact::tables

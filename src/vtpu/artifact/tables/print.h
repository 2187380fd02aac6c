#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/artifact/table.h"

namespace vtpu::artifact {
struct PublishedFact;
}

namespace vtpu::artifact::tables {

/// A number as tables print it: integers below 10^13 in full, others with `digits` significant digits.
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

/// The design targets of the project: all that were set before it was built, in the order of their document.
inline constexpr const char* kTargetsFile = "data/targets.csv";
inline constexpr const char* kTargetsNote =
    "All targets of the documents named, as they were set before anything was built, from what the hardware of another "
    "host allows or from the speed and accuracy of other programs. They are not claims of a source. Of several values: "
    "the range, and how many meet the target. Where nothing is compared, the last column says where the target stands.";

/// One row of the file.
struct Target {
  std::string table;    ///< that shows it
  std::string section;  ///< of the document that sets it
  std::string what;
  std::string relation;  ///< >=, <=, <; empty if the target is no number
  std::string bound;     ///< a number; empty: the value of `limit_key`
  std::string unit;
  std::string experiment;
  std::string key;        ///< of the metric that is compared; with `*` at its end, all keys that begin so
  std::string limit_key;  ///< a limit in the same run: a metric of the same experiment
  std::string limit;      ///< description of the limit
  std::string standing;   ///< where the target stands if no metric is compared, or if a quick run lacks it
};

/// Error: a missing column, an unknown relation or a bound that is no number, with its line.
Result<std::vector<Target>> read_targets(const TableInputs& inputs);

/// One row per target of the table. The whole interval decides whether a target is met; one of several values, whether
/// all are. Error: as `read_targets`; the missing experiment or key.
Result<PrintedTable> print_targets(const TableInputs& inputs, const std::string& table);

}  // namespace vtpu::artifact::tables

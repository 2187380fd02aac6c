#pragma once
#include <map>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/metric.h"

namespace vtpu {
struct Csv;
namespace measure {
struct ResultFile;
}
}  // namespace vtpu

namespace vtpu::artifact {

struct Judged;

/// A table as a reader sees it: every cell is text, rounded already.
struct PrintedTable {
  struct Column {
    std::string title;
    bool number = false;   ///< right-aligned
    double width = 0;      ///< share of the text width if its cells wrap; 0: as wide as its longest cell
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< Markdown-free text; as many cells as columns
  std::string note;                            ///< below the table: source, conditions
};

/// Inputs of a table: results by experiment, files of data/, judged claims.
struct TableInputs {
  std::string root;
  const std::map<std::string, measure::ResultFile>* results = nullptr;
  const std::vector<Judged>* claims = nullptr;

  /// A CSV file below the root. Error: the file and the reason.
  Result<Csv> data(const std::string& path_below_root) const;
  /// Error: the experiment or the key that is missing.
  Result<measure::Metric> metric(const std::string& experiment, const std::string& key) const;
  /// Error: the experiment or the table that is missing.
  Result<measure::Table> table(const std::string& experiment, const std::string& name) const;
};

/// A column of a result table as a printed table shows it.
struct Chosen {
  std::string column;
  std::string title = "";  ///< empty: the column's name with its unit
  double width = 0;        ///< as in PrintedTable::Column
};

using Row = std::vector<measure::Cell>;

/// One table of the paper: one function below artifact/tables/, and one line in its list. Most tables show columns of
/// one result table and need no code; `make` builds the others.
struct TableDeclaration {
  std::string name;  ///< file name in results/tables and name in the prose
  std::string caption;
  bool wide = false;                      ///< both columns of the page
  bool appendix = false;                  ///< long: may break over pages
  std::vector<std::string> results = {};  ///< experiments it reads
  std::vector<std::string> data = {};     ///< files below the root it reads
  std::string table = "";                 ///< result table of the first experiment, shown when there is no `make`
  std::vector<Chosen> columns = {};       ///< of `table`, in this order; empty: all
  bool (*keep)(const Row&) = nullptr;     ///< which rows of `table` to show; null: all
  Result<PrintedTable> (*make)(const TableInputs&) = nullptr;
  std::string note = "";  ///< below the table: source, conditions

  /// The table as printed. Error: the experiment, table, column, key or file that is missing.
  Result<PrintedTable> build(const TableInputs& inputs) const;
};

/// Every table of the paper, in the order of their first mention.
const std::vector<TableDeclaration>& all_tables();

std::string to_csv(const PrintedTable& table);
std::string to_markdown(const TableDeclaration& declaration, const PrintedTable& table);  ///< pipe table, caption below
std::string to_latex(const TableDeclaration& declaration, const PrintedTable& table);     ///< booktabs, label tab:<name>
std::string to_html(const TableDeclaration& declaration, const PrintedTable& table);      ///< <figure><table>, id tab-<name>

}  // namespace vtpu::artifact

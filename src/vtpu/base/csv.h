#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu {

/// A table with a header in the format of RFC 4180, with the line on which each row begins.
struct Csv {
  struct Row {
    std::size_t line = 0;  ///< 1-based
    std::vector<std::string> cells;
  };
  std::string name;  ///< for errors: the file it came from
  std::vector<std::string> header;
  std::vector<Row> rows;

  /// The position of a column. Error: the file, its header line, the column with the nearest name.
  Result<std::size_t> column(std::string_view title) const;
  /// "file:line", for errors about a row.
  std::string where(const Row& row) const;
};

/// Parses text with quotes, doubled quotes and line ends inside quotes; LF, CRLF and CR end a line; empty lines are
/// skipped. Error: the line of an unclosed quote, of text after a closing quote, or of a row whose number of cells
/// differs from the header's.
Result<Csv> parse_csv(std::string_view text, std::string name);
Result<Csv> read_csv(const std::filesystem::path& path);

/// The cells joined by commas and ended by a line feed; those that hold comma, quote or line end are quoted.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace vtpu

#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu {

/// A table of text with a header, as RFC 4180 writes it, and the line each row begins on.
struct Csv {
  struct Row {
    std::size_t line = 0;  ///< 1-based
    std::vector<std::string> cells;
  };
  std::string name;  ///< for errors: the file it came from
  std::vector<std::string> header;
  std::vector<Row> rows;

  /// Place of a column in every row. Error: the file, its header line, the nearest column.
  Result<std::size_t> column(std::string_view title) const;
  /// "file:line", for errors about a row.
  std::string where(const Row& row) const;
};

/// Parses text with quotes, doubled quotes and line feeds inside quotes; CRLF counts as one line end; empty lines are
/// passed over. Error: the line of an unclosed quote, of stray text behind one, or of a row whose cell count differs
/// from the header's.
Result<Csv> parse_csv(std::string_view text, std::string name);
Result<Csv> read_csv(const std::filesystem::path& path);

/// The cells joined by commas and ended by a line feed; those that hold comma, quote or line end are quoted.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace vtpu

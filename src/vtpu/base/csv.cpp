#include "vtpu/base/csv.h"

#include <fmt/core.h>

#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu {
namespace {

class Parser {
 public:
  Parser(std::string_view text, std::string name) : text_(text) { csv_.name = std::move(name); }

  Result<Csv> run() {
    while (at_ < text_.size()) {
      Csv::Row row{line_, {}};
      if (Result<void> read = read_row(row); !read) return read.error();
      if (row.cells.size() == 1 && row.cells[0].empty()) continue;
      if (csv_.header.empty()) {
        csv_.header = std::move(row.cells);
      } else if (row.cells.size() != csv_.header.size()) {
        return Error{csv_.where(row), fmt::format("found {} cells", row.cells.size()),
                     fmt::format("{}, as in the header", csv_.header.size())};
      } else {
        csv_.rows.push_back(std::move(row));
      }
    }
    if (csv_.header.empty()) return Error{csv_.name, "found no header line", "column names, separated by commas"};
    return std::move(csv_);
  }

 private:
  Result<void> read_row(Csv::Row& row) {
    while (true) {
      std::string cell;
      if (at_ < text_.size() && text_[at_] == '"') {
        const std::size_t opened = line_;
        ++at_;
        while (true) {
          if (at_ >= text_.size())
            return Error{fmt::format("{}:{}", csv_.name, opened), "found a quote that is never closed", "a second \""};
          const char c = text_[at_++];
          if (c == '\n') ++line_;
          if (c != '"') {
            cell += c;
          } else if (at_ < text_.size() && text_[at_] == '"') {
            cell += '"';
            ++at_;
          } else {
            break;
          }
        }
        if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r')
          return Error{fmt::format("{}:{}", csv_.name, line_),
                       fmt::format("found '{}' after a closing quote", text_[at_]), "a comma or the end of the line"};
      } else {
        while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r')
          cell += text_[at_++];
      }
      row.cells.push_back(std::move(cell));
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      if (at_ < text_.size() && text_[at_] == '\r') ++at_;
      if (at_ < text_.size() && text_[at_] == '\n') ++at_;
      ++line_;
      return {};
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  Csv csv_;
};

}  // namespace

Result<std::size_t> Csv::column(std::string_view title) const {
  for (std::size_t i = 0; i < header.size(); ++i)
    if (header[i] == title) return i;
  return Error{name + ":1", fmt::format("found no column {}", quoted_with_hint(title, header)), join(header, ", ")};
}

std::string Csv::where(const Row& row) const { return fmt::format("{}:{}", name, row.line); }

Result<Csv> parse_csv(std::string_view text, std::string name) { return Parser(text, std::move(name)).run(); }

Result<Csv> read_csv(const std::filesystem::path& path) {
  Result<std::string> text = read_text(path, LineEnds::keep);
  if (!text) return text.error();
  return parse_csv(*text, path.string());
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    if (cells[i].find_first_of(",\"\n\r") == std::string::npos) {
      line += cells[i];
      continue;
    }
    line += '"';
    for (const char c : cells[i]) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  return line + '\n';
}

}  // namespace vtpu

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vtpu/artifact/escape.h"
#include "vtpu/artifact/table.h"
#include "vtpu/base/check.h"

namespace vtpu::artifact {
namespace {

// IEEEtran's two columns on letter paper. The first size at which all columns fit is used. Character widths are the
// average of a serif face, rounded up; an estimate suffices because columns that wrap adapt.
constexpr double kColumnPoints = 252;
constexpr double kTextPoints = 516;
constexpr double kGapPoints = 8;  // two \tabcolsep of 4 pt
constexpr double kNarrowestWrap = 30;
struct Size {
  const char* command;
  double character_points;
};
constexpr Size kSizes[] = {{"\\footnotesize", 4.1}, {"\\scriptsize", 3.6}, {"\\tiny", 2.7}};

// Lines of \scriptsize text that fit a page together with caption, rules and note.
constexpr int kLinesOfAPage = 72;

struct Layout {
  Size size;
  std::vector<double> wrap_points;  ///< of columns that wrap; 0 for the others
};

Layout lay_out(const PrintedTable& table, double line_points, const Size& size) {
  Layout layout{size, {}};
  double fixed = 0;
  double wrapped = 0;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const PrintedTable::Column& column = table.columns[c];
    layout.wrap_points.push_back(column.width * line_points);
    wrapped += column.width * line_points;
    fixed += kGapPoints;
    if (column.width > 0) continue;
    std::size_t longest = character_count(column.title);
    for (const std::vector<std::string>& row : table.rows) longest = std::max(longest, character_count(row[c]));
    fixed += static_cast<double>(longest) * size.character_points;
  }
  // Columns that wrap shrink in favour of those that cannot.
  const double left = line_points - fixed;
  if (wrapped > left && wrapped > 0) {
    for (double& points : layout.wrap_points) points = std::floor(points * left / wrapped);
  }
  return layout;
}

bool fits(const PrintedTable& table, const Layout& layout, double line_points) {
  double total = 0;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    total += kGapPoints + layout.wrap_points[c];
    if (table.columns[c].width > 0) {
      if (layout.wrap_points[c] < kNarrowestWrap) return false;
      continue;
    }
    std::size_t longest = character_count(table.columns[c].title);
    for (const std::vector<std::string>& row : table.rows) longest = std::max(longest, character_count(row[c]));
    total += static_cast<double>(longest) * layout.size.character_points;
  }
  return total <= line_points + 0.5;
}

Layout choose_layout(const PrintedTable& table, double line_points, bool small) {
  for (const Size& size : kSizes) {
    if (small && &size == &kSizes[0]) continue;
    const Layout layout = lay_out(table, line_points, size);
    if (fits(table, layout, line_points)) return layout;
  }
  return lay_out(table, line_points, kSizes[std::size(kSizes) - 1]);
}

std::string column_specification(const PrintedTable& table, const Layout& layout) {
  std::string text;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const bool number = table.columns[c].number;
    if (layout.wrap_points[c] > 0) {
      text += fmt::format(">{{\\{}\\arraybackslash}}p{{{:.0f}pt}}", number ? "raggedleft" : "raggedright",
                          layout.wrap_points[c]);
    } else {
      text += number ? 'r' : 'l';
    }
  }
  return text;
}

std::string latex_row(const std::vector<std::string>& cells) {
  std::string text;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    std::string cell = latex_text(cells[c]);
    if (cell.starts_with('[')) cell.insert(0, "{}");  // not an option of the preceding \\ or rule
    text += (c > 0 ? " & " : "") + cell;
  }
  return text + " \\\\\n";
}

int lines_of(const std::vector<std::string>& row, const Layout& layout) {
  int lines = 1;
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (layout.wrap_points[c] <= 0) continue;
    // The margin of the estimate covers the space that ragged lines leave unused.
    const double points = static_cast<double>(character_count(row[c])) * layout.size.character_points;
    lines = std::max(lines, static_cast<int>(std::ceil(points / layout.wrap_points[c])));
  }
  return lines;
}

struct Part {
  std::size_t begin, end;  // rows
};

/// In two-column text a table cannot break by itself: an appendix table becomes one float per page that it fills.
std::vector<Part> parts_of(const PrintedTable& table, const Layout& layout, bool breaks) {
  std::vector<Part> parts = {{0, table.rows.size()}};
  if (!breaks) return parts;
  int lines = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const int height = lines_of(table.rows[row], layout);
    if (lines > 0 && lines + height > kLinesOfAPage) {
      parts.back().end = row;
      parts.push_back({row, table.rows.size()});
      lines = 0;
    }
    lines += height;
  }
  return parts;
}

}  // namespace

std::string to_latex(const TableDeclaration& declaration, const PrintedTable& table) {
  for (const std::vector<std::string>& row : table.rows) {
    VTPU_CHECK(row.size() == table.columns.size(), "a printed row has as many cells as the table has columns");
  }
  const bool wide = declaration.wide || declaration.appendix;
  const Layout layout = choose_layout(table, wide ? kTextPoints : kColumnPoints, declaration.appendix);
  std::vector<std::string> titles;
  for (const PrintedTable::Column& column : table.columns) titles.push_back(column.title);
  const char* environment = wide ? "table*" : "table";
  const std::vector<Part> parts = parts_of(table, layout, declaration.appendix);
  std::string text;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    text += fmt::format("\\begin{{{}}}[{}]\n", environment, declaration.appendix ? "tp" : "t");
    if (p > 0) text += "\\addtocounter{table}{-1}\n";
    text += "\\caption{" + latex_text(declaration.caption) + (p > 0 ? " (continued)" : "") + "}\n";
    if (p == 0) text += "\\label{tab:" + declaration.name + "}\n";
    text +=
        fmt::format("\\centering\n{}\n\\setlength{{\\tabcolsep}}{{{:.0f}pt}}\n", layout.size.command, kGapPoints / 2);
    text += "\\begin{tabular}{" + column_specification(table, layout) + "}\n\\toprule\n";
    text += latex_row(titles) + "\\midrule\n";
    for (std::size_t row = parts[p].begin; row < parts[p].end; ++row) text += latex_row(table.rows[row]);
    text += "\\bottomrule\n\\end{tabular}\n";
    if (!table.note.empty() && p + 1 == parts.size()) {
      text += "\\par\\vspace{3pt}\n\\begin{minipage}{\\linewidth}\\scriptsize\\raggedright " + latex_text(table.note) +
              "\\end{minipage}\n";
    }
    text += fmt::format("\\end{{{}}}\n", environment);
  }
  return text;
}

}  // namespace vtpu::artifact

#include "vtpu/artifact/latex_log.h"

#include <cstdlib>

#include "vtpu/base/text.h"

namespace vtpu::artifact {
namespace {

/// Joins the lines that LaTeX broke at its line width of 79 characters.
std::vector<std::string> whole_lines(std::string_view log) {
  std::vector<std::string> lines;
  bool goes_on = false;
  for (const std::string_view line : split(log, '\n')) {
    if (goes_on)
      lines.back() += line;
    else
      lines.emplace_back(line);
    goes_on = line.size() == 79;
  }
  return lines;
}

}  // namespace

std::vector<std::string> complaints_in_latex_log(std::string_view log, double overfull_pt) {
  static constexpr std::string_view kNeverAllowed[] = {
      "LaTeX Warning: Reference `",     "LaTeX Warning: Citation `",  "Package natbib Warning: Citation",
      "LaTeX Warning: Label `",         "Missing character: ",        "LaTeX Font Warning: Some font shapes",
      "LaTeX Warning: There were undefined", "LaTeX Warning: Hyper reference `"};
  std::vector<std::string> complaints;
  for (const std::string& line : whole_lines(log)) {
    for (const std::string_view start : kNeverAllowed)
      if (line.starts_with(start)) complaints.push_back(line);
    if (line.starts_with("Overfull \\hbox (") || line.starts_with("Overfull \\vbox (")) {
      const double points = std::strtod(line.c_str() + line.find('(') + 1, nullptr);
      if (points > overfull_pt) complaints.push_back(line);
    }
  }
  return complaints;
}

}  // namespace vtpu::artifact

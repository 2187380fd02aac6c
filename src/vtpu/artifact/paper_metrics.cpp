#include "vtpu/artifact/paper_metrics.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact {
namespace {

int sections_in(const std::filesystem::path& folder) {
  int sections = 0;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing))
    if (entry.path().extension() == ".md") ++sections;
  return sections;
}

struct Mapped {
  int answered = 0;    ///< direct, analogy, extension or none
  int unanswered = 0;  ///< "none" and open rows
};

Result<Mapped> concepts_in(const std::filesystem::path& path) {
  const Result<Csv> csv = read_csv(path);
  if (!csv) return csv.error();
  const Result<std::size_t> at = csv->column("mapping");
  if (!at) return at.error();
  const std::vector<std::string> kinds = {"direct", "analogy", "extension", "none"};
  Mapped mapped;
  for (const Csv::Row& row : csv->rows) {
    const std::string& kind = row.cells[*at];
    if (kind.empty()) {
      ++mapped.unanswered;
      continue;
    }
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
      return Error{csv->where(row) + ", mapping", "found " + quoted_with_hint(kind, kinds), join(kinds, ", ")};
    ++mapped.answered;
    if (kind == "none") ++mapped.unanswered;
  }
  return mapped;
}

}  // namespace

int words_in(std::string_view markdown) {
  int words = 0;
  bool in_code = false;
  for (const std::string_view line : split(markdown, '\n')) {
    const std::string_view text = trim(line);
    if (text.starts_with("```") || text.starts_with("~~~")) {
      in_code = !in_code;
      continue;
    }
    if (in_code || text.starts_with("|") || text.starts_with("<") || text.starts_with(":::")) continue;
    bool counted = false;
    for (const char c : text) {
      if (c == ' ' || c == '\t') {
        counted = false;
      } else if (!counted && (std::isalnum(static_cast<unsigned char>(c)) || (c & 0x80))) {
        ++words;
        counted = true;
      }
    }
  }
  return words;
}

int page_of_label(std::string_view aux, std::string_view label) {
  // \newlabel{end-of-body}{{<number>}{<page>}...
  const std::size_t at = aux.find(fmt::format("\\newlabel{{{}}}{{{{", label));
  if (at == std::string_view::npos) return 0;
  const std::size_t page = aux.find("}{", at + label.size() + 13);
  return page == std::string_view::npos ? 0 : std::atoi(std::string(aux.substr(page + 2, 8)).c_str());
}

Result<measure::ResultFile> count_paper(const std::filesystem::path& root, const std::filesystem::path& build,
                                        const std::filesystem::path& combined, measure::Mode mode,
                                        const std::vector<DeclaredFigure>& figures, std::size_t tables) {
  measure::ResultFile result;
  result.experiment = "paper";
  result.mode = mode;
  const auto record = [&result](const std::string& key, double value, const char* unit, const char* method) {
    result.metrics[key] = {key, value, unit, measure::Kind::computed, 1, {value, value}, method, {}};
  };
  record("paper.sections", sections_in(root / "paper/sections"), "sections", "files in paper/sections");
  record("paper.sections.control", sections_in(build / "no-sections"), "sections",
         "an empty folder, counted in the same way");

  const Result<std::string> text = read_file(combined);
  record("paper.words", text ? words_in(*text) : 0, "words",
         "running text of the combined Markdown with appendices, without tables, code and markup");
  record("paper.words.control", words_in(""), "words", "an empty text, counted in the same way");

  const Result<std::string> aux = read_file(build / "paper.aux");
  record("paper.pages", aux ? page_of_label(*aux, "end-of-body") : 0, "pages",
         "page of the label before the appendices");
  record("paper.pages.control", page_of_label("", "end-of-body"), "pages",
         "an empty .aux file, counted in the same way");

  int diagrams = 0;
  for (const DeclaredFigure& figure : figures) diagrams += figure.diagram ? 1 : 0;
  record("paper.diagrams", diagrams, "figures", "figures declared as diagrams");
  record("paper.diagrams.control", 0, "figures", "no figure declared");
  record("paper.tables", static_cast<double>(tables), "tables", "tables declared; each is cited in the text");
  record("paper.tables.control", 0, "tables", "no table declared");

  const Result<Mapped> mapped = concepts_in(root / "data/concept_mapping.csv");
  if (!mapped) return mapped.error();
  record("paper.concepts", mapped->answered, "rows",
         "rows of data/concept_mapping.csv with an answer, 'none' included");
  record("paper.concepts.control", mapped->unanswered, "rows", "rows mapped to none or left open");
  return result;
}

}  // namespace vtpu::artifact

#include "vtpu/artifact/paper_metrics.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::artifact {
namespace {

/// The sections of the body; files with `appendix` in their name are appendices.
int sections_in(const std::filesystem::path& folder) {
  int sections = 0;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing))
    if (entry.path().extension() == ".md" && entry.path().filename().string().find("appendix") == std::string::npos)
      ++sections;
  return sections;
}

/// The Markdown of a folder. Error: a file that cannot be read.
Result<std::string> text_in(const std::filesystem::path& folder) {
  std::string all;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    if (entry.path().extension() != ".md") continue;
    const Result<std::string> text = read_text(entry.path());
    if (!text) return text.error();
    all += *text + "\n";
  }
  return all;
}

/// The figures or tables that a text places.
int floats_in(std::string_view markdown, std::string_view kind) {
  int count = 0;
  for (const std::string_view line : split(markdown, '\n'))
    count += trim(line).starts_with(fmt::format("::: {{.{} ", kind));
  return count;
}

struct Mapped {
  int answered = 0;         ///< direct, analogy, extension or none
  int unanswered = 0;       ///< "none" and open rows
  int explained = 0;        ///< answered otherwise than by "none", and names the section that explains it
  int explained_nones = 0;  ///< "none" and names a section
};

Result<Mapped> concepts_in(const std::filesystem::path& path) {
  const Result<Csv> csv = read_csv(path);
  if (!csv) return csv.error();
  const Result<std::size_t> at = csv->column("mapping");
  if (!at) return at.error();
  const Result<std::size_t> section = csv->column("explained_in");
  if (!section) return section.error();
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
    if (!row.cells[*section].empty()) ++(kind == "none" ? mapped.explained_nones : mapped.explained);
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

int last_page(std::string_view aux) {
  int last = 0;
  constexpr std::string_view kLabel = "\\newlabel{";
  for (std::size_t at = aux.find(kLabel); at != std::string_view::npos; at = aux.find(kLabel, at + 1)) {
    const std::size_t from = at + kLabel.size(), to = aux.find('}', from);
    if (to == std::string_view::npos) break;
    last = std::max(last, page_of_label(aux, aux.substr(from, to - from)));
  }
  return last;
}

Result<measure::ResultFile> count_paper(const std::filesystem::path& root, const std::filesystem::path& build,
                                        const std::filesystem::path& combined, measure::Mode mode,
                                        const std::vector<DeclaredFigure>& figures, std::size_t tables) {
  measure::ResultFile result;
  result.experiment = "paper";
  result.mode = mode;
  const auto record = [&result](const std::string& key, double value, const char* unit, const std::string& method) {
    result.metrics[key] = {key, value, unit, measure::Kind::computed, 1, {value, value}, method, {}};
  };
  record("paper.sections", sections_in(root / "paper/sections"), "sections",
         "files in paper/sections without the appendices, the abstract included");
  // The control of all counts but those of pages and concepts: another paper, which the tests build.
  const std::filesystem::path other = root / "tests/paper/fixture/sections";
  const std::string counted_alike = "the paper of the tests, counted in the same way";
  record("paper.sections.control", sections_in(other), "sections", counted_alike);

  const Result<std::string> text = read_text(combined);
  record("paper.words", text ? words_in(*text) : 0, "words",
         "running text of the combined Markdown with appendices, without tables, code and markup");
  const Result<std::string> other_text = text_in(other);
  if (!other_text) return other_text.error();
  record("paper.words.control", words_in(*other_text), "words", counted_alike);

  const Result<std::string> aux = read_file(build / "paper.aux");
  record("paper.pages", aux ? page_of_label(*aux, "end-of-body") : 0, "pages",
         "page of the label before the appendices");
  record("paper.pages.control", aux ? last_page(*aux) : 0, "pages", "page of the last label, with the appendices");

  int diagrams = 0;
  for (const DeclaredFigure& figure : figures) diagrams += figure.diagram ? 1 : 0;
  record("paper.diagrams", diagrams, "figures", "figures declared as diagrams");
  record("paper.diagrams.control", floats_in(*other_text, "figure"), "figures", "figures of " + counted_alike);
  record("paper.tables", static_cast<double>(tables), "tables", "tables declared; each is cited in the text");
  record("paper.tables.control", floats_in(*other_text, "table"), "tables", "tables of " + counted_alike);

  const Result<Mapped> mapped = concepts_in(root / "data/concept_mapping.csv");
  if (!mapped) return mapped.error();
  record("paper.concepts", mapped->answered, "rows",
         "rows of data/concept_mapping.csv with an answer, 'none' included");
  record("paper.concepts_explained", mapped->explained, "rows",
         "rows of data/concept_mapping.csv with a counterpart and the section that explains it");
  record("paper.concepts_explained.control", mapped->explained_nones, "rows",
         "rows mapped to none that name a section");
  record("paper.concepts.control", mapped->unanswered, "rows", "rows mapped to none or left open");
  return result;
}

}  // namespace vtpu::artifact

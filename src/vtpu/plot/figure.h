#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/plot/context.h"

namespace vtpu::plot {

/// As wide as one column of the paper, or as both.
enum class Width { column, page };
const char* name_of(Width width);

/// One figure: one file below figures/, named after it. Its drawing calls `plt` and takes every number from the
/// context.
struct Figure {
  std::string name;     ///< lower case, digits and '_': name of the files
  std::string caption;  ///< Markdown; digits only in [..]{.lit}, [..]{.num ..} and citations
  std::string alt;      ///< what it shows, for readers who cannot see it
  Width width = Width::column;
  double height = 2.2;                    ///< inches
  bool diagram = false;                   ///< shows a structure, not numbers over an axis
  std::vector<std::string> claims = {};   ///< ledger ids it bears on
  std::vector<std::string> results = {};  ///< experiments it is drawn from
  std::vector<std::string> data = {};     ///< files below the root it is drawn from
  std::function<void(Context&)> draw;
};

/// Where figures read and write.
struct Places {
  std::filesystem::path root = ".";
  std::filesystem::path results = "results/json";
  std::filesystem::path out = "results/figures";
};

/// Declarations that the paper can use: names unique and well formed, caption and alternative text there, no naked
/// digit in a caption, something to draw. Error: the figure, and what is wrong with it.
Result<void> validate(const std::vector<Figure>& figures);

/// Draws one figure and writes, each atomically, `<name>.svg`, `<name>.pdf` and, last, `<name>.json`: claims, what it
/// was drawn from, the hash of that and of both files. SVG and PDF hold title, claims and the data's hash in their
/// metadata. A figure from quick results says so on its face. Needs a living Interpreter. Error: the figure, and the
/// missing file, the missing number, or Python's traceback; no file is changed.
Result<void> render(const Figure& figure, const Places& places);

/// `main` of the figure program. `--list` prints the declarations as JSON and needs no Python. Otherwise draws all
/// figures, or the named ones, in one interpreter; a failure is reported and the others are still drawn.
/// Options: `--root DIR`, `--results DIR`, `--out DIR`. Exit status: 0 done, 1 a figure failed, 2 wrong usage.
int figure_main(const std::vector<Figure>& figures, int argc, char** argv);

}  // namespace vtpu::plot

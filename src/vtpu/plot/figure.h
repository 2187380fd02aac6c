#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/plot/context.h"

namespace vtpu::plot {

/// Width of a figure: one column of the paper, or both.
enum class Width { column, page };
const char* name_of(Width width);

/// One figure, in a file of figures/ that is named after it. Its drawing calls `plt` and takes every number from the
/// context.
struct Figure {
  std::string name;     ///< lower case, digits and '_': name of the files
  std::string caption;  ///< Markdown; digits only in [..]{.lit}, [..]{.num ..} and citations
  std::string alt;      ///< description for readers who cannot see it
  Width width = Width::column;
  double height = 2.2;                    ///< inches
  bool diagram = false;                   ///< shows a structure, not values over an axis
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

/// Checks that the paper can use the declarations: unique and well-formed names, a caption and an alternative text, no
/// naked digit in a caption, results or data, a drawing. Error: the figure and the reason.
Result<void> validate(const std::vector<Figure>& figures);

/// Draws one figure and writes `<name>.svg`, `<name>.pdf` and, last, `<name>.json`, each atomically. The JSON file
/// lists the claims, the data used, and the hashes of the data and of both other files. The metadata of SVG and PDF
/// hold title, claims and the data's hash. A figure from quick results is marked as such. Needs a living Interpreter.
/// Error: the figure, and the missing file, the missing number, or Python's traceback; no file is changed.
Result<void> render(const Figure& figure, const Places& places);

/// Prints on standard output and returns the exit status: 1, with a message, where it cannot be written.
int printed(const std::string& text);

/// `main` of the figure program. `--list` prints the declarations as JSON and needs no Python. Without it, the program
/// draws all figures, or the named ones, in one interpreter. It reports a failure and still draws the other figures.
/// Options: `--root DIR`, `--results DIR`, `--out DIR`. Exit status: 0 done, 1 a figure failed, 2 wrong usage.
int figure_main(const std::vector<Figure>& figures, int argc, char** argv);

}  // namespace vtpu::plot

#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

#include "vtpu/artifact/values.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// Words of running text in Markdown: runs of non-blank characters with a letter or digit in them; table rows, code
/// blocks, raw HTML lines and the fences of divs do not count.
int words_in(std::string_view markdown);

/// Page on which a label stands, from LaTeX's .aux file; 0 where the label is not in it.
int page_of_label(std::string_view aux, std::string_view label);

/// Counts the paper itself: keys paper.sections, .words, .pages, .diagrams, .tables, .concepts and a `.control` for each.
/// `build`: folder of the last LaTeX run, `combined`: the combined Markdown; where they do not exist yet, pages and words
/// are 0 and another build will count them. `tables`: how many are declared. Error: a malformed concept mapping.
Result<measure::ResultFile> count_paper(const std::filesystem::path& root, const std::filesystem::path& build,
                                        const std::filesystem::path& combined, measure::Mode mode,
                                        const std::vector<DeclaredFigure>& figures, std::size_t tables);

}  // namespace vtpu::artifact

#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

#include "vtpu/artifact/values.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// Number of words of running text in Markdown. A word is a run of non-blank characters with a letter or digit. Table
/// rows, code blocks, raw HTML lines and the fences of divs do not count.
int words_in(std::string_view markdown);

/// Page of a label, from LaTeX's .aux file; 0 when the file does not contain the label.
int page_of_label(std::string_view aux, std::string_view label);

/// The last page that bears a label; 0 without labels.
int last_page(std::string_view aux);

/// Counts the paper itself: keys paper.sections, .words, .pages, .diagrams, .tables, .concepts and a `.control` each.
/// `build`: folder of the last LaTeX run; `combined`: the combined Markdown. Pages and words are 0 while these do not
/// exist; a later build counts them. `tables`: number of declared tables. Error: a malformed concept mapping.
Result<measure::ResultFile> count_paper(const std::filesystem::path& root, const std::filesystem::path& build,
                                        const std::filesystem::path& combined, measure::Mode mode,
                                        const std::vector<DeclaredFigure>& figures, std::size_t tables);

}  // namespace vtpu::artifact

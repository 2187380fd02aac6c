#include "vtpu/artifact/escape.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vtpu::artifact {
namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

constexpr Replacement kLatex[] = {{"\\", "\\textbackslash{}"},
                                  {"{", "\\{"},
                                  {"}", "\\}"},
                                  {"%", "\\%"},
                                  {"&", "\\&"},
                                  {"_", "\\_"},
                                  {"#", "\\#"},
                                  {"$", "\\$"},
                                  {"~", "\\textasciitilde{}"},
                                  {"^", "\\textasciicircum{}"},
                                  {"<", "$<$"},
                                  {">", "$>$"},
                                  {"|", "$|$"},
                                  {"\"", "{\\char34}"},
                                  {"×", "$\\times$"},
                                  {"·", "$\\cdot$"},
                                  {"≥", "$\\geq$"},
                                  {"≤", "$\\leq$"},
                                  {"≈", "$\\approx$"},
                                  {"≠", "$\\neq$"},
                                  {"±", "$\\pm$"},
                                  {"−", "$-$"},
                                  {"→", "$\\rightarrow$"},
                                  {"←", "$\\leftarrow$"},
                                  {"↔", "$\\leftrightarrow$"},
                                  {"∞", "$\\infty$"},
                                  {"–", "--"},
                                  {"—", "---"},
                                  {"…", "\\ldots{}"},
                                  {"“", "``"},
                                  {"”", "''"},
                                  {"‘", "`"},
                                  {"’", "'"},
                                  {"′", "$'$"},
                                  {"µ", "$\\mu$"},
                                  {"μ", "$\\mu$"},
                                  {"α", "$\\alpha$"},
                                  {"β", "$\\beta$"},
                                  {"λ", "$\\lambda$"},
                                  {"ρ", "$\\rho$"},
                                  {"σ", "$\\sigma$"},
                                  {"Σ", "$\\Sigma$"},
                                  {"Δ", "$\\Delta$"},
                                  {"√", "$\\surd$"},
                                  {"°", "$^{\\circ}$"},
                                  {"§", "\\S{}"},
                                  {"⁰", "$^{0}$"},
                                  {"¹", "$^{1}$"},
                                  {"²", "$^{2}$"},
                                  {"³", "$^{3}$"},
                                  {"⁴", "$^{4}$"},
                                  {"⁵", "$^{5}$"},
                                  {"⁶", "$^{6}$"},
                                  {"⁷", "$^{7}$"},
                                  {"⁸", "$^{8}$"},
                                  {"⁹", "$^{9}$"},
                                  {"⁻", "$^{-}$"},
                                  {"₂", "$_{2}$"},
                                  {"\u00A0", "~"},
                                  {"\u2009", "\\,"}};

constexpr Replacement kHtml[] = {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}};

// Pandoc reads a backslash before any ASCII punctuation as that punctuation.
constexpr std::string_view kMarkdown = "\\|*_`<>$^~[]{}@#\"'";

constexpr std::size_t kLongWord = 12;
constexpr std::string_view kJoints = "._/:=-";

template <std::size_t n>
std::string replaced(std::string_view plain, const Replacement (&replacements)[n]) {
  std::string text;
  for (std::size_t at = 0; at < plain.size();) {
    const auto* found = std::find_if(std::begin(replacements), std::end(replacements),
                                     [&](const Replacement& r) { return plain.substr(at).starts_with(r.first); });
    if (found == std::end(replacements)) {
      text += plain[at++];
    } else {
      text += found->second;
      at += found->first.size();
    }
  }
  return text;
}

std::string latex_word(std::string_view word) {
  if (character_count(word) <= kLongWord) return replaced(word, kLatex);
  std::string text;
  for (std::size_t begin = 0; begin < word.size();) {
    const std::size_t joint = word.find_first_of(kJoints, begin);
    const std::size_t end = joint == std::string_view::npos ? word.size() : joint + 1;
    text += replaced(word.substr(begin, end - begin), kLatex);
    if (end < word.size()) text += "\\allowbreak{}";
    begin = end;
  }
  return text;
}

}  // namespace

std::string latex_text(std::string_view plain) {
  std::string text;
  for (std::size_t begin = 0; begin <= plain.size();) {
    const std::size_t end = std::min(plain.find(' ', begin), plain.size());
    text += latex_word(plain.substr(begin, end - begin));
    if (end < plain.size()) text += ' ';
    begin = end + 1;
  }
  return text;
}

std::string html_text(std::string_view plain) { return replaced(plain, kHtml); }

std::string markdown_text(std::string_view plain) {
  std::string text;
  for (const char c : plain) {
    if (kMarkdown.find(c) != std::string_view::npos) text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace vtpu::artifact

#include "vtpu/isa/manual.h"

#include <fmt/core.h>

#include <set>

#include "vtpu/isa/opcode.h"

namespace vtpu::isa {
namespace {

constexpr std::string_view kTitle = "vTPU instruction set";
constexpr std::string_view kIntroduction =
    "A word has one op in each of the slots D (dense), S (sparse) and C (coordination). All three read the state "
    "before "
    "the word. Latency is in core cycles, as the scheduler assumes it.";
constexpr std::string_view kOpColumns[] = {"number", "mnemonic", "operands", "cost", "latency", "effect", "meaning"};
constexpr std::string_view kOperandColumns[] = {"operand", "meaning"};

std::string_view heading(Slot slot) {
  switch (slot) {
    case Slot::D: return "Slot D: dense";
    case Slot::S: return "Slot S: sparse";
    case Slot::C: return "Slot C: coordination";
  }
  return "";
}

using Cells = std::vector<std::string>;

Cells cells_of(const ManualRow& row) {
  return {std::to_string(row.number), std::string(row.mnemonic),   row.operands,
          std::string(row.cost),      std::to_string(row.latency), std::string(row.effect),
          std::string(row.summary)};
}

/// Each operand text once, in the order of the kinds that the opcodes use.
std::vector<Cells> operand_rows() {
  std::set<Kind> used;
  for (const OpcodeInfo& opcode : all_opcodes())
    for (const Kind kind : opcode.kinds()) used.insert(kind);
  std::vector<Cells> rows;
  for (const Kind kind : used) {
    Cells cells = {std::string(info(kind).name), std::string(info(kind).help)};
    if (rows.empty() || rows.back() != cells) rows.push_back(std::move(cells));
  }
  return rows;
}

/// The differences between Markdown and HTML.
struct Markup {
  std::string (*escape)(const std::string&);
  std::string_view open_title, close_title, open_heading, close_heading, open_text, close_text;
  std::string_view open_table, close_table, open_row, close_row, open_cell, close_cell;
  bool rule_below_header;
};

std::string escape_markdown(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '[' || c == '_' || c == '#') out += '\\';
    out += c;
  }
  return out;
}

std::string escape_html(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

constexpr Markup kMarkdown = {
    escape_markdown, "# ", "\n\n", "## ", "\n\n", "", "\n\n", "", "\n", "|", "\n", " ", " |", true};
constexpr Markup kHtml = {escape_html, "<h1>",       "</h1>\n", "<h2>",    "</h2>\n", "<p>",   "</p>\n",
                          "<table>\n", "</table>\n", "<tr>",    "</tr>\n", "<td>",    "</td>", false};

template <class Header>
std::string table(const Markup& m, const Header& header, const std::vector<Cells>& rows) {
  const auto line = [&](const auto& cells) {
    std::string text(m.open_row);
    for (const auto& cell : cells) {
      text += m.open_cell;
      text += m.escape(std::string(cell));
      text += m.close_cell;
    }
    return text + std::string(m.close_row);
  };
  std::string text(m.open_table);
  text += line(header);
  if (m.rule_below_header) {
    text += "|";
    for ([[maybe_unused]] const auto& cell : header) text += "---|";
    text += "\n";
  }
  for (const Cells& row : rows) text += line(row);
  return text + std::string(m.close_table);
}

std::string manual(const Markup& m) {
  std::string text =
      fmt::format("{}{}{}{}{}{}", m.open_title, kTitle, m.close_title, m.open_text, kIntroduction, m.close_text);
  for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
    std::vector<Cells> rows;
    for (const ManualRow& row : manual_rows())
      if (row.slot == name_of(slot)) rows.push_back(cells_of(row));
    text += fmt::format("{}{}{}", m.open_heading, heading(slot), m.close_heading);
    text += table(m, kOpColumns, rows);
  }
  text += fmt::format("{}Operands{}", m.open_heading, m.close_heading);
  return text + table(m, kOperandColumns, operand_rows());
}

}  // namespace

std::vector<ManualRow> manual_rows() {
  std::vector<ManualRow> rows;
  for (const OpcodeInfo& opcode : all_opcodes()) {
    if (opcode.opcode == Opcode::nop) continue;
    ManualRow row{static_cast<std::uint8_t>(opcode.opcode),
                  name_of(opcode.slot),
                  opcode.mnemonic,
                  "",
                  name_of(opcode.cost),
                  latency_of(opcode.cost),
                  name_of(opcode.effect),
                  opcode.summary};
    for (const Kind kind : opcode.kinds())
      row.operands += fmt::format("{}{}", row.operands.empty() ? "" : ", ", info(kind).name);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string manual_markdown() { return manual(kMarkdown); }

std::string manual_html() {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>\n"
      "body {{ font-family: sans-serif; max-width: 75em; margin: 2em auto; }}\n"
      "table {{ border-collapse: collapse; }}\n"
      "td {{ border: 1px solid #bbb; padding: 0.2em 0.5em; vertical-align: top; }}\n"
      "tr:first-child td {{ font-weight: bold; }}\n</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      kTitle, manual(kHtml));
}

}  // namespace vtpu::isa

#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vtpu::isa {

/// One opcode as the reference manual shows it.
struct ManualRow {
  std::uint8_t number = 0;  ///< the encoded opcode
  std::string_view slot;
  std::string_view mnemonic;
  std::string operands;  ///< as in assembly text
  std::string_view cost;
  unsigned latency = 0;  ///< core cycles that the scheduler assumes
  std::string_view effect;
  std::string_view summary;
};

/// All opcodes in the order of their numbers, without the empty slot.
std::vector<ManualRow> manual_rows();

/// The reference as Markdown: one table for each slot, then the operands.
std::string manual_markdown();

/// The reference as one self-contained HTML page.
std::string manual_html();

}  // namespace vtpu::isa

// Arbitrary bytes as words: the validator never crashes and names only words of the program. Registers of accepted
// words can be listed and their text assembled again. An invalid program can still be encoded and decoded.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "vtpu/isa/assembler.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/registers.h"
#include "vtpu/isa/validator.h"

namespace {

using namespace vtpu::isa;

void must(bool holds) {
  if (!holds) std::abort();
}

/// Maps a byte near the range of opcodes, so that more words pass the first check.
Opcode opcode_of(std::uint8_t byte) { return static_cast<Opcode>(byte % (all_opcodes().size() + 1)); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Program program;
  program.constants.resize(3);
  program.coordinates.resize(3);
  const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
  for (std::size_t at = 0; at + kWordBytes <= bytes.size(); at += kWordBytes) {
    Word word = decode(bytes.subspan(at).first<kWordBytes>()).word;
    must(decode(encode(word)).word == word);
    for (Op* op : {&word.dense, &word.sparse, &word.coord})
      op->opcode = opcode_of(static_cast<std::uint8_t>(op->opcode));
    program.words.push_back(word);
    // Also checks each word alone, so that an invalid word does not hide valid ones.
    Program alone = program;
    alone.words = {word, Word{}};
    alone.words.back().dense.opcode = Opcode::dhalt;
    if (!validate(alone).empty()) continue;
    for (const Op* op : {&word.dense, &word.sparse, &word.coord}) (void)uses_of(*op);
    const auto again = assemble(disassemble(alone), "again");
    must(again.ok() && again->words == alone.words);
  }
  const auto faults = validate(program);
  must(faults.size() <= 20);
  must(std::is_sorted(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.word < b.word; }));
  for (const Fault& fault : faults) must(fault.word < std::max<std::size_t>(program.words.size(), 1));
  must(ValidProgram::make(program).ok() == faults.empty());
  return 0;
}

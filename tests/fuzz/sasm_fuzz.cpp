// Arbitrary bytes as assembly text: nothing crashes, errors name a line and a column, and a valid program becomes text
// that assembles to the same program.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "vtpu/isa/assembler.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/siw.h"
#include "vtpu/isa/validator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto program = vtpu::isa::assemble({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!program) {
    if (!program.error().where.starts_with("fuzz:") || program.error().found.empty()) std::abort();
    return 0;
  }
  if (!vtpu::isa::validate(*program).empty()) return 0;
  const auto again = vtpu::isa::assemble(vtpu::isa::disassemble(*program), "again");
  if (!again || vtpu::isa::to_siw(*again) != vtpu::isa::to_siw(*program)) std::abort();
  return 0;
}

// Reads arbitrary bytes as a kernel. Nothing may crash, an error must have a place in the text, and an accepted text
// must lower to a valid module.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "vtpu/compiler/ir/verify.h"
#include "vtpu/compiler/language/frontend.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = vtpu::compiler::language::read("fuzz", text);
  if (read.module.has_value() != read.diagnostics.empty() || read.diagnostics.size() > 20) std::abort();
  for (const auto& diagnostic : read.diagnostics) {
    if (diagnostic.place.line == 0 || diagnostic.place.column == 0 || diagnostic.found.empty()) std::abort();
    if (!vtpu::compiler::language::render(diagnostic, "fuzz", text).starts_with("fuzz:")) std::abort();
  }
  if (read.module && !vtpu::compiler::ir::verify(*read.module)) std::abort();
  return 0;
}

// Arbitrary bytes as a module in text form: it is refused with its place, or it is written as a text that gives it
// again.
#include <cstdint>
#include <string>

#include "vtpu/base/check.h"
#include "vtpu/compiler/ir/text.h"
#include "vtpu/compiler/ir/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vtpu::compiler;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  // Numbers of values in the head are sizes of tables: they are plausible at first.
  const auto module = ir::parse("fuzz", bytes);
  if (!module) {
    VTPU_CHECK(module.error().where.starts_with("fuzz"), "an error says where");
    return 0;
  }
  if (ir::verify(*module)) {
    const std::string text = ir::to_text(*module);
    const auto again = ir::parse("again", text);
    VTPU_CHECK(again && ir::to_text(*again) == text, "a module round-trips");
  }
  return 0;
}

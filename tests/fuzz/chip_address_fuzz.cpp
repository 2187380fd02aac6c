// Arbitrary bytes either parse to an address that prints as the same bytes or give an error. For every parsed address a
// machine returns a chip with that name or an error. Shapes are parsed from the same bytes.
#include <cstdint>
#include <string_view>

#include "vtpu/base/check.h"
#include "vtpu/net/chip_address.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/shape.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vtpu::net;
  static const Machine machine = *Machine::make({});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto shape = parse_shape(text)) VTPU_CHECK(shape->count() >= 1, "a parsed shape has a place");
  const auto address = parse_chip_address(text);
  if (!address) {
    VTPU_CHECK(!address.error().where.empty() && !address.error().expected.empty(), "an error says where and what");
    return 0;
  }
  VTPU_CHECK(to_string(*address) == text, "an address prints as the text it was read from");
  if (const auto chip = machine.chip_at(*address)) {
    ChipAddress whole_chip = *address;
    whole_chip.section = 1;
    VTPU_CHECK(machine.address_of(*chip) == whole_chip, "a chip has one address");
  }
  return 0;
}

#include "vtpu/exec/trap.h"

#include <fmt/core.h>

namespace vtpu::exec {

std::string_view name_of(TrapKind kind) {
  switch (kind) {
    case TrapKind::none: return "none";
    case TrapKind::unmapped: return "unmapped";
    case TrapKind::out_of_bounds: return "out_of_bounds";
    case TrapKind::cell_size: return "cell_size";
    case TrapKind::axis_range: return "axis_range";
    case TrapKind::bad_box: return "bad_box";
    case TrapKind::overlap: return "overlap";
    case TrapKind::quota: return "quota";
    case TrapKind::bad_handle: return "bad_handle";
    case TrapKind::flush_failed: return "flush_failed";
    case TrapKind::bad_temperature: return "bad_temperature";
    case TrapKind::exchange_full: return "exchange_full";
    case TrapKind::out_of_fuel: return "out_of_fuel";
    case TrapKind::deadlock: return "deadlock";
    case TrapKind::stray_access: return "stray_access";
  }
  return "";
}

std::string Trap::message() const {
  const std::string at = coordinate.raw_text();
  const auto what = [&]() -> std::string {
    switch (kind) {
      case TrapKind::none: return "no trap";
      case TrapKind::unmapped: return "nothing is mapped at " + at;
      case TrapKind::out_of_bounds:
        return fmt::format("{:+} bytes from {} lies outside what the pointer covers", offset, at);
      case TrapKind::cell_size: return "the region at " + at + " has cells of another size";
      case TrapKind::axis_range: return fmt::format("{:+} steps from {} leave the range 0 to 2047", offset, at);
      case TrapKind::bad_box: return "corners and mask do not form a box at " + at;
      case TrapKind::overlap: return "the box at " + at + " overlaps an existing region";
      case TrapKind::quota: return "the memory limit of the machine is exceeded at " + at;
      case TrapKind::bad_handle: return fmt::format("no region has handle {}", offset);
      case TrapKind::flush_failed:
        return offset == 0 ? "the backing file of the region at " + at + " cannot be used"
                           : fmt::format("the backing file of region {} cannot be written", offset);
      case TrapKind::bad_temperature: return "the temperature is negative or not a number";
      case TrapKind::exchange_full: return "the exchange is full of pending messages, at " + at;
      case TrapKind::out_of_fuel: return "the fuel is exhausted";
      case TrapKind::deadlock: return "every sentron waits";
      case TrapKind::stray_access:
        return fmt::format("host code would access memory at {:+} bytes from {}, where the word has no access", offset,
                           at);
    }
    return "";
  };
  if (kind == TrapKind::none) return what();
  return fmt::format("word {}, slot {}: {}", word, isa::name_of(slot), what());
}

}  // namespace vtpu::exec

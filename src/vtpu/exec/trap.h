#pragma once
#include <cstdint>
#include <string>

#include "vtpu/isa/opcode.h"
#include "vtpu/phext/packed.h"

namespace vtpu::exec {

enum class TrapKind : std::uint8_t {
  none,
  unmapped,       ///< no region has the coordinate
  out_of_bounds,  ///< bytes outside what the pointer covers
  cell_size,      ///< a cell of another size than the access
  axis_range,     ///< a cell's coordinate outside 0 to 2047 on its axis
  bad_box,        ///< salloc: corners and mask do not form a box
  overlap,        ///< salloc: the box overlaps another region
  quota,          ///< the machine's memory limit is exceeded, or the system gives no more; salloc, csend and writes to
                  ///< sparse pages, but any op that needs memory can trap so
  bad_handle,     ///< sfree, sflush: no such region
  flush_failed,   ///< sflush: the backing file could not be written; salloc: it could not be opened or is damaged
  bad_temperature,  ///< ctemp: negative or not a number
  exchange_full,    ///< csend: the exchange is full of pending messages
  out_of_fuel,      ///< the fuel, in words, is exhausted
  deadlock,         ///< every sentron waits; set by the scheduler
  stray_access      ///< with checked accesses only: an error of the native engine, found before the access happened
};

std::string_view name_of(TrapKind kind);

/// Why a sentron stopped permanently. The word at `word` has changed nothing.
struct Trap {
  TrapKind kind = TrapKind::none;
  std::uint32_t word = 0;
  isa::Slot slot = isa::Slot::D;
  phext::PackedCoordinate coordinate;  ///< of memory and message operations, else zero
  std::int64_t offset = 0;  ///< displacement in bytes (out_of_bounds, unmapped, stray_access), steps (axis_range)

  /// `word 12, slot S: nothing is mapped at 1.1.1/1.1.1/1.1.2/1.1`
  std::string message() const;
  friend bool operator==(const Trap& a, const Trap& b) {
    return a.kind == b.kind && a.word == b.word && a.slot == b.slot && a.coordinate == b.coordinate &&
           a.offset == b.offset;
  }
};

}  // namespace vtpu::exec

#include "vtpu/phext/writer.h"

#include "vtpu/base/check.h"

namespace vtpu::phext {
namespace {

/// Calls `emit(kind, count)` for each run of equal breaks, in order.
template <class Emit>
void for_each_run(const Coordinate& from, const Coordinate& to, Emit emit) {
  bool differs = false;
  for (std::size_t kind = kBreakKinds - 1; kind > 0; --kind) {
    const Break dimension = static_cast<Break>(kind);
    const std::uint32_t base = differs ? Coordinate::kMin : from.part(dimension);
    const std::uint32_t wanted = to.part(dimension);
    VTPU_CHECK(wanted >= base, "a fix-up leads forward");
    if (wanted > base) emit(dimension, static_cast<std::size_t>(wanted - base));
    differs = differs || wanted != base;
  }
}

}  // namespace

void append_fix_up(std::string& text, const Coordinate& from, const Coordinate& to) {
  for_each_run(from, to, [&](Break kind, std::size_t count) { text.append(count, byte_of(kind)); });
}

std::size_t fix_up_length(const Coordinate& from, const Coordinate& to) {
  std::size_t length = 0;
  for_each_run(from, to, [&](Break, std::size_t count) { length += count; });
  return length;
}

void DocumentWriter::append(const Coordinate& coordinate, std::string_view scroll) {
  if (scroll.empty()) return;
  append_fix_up(text_, cursor_, coordinate);
  text_ += scroll;
  cursor_ = coordinate;
}

}  // namespace vtpu::phext

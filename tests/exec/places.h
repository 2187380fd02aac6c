#pragma once
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "vtpu/exec/machine.h"

// Short forms for regions and their bytes, which bypass the sentrons' translation caches.
namespace vtpu::exec {

using phext::Axis;
using phext::PackedCoordinate;

inline PackedCoordinate coordinate(const std::string& text) { return *PackedCoordinate::parse(text); }

/// Line and column of scroll 1.1.1/1.1.1/1.1.1.
inline PackedCoordinate at(std::uint32_t line, std::uint32_t column) {
  return coordinate("1.1.1/1.1.1/1.1.1").with(Axis::line, line).with(Axis::column, column);
}

inline std::uint64_t allocate(Machine& machine, PackedCoordinate first, PackedCoordinate last, unsigned cell_log2,
                              memory::Layout layout = memory::Layout::row_major) {
  memory::RegionSpec spec;
  spec.first = first, spec.last = last, spec.cell_log2 = cell_log2, spec.layout = layout;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i)
    if (first.get(static_cast<Axis>(i)) != last.get(static_cast<Axis>(i)))
      spec.mask |= 1u << (PackedCoordinate::kAxes - 1 - i);
  const auto allocated = machine.memory().allocate(spec);
  if (allocated.fault) throw std::runtime_error("the test's region cannot be made");
  return allocated.handle;
}

inline void poke(Machine& machine, PackedCoordinate where, std::span<const std::byte> bytes, std::int64_t offset = 0) {
  auto cache = std::make_unique<memory::TranslationCache>();
  memory::Pointer p;
  p.coordinate = where;
  const auto place = machine.memory().access(p, offset, bytes.size(), true, *cache);
  if (place.fault) throw std::runtime_error("the test writes outside its region");
  std::memcpy(place.at, bytes.data(), bytes.size());
}
template <class T>
requires std::is_arithmetic_v<T>
void poke(Machine& machine, PackedCoordinate where, T value) {
  poke(machine, where, std::as_bytes(std::span(&value, 1)));
}

/// The first bytes of a cell; zeros where a page is absent.
template <class T>
T peek(const Machine& machine, PackedCoordinate where) {
  T value{};
  const auto bytes = machine.memory().peek(where);
  if (bytes.size() >= sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// A row of 128 cells of 8 bytes, columns 1 to 128 of line 1: byte k is `pattern(k)`.
constexpr std::size_t kRowBytes = 1024;
inline std::byte pattern(std::size_t k) { return static_cast<std::byte>((k * 37 + k / 256 + 11) & 255); }
inline void make_row(Machine& machine) {
  allocate(machine, at(1, 1), at(1, 128), 3);
  std::vector<std::byte> bytes(kRowBytes);
  for (std::size_t k = 0; k < kRowBytes; ++k) bytes[k] = pattern(k);
  poke(machine, at(1, 1), bytes);
}
inline std::vector<std::byte> row_of(const Machine& machine) {
  std::vector<std::byte> bytes;
  for (std::uint32_t column = 1; column <= 128; ++column) {
    const auto cell = machine.memory().peek(at(1, column));
    bytes.insert(bytes.end(), cell.begin(), cell.end());
  }
  return bytes;
}

}  // namespace vtpu::exec

#pragma once
#include <algorithm>

#include "vtpu/exec/float_rules.h"
#include "vtpu/exec/ops_dense.h"
#include "vtpu/exec/pending.h"

// The meaning of every sparse opcode. `apply` checks without side effects whether the op can be executed; `perform`
// executes it.

namespace vtpu::exec {

inline SlotResult& sparse(Pending& pending) { return pending.slots[1]; }

inline TrapKind trap_of(memory::MemoryFault fault) {
  using memory::MemoryFault;
  switch (fault) {
    case MemoryFault::unmapped: return TrapKind::unmapped;
    case MemoryFault::out_of_bounds: return TrapKind::out_of_bounds;
    case MemoryFault::cell_size: return TrapKind::cell_size;
    case MemoryFault::bad_box: return TrapKind::bad_box;
    case MemoryFault::overlap: return TrapKind::overlap;
    case MemoryFault::quota: return TrapKind::quota;
    case MemoryFault::bad_handle: return TrapKind::bad_handle;
    case MemoryFault::io: return TrapKind::flush_failed;
  }
  return TrapKind::unmapped;
}

// ---- memory by layout address
inline std::int64_t offset_of(const Before& s, const isa::Op& op) {
  const std::uint64_t index = op.c == isa::kNoRegister ? 0 : s.r(op.c) << op.mode;
  return static_cast<std::int64_t>(index + static_cast<std::uint64_t>(std::int64_t{op.disp}));
}
/// The fuel for finding the region of a coordinate.
inline void charge_look_up(const Before& s, phext::PackedCoordinate c, Pending& pending) {
  pending.extra_fuel += s.machine.memory().look_up_items(c, kItemsPerFuel) / kItemsPerFuel;
}
inline void charge_translation(const Before& s, const memory::Pointer& p, Pending& pending) {
  if (!p.translated()) charge_look_up(s, p.coordinate, pending);
}
inline Outcome look(const Before& s, const isa::Op& op, std::int64_t offset, std::uint64_t bytes, bool write) {
  const memory::Pointer& p = s.context.p[op.b];
  const auto fault = s.machine.memory().check(p, offset, bytes, write);
  return fault ? Outcome::trapped(trap_of(*fault), p.coordinate, offset) : Outcome{};
}
/// Null, with the reason in `pending`: another worker has freed the region since `apply` checked the access, or has
/// used the memory for the page.
[[gnu::cold, gnu::noinline]] inline std::byte* refused(Pending& pending, memory::MemoryFault fault,
                                                       phext::PackedCoordinate at, std::int64_t offset = 0) {
  pending.failure = Outcome::trapped(trap_of(fault), at, offset);
  return nullptr;
}
inline std::byte* accessed(Before& s, Context& context, std::uint8_t p, std::int64_t offset, std::uint64_t bytes,
                           bool write, Pending& pending) {
  const auto place = s.machine.memory().access(context.p[p], offset, bytes, write, *context.cache);
  return place.at != nullptr ? place.at : refused(pending, *place.fault, context.p[p].coordinate, offset);
}
inline std::byte* place(Before& s, Context& context, const isa::Op& op, std::int64_t offset, std::uint64_t bytes,
                        bool write, Pending& pending) {
  std::byte* at = accessed(s, context, op.b, offset, bytes, write, pending);
  if (at == nullptr) return at;
  if (s.observer != nullptr)
    (*s.observer)({static_cast<std::uint32_t>(context.pc), at, static_cast<std::uint32_t>(bytes), write});
  return at;
}

#define GATHER(id, bytes, set)                                                            \
  MEANING(id) {                                                                           \
    charge_translation(s, s.context.p[op.b], pending);                                    \
    return look(s, op, offset_of(s, op), bytes, false);                                   \
  }                                                                                       \
  PERFORMED(id) {                                                                         \
    const std::byte* at = place(s, context, op, offset_of(s, op), bytes, false, pending); \
    if (at == nullptr) return;                                                            \
    set;                                                                                  \
  }
inline std::uint64_t loaded(const std::byte* at, std::size_t bytes) {
  std::uint64_t x = 0;
  std::memcpy(&x, at, bytes);
  return x;
}
inline std::array<std::byte, 64> loaded_vector(const std::byte* at, std::size_t bytes) {
  std::array<std::byte, 64> x{};
  std::memcpy(x.data(), at, bytes);
  return x;
}
inline std::array<std::uint32_t, 16> sixteen_of(std::uint32_t x) {
  std::array<std::uint32_t, 16> lanes;
  lanes.fill(x);
  return lanes;
}
GATHER(sgather_i8, 1, sparse(pending).set_r(op.d, loaded(at, 1)))
GATHER(sgather_i16, 2, sparse(pending).set_r(op.d, loaded(at, 2)))
GATHER(sgather_i32, 4, sparse(pending).set_r(op.d, loaded(at, 4)))
GATHER(sgather_i64, 8, sparse(pending).set_r(op.d, loaded(at, 8)))
GATHER(sgather_v32, 32, sparse(pending).set_v(op.d, loaded_vector(at, 32)))
GATHER(sgather_v64, 64, sparse(pending).set_v(op.d, loaded_vector(at, 64)))
GATHER(sgather_bcast, 4, sparse(pending).set_v(op.d, sixteen_of(static_cast<std::uint32_t>(loaded(at, 4)))))
#undef GATHER

#define SCATTER(id, bytes, from)                                                                            \
  MEANING(id) {                                                                                             \
    charge_translation(s, s.context.p[op.b], pending);                                                      \
    return look(s, op, offset_of(s, op), bytes, true);                                                      \
  }                                                                                                         \
  PERFORMED(id) {                                                                                           \
    if (std::byte* const at = place(s, context, op, offset_of(s, op), bytes, true, pending); at != nullptr) \
      std::memcpy(at, from, bytes);                                                                         \
  }
SCATTER(sscattr_i8, 1, &context.r[op.a])
SCATTER(sscattr_i16, 2, &context.r[op.a])
SCATTER(sscattr_i32, 4, &context.r[op.a])
SCATTER(sscattr_i64, 8, &context.r[op.a])
SCATTER(sscattr_v32, 32, &context.v[op.a])
SCATTER(sscattr_v64, 64, &context.v[op.a])
#undef SCATTER

/// The displacements of the sixteen lanes.
inline std::array<std::int64_t, 16> lane_offsets(const Before& s, const isa::Op& op) {
  const auto lanes = s.v<std::int32_t>(op.c);
  std::array<std::int64_t, 16> offsets;
  for (std::size_t i = 0; i < 16; ++i) offsets[i] = 4 * std::int64_t{lanes[i]} + op.disp;
  return offsets;
}
inline Outcome look_at_lanes(const Before& s, const isa::Op& op, bool write, Pending& pending) {
  charge_translation(s, s.context.p[op.b], pending);
  for (const std::int64_t offset : lane_offsets(s, op))
    if (const Outcome outcome = look(s, op, offset, 4, write); !outcome.done()) return outcome;
  return {};
}
/// One access that covers all lanes; `least` is set to the smallest displacement. A read of an absent page gives zeros
/// for the whole page.
inline std::byte* place_of_lanes(Before& s, Context& context, const isa::Op& op, std::int64_t& least, bool write,
                                 Pending& pending) {
  const auto offsets = lane_offsets(s, op);
  const auto [low, high] = std::minmax_element(offsets.begin(), offsets.end());
  least = *low;
  std::byte* at = accessed(s, context, op.b, *low, static_cast<std::uint64_t>(*high - *low + 4), write, pending);
  if (at == nullptr) return at;
  if (s.observer != nullptr)
    for (const std::int64_t offset : offsets)
      (*s.observer)({static_cast<std::uint32_t>(context.pc), at + (offset - least), 4, write});
  return at;
}
MEANING(sgather_x16) { return look_at_lanes(s, op, false, pending); }
PERFORMED(sgather_x16) {
  std::int64_t least = 0;
  const std::byte* at = place_of_lanes(s, context, op, least, false, pending);
  if (at == nullptr) return;
  const auto offsets = lane_offsets(s, op);
  std::array<std::uint32_t, 16> x;
  for (std::size_t i = 0; i < 16; ++i) x[i] = static_cast<std::uint32_t>(loaded(at + (offsets[i] - least), 4));
  sparse(pending).set_v(op.d, x);
}
MEANING(sscattr_x16) { return look_at_lanes(s, op, true, pending); }
PERFORMED(sscattr_x16) {
  std::int64_t least = 0;
  std::byte* at = place_of_lanes(s, context, op, least, true, pending);
  if (at == nullptr) return;
  const auto offsets = lane_offsets(s, op);
  const auto x = s.v<std::uint32_t>(op.a);
  for (std::size_t i = 0; i < 16; ++i) std::memcpy(at + (offsets[i] - least), &x[i], 4);
}
MEANING(sprefch) {
  // Affects time only.
  return {};
}
PERFORMED(sprefch) {
  if (context.p[op.b].translated())
    __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(context.p[op.b].base) +
                                                     static_cast<std::uintptr_t>(offset_of(s, op))));
}

// ---- memory by coordinate
/// The coordinate r steps along the axis; none if that leaves 0 to 2047.
inline std::optional<phext::PackedCoordinate> cell_of(const Before& s, const isa::Op& op) {
  const auto axis = static_cast<phext::Axis>(op.mode);
  const phext::PackedCoordinate from = s.context.p[op.b].coordinate;
  const std::int64_t steps = op.c == isa::kNoRegister ? 0 : static_cast<std::int64_t>(s.r(op.c));
  if (steps > phext::PackedCoordinate::kMax || steps < -std::int64_t{phext::PackedCoordinate::kMax}) return {};
  const std::int64_t to = from.get(axis) + steps;
  if (to < 0 || to > phext::PackedCoordinate::kMax) return {};
  return from.with(axis, static_cast<std::uint32_t>(to));
}
inline Outcome look_at_cell(const Before& s, const isa::Op& op, unsigned cell_log2, bool write, Pending& pending) {
  const auto cell = cell_of(s, op);
  if (!cell)
    return Outcome::trapped(TrapKind::axis_range, s.context.p[op.b].coordinate,
                            static_cast<std::int64_t>(op.c == isa::kNoRegister ? 0 : s.r(op.c)));
  if (s.context.cache->hits(*cell, cell_log2)) return {};
  charge_look_up(s, *cell, pending);
  const auto fault = s.machine.memory().check_cell(*cell, cell_log2, write);
  return fault ? Outcome::trapped(trap_of(*fault), *cell) : Outcome{};
}
inline std::byte* place_of_cell(Before& s, Context& context, const isa::Op& op, unsigned cell_log2, bool write,
                                Pending& pending) {
  const phext::PackedCoordinate cell = *cell_of(s, op);
  const auto place = s.machine.memory().cell(cell, cell_log2, write, *context.cache);
  if (place.at == nullptr) return refused(pending, *place.fault, cell);
  std::byte* const at = place.at;
  if (s.observer != nullptr) (*s.observer)({static_cast<std::uint32_t>(context.pc), at, 1u << cell_log2, write});
  return at;
}
MEANING(sgatherc_i64) { return look_at_cell(s, op, 3, false, pending); }
PERFORMED(sgatherc_i64) {
  const std::byte* const at = place_of_cell(s, context, op, 3, false, pending);
  if (at != nullptr) sparse(pending).set_r(op.d, loaded(at, 8));
}
MEANING(sgatherc_v64) { return look_at_cell(s, op, 6, false, pending); }
PERFORMED(sgatherc_v64) {
  const std::byte* const at = place_of_cell(s, context, op, 6, false, pending);
  if (at != nullptr) sparse(pending).set_v(op.d, loaded_vector(at, 64));
}
MEANING(sscattrc_i64) { return look_at_cell(s, op, 3, true, pending); }
PERFORMED(sscattrc_i64) {
  std::byte* const at = place_of_cell(s, context, op, 3, true, pending);
  if (at != nullptr) std::memcpy(at, &context.r[op.a], 8);
}
MEANING(sscattrc_v64) { return look_at_cell(s, op, 6, true, pending); }
PERFORMED(sscattrc_v64) {
  std::byte* const at = place_of_cell(s, context, op, 6, true, pending);
  if (at != nullptr) std::memcpy(at, &context.v[op.a], 64);
}

// ---- coordinates
MEANING(sindex) {
  memory::Pointer p = s.context.p[op.a];
  const bool cut =
      memory::PageTable::step(p, static_cast<phext::Axis>(op.mode), static_cast<std::int64_t>(s.b_or_immediate(op)));
  pending.sr_clear |= kSaturated;
  if (cut) pending.sr_set |= kSaturated;
  sparse(pending).set_p(op.d, p);
  return {};
}
MEANING(sindex_set) {
  memory::Pointer p;
  p.coordinate = s.context.p[op.a].coordinate.with(
      static_cast<phext::Axis>(op.mode),
      static_cast<std::uint32_t>(s.b_or_immediate(op)) & phext::PackedCoordinate::kMax);
  sparse(pending).set_p(op.d, p);
  return {};
}
MEANING(sindex_get) {
  sparse(pending).set_r(op.d, s.context.p[op.a].coordinate.get(static_cast<phext::Axis>(op.mode)));
  return {};
}
MEANING(sdedup) {
  std::array<std::uint32_t, 16> x{};
  std::size_t count = 0;
  for (const std::uint32_t lane : s.v<std::uint32_t>(op.a))
    if (std::find(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(count), lane) ==
        x.begin() + static_cast<std::ptrdiff_t>(count))
      x[count++] = lane;
  sparse(pending).set_v(op.d, x);
  sparse(pending).second = op.c;
  sparse(pending).second_r = count;
  return {};
}
MEANING(shypdist) {
  sparse(pending).set_r(op.d, phext::hamming_distance(s.context.p[op.a].coordinate, s.context.p[op.b].coordinate));
  return {};
}

// ---- regions
/// Both modules have a Layout, because neither may include the other.
static_assert(static_cast<int>(isa::Layout::sparse) == static_cast<int>(memory::Layout::sparse) &&
              static_cast<int>(isa::Layout::hilbert) == static_cast<int>(memory::Layout::hilbert) &&
              static_cast<int>(isa::Layout::morton) == static_cast<int>(memory::Layout::morton));
inline memory::RegionSpec allocation_of(const Before& s, const isa::Op& op) {
  memory::RegionSpec spec;
  spec.first = s.context.p[op.a].coordinate;
  spec.last = s.context.p[op.b].coordinate;
  spec.mask = static_cast<std::uint32_t>(op.imm);
  spec.layout = static_cast<memory::Layout>(op.mode & 3);
  spec.cell_log2 = op.mode >> 2;
  return spec;
}
MEANING(salloc) {
  const memory::RegionSpec spec = allocation_of(s, op);
  std::uint64_t looked_at = 0;
  const auto fault = s.machine.memory().check_allocation(spec, looked_at);
  pending.extra_fuel += looked_at / kItemsPerFuel;
  return fault ? Outcome::trapped(trap_of(*fault), spec.first) : (Outcome{});
}
PERFORMED(salloc) {
  const memory::RegionSpec spec = allocation_of(s, op);
  const auto allocated = s.machine.memory().allocate(spec);
  if (allocated.fault)
    pending.failure = Outcome::trapped(trap_of(*allocated.fault), spec.first);
  else
    sparse(pending).set_r(op.d, allocated.handle);
}
inline Outcome known_region(const Before& s, std::uint64_t handle) {
  return s.machine.memory().has(handle) ? Outcome{}
                                        : Outcome::trapped(TrapKind::bad_handle, {}, static_cast<std::int64_t>(handle));
}
/// Dropping a sentron's translations to a region takes as long as examining some items.
constexpr std::uint64_t kSentronsPerFuel = 16;
MEANING(sfree) {
  pending.extra_fuel += s.machine.sentrons().size() / kSentronsPerFuel;
  return known_region(s, s.r(op.a));
}
PERFORMED(sfree) {
  const std::uint64_t handle = s.r(op.a);
  if (s.machine.memory().free(handle)) {  // another worker has freed it since `apply`
    pending.failure = Outcome::trapped(TrapKind::bad_handle, {}, static_cast<std::int64_t>(handle));
    return;
  }
  s.machine.forget(context, handle);
  for (SlotResult& slot : pending.slots)  // a dmov.p in this word may have copied a translation to the region
    if (slot.file == isa::File::p && slot.p.handle == handle) slot.p.forget();
}
MEANING(sflush) {
  pending.extra_fuel += s.machine.memory().backed_pages(s.r(op.a)) / kItemsPerFuel;
  return known_region(s, s.r(op.a));
}
PERFORMED(sflush) {
  // The file is written once the C slot neither traps nor waits. Only writing shows whether the flush succeeds.
  const std::uint64_t handle = s.r(op.a);
  if (const auto fault = s.machine.memory().flush(handle))
    pending.failure = Outcome::trapped(trap_of(*fault), {}, static_cast<std::int64_t>(handle));
}

// ---- geometry
inline phext::PackedCoordinate last_with_prefix(phext::PackedCoordinate c, std::int64_t depth) {
  using Bits = phext::PackedCoordinate::Bits;
  const unsigned free_bits = static_cast<unsigned>(11 - depth) * phext::PackedCoordinate::kAxisBits;
  const Bits value = c.with_flags(0).bits();
  return phext::PackedCoordinate::from_bits(value | ((static_cast<Bits>(1) << free_bits) - 1));
}
inline phext::PackedCoordinate first_with_prefix(phext::PackedCoordinate c, std::int64_t depth) {
  const unsigned free_bits = static_cast<unsigned>(11 - depth) * phext::PackedCoordinate::kAxisBits;
  return phext::PackedCoordinate::from_bits(c.with_flags(0).bits() >> free_bits << free_bits);
}
inline std::optional<phext::PackedCoordinate> successor(phext::PackedCoordinate c) {
  constexpr auto kLast = (static_cast<phext::PackedCoordinate::Bits>(1) << 121) - 1;
  const auto bits = c.with_flags(0).bits();
  if (bits == kLast) return {};
  return phext::PackedCoordinate::from_bits(bits + 1);
}

/// A search through cells, which costs fuel in proportion to the cells it examines and ends when the fuel is exhausted.
struct Search {
  explicit Search(const Before& before)
      : memory(before.machine.memory()),
        most(std::min(before.context.fuel, ~std::uint64_t{0} / kItemsPerFuel) * kItemsPerFuel) {}

  /// Calls visit(coordinate) for the occupied coordinates of an interval, in order, until it returns false.
  template <class Visit>
  void for_each_occupied(phext::PackedCoordinate first, phext::PackedCoordinate last, Visit visit) {
    memory::OccupiedCells cells(memory, first, last, looked_at, most);
    while (const auto found = cells.next())
      if (!visit(*found)) return;
  }
  bool out_of_fuel() const { return looked_at > most; }
  std::uint64_t fuel() const { return looked_at / kItemsPerFuel; }

  const memory::PageTable& memory;
  std::uint64_t most;
  std::uint64_t looked_at = 0;
};

MEANING(shyper) {
  const phext::PackedCoordinate c = s.context.p[op.a].coordinate;
  std::uint64_t count = 0;
  Search search(s);
  search.for_each_occupied(first_with_prefix(c, op.imm), last_with_prefix(c, op.imm),
                           [&](auto) { return ++count, true; });
  if (search.out_of_fuel()) return Outcome::trapped(TrapKind::out_of_fuel);
  pending.extra_fuel += search.fuel();
  sparse(pending).set_r(op.d, count);
  return {};
}
MEANING(shyper_next) {
  const memory::Pointer& p = s.context.p[op.a];
  memory::Pointer next = p;
  Search search(s);
  std::uint64_t found = 0;
  if (const auto from = successor(p.coordinate))
    search.for_each_occupied(*from, last_with_prefix(p.coordinate, op.imm), [&](phext::PackedCoordinate c) {
      next.forget();
      next.coordinate = c;
      found = 1;
      return false;
    });
  if (search.out_of_fuel()) return Outcome::trapped(TrapKind::out_of_fuel);
  pending.extra_fuel += search.fuel();
  sparse(pending).set_p(op.d, next);
  sparse(pending).second = op.c;
  sparse(pending).second_r = found;
  return {};
}
inline bool near(phext::PackedCoordinate a, phext::PackedCoordinate b) {
  for (std::size_t axis = 0; axis < phext::PackedCoordinate::kAxes; ++axis) {
    const std::uint32_t x = a.get(static_cast<phext::Axis>(axis)), y = b.get(static_cast<phext::Axis>(axis));
    if (x + 1 < y || y + 1 < x) return false;
  }
  return true;
}
MEANING(ssimplex) {
  const phext::PackedCoordinate c = s.context.p[op.a].coordinate;
  Search search(s);
  bool here = false;
  std::vector<phext::PackedCoordinate> around;
  search.for_each_occupied({}, last_with_prefix({}, 0), [&](phext::PackedCoordinate other) {
    if (other == c)
      here = true;
    else if (near(c, other))
      around.push_back(other);
    return true;
  });
  std::uint64_t count = here ? 1 : 0;
  if (here && op.imm >= 1) {
    count = op.imm == 1 ? around.size() : 0;
    for (std::size_t i = 0; op.imm >= 2 && i < around.size(); ++i)
      for (std::size_t j = i + 1; j < around.size() && !search.out_of_fuel(); ++j) {
        ++search.looked_at;
        if (!near(around[i], around[j])) continue;
        if (op.imm == 2) ++count;
        for (std::size_t k = j + 1; op.imm == 3 && k < around.size() && !search.out_of_fuel(); ++k)
          ++search.looked_at, count += near(around[i], around[k]) && near(around[j], around[k]);
      }
  }
  if (search.out_of_fuel()) return Outcome::trapped(TrapKind::out_of_fuel);
  pending.extra_fuel += search.fuel();
  sparse(pending).set_r(op.d, count);
  return {};
}
inline double laplacian_of(const memory::PageTable::Neighbourhood& cells) {
  const double here = std::bit_cast<double>(loaded(cells.here, 8));
  double sum = 0;
  for (const std::byte* const there : cells.around)
    if (there != nullptr) sum = add(sum, subtract(std::bit_cast<double>(loaded(there, 8)), here));
  return sum;
}
MEANING(slaplace) {
  const phext::PackedCoordinate c = s.context.p[op.a].coordinate;
  const auto cells = s.machine.memory().neighbourhood(c, kItemsPerFuel);
  pending.extra_fuel += cells.items / kItemsPerFuel;
  if (cells.fault) return Outcome::trapped(trap_of(*cells.fault), c);
  sparse(pending).set_r(op.d, bits_of(laplacian_of(cells)));
  return {};
}
MEANING(stensor) {
  const auto count = static_cast<std::uint64_t>(op.imm);
  if (count == 0) return {};
  pending.extra_fuel += count / kItemsPerFuel;
  charge_translation(s, s.context.p[op.a], pending);
  charge_translation(s, s.context.p[op.b], pending);
  for (const auto& [index, bytes] : {std::pair{op.a, 4 * count}, std::pair{op.b, 64 * count}})
    if (const auto fault = s.machine.memory().check(s.context.p[index], 0, bytes, false))
      return Outcome::trapped(trap_of(*fault), s.context.p[index].coordinate);
  return {};
}
PERFORMED(stensor) {
  const auto count = static_cast<std::size_t>(op.imm);
  auto x = s.v<float>(op.d);
  if (count != 0) {
    const std::byte* a = accessed(s, context, op.a, 0, 4 * count, false, pending);
    const std::byte* b = a == nullptr ? a : accessed(s, context, op.b, 0, 64 * count, false, pending);
    if (b == nullptr) return;
    if (s.observer != nullptr) {
      (*s.observer)({static_cast<std::uint32_t>(context.pc), a, static_cast<std::uint32_t>(4 * count), false});
      (*s.observer)({static_cast<std::uint32_t>(context.pc), b, static_cast<std::uint32_t>(64 * count), false});
    }
    for (std::size_t k = 0; k < count; ++k) {
      const float factor = scalar<float>(loaded(a + 4 * k, 4));
      for (std::size_t i = 0; i < 16; ++i)
        x[i] = multiply_add(factor, scalar<float>(loaded(b + 64 * k + 4 * i, 4)), x[i]);
    }
  }
  sparse(pending).set_v(op.d, x);
}

}  // namespace vtpu::exec

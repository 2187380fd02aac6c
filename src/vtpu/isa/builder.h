#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "vtpu/isa/program.h"

namespace vtpu::isa {

// Registers as types of their own: a vector register cannot stand where a scalar belongs.
struct R {
  unsigned index = 0;
};
struct V {
  unsigned index = 0;
};
struct P {
  unsigned index = 0;
};
struct M {
  unsigned index = 0;
};

/// A place in a program, given out and placed by a Builder.
struct Label {
  std::uint32_t id = 0;
};
/// Places in the pools, given out by a Builder.
struct ConstantPlace {
  std::uint32_t index = 0;
};
struct CoordinatePlace {
  std::uint32_t index = 0;
};

/// `[p + r × scale + displacement]` or, with a vector of indices, `[p + v × 4 + displacement]`.
struct Address {
  P base;
  std::optional<R> index;
  std::optional<V> lanes;
  unsigned scale = 1;  ///< 1, 2, 4 or 8
  std::int32_t displacement = 0;
};
/// `[p @ axis r]`.
struct Cell {
  P base;
  phext::Axis axis = phext::Axis::column;
  std::optional<R> steps;
};
/// What salloc makes over its box.
struct Allocation {
  std::uint32_t mask = 1;  ///< bit 0 the column … bit 10 the library
  unsigned cell_log2 = 6;
  Layout layout = Layout::row_major;
};

inline Address at(P base, std::int32_t displacement = 0) { return {base, {}, {}, 1, displacement}; }
inline Address at(P base, R index, unsigned scale = 1, std::int32_t displacement = 0) {
  return {base, index, {}, scale, displacement};
}
inline Address at(P base, V lanes, std::int32_t displacement = 0) { return {base, {}, lanes, 1, displacement}; }
inline Cell cell(P base, phext::Axis axis) { return {base, axis, {}}; }
inline Cell cell(P base, phext::Axis axis, R steps) { return {base, axis, steps}; }

/// Whatever may stand as an operand in assembly text.
using OperandValue = std::variant<R, V, P, M, std::int64_t, Condition, phext::Axis, ReductionKind, Label, ConstantPlace,
                                  CoordinatePlace, Address, Cell, Allocation>;

template <class T>
OperandValue operand(const T& value) {
  if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(value);
  } else {
    return value;
  }
}

/// The op with these operands, in the order of opcodes.def. Operands of another kind or number than the table has, or
/// out of range, are a mistake of the caller (VTPU_CHECK). A target holds its label until the program is built.
Op make_op(Opcode opcode, std::initializer_list<OperandValue> operands);

template <class... T>
Op op(Opcode opcode, const T&... operands) {
  return make_op(opcode, {operand(operands)...});
}

/// Makes a Program word by word.
class Builder {
 public:
  explicit Builder(std::string name) { program_.name = std::move(name); }

  /// Appends a word; each op goes into the slot of its opcode, and no two may have the same.
  template <std::same_as<Op>... Ops>
  Builder& word(const Ops&... ops) {
    return append({ops...});
  }

  /// A label not yet placed; every one has to be placed once, before the next word.
  Label label(std::string name);
  Builder& place(Label label);
  /// A label at the next word.
  Label here(std::string name);

  /// The place of a constant or coordinate in its pool; equal ones share a place.
  ConstantPlace constant(const Constant& value);
  CoordinatePlace coordinate(phext::PackedCoordinate value);

  /// Sets `counter` to `count` ≥ 1, then runs `body`, which appends the words of the loop. The closing dloop goes into
  /// the body's last word if that has no dense op, else into a word of its own.
  Builder& counted_loop(R counter, std::uint64_t count, const std::function<void()>& body);

  std::size_t size() const { return program_.words.size(); }
  /// The program, its targets resolved. The builder is empty afterwards.
  Program build();

 private:
  Builder& append(std::initializer_list<Op> ops);

  struct Place {
    std::string name;
    std::optional<std::uint32_t> word;
  };
  Program program_;
  std::vector<Place> places_;
};

}  // namespace vtpu::isa

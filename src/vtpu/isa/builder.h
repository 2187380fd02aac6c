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

// Each register file has its own type, so that a vector register is not accepted in place of a scalar one.
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

/// A position in a program, created and placed by a Builder.
struct Label {
  std::uint32_t id = 0;
};
/// Positions in the pools, created by a Builder.
struct ConstantPlace {
  std::uint32_t index = 0;
};
struct CoordinatePlace {
  std::uint32_t index = 0;
};

/// `[p + r × scale + displacement]` or, with a vector of indices: `[p + v × 4 + displacement]`.
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
/// The allocation operand of salloc.
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

/// Any operand of assembly text.
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

/// The op with these operands in the order of opcodes.def. Operands whose kind or number differs from the table, or
/// that are out of range, fail a VTPU_CHECK. A target holds its label until the program is built.
Op make_op(Opcode opcode, std::initializer_list<OperandValue> operands);

template <class... T>
Op op(Opcode opcode, const T&... operands) {
  return make_op(opcode, {operand(operands)...});
}

/// Builds a Program word by word.
class Builder {
 public:
  explicit Builder(std::string name) { program_.name = std::move(name); }

  /// Appends a word. Each op goes into the slot of its opcode; two ops must not share a slot.
  template <std::same_as<Op>... Ops>
  Builder& word(const Ops&... ops) {
    return append({ops...});
  }

  /// Creates a label without a position. Every label must be placed exactly once.
  Label label(std::string name);
  /// Puts the label at the next word.
  Builder& place(Label label);
  /// Creates a label at the next word.
  Label here(std::string name);

  /// The position of a constant or coordinate in its pool; equal ones share a position.
  ConstantPlace constant(const Constant& value);
  CoordinatePlace coordinate(phext::PackedCoordinate value);

  /// Sets `counter` to `count` ≥ 1 and calls `body`, which appends the words of the loop. The closing dloop goes into
  /// the last word of the body if that has no dense op, else into a new word.
  Builder& counted_loop(R counter, std::uint64_t count, const std::function<void()>& body);

  std::size_t size() const { return program_.words.size(); }
  /// The program with its targets resolved. The builder is empty afterwards.
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

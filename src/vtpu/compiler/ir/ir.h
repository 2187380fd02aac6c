#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vtpu/isa/operand.h"
#include "vtpu/phext/packed.h"

/// The compiler's intermediate representation: values in static single assignment under structured counted loops.
/// Addresses are affine in the loops' iteration numbers wherever they can be, so that dependences, strength reduction
/// and prefetch distances are read off an access instead of being found again in arithmetic.
namespace vtpu::compiler::ir {

/// What a value is. Scalars live in r-registers: f32 in the low half with a zero upper half, i32 in the low half with
/// an upper half that means nothing (`OpKind::extend` makes it a sign), truth values as i64 0 or 1. A `lanes` value is
/// the mask of a vector comparison, one bit a lane.
enum class Type : std::uint8_t { none, i64, i32, f64, f32, lanes, f64x8, i32x16, f32x16, bytes64, coordinate, message };

/// What a tensor holds. i8 is read sign-extended, u8, u16 zero-extended, all as i32; bf16 as f32.
enum class Element : std::uint8_t { i8, u8, u16, bf16, i32, f32, i64, f64 };

std::string_view name_of(Type type);
std::string_view name_of(Element element);
std::size_t size_of(Element element);
/// The scalar type of a loaded element.
Type type_of(Element element);
constexpr bool is_vector(Type t) { return t >= Type::f64x8 && t <= Type::bytes64; }
constexpr bool is_float(Type t) { return t == Type::f64 || t == Type::f32 || t == Type::f64x8 || t == Type::f32x16; }
/// Lanes of a vector type, 1 of a scalar one. `bytes64` counts as 1.
unsigned lanes_of(Type type);
/// f32 ↔ f32x16 and so on; `none` where there is no such type.
Type vector_of(Type scalar);
Type scalar_of(Type vector);

using Value = std::uint32_t;
inline constexpr Value kNone = ~Value{0};
using LoopId = std::uint32_t;
using TensorId = std::uint32_t;
inline constexpr TensorId kNoTensor = ~TensorId{0};

/// A region of memory, row-major over its shape or, when sparse, pages by coordinate (elements of 8 bytes then).
/// Distinct tensors never overlap. The last dimension lies along the columns, the one before along the lines, and so
/// on; `origin` is the coordinate of the first element.
struct Tensor {
  enum class Role : std::uint8_t {
    mapped,  ///< by whoever runs the program, before it starts
    local    ///< by the program itself, which frees it at its end
  };
  std::string name;
  Element element = Element::f32;
  std::vector<std::int64_t> shape;  ///< each ≥ 1; empty: a single element
  bool sparse = false;
  Role role = Role::mapped;
  phext::PackedCoordinate origin;

  std::int64_t elements() const;
  std::int64_t bytes() const;
};

/// Bytes from a tensor's first element: constant + Σ coefficient × iteration number of a loop around. Terms in order of
/// loops from outside in, none with coefficient 0.
struct Affine {
  struct Term {
    LoopId loop = 0;
    std::int64_t coefficient = 0;
    friend bool operator==(const Term&, const Term&) = default;
  };
  std::int64_t constant = 0;
  std::vector<Term> terms;

  std::int64_t coefficient(LoopId loop) const;
  friend bool operator==(const Affine&, const Affine&) = default;
};

/// A place in a tensor: affine part + `index` × `scale` bytes, the index an i64 (for one place) or an i32x16 (for
/// sixteen, then scale 4). Of a sparse tensor `cell` is the coordinate of a place and `index` steps from it along
/// `axis`.
struct Access {
  TensorId tensor = kNoTensor;
  Affine offset;
  Value index = kNone;
  std::int64_t scale = 1;
  Value cell = kNone;
  phext::Axis axis = phext::Axis::column;
  friend bool operator==(const Access&, const Access&) = default;
};

/// What an op does. Operands and result have the op's type unless the line says otherwise. Float arithmetic is
/// IEEE 754, each op rounded once; nothing is contracted or reassociated outside `Loop::Carried::reduction`.
enum class OpKind : std::uint8_t {
  constant,  ///< `imm`: the bits, of a scalar or lanes; of a vector, of every lane; i32 sign-extended
  iota,      ///< i32x16: lane k = k
  add,       ///< as sub and mul: integers modulo
  sub,
  mul,
  fma,   ///< a × b + c, rounded once; integers modulo
  div,   ///< floats only
  sqrt,  ///< floats only
  min,   ///< a < b ? a : b
  max,   ///< a > b ? a : b
  bit_and,
  bit_or,
  bit_xor,
  shl,         ///< as shr and sar: by operand 1, modulo the width (64, 32 of i32); a vector: i32x16, by `imm`
  shr,         ///< zeros from above
  sar,         ///< copies of the sign from above
  extend,      ///< i32 → i64, sign-extended
  compare,     ///< `condition`; operands of type `operand_type`, the result i64 0 or 1, or `lanes` for vectors
  select,      ///< operand 0 (i64, or `lanes` for vectors) not 0 (lane by lane) ? operand 1 : operand 2
  convert,     ///< numeric, from operand_type; float → integer cuts, out of range and NaN give the least integer;
               ///< integer → f32 goes by way of f64
  bits,        ///< the same bits as another type of the same width, from operand_type
  splat,       ///< every lane = the scalar operand (operand_type)
  extract,     ///< scalar: lane `imm` of the vector operand (operand_type)
  permute,     ///< lane i = lane (lane i of operand 1, i32x16, modulo 16) of operand 0; 16-lane types
  reduce,      ///< scalar: all lanes of the vector operand (operand_type) by `reduction`, as dred does: add, or max of
               ///< f32x16
  dot_bf16,    ///< f32x16: operand 0 + pairs of products of operands 1 and 2 (bytes64), as ddot.bf16x32
  dot_u8i8,    ///< i32x16: operand 0 + quadruples of products of unsigned 1 and signed 2 (bytes64), as ddot.u8i8x64
  load,        ///< `access`; scalars by the tensor's element, vectors `width` bytes (32 or 64) in a row; with an i32x16
               ///< index 16 elements
  load_splat,  ///< f32x16 or i32x16: every lane = the element of 4 bytes
  store,       ///< operand 0 to `access`, as load; no result; type: of the operand
  prefetch,    ///< hint for `access`; no result
  // coordinates: result `coordinate` unless said otherwise
  coordinate,  ///< literal, in Op::place
  step,        ///< operand 0 moved operand 1 (i64) along `axis`, saturating
  set_axis,    ///< operand 0 with operand 1 (i64, modulo 2048) on `axis`
  get_axis,    ///< i64: the number on `axis`, from 0
  distance,    ///< i64: axes on which two coordinates differ
  occupied,    ///< i64: occupied coordinates sharing the first `imm` axes
  simplices,   ///< i64: `imm`-simplices
  laplace,     ///< f64: as slaplace
  // messages; all in program order
  pack,     ///< message: operand 0 (message, or kNone for the first lane packed), lane `imm` = operand 1 (any r type)
  unpack,   ///< a scalar r type: lane `imm` of the message
  send,     ///< operand 0 (message) to operand 1 (coordinate); no result
  receive,  ///< message, at operand 0
  barrier,
  fence,         ///< no operands, no result
  group_reduce,  ///< i64 or f64: operand 0 over the group by `reduction`
  cast,          ///< message: operand 0 of the sentron whose number is operand 1 (i64)
  temperature,   ///< operand 0 (f64); no result
  beacon,        ///< operand 0 (coordinate); no result
  route          ///< i64: number of the sentron nearest operand 0
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(OpKind::route) + 1;
std::string_view name_of(OpKind kind);

/// Where in the source; line 0: nowhere.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

struct Op {
  OpKind kind = OpKind::constant;
  Type type = Type::none;
  Type operand_type = Type::none;  ///< where it differs from `type`, see OpKind
  Value result = kNone;
  std::vector<Value> operands;
  std::int64_t imm = 0;
  isa::Condition condition = isa::Condition::eq;
  isa::ReductionKind reduction = isa::ReductionKind::add;
  phext::Axis axis = phext::Axis::column;
  std::uint8_t width = 64;  ///< bytes moved by a vector load or store: 64, or 32 (the upper half then reads as 0)
  Access access;
  phext::PackedCoordinate place;  ///< of OpKind::coordinate
  Place source;
};

struct Node;

/// `trip` iterations, numbered from 0. A trip count known at compile time is in `trip`, else in `trip_value` (an i64;
/// none or negative: no iteration).
struct Loop {
  /// A value that an iteration hands to the next: `argument` is `initial` in the first, else `next` of the one before;
  /// `result` is what the last left (`initial` without one).
  struct Carried {
    Value initial = kNone;
    Value argument = kNone;
    Value next = kNone;
    Value result = kNone;
    /// Whether the compiler may take the iterations in any order and in several partial results: `next` is then
    /// `reduction`(argument, x), and the argument has no other use in the loop.
    bool reorderable = false;
    isa::ReductionKind reduction = isa::ReductionKind::add;
  };
  LoopId id = 0;
  std::string name;
  Value iteration = kNone;  ///< the number of the iteration as an i64 value
  std::int64_t trip = 0;
  Value trip_value = kNone;
  std::vector<Carried> carried;
  std::uint32_t unroll = 0;  ///< asked for by the source; 0: the compiler chooses
  bool independent = false;  ///< the source says that no iteration depends on another through memory
  std::vector<Node> body;
  Place source;

  bool counted() const { return trip_value == kNone; }
};

struct Node {
  std::variant<Op, Loop> what;

  Node(Op op) : what(std::move(op)) {}
  Node(Loop loop) : what(std::move(loop)) {}
  Op* op() { return std::get_if<Op>(&what); }
  const Op* op() const { return std::get_if<Op>(&what); }
  Loop* loop() { return std::get_if<Loop>(&what); }
  const Loop* loop() const { return std::get_if<Loop>(&what); }
};

/// One program: its tensors and the body of its kernel `main`, all calls inlined.
struct Module {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Node> body;
  std::vector<Type> types;  ///< of each value
  std::uint32_t loops = 0;  ///< loop ids given out

  Value fresh(Type type) {
    types.push_back(type);
    return static_cast<Value>(types.size() - 1);
  }
  LoopId fresh_loop() { return loops++; }
};

/// Calls visit(op) for every op in order, those of inner loops included.
template <class Nodes, class Visit>
void for_each_op(Nodes& nodes, const Visit& visit) {
  for (auto& node : nodes) {
    if (auto* op = node.op())
      visit(*op);
    else
      for_each_op(node.loop()->body, visit);
  }
}

/// Whether leaving an op out would be seen, apart from its result.
bool has_effect(OpKind kind);

}  // namespace vtpu::compiler::ir

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

/// The compiler's intermediate representation: values in static single assignment form under structured counted loops.
/// Addresses are affine in the loops' iteration numbers wherever possible. Dependence analysis, strength reduction and
/// prefetching read them directly instead of recovering them from arithmetic.
namespace vtpu::compiler::ir {

/// Type of a value. Scalars live in r-registers: an f32 in the low half with a zero upper half, an i32 in the low half
/// with an unspecified upper half (`OpKind::extend` sign-extends it), a truth value as i64 0 or 1. A `lanes` value is
/// the mask of a vector comparison, one bit per lane.
enum class Type : std::uint8_t { none, i64, i32, f64, f32, lanes, f64x8, i32x16, f32x16, bytes64, coordinate, message };

/// Element type of a tensor. i8 is read sign-extended, u8 and u16 zero-extended, all as i32; bf16 is read as f32.
enum class Element : std::uint8_t { i8, u8, u16, bf16, i32, f32, i64, f64 };

std::string_view name_of(Type type);
std::string_view name_of(Element element);
std::size_t size_of(Element element);
/// The scalar type of a loaded element.
Type type_of(Element element);
constexpr bool is_vector(Type t) { return t >= Type::f64x8 && t <= Type::bytes64; }
constexpr bool is_float(Type t) { return t == Type::f64 || t == Type::f32 || t == Type::f64x8 || t == Type::f32x16; }
/// Number of lanes of a vector type; 1 for scalars and for `bytes64`.
unsigned lanes_of(Type type);
/// f32 ↔ f32x16 and so on; `none` if there is no such type.
Type vector_of(Type scalar);
Type scalar_of(Type vector);

using Value = std::uint32_t;
inline constexpr Value kNone = ~Value{0};
using LoopId = std::uint32_t;
using TensorId = std::uint32_t;
inline constexpr TensorId kNoTensor = ~TensorId{0};

/// A region of memory. A dense tensor is row-major over its shape. A sparse tensor consists of pages found by
/// coordinate, with elements of 8 bytes. Distinct tensors never overlap. The last dimension lies along the columns, the
/// one before along the lines, and so on. `origin` is the coordinate of the first element.
struct Tensor {
  enum class Role : std::uint8_t {
    mapped,  ///< mapped by whoever runs the program, before it starts
    local    ///< allocated by the program, which frees it at its end
  };
  std::string name;
  Element element = Element::f32;
  std::vector<std::int64_t> shape;  ///< each ≥ 1; empty: one element
  bool sparse = false;
  Role role = Role::mapped;
  phext::PackedCoordinate origin;

  std::int64_t elements() const;
  std::int64_t bytes() const;
};

/// A byte offset from a tensor's first element: constant + Σ coefficient × iteration number of an enclosing loop. Terms
/// are ordered from the outermost loop inwards, and no coefficient is 0.
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

/// A place in a tensor: the affine part + `index` × `scale` bytes. The index is an i64 (one place) or an i32x16
/// (sixteen places, scale 4). In a sparse tensor, `cell` is the coordinate of a place, and `index` counts steps from it
/// along `axis`.
struct Access {
  TensorId tensor = kNoTensor;
  Affine offset;
  Value index = kNone;
  std::int64_t scale = 1;
  Value cell = kNone;
  phext::Axis axis = phext::Axis::column;
  friend bool operator==(const Access&, const Access&) = default;
};

/// What an op does. Operands and result have the op's type unless stated otherwise. Float arithmetic follows IEEE 754
/// and rounds each op once. Nothing is contracted or reassociated except in reorderable carried values.
enum class OpKind : std::uint8_t {
  constant,  ///< `imm` holds the bits of a scalar or lanes, or of every lane of a vector; an i32 is sign-extended
  iota,      ///< i32x16: lane k = k
  add,       ///< integers wrap, also in sub and mul
  sub,
  mul,
  fma,   ///< a × b + c, rounded once; integers wrap
  div,   ///< floats only
  sqrt,  ///< floats only
  min,   ///< a < b ? a : b
  max,   ///< a > b ? a : b
  bit_and,
  bit_or,
  bit_xor,
  shl,       ///< by operand 1 modulo the width (64; 32 for i32), also in shr and sar; i32x16 shifts by `imm`
  shr,       ///< shifts in zeros
  sar,       ///< shifts in copies of the sign
  extend,    ///< i32 → i64, sign-extended
  compare,   ///< `condition`; operands of type `operand_type`, the result i64 0 or 1, or `lanes` for vectors
  select,    ///< operand 0 (i64; for vectors `lanes`, lane by lane) != 0 ? operand 1 : operand 2
  convert,   ///< numeric, from operand_type; float → integer truncates, NaN and out of range give the least integer;
             ///< integer → f32 goes by way of f64
  bits,      ///< reinterprets the bits of operand_type, which has the same width
  splat,     ///< every lane = the scalar operand (operand_type)
  extract,   ///< scalar: lane `imm` of the vector operand (operand_type)
  permute,   ///< lane i = operand 0's lane (operand 1's lane i modulo 16); operand 1 is i32x16; types of 16 lanes
  reduce,    ///< scalar: all lanes of the vector operand (operand_type) combined by `reduction` (add, min or max) in
             ///< the order of dred: the lower half with the upper half, until one lane is left
  dot_bf16,  ///< f32x16: operand 0 + sums of two products of operands 1 and 2 (bytes64), as ddot.bf16x32
  dot_u8i8,  ///< i32x16: operand 0 + sums of four products, operand 1 unsigned, operand 2 signed (bytes64), as
             ///< ddot.u8i8x64
  load,      ///< at `access`; a scalar has the tensor's element type, a vector `width` consecutive bytes (32 or 64);
             ///< an i32x16 index loads 16 elements
  load_splat,  ///< f32x16 or i32x16: loads an element of 4 bytes into every lane
  store,       ///< operand 0 to `access`, like load; no result; `type` is the operand's
  prefetch,    ///< hint about `access`; no result
  // coordinates: the result is a `coordinate` unless stated otherwise
  coordinate,  ///< literal in Op::place
  step,        ///< operand 0 moved by operand 1 (i64) along `axis`, saturating
  set_axis,    ///< operand 0 with the number on `axis` replaced by operand 1 (i64, modulo 2048)
  get_axis,    ///< i64: the number on `axis`, from 0
  distance,    ///< i64: number of axes on which two coordinates differ
  occupied,    ///< i64: occupied coordinates that share the first `imm` axes
  simplices,   ///< i64: number of `imm`-simplices
  laplace,     ///< f64: as slaplace
  // messages: these ops keep program order
  pack,     ///< message: operand 0 with lane `imm` = operand 1 (any r type); operand 0 is kNone for the first lane
  unpack,   ///< a scalar r type: lane `imm` of the message
  send,     ///< operand 0 (message) to operand 1 (coordinate); no result
  receive,  ///< message received at operand 0
  barrier,
  fence,         ///< no operands, no result
  group_reduce,  ///< i64 or f64: operand 0 reduced over the group by `reduction`
  cast,          ///< message: operand 0 of the sentron with number operand 1 (i64)
  temperature,   ///< operand 0 (f64); no result
  beacon,        ///< operand 0 (coordinate); no result
  route,         ///< i64: number of the sentron nearest operand 0
  sentron        ///< i64: number of the sentron that runs the program
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(OpKind::sentron) + 1;
std::string_view name_of(OpKind kind);

/// Position in the source; line 0: none.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

struct Op {
  OpKind kind = OpKind::constant;
  Type type = Type::none;
  Type operand_type = Type::none;  ///< if it differs from `type`; see OpKind
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

/// `trip` iterations, numbered from 0. A trip count known at compile time is in `trip`; otherwise it is the i64
/// `trip_value`, and zero or a negative number means no iteration.
struct Loop {
  /// A value passed from one iteration to the next. `argument` equals `initial` in the first iteration and the previous
  /// iteration's `next` afterwards. `result` is the last `next`, or `initial` if there was no iteration.
  struct Carried {
    Value initial = kNone;
    Value argument = kNone;
    Value next = kNone;
    Value result = kNone;
    /// Whether the compiler may reorder the iterations and keep several partial results. `next` is then
    /// `reduction`(argument, x), and the argument has no other use in the loop.
    bool reorderable = false;
    isa::ReductionKind reduction = isa::ReductionKind::add;
  };
  LoopId id = 0;
  std::string name;
  Value iteration = kNone;  ///< iteration number, an i64
  std::int64_t trip = 0;
  Value trip_value = kNone;
  std::vector<Carried> carried;
  std::uint32_t unroll = 0;  ///< requested by the source; 0: the compiler chooses
  bool independent = false;  ///< the source promises that no iteration depends on another through memory
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

/// One program: its tensors and the body of its kernel `main`, with all calls inlined.
struct Module {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Node> body;
  std::vector<Type> types;  ///< of each value
  std::uint32_t loops = 0;  ///< number of loop ids in use

  Value fresh(Type type) {
    types.push_back(type);
    return static_cast<Value>(types.size() - 1);
  }
  LoopId fresh_loop() { return loops++; }
};

/// Calls visit(op) for every op in order, including ops of inner loops.
template <class Nodes, class Visit>
void for_each_op(Nodes& nodes, const Visit& visit) {
  for (auto& node : nodes) {
    if (auto* op = node.op())
      visit(*op);
    else
      for_each_op(node.loop()->body, visit);
  }
}

/// Whether removing an op is observable apart from its result.
bool has_effect(OpKind kind);

}  // namespace vtpu::compiler::ir

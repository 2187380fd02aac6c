#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/random_kernel/random_kernel.h"

/// The tree of a random kernel, the input of both printers. Names are unique within a program.
namespace vtpu::compiler::random_kernel_tree {

enum class Type : std::uint8_t { boolean, i32, i64, f32, f64, i32x16, f32x16, f64x8 };

constexpr bool is_vector(Type t) { return t >= Type::i32x16; }
constexpr bool is_float(Type t) { return t == Type::f32 || t == Type::f64 || t == Type::f32x16 || t == Type::f64x8; }
constexpr Type lane_of(Type t) {
  return t == Type::i32x16 ? Type::i32 : t == Type::f32x16 ? Type::f32 : t == Type::f64x8 ? Type::f64 : t;
}
constexpr unsigned lanes_of(Type t) { return t == Type::f64x8 ? 8 : is_vector(t) ? 16 : 1; }

enum class Operator : std::uint8_t {
  add,
  sub,
  mul,
  div,
  bit_and,
  bit_or,
  bit_xor,  // operands of equal type, or a vector and a scalar of its lanes' type
  shl,
  shr,
  lshr,  // by an i64 or the left type, modulo the width; vectors by a literal
  eq,
  ne,
  lt,
  le,
  gt,
  ge,  // gives a boolean; vectors only within `select`
  logical_and,
  logical_or
};

enum class Reduction : std::uint8_t { sum, min, max, argmin, argmax };

struct Expression {
  enum class Kind : std::uint8_t {
    literal,    ///< `number` / 4 for floats, otherwise `number`
    variable,   ///< `name`
    load,       ///< name[parts…]
    slice,      ///< name[parts…: lanes of the type]
    binary,     ///< parts[0] op parts[1]
    remainder,  ///< parts[0] mod 2^number: the low bits
    negate,
    complement,
    logical_not,
    min,
    max,
    abs,
    sqrt,
    fma,
    conditional,  ///< parts[0] ? parts[1] : parts[2]
    select,       ///< the same as a call; for vectors, parts[0] compares vectors
    convert,      ///< parts[0] as `type`
    bits,         ///< the bits of parts[0] as `type`; 0 for a NaN
    reduce,       ///< reduction (name in parts[0] .. parts[1] step number) parts[2]
    block,        ///< { let name = parts[0]; parts[1] }
    call,         ///< name(tensors…, parts…)
    spread,
    iota,
    lane,     ///< lane `number` of parts[0]
    permute,  ///< parts[0], parts[1]
    reduce_add,
    reduce_min,
    reduce_max,
    gather,    ///< name at the places parts[0] (i32x16)
    dot_u8i8,  ///< parts[0] + products of name[parts[1]:64] and other[parts[2]:64]
    dot_bf16   ///< the same with :32
  };
  Kind kind = Kind::literal;
  Type type = Type::i32;
  std::vector<Expression> parts;
  std::string name, other;
  std::vector<std::string> tensors;
  Operator op = Operator::add;
  Reduction reduction = Reduction::sum;
  std::int64_t number = 0;
  bool bare = false;   ///< of a literal: without type suffix
  bool guard = false;  ///< keeps its value in range, so reduction must not replace it by a part
};

struct Statement {
  enum class Kind : std::uint8_t {
    let,
    var,      ///< name: type = value
    assign,   ///< name = value, or with `compound` name op= value
    store,    ///< name[places] = value, or op=; a slice for a vector
    scatter,  ///< name at the places places[0] (i32x16) = value
    call,     ///< name(tensors…, places…, value): a function without a result
    loop      ///< for name in low .. high step `step` body
  };
  Kind kind = Kind::let;
  std::string name;
  Type type = Type::i32;
  std::vector<Expression> places;
  Expression value;
  bool compound = false;
  Operator op = Operator::add;
  std::vector<std::string> tensors;
  // loop
  Expression low, high;
  std::int64_t step = 1;
  std::int64_t unroll = 0;  ///< 0: not requested
  bool independent = false;
  std::vector<Statement> body;
};

struct Tensor {
  std::string name;
  ir::Element element = ir::Element::f32;
  std::vector<std::int64_t> shape;
  bool whole = false;  ///< read-only, holds small whole numbers
};

struct Function {
  struct Parameter {
    std::string name;
    bool tensor = false;
    Type type = Type::i32;
    ir::Element element = ir::Element::f32;
    std::size_t dimensions = 0;
  };
  std::string name;
  std::vector<Parameter> parameters;
  bool gives = true;  ///< has a result
  Type type = Type::i32;
  std::vector<Statement> body;  ///< before `result`
  Expression result;
};

struct Parameter {
  std::string name;
  std::int64_t value = 0;
};

struct Program {
  std::uint64_t seed = 0;
  std::vector<Parameter> parameters;
  std::vector<Tensor> tensors;
  std::vector<Function> functions;
  std::vector<Statement> body;
};

/// The same seed gives the same program.
Program random_program(std::uint64_t seed);

std::string in_kernel_language(const Program& program);
std::string in_cplusplus(const Program& program);

/// Both texts and the tensors' initial contents, which depend only on the program's seed and tensors.
RandomKernel kernel_of(Program program);

}  // namespace vtpu::compiler::random_kernel_tree

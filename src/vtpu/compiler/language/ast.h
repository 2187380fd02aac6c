#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "vtpu/compiler/language/diagnostics.h"
#include "vtpu/phext/packed.h"

/// A program as written. Names point into its source text.
namespace vtpu::compiler::language {

enum class Operator : std::uint8_t {
  none,
  logical_or,
  logical_and,
  bit_or,
  bit_xor,
  bit_and,
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  shl,
  shr,
  add,
  sub,
  mul,
  div,
  rem,
  negate,
  logical_not,
  complement
};

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

/// `f32`, or `f32[,]` for a tensor parameter.
struct TypeName {
  std::string_view name;
  Span span;
  std::uint32_t dimensions = 0;  ///< 0: not a tensor
};

struct Let {
  std::string_view name;
  Span span;
  std::optional<TypeName> type;
  ExpressionPtr value;
};

struct Expression {
  enum class Kind : std::uint8_t {
    integer,
    real,
    coordinate,
    name,
    element,    ///< name[parts : width]
    call,       ///< name(parts)
    reduction,  ///< name(variable in parts[0] .. parts[1] step width) parts[2]
    unary,      ///< op parts[0]
    binary,     ///< parts[0] op parts[1] op …, of one precedence, from left to right; `span` covers the last operator
    conditional,  ///< parts[0] ? parts[1] : parts[2] ? parts[3] : …; `span` covers the first '?'
    block         ///< { lets parts[0] }
  };
  Kind kind = Kind::name;
  Span span;
  std::string_view name;
  std::string_view variable;
  Operator op = Operator::none;  ///< unary
  /// The operators between the parts of `binary`, the '?' of `conditional`. A chain is one node: no matter how long it
  /// is, it is not nested.
  struct Link {
    Operator op = Operator::none;
    Span span;
  };
  std::vector<Link> links;
  std::vector<ExpressionPtr> parts;
  ExpressionPtr width;
  std::vector<Let> lets;
  std::int64_t integer = 0;
  double real = 0;
  bool hexadecimal = false;
  std::string_view suffix;
  phext::PackedCoordinate coordinate;
};

struct Statement {
  enum class Kind : std::uint8_t { let, var, assign, store, loop, return_, call };
  Kind kind = Kind::let;
  Span span;
  Let let;                       ///< let, var: the declaration; assign: name and value
  Operator op = Operator::none;  ///< assign, store: the operator of a compound assignment such as `+=`
  ExpressionPtr target;          ///< store: the element
  ExpressionPtr value;           ///< store, return_ (may be null), call
  // loop: `let.name` in low .. high
  ExpressionPtr low, high, step, unroll;
  bool independent = false;
  std::vector<Statement> body;
};

/// `param` or `const`.
struct ConstantItem {
  bool parameter = false;
  Let let;
};

struct TensorItem {
  std::string_view name;
  Span span;
  TypeName element;
  std::vector<ExpressionPtr> shape;
  bool sparse = false;
  bool local = false;
  std::optional<phext::PackedCoordinate> at;
};

struct Parameter {
  std::string_view name;
  Span span;
  std::optional<TypeName> type;  ///< none: the type of the argument
};

struct Function {
  std::string_view name;
  Span span;
  std::vector<Parameter> parameters;
  std::optional<TypeName> result;
  std::vector<Statement> body;
};

struct Program {
  std::vector<std::variant<ConstantItem, TensorItem>> declarations;
  std::vector<Function> functions;
  std::vector<Function> kernels;
  Span end;
};

}  // namespace vtpu::compiler::language

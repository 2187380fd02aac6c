#pragma once
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/compiler/random_kernel/tree.h"

/// Generates random trees. Expressions use the names in scope; statements (statements.cpp) declare names.
namespace vtpu::compiler::random_kernel_tree {

using ExpressionKind = Expression::Kind;

/// The type of a loaded element.
Type read_type(ir::Element element);

/// Maximum number of executions of one statement.
constexpr std::int64_t kMostWork = 3000;

class ExpressionGenerator {
 public:
  explicit ExpressionGenerator(std::uint64_t seed) : random_(seed) { program_.seed = seed; }

 protected:
  /// A name that an expression may use. A ranged name is an i64 in [`low`, `high`].
  struct Name {
    std::string name;
    Type type = Type::i64;
    bool assignable = false;
    bool ranged = false;
    std::int64_t low = 0, high = 0;
  };
  /// Bounds of a loop. Its variable lies in [`first`, `last`], unless it is not `ranged`, and the loop runs at most
  /// `trips` times.
  struct Range {
    Expression low, high;
    std::int64_t step = 1, first = 0, last = 0, trips = 0;
    bool ranged = true;
  };

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(unsigned percent) { return random_.below(100) < percent; }
  /// A weighted choice of a number from 0 on.
  std::size_t pick(std::initializer_list<unsigned> weights);
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return items[random_.below(items.size())];
  }
  std::string fresh(char letter) { return letter + std::to_string(names_++); }

  // ---- leaves and parts
  static Expression make(Expression::Kind kind, Type type, std::vector<Expression> parts = {});
  static Expression literal(Type type, std::int64_t number);
  static Expression variable(const Name& name);
  static Expression binary(Operator op, Type type, Expression a, Expression b);
  /// The low bits of an integer, as a guard.
  static Expression masked(Expression e, std::int64_t mask);
  Expression random_literal(Type type);

  /// An i64 in [0, extent − width], computed from loop variables in scope where possible.
  Expression index(std::int64_t extent, std::int64_t width = 1);
  /// Indexes of a random place in a tensor; for a vector, of its first lane.
  std::vector<Expression> places(const Tensor& tensor, std::int64_t width = 1);
  /// Tensors with enough room whose elements load as the type; pointers into the program.
  std::vector<const Tensor*> tensors(Type type, std::int64_t width = 1) const;
  std::optional<Expression> load(Type type);
  std::optional<Expression> slice(Type type);
  /// An i32x16 with lanes below 2^k ≤ extent.
  Expression vector_index(std::int64_t extent, unsigned depth);
  Range range();
  /// Bounds and steps near the ends of 64 bits, in the text or known only at run time; at most `most` iterations.
  Range range_at_edge(std::int64_t most);
  /// The number, in the text, or moved by −4 to 3 depending on memory, without bounds that the compiler could know.
  Expression edge(std::int64_t number, bool moved);

  // ---- expressions
  Expression expression(Type type, unsigned depth);
  Expression leaf(Type type);
  /// Arithmetic within one type, available for scalars and vectors.
  Expression plain(Type type, unsigned depth);
  Expression integer(Type type, unsigned depth);
  Expression real(Type type, unsigned depth);
  Expression boolean(unsigned depth);
  Expression vector(Type type, unsigned depth);
  Expression reduction(Type type, unsigned depth);
  Expression arg_reduction(unsigned depth);
  /// A float holding a whole number of at most 6 bits, or 12 with `products`.
  Expression whole(Type type, unsigned depth, bool products);
  std::optional<Expression> call(Type type, unsigned depth);
  /// `a op literal` for a scalar or vector; the literal sometimes has no type suffix.
  Expression with_literal(Operator op, Expression a);

  Random random_;
  Program program_;
  std::vector<Name> scope_;
  std::int64_t work_ = 1;  ///< maximum number of executions of the code being generated
  unsigned names_ = 0;
  unsigned reductions_ = 0;  ///< number of enclosing reductions
  bool in_function_ = false;
  bool plain_ = false;  ///< all code has one type and steps by single elements, so that it can be vectorised
};

}  // namespace vtpu::compiler::random_kernel_tree

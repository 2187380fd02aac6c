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

/// Grows random trees. Expressions know what is in scope; statements (statements.cpp) put things there.
namespace vtpu::compiler::random_kernel_tree {

/// The type that elements are read as.
Type read_type(ir::Element element);

/// Executions of one statement at most.
constexpr std::int64_t kMostWork = 3000;

class ExpressionGenerator {
 public:
  explicit ExpressionGenerator(std::uint64_t seed) : random_(seed) { program_.seed = seed; }

 protected:
  /// Something an expression may name. A ranged one is an i64 from `low` to `high`.
  struct Name {
    std::string name;
    Type type = Type::i64;
    bool assignable = false;
    bool ranged = false;
    std::int64_t low = 0, high = 0;
  };
  /// Bounds of a loop; its variable goes from `first` to `last` where it runs, at most `trips` times.
  struct Range {
    Expression low, high;
    std::int64_t step = 1, first = 0, last = 0, trips = 0;
  };

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(unsigned percent) { return random_.below(100) < percent; }
  /// One of the numbers from 0 on, by weight.
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
  /// The low bits of an integer, a guard.
  static Expression masked(Expression e, std::int64_t mask);
  Expression random_literal(Type type);

  /// An i64 in [0, extent − width], from loops in scope where possible.
  Expression index(std::int64_t extent, std::int64_t width = 1);
  /// Places of a tensor; of a vector the last is that of its first lane.
  std::vector<Expression> places(const Tensor& tensor, std::int64_t width = 1);
  /// Tensors that are read as the type and suit; pointers into the program.
  std::vector<const Tensor*> tensors(Type type, std::int64_t width = 1) const;
  std::optional<Expression> load(Type type);
  std::optional<Expression> slice(Type type);
  /// i32x16 below 2^k ≤ extent.
  Expression vector_index(std::int64_t extent, unsigned depth);
  Range range();

  // ---- expressions
  Expression expression(Type type, unsigned depth);
  Expression leaf(Type type);
  /// Arithmetic of that type alone, as vectors have it too.
  Expression plain(Type type, unsigned depth);
  Expression integer(Type type, unsigned depth);
  Expression real(Type type, unsigned depth);
  Expression boolean(unsigned depth);
  Expression vector(Type type, unsigned depth);
  Expression reduction(Type type, unsigned depth);
  Expression arg_reduction(unsigned depth);
  /// A float that is a whole number of at most 6 bits; with `products` of at most 12.
  Expression whole(Type type, unsigned depth, bool products);
  std::optional<Expression> call(Type type, unsigned depth);
  /// The scalar or vector `a op literal`, the literal now and then without its type.
  Expression with_literal(Operator op, Expression a);

  Random random_;
  Program program_;
  std::vector<Name> scope_;
  std::int64_t work_ = 1;  ///< how often what is made now is executed, at most
  unsigned names_ = 0;
  unsigned reductions_ = 0;  ///< around what is made now
  bool in_function_ = false;
  bool plain_ =
      false;  ///< what is made is to be of one type and step by single elements, so that it can become vectors
};

}  // namespace vtpu::compiler::random_kernel_tree

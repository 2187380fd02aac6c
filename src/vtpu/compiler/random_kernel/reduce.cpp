#include "vtpu/compiler/random_kernel/random_kernel.h"
#include "vtpu/compiler/random_kernel/tree.h"

namespace vtpu::compiler {
namespace {

using random_kernel_tree::Expression;
using random_kernel_tree::Program;
using random_kernel_tree::Statement;

/// Walks the places where a tree can be made smaller, and applies the change with number `target`.
class Smaller {
 public:
  explicit Smaller(std::size_t target) : left_(target) {}

  /// False if there are fewer places.
  bool apply(Program& program) {
    if (list(program.body)) return true;
    for (std::size_t k = 0; k < program.functions.size(); ++k)
      if (hit()) {
        program.functions.erase(program.functions.begin() + static_cast<std::ptrdiff_t>(k));
        return true;
      }
    for (auto& function : program.functions)
      if (list(function.body) || (function.gives && expression(function.result))) return true;
    return false;
  }

 private:
  bool hit() { return left_-- == 0; }

  bool list(std::vector<Statement>& body) {
    for (std::size_t k = body.size(); k-- > 0;) {
      const auto at = body.begin() + static_cast<std::ptrdiff_t>(k);
      if (hit()) {
        body.erase(at);
        return true;
      }
      if (at->kind != Statement::Kind::loop) continue;
      if (hit()) {
        // The body once, with the variable at its first value.
        Statement first;
        first.kind = Statement::Kind::let;
        first.name = at->name;
        first.type = random_kernel_tree::Type::i64;
        first.value = at->low;
        std::vector<Statement> inner = std::move(at->body);
        inner.insert(inner.begin(), std::move(first));
        const auto place = body.erase(at);
        body.insert(place, std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
        return true;
      }
      if (at->unroll != 0 && hit()) {
        at->unroll = 0;
        return true;
      }
      if (list(at->body)) return true;
    }
    for (Statement& s : body) {
      if (s.compound && hit()) {
        s.compound = false;
        return true;
      }
      for (Expression& place : s.places)
        if (expression(place)) return true;
      if (s.kind == Statement::Kind::loop ? expression(s.low) || expression(s.high) : expression(s.value)) return true;
    }
    return false;
  }

  /// Replaces an expression by a part of the same type, or by 1.
  bool expression(Expression& e) {
    for (const Expression& part : e.parts)
      if (part.type == e.type && !e.guard && hit()) {
        e = Expression(part);
        return true;
      }
    if (e.kind != Expression::Kind::literal && !is_vector(e.type) && e.type != random_kernel_tree::Type::boolean &&
        hit()) {
      Expression one;
      one.type = e.type;
      one.number = is_float(e.type) ? 4 : 1;
      e = std::move(one);
      return true;
    }
    for (Expression& part : e.parts)
      if (expression(part)) return true;
    return false;
  }

  std::size_t left_;
};

}  // namespace

RandomKernel reduce(RandomKernel kernel, const std::function<bool(const RandomKernel&)>& still_fails) {
  // Large pieces come first in the walk. A change that failed is not tried again until the walk ends.
  for (bool any = true; any;) {
    any = false;
    for (std::size_t target = 0;;) {
      Program program = *kernel.program;
      if (!Smaller(target).apply(program)) break;
      RandomKernel candidate = kernel_of(std::move(program));
      if (still_fails(candidate)) {
        kernel = std::move(candidate);
        any = true;
      } else {
        ++target;
      }
    }
  }
  return kernel;
}

}  // namespace vtpu::compiler

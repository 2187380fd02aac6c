#include "vtpu/compiler/random_kernel/generator.h"

namespace vtpu::compiler::random_kernel_tree {

Expression ExpressionGenerator::whole(Type type, unsigned depth, bool products) {
  if (products && chance(35)) {
    Expression a = whole(type, depth, false);
    return binary(Operator::mul, type, std::move(a), whole(type, depth, false));
  }
  std::vector<const Tensor*> all;
  for (const Tensor* tensor : tensors(type))
    if (tensor->whole) all.push_back(tensor);
  if (!all.empty() && !in_function_ && chance(60)) {
    const Tensor& tensor = *one_of(all);
    Expression e = make(ExpressionKind::load, type, places(tensor));
    e.name = tensor.name;
    return e;
  }
  Expression centred =
      binary(Operator::sub, Type::i32, masked(expression(Type::i32, depth), 63), literal(Type::i32, 31));
  centred.guard = true;
  return make(ExpressionKind::convert, type, {std::move(centred)});
}

Expression ExpressionGenerator::reduction(Type type, unsigned depth) {
  if (type == Type::i64 && chance(50)) return arg_reduction(depth);
  const Range over = range();
  const auto kind = static_cast<Reduction>(pick({6, 2, 2}));
  const Name name{fresh('j'), Type::i64, false, over.ranged, over.first, over.last};
  const std::int64_t work = work_;
  work_ *= std::max<std::int64_t>(1, over.trips);
  ++reductions_;
  scope_.push_back(name);
  const unsigned below = std::min(depth, 2u) - 1;
  Expression term = is_float(type) ? whole(type, below, kind == Reduction::sum) : expression(type, below);
  scope_.pop_back();
  --reductions_;
  work_ = work;
  Expression e = make(ExpressionKind::reduce, type, {over.low, over.high, std::move(term)});
  e.name = name.name;
  e.number = over.step;
  e.reduction = kind;
  return e;
}

Expression ExpressionGenerator::arg_reduction(unsigned depth) {
  constexpr Type kTypes[] = {Type::i32, Type::i64, Type::f32, Type::f64};
  Expression e = reduction(kTypes[pick({3, 0, 3, 2})], depth);
  e.type = Type::i64;
  e.reduction = chance(50) ? Reduction::argmin : Reduction::argmax;
  // A product may be −0, which differs from 0 in its bits but compares equal. That is harmless here, because the result
  // is an index.
  return e;
}

}  // namespace vtpu::compiler::random_kernel_tree

#include "vtpu/compiler/random_kernel/generator.h"

namespace vtpu::compiler::random_kernel_tree {

Expression ExpressionGenerator::vector(Type type, unsigned depth) {
  if (depth == 0) return leaf(type);
  const bool real = is_float(type), lanes16 = lanes_of(type) == 16;
  const auto part = [&] { return expression(type, depth - 1); };
  switch (pick({45, 8, 6, 6, 8, 6, lanes16 ? 6u : 0u, lanes16 ? 6u : 0u, lanes16 ? 5u : 0u, real ? 0u : 8u,
                lanes16 ? 7u : 0u})) {
    case 0: {
      const Operator op =
          real
              ? std::vector<Operator>{Operator::add, Operator::sub, Operator::mul, Operator::div}[pick({5, 3, 4, 1})]
              : std::vector<Operator>{Operator::add,     Operator::sub,    Operator::mul,
                                      Operator::bit_and, Operator::bit_or, Operator::bit_xor}[pick({5, 3, 3, 2, 2, 2})];
      if (chance(20)) return with_literal(op, part());
      Expression a = part();
      if (chance(10)) return binary(op, type, std::move(a), leaf(lane_of(type)));
      return binary(op, type, std::move(a), part());
    }
    case 1: {
      Expression a = part();
      return make(chance(50) ? ExpressionKind::min : ExpressionKind::max, type, {std::move(a), part()});
    }
    case 2: return make(chance(50) ? ExpressionKind::abs : ExpressionKind::negate, type, {part()});
    case 3: return real ? make(ExpressionKind::sqrt, type, {part()}) : make(ExpressionKind::complement, type, {part()});
    case 4: {
      Expression a = part(), b = part();
      return make(ExpressionKind::fma, type, {std::move(a), std::move(b), part()});
    }
    case 5: {
      const Type of = type == Type::f64x8 ? type : chance(50) ? Type::i32x16 : Type::f32x16;
      const auto op = static_cast<Operator>(static_cast<std::size_t>(Operator::eq) + random_.below(6));
      Expression a = expression(of, depth - 1);
      Expression condition = binary(op, Type::boolean, std::move(a), expression(of, depth - 1));
      a = part();
      return make(ExpressionKind::select, type, {std::move(condition), std::move(a), part()});
    }
    case 6: {
      Expression a = part();
      return make(ExpressionKind::permute, type, {std::move(a), expression(Type::i32x16, depth - 1)});
    }
    case 7: {
      std::vector<const Tensor*> all;
      for (const Tensor* tensor : tensors(type))
        if (tensor->shape.size() == 1 && ir::size_of(tensor->element) == 4) all.push_back(tensor);
      if (all.empty() || in_function_) return part();
      const Tensor& tensor = *one_of(all);
      Expression e = make(ExpressionKind::gather, type, {vector_index(tensor.shape[0], depth - 1)});
      e.name = tensor.name;
      return e;
    }
    case 8: return make(ExpressionKind::convert, type, {expression(real ? Type::i32x16 : Type::f32x16, depth - 1)});
    case 9: {
      constexpr Operator kOperators[] = {Operator::shl, Operator::shr, Operator::lshr};
      const Operator op = kOperators[random_.below(3)];
      return binary(op, type, part(), literal(Type::i64, between(0, 31)));
    }
    default: {
      const auto suits = [&](ir::Element element, std::int64_t width) {
        std::vector<const Tensor*> all;
        for (const Tensor& tensor : program_.tensors)
          if (tensor.shape.size() == 1 && tensor.element == element && tensor.shape[0] >= width) all.push_back(&tensor);
        return all;
      };
      const std::int64_t width = real ? 32 : 64;
      const auto a = suits(real ? ir::Element::bf16 : ir::Element::u8, width);
      const auto b = suits(real ? ir::Element::bf16 : ir::Element::i8, width);
      if (a.empty() || b.empty() || in_function_) return part();
      const Tensor& first = *one_of(a);
      const Tensor& second = *one_of(b);
      Expression acc = part(), at = index(first.shape[0], width);
      Expression e = make(real ? ExpressionKind::dot_bf16 : ExpressionKind::dot_u8i8, type,
                          {std::move(acc), std::move(at), index(second.shape[0], width)});
      e.name = first.name;
      e.other = second.name;
      return e;
    }
  }
}

}  // namespace vtpu::compiler::random_kernel_tree

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "vtpu/base/check.h"
#include "vtpu/compiler/random_kernel/tree.h"

// Prints a random kernel in C++, for the host's compiler. It shares no code with the printer for the kernel language.

namespace vtpu::compiler::random_kernel_tree {
namespace {

std::string_view cpp_type(Type type) {
  switch (type) {
    case Type::boolean: return "bool";
    case Type::i32: return "std::int32_t";
    case Type::i64: return "std::int64_t";
    case Type::f32: return "float";
    case Type::f64: return "double";
    case Type::i32x16: return "V<std::int32_t, 16>";
    case Type::f32x16: return "V<float, 16>";
    case Type::f64x8: return "V<double, 8>";
  }
  return "";
}
std::string_view cpp_type(ir::Element element) {
  switch (element) {
    case ir::Element::i8: return "std::int8_t";
    case ir::Element::u8: return "std::uint8_t";
    case ir::Element::u16: return "std::uint16_t";
    case ir::Element::bf16: return "bf16";
    case ir::Element::i32: return "std::int32_t";
    case ir::Element::f32: return "float";
    case ir::Element::i64: return "std::int64_t";
    case ir::Element::f64: return "double";
  }
  return "";
}

/// The function for an operator; the operator itself for comparisons, && and || of scalars.
std::string_view function_of(Operator op) {
  switch (op) {
    case Operator::add: return "add";
    case Operator::sub: return "sub";
    case Operator::mul: return "mul";
    case Operator::div: return "rk::div";
    case Operator::bit_and: return "band";
    case Operator::bit_or: return "bor";
    case Operator::bit_xor: return "bxor";
    case Operator::shl: return "shl";
    case Operator::shr: return "shr";
    case Operator::lshr: return "lshr";
    case Operator::eq: return "eq";
    case Operator::ne: return "ne";
    case Operator::lt: return "lt";
    case Operator::le: return "le";
    case Operator::gt: return "gt";
    case Operator::ge: return "ge";
    case Operator::logical_and: return "&&";
    case Operator::logical_or: return "||";
  }
  return "";
}
std::string_view sign_of(Operator op) {
  switch (op) {
    case Operator::eq: return "==";
    case Operator::ne: return "!=";
    case Operator::lt: return "<";
    case Operator::le: return "<=";
    case Operator::gt: return ">";
    case Operator::ge: return ">=";
    default: return function_of(op);
  }
}

class Printer {
 public:
  explicit Printer(const Program& program) : program_(program) {}

  std::string print() {
    const std::uint64_t seed = program_.seed;
    std::string text = fmt::format("namespace k{} {{\nusing namespace rk;\n", seed);
    for (const Function& function : program_.functions) text += print(function);
    text += "static void run(void* const* tensors) {\n";
    for (const Parameter& p : program_.parameters)
      text += fmt::format("const std::int64_t {} = {};\n", p.name, p.value);
    for (std::size_t k = 0; k < program_.tensors.size(); ++k) {
      const Tensor& tensor = program_.tensors[k];
      text +=
          fmt::format("{0}* const {1} = static_cast<{0}*>(tensors[{2}]);\n", cpp_type(tensor.element), tensor.name, k);
      strides_of(tensor.name) = strides(tensor.shape);
    }
    for (const Statement& s : program_.body) text += statement(s);
    return text +
           fmt::format("}}\n}}\nextern \"C\" void kernel_{0}(void* const* tensors) {{ k{0}::run(tensors); }}\n", seed);
  }

 private:
  /// For each dimension, a C++ expression for the number of elements per step.
  using Strides = std::vector<std::string>;
  Strides& strides_of(const std::string& tensor) {
    for (auto& [name, strides] : strides_)
      if (name == tensor) return strides;
    strides_.emplace_back(tensor, Strides{});
    return strides_.back().second;
  }
  static Strides strides(const std::vector<std::int64_t>& shape) {
    Strides strides(shape.size());
    std::int64_t product = 1;
    for (std::size_t k = shape.size(); k-- > 0; product *= shape[k]) strides[k] = std::to_string(product);
    return strides;
  }

  std::string print(const Function& function) {
    std::string parameters;
    for (const Function::Parameter& p : function.parameters) {
      if (!parameters.empty()) parameters += ", ";
      if (!p.tensor) {
        parameters += fmt::format("{} {}", cpp_type(p.type), p.name);
        continue;
      }
      parameters += fmt::format("{}* {}", cpp_type(p.element), p.name);
      Strides strides(p.dimensions, "1");
      for (std::size_t k = 0; k + 1 < p.dimensions; ++k) {
        strides[k] = fmt::format("{}_{}", p.name, k);
        parameters += ", std::int64_t " + strides[k];
      }
      strides_of(p.name) = strides;
    }
    std::string text = fmt::format("[[maybe_unused]] static {} {}({}) {{\n",
                                   function.gives ? cpp_type(function.type) : "void", function.name, parameters);
    for (const Statement& s : function.body) text += statement(s);
    if (function.gives) text += fmt::format("return {};\n", of(function.result));
    return text + "}\n";
  }

  /// The offset of an element from the first.
  std::string place(const std::string& tensor, const std::vector<Expression>& parts) {
    const Strides strides = strides_of(tensor);
    VTPU_CHECK(strides.size() == parts.size(), "an element has one index per dimension");
    std::string text;
    for (std::size_t k = 0; k < parts.size(); ++k)
      text += fmt::format("{}{}{}", k == 0 ? "" : " + ", of(parts[k]), strides[k] == "1" ? "" : " * " + strides[k]);
    return text;
  }

  std::string list(const std::vector<Expression>& parts) {
    std::string text;
    for (const Expression& part : parts) text += (text.empty() ? "" : ", ") + of(part);
    return text;
  }
  std::string call(std::string_view name, const std::vector<std::string>& tensors,
                   const std::vector<Expression>& parts) {
    std::string text;
    for (const std::string& tensor : tensors) {
      text += (text.empty() ? "" : ", ") + tensor;
      const Strides strides = strides_of(tensor);
      for (std::size_t k = 0; k + 1 < strides.size(); ++k) text += ", " + strides[k];
    }
    for (const Expression& part : parts) text += (text.empty() ? "" : ", ") + of(part);
    return fmt::format("{}({})", name, text);
  }

  static std::string literal(const Expression& e) {
    if (e.type == Type::boolean) return e.number != 0 ? "true" : "false";
    if (is_float(e.type)) return fmt::format("{}({} / 4.0)", cpp_type(e.type), e.number);
    // C++ has no literal for the least number.
    if (e.number == std::numeric_limits<std::int64_t>::min()) return "INT64_MIN";
    return fmt::format("{}({})", cpp_type(e.type), e.number);
  }
  /// An operand next to one of this type: a scalar next to a vector is spread.
  std::string beside(const Expression& part, Type type) {
    if (!is_vector(type) || is_vector(part.type)) return of(part);
    return fmt::format("spread<{}>({})", lanes_of(type), of(part));
  }
  std::string binary(const Expression& e) {
    const Type left = e.parts[0].type, right = e.parts[1].type;
    if (e.op >= Operator::shl && e.op <= Operator::lshr) return fmt::format("{}({})", function_of(e.op), list(e.parts));
    const Type wide = is_vector(left) ? left : right;
    if (e.op >= Operator::eq && !is_vector(wide))
      return fmt::format("({} {} {})", of(e.parts[0]), sign_of(e.op), of(e.parts[1]));
    return fmt::format("{}({}, {})", function_of(e.op), beside(e.parts[0], wide), beside(e.parts[1], wide));
  }

  /// The head of a loop from `low` to `high`. A counter that is stepped could pass the end of its type.
  static std::string for_each(const std::string& name, std::int64_t step) {
    return fmt::format(
        "for (std::uint64_t n_{0} = 0, all_{0} = trips(low, high, {1}u); n_{0} < all_{0}; ++n_{0}) {{\n"
        "const std::int64_t {0} = std::int64_t(std::uint64_t(low) + n_{0} * {1}u);\n",
        name, step);
  }

  std::string reduce(const Expression& e) {
    const Expression& term = e.parts[2];
    const auto type = cpp_type(term.type);
    const std::string head = fmt::format("const std::int64_t low = {}, high = {};\n", of(e.parts[0]), of(e.parts[1]));
    const std::string loop = fmt::format("{}const {} t = {};\n", for_each(e.name, e.number), type, of(term));
    if (e.reduction == Reduction::argmin || e.reduction == Reduction::argmax)
      return fmt::format(
          "[&] {{\n{}std::int64_t at = low; bool any = false; {} best = 0;\n{}"
          "if (!any || t {} best) {{ any = true; best = t; at = {}; }}\n}}\nreturn at;\n}}()",
          head, type, loop, e.reduction == Reduction::argmin ? "<" : ">", e.name);
    std::string first = "0";
    if (e.reduction != Reduction::sum) {
      const bool least = e.reduction == Reduction::max;
      if (is_float(term.type))
        first = fmt::format("{}{}", least ? "-" : "", term.type == Type::f32 ? "__builtin_inff()" : "__builtin_inf()");
      else if (term.type == Type::i32)
        first = least ? "INT32_MIN" : "INT32_MAX";
      else
        first = least ? "INT64_MIN" : "INT64_MAX";
    }
    const auto* const step = e.reduction == Reduction::sum   ? "add"
                             : e.reduction == Reduction::min ? "least"
                                                             : "greatest";
    return fmt::format("[&] {{\n{}{} all = {};\n{}all = {}(t, all);\n}}\nreturn all;\n}}()", head, type, first, loop,
                       step);
  }

  std::string of(const Expression& e) {
    using Kind = Expression::Kind;
    const auto part = [&](std::size_t k) { return of(e.parts[k]); };
    const auto with = [&](std::string_view name) { return fmt::format("{}({})", name, list(e.parts)); };
    switch (e.kind) {
      case Kind::literal: return literal(e);
      case Kind::variable: return e.name;
      case Kind::load: return fmt::format("get({}[{}])", e.name, place(e.name, e.parts));
      case Kind::slice: return fmt::format("slice<{}>({} + ({}))", lanes_of(e.type), e.name, place(e.name, e.parts));
      case Kind::binary: return binary(e);
      case Kind::remainder:
        return fmt::format("band({}, {})", part(0),
                           is_vector(e.type)
                               ? fmt::format("spread<16>(std::int32_t({}))", (1 << e.number) - 1)
                               : fmt::format("{}({})", cpp_type(e.type), (std::int64_t{1} << e.number) - 1));
      case Kind::negate: return with("neg");
      case Kind::complement: return with("inv");
      case Kind::logical_not: return fmt::format("(!{})", part(0));
      case Kind::min: return with("least");
      case Kind::max: return with("greatest");
      case Kind::abs: return with("mag");
      case Kind::sqrt: return with("root");
      case Kind::fma: return with("muladd");
      case Kind::conditional:
      case Kind::select: return with("pick");
      case Kind::convert:
        if (e.parts[0].type == Type::boolean) return fmt::format("{}({})", cpp_type(e.type), part(0));
        return is_vector(e.type) ? fmt::format("lanes_to<{}>({})", cpp_type(lane_of(e.type)), part(0))
                                 : fmt::format("to<{}>({})", cpp_type(e.type), part(0));
      case Kind::bits: return fmt::format("bits<{}>({})", cpp_type(e.type), part(0));
      case Kind::reduce: return reduce(e);
      case Kind::block: return fmt::format("[&] {{ const auto {} = {}; return {}; }}()", e.name, part(0), part(1));
      case Kind::call: return call(e.name, e.tensors, e.parts);
      case Kind::spread: return fmt::format("spread<{}>({})", lanes_of(e.type), part(0));
      case Kind::iota: return "iota()";
      case Kind::lane: return fmt::format("({}).l[{}]", part(0), e.number);
      case Kind::permute: return with("permuted");
      case Kind::reduce_add: return with("all_add");
      case Kind::reduce_min: return with("all_min");
      case Kind::reduce_max: return with("all_max");
      case Kind::gather: return fmt::format("gathered({}, {})", e.name, part(0));
      case Kind::dot_u8i8:
        return fmt::format("dot_u8i8({}, {} + {}, {} + {})", part(0), e.name, part(1), e.other, part(2));
      case Kind::dot_bf16:
        return fmt::format("dot_bf16({}, {} + {}, {} + {})", part(0), e.name, part(1), e.other, part(2));
    }
    return "";
  }

  std::string statement(const Statement& s) {
    using Kind = Statement::Kind;
    const auto combined = [&](const std::string& old) {
      return s.compound ? fmt::format("{}({}, {})", function_of(s.op), old, beside(s.value, s.type)) : of(s.value);
    };
    switch (s.kind) {
      case Kind::let: return fmt::format("[[maybe_unused]] const {} {} = {};\n", cpp_type(s.type), s.name, of(s.value));
      case Kind::var: return fmt::format("[[maybe_unused]] {} {} = {};\n", cpp_type(s.type), s.name, of(s.value));
      case Kind::assign: return fmt::format("{} = {};\n", s.name, combined(s.name));
      case Kind::store: {
        const std::string at = place(s.name, s.places);
        if (is_vector(s.type))
          return fmt::format("{{ auto* const p = {} + ({}); put_slice(p, {}); }}\n", s.name, at,
                             combined(fmt::format("slice<{}>(p)", lanes_of(s.type))));
        return fmt::format("{{ auto& p = {}[{}]; put(p, {}); }}\n", s.name, at, combined("get(p)"));
      }
      case Kind::scatter: return fmt::format("scattered({}, {}, {});\n", s.name, of(s.places[0]), of(s.value));
      case Kind::call: {
        std::vector<Expression> parts = s.places;
        parts.push_back(s.value);
        return call(s.name, s.tensors, parts) + ";\n";
      }
      case Kind::loop: {
        std::string text = fmt::format("{{ const std::int64_t low = {}, high = {};\n", of(s.low), of(s.high));
        text += for_each(s.name, s.step);
        for (const Statement& inner : s.body) text += statement(inner);
        return text + "}}\n";
      }
    }
    return "";
  }

  const Program& program_;
  std::vector<std::pair<std::string, Strides>> strides_;
};

}  // namespace

std::string in_cplusplus(const Program& program) { return Printer(program).print(); }

}  // namespace vtpu::compiler::random_kernel_tree

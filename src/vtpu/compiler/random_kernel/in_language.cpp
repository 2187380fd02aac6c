#include <fmt/core.h>

#include <cstdlib>

#include "vtpu/compiler/random_kernel/tree.h"

// Prints a random kernel in the kernel language. It shares no code with the printer for C++.

namespace vtpu::compiler::random_kernel_tree {
namespace {

constexpr std::string_view kTypes[] = {"bool", "i32", "i64", "f32", "f64", "i32x16", "f32x16", "f64x8"};
constexpr std::string_view kOperators[] = {"+", "-",  "*",  "/", "&",  "|", "^",  "<<", ">>",
                                           "",  "==", "!=", "<", "<=", ">", ">=", "&&", "||"};
constexpr std::string_view kReductions[] = {"sum", "min", "max", "argmin", "argmax"};

std::string_view of(Type type) { return kTypes[static_cast<std::size_t>(type)]; }
std::string_view of(Operator op) { return kOperators[static_cast<std::size_t>(op)]; }

std::string literal(const Expression& e) {
  const std::string suffix(e.bare ? "" : of(e.type));
  std::string digits;
  if (is_float(e.type))
    digits = fmt::format("{}.{}", std::abs(e.number) / 4,
                         e.number % 4 == 0             ? "0"
                         : e.number % 2 == 0           ? "5"
                         : std::abs(e.number) % 4 == 1 ? "25"
                                                       : "75");
  else
    digits =
        std::to_string(e.number < 0 ? -static_cast<std::uint64_t>(e.number) : static_cast<std::uint64_t>(e.number));
  return e.number < 0 ? "(-" + digits + suffix + ")" : digits + suffix;
}

std::string of(const Expression& e);

std::string list(const std::vector<Expression>& parts, std::size_t from = 0) {
  std::string text;
  for (std::size_t k = from; k < parts.size(); ++k) text += (k == from ? "" : ", ") + of(parts[k]);
  return text;
}
std::string call(std::string_view name, const std::vector<std::string>& tensors, const std::vector<Expression>& parts) {
  std::string text;
  for (const std::string& tensor : tensors) text += (text.empty() ? "" : ", ") + tensor;
  for (const Expression& part : parts) text += (text.empty() ? "" : ", ") + of(part);
  return fmt::format("{}({})", name, text);
}

std::string binary(const Expression& e) {
  if (e.op == Operator::lshr) return fmt::format("lshr({})", list(e.parts));
  // Omits parentheses that the grammar makes unnecessary, such as those around a product within a sum. This tests the
  // precedence levels.
  const auto side = [&](const Expression& part) {
    const bool product = (e.op == Operator::add || e.op == Operator::sub) && part.kind == Expression::Kind::binary &&
                         part.op == Operator::mul;
    const std::string text = of(part);
    return product ? text.substr(1, text.size() - 2) : text;
  };
  return fmt::format("({} {} {})", side(e.parts[0]), of(e.op), side(e.parts[1]));
}

std::string of(const Expression& e) {
  using Kind = Expression::Kind;
  const auto part = [&](std::size_t k) { return of(e.parts[k]); };
  switch (e.kind) {
    case Kind::literal: return literal(e);
    case Kind::variable: return e.name;
    case Kind::load: return fmt::format("{}[{}]", e.name, list(e.parts));
    case Kind::slice: return fmt::format("{}[{}:{}]", e.name, list(e.parts), lanes_of(e.type));
    case Kind::binary: return binary(e);
    case Kind::remainder: return fmt::format("({} % {})", part(0), std::int64_t{1} << e.number);
    case Kind::negate: return fmt::format("(-{})", part(0));
    case Kind::complement: return fmt::format("(~{})", part(0));
    case Kind::logical_not: return fmt::format("(!{})", part(0));
    case Kind::min: return call("min", {}, e.parts);
    case Kind::max: return call("max", {}, e.parts);
    case Kind::abs: return call("abs", {}, e.parts);
    case Kind::sqrt: return call("sqrt", {}, e.parts);
    case Kind::fma: return call("fma", {}, e.parts);
    case Kind::conditional: return fmt::format("({} ? {} : {})", part(0), part(1), part(2));
    case Kind::select: return call("select", {}, e.parts);
    case Kind::convert: return call(of(e.type), {}, e.parts);
    case Kind::bits: {
      if (!is_float(e.parts[0].type)) return fmt::format("bits_{}({})", of(e.type), part(0));
      return fmt::format("{{ let {0} = {1}; bits_{2}({0} == {0} ? {0} : 0.0{3}) }}", e.name, part(0), of(e.type),
                         of(e.parts[0].type));
    }
    case Kind::reduce:
      return fmt::format("({}({} in {}..{}{}) {})", kReductions[static_cast<std::size_t>(e.reduction)], e.name, part(0),
                         part(1), e.number == 1 ? "" : fmt::format(" step {}", e.number), part(2));
    case Kind::block: return fmt::format("{{ let {} = {}; {} }}", e.name, part(0), part(1));
    case Kind::call: return call(e.name, e.tensors, e.parts);
    case Kind::spread: return call("spread", {}, e.parts);
    case Kind::iota: return "iota()";
    case Kind::lane: return fmt::format("lane({}, {})", part(0), e.number);
    case Kind::permute: return call("permute", {}, e.parts);
    case Kind::reduce_add: return call("reduce_add", {}, e.parts);
    case Kind::reduce_min: return call("reduce_min", {}, e.parts);
    case Kind::reduce_max: return call("reduce_max", {}, e.parts);
    case Kind::gather: return fmt::format("gather({}, {})", e.name, part(0));
    case Kind::dot_u8i8:
      return fmt::format("dot_u8i8({}, {}[{}:64], {}[{}:64])", part(0), e.name, part(1), e.other, part(2));
    case Kind::dot_bf16:
      return fmt::format("dot_bf16({}, {}[{}:32], {}[{}:32])", part(0), e.name, part(1), e.other, part(2));
  }
  return "";
}

void print(std::string& text, const std::vector<Statement>& body, std::size_t depth) {
  const std::string indent(2 * depth, ' ');
  for (const Statement& s : body) {
    using Kind = Statement::Kind;
    const std::string assign = s.compound ? fmt::format("{}=", of(s.op)) : "=";
    switch (s.kind) {
      case Kind::let:
      case Kind::var:
        text += fmt::format("{}{} {}: {} = {};\n", indent, s.kind == Kind::let ? "let" : "var", s.name, of(s.type),
                            of(s.value));
        break;
      case Kind::assign: text += fmt::format("{}{} {} {};\n", indent, s.name, assign, of(s.value)); break;
      case Kind::store:
        text += fmt::format("{}{}[{}{}] {} {};\n", indent, s.name, list(s.places),
                            is_vector(s.type) ? fmt::format(":{}", lanes_of(s.type)) : "", assign, of(s.value));
        break;
      case Kind::scatter:
        text += fmt::format("{}scatter({}, {}, {});\n", indent, s.name, of(s.places[0]), of(s.value));
        break;
      case Kind::call: {
        std::vector<Expression> parts = s.places;
        parts.push_back(s.value);
        text += indent + call(s.name, s.tensors, parts) + ";\n";
        break;
      }
      case Kind::loop:
        text += indent;
        if (s.unroll != 0) text += fmt::format("@unroll({}) ", s.unroll);
        if (s.independent) text += "@independent ";
        text += fmt::format("for {} in {}..{}{} {{\n", s.name, of(s.low), of(s.high),
                            s.step == 1 ? "" : fmt::format(" step {}", s.step));
        print(text, s.body, depth + 1);
        text += indent + "}\n";
        break;
    }
  }
}

}  // namespace

std::string in_kernel_language(const Program& program) {
  std::string text = fmt::format("// random kernel {}\n", program.seed);
  for (const Parameter& parameter : program.parameters)
    text += fmt::format("param {} = {};\n", parameter.name, parameter.value);
  for (const Tensor& tensor : program.tensors) {
    std::string shape;
    for (const std::int64_t extent : tensor.shape) shape += fmt::format("{}{}", shape.empty() ? "" : ", ", extent);
    text += fmt::format("tensor {}: {}[{}];\n", tensor.name, ir::name_of(tensor.element), shape);
  }
  for (const Function& function : program.functions) {
    std::string parameters;
    for (const Function::Parameter& p : function.parameters)
      parameters +=
          fmt::format("{}{}: {}", parameters.empty() ? "" : ", ", p.name,
                      p.tensor ? fmt::format("{}[{}]", ir::name_of(p.element), std::string(p.dimensions - 1, ','))
                               : std::string(of(p.type)));
    text += fmt::format("fn {}({}){} {{\n", function.name, parameters,
                        function.gives ? fmt::format(" -> {}", of(function.type)) : "");
    print(text, function.body, 1);
    if (function.gives) text += fmt::format("  return {};\n", of(function.result));
    text += "}\n";
  }
  text += "kernel main() {\n";
  print(text, program.body, 1);
  return text + "}\n";
}

}  // namespace vtpu::compiler::random_kernel_tree

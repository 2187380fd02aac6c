#include "vtpu/compiler/ir/text.h"

#include <fmt/core.h>

#include "vtpu/isa/names.h"

namespace vtpu::compiler::ir {
namespace {

std::string of(Value value) { return value == kNone ? "_" : fmt::format("%{}", value); }

/// Eleven numbers from 0, then flags if any. The text is exact for every coordinate.
std::string of(const phext::PackedCoordinate& place) {
  std::string text;
  for (std::size_t axis = 0; axis < phext::PackedCoordinate::kAxes; ++axis) {
    if (axis > 0) text += '.';
    text += std::to_string(place.get(static_cast<phext::Axis>(axis)));
  }
  if (place.flags() != 0) text += fmt::format(" flags {}", place.flags());
  return text;
}

std::string of(Place source) { return source == Place{} ? "" : fmt::format(" @{}:{}", source.line, source.column); }

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20)
      text += fmt::format("\\{:02x}", static_cast<unsigned char>(c));
    else
      text += c;
  }
  return text + '"';
}

std::string of(const Module& module, const Access& access) {
  std::string text = access.tensor < module.tensors.size() ? module.tensors[access.tensor].name : "?";
  text += fmt::format("[{}", access.offset.constant);
  for (const Affine::Term& term : access.offset.terms) text += fmt::format(" + {}*i{}", term.coefficient, term.loop);
  if (access.index != kNone || access.scale != 1) text += fmt::format(" + {}*{}", of(access.index), access.scale);
  if (access.cell != kNone || access.axis != phext::Axis::column)
    text += fmt::format(" @ {} {}", of(access.cell), isa::name_of(access.axis));
  return text + "]";
}

void print(std::string& text, const Module& module, const std::vector<Node>& nodes, std::size_t depth) {
  const std::string indent(2 * depth, ' ');
  for (const Node& node : nodes) {
    if (const Op* op = node.op()) {
      text += indent + to_text(module, *op) + "\n";
      continue;
    }
    const Loop& loop = *node.loop();
    text += fmt::format("{}loop i{} {} {} trip {}", indent, loop.id, quoted(loop.name), of(loop.iteration),
                        loop.counted() ? std::to_string(loop.trip) : of(loop.trip_value));
    if (loop.unroll != 0) text += fmt::format(" unroll {}", loop.unroll);
    if (loop.independent) text += " independent";
    text += of(loop.source) + " {\n";
    for (const Loop::Carried& carried : loop.carried) {
      const Type type = carried.argument < module.types.size() ? module.types[carried.argument] : Type::none;
      text += fmt::format("{}  carry {}: {} = {} next {} result {}", indent, of(carried.argument), name_of(type),
                          of(carried.initial), of(carried.next), of(carried.result));
      if (carried.reorderable) text += fmt::format(" by {}", isa::name_of(carried.reduction));
      text += "\n";
    }
    print(text, module, loop.body, depth + 1);
    text += indent + "}\n";
  }
}

}  // namespace

std::string to_text(const Module& module, const Op& op) {
  const Op plain;
  std::string text = op.result == kNone ? fmt::format("{}: {}", name_of(op.kind), name_of(op.type))
                                        : fmt::format("{}: {} = {}", of(op.result), name_of(op.type), name_of(op.kind));
  for (std::size_t k = 0; k < op.operands.size(); ++k) text += (k == 0 ? " " : ", ") + of(op.operands[k]);
  if (!(op.access == plain.access)) text += " " + of(module, op.access);
  if (op.operand_type != plain.operand_type) text += fmt::format(" from {}", name_of(op.operand_type));
  if (op.imm != plain.imm) text += fmt::format(" imm {}", op.imm);
  if (op.condition != plain.condition) text += fmt::format(" cond {}", isa::name_of(op.condition));
  if (op.reduction != plain.reduction) text += fmt::format(" by {}", isa::name_of(op.reduction));
  if (op.axis != plain.axis) text += fmt::format(" axis {}", isa::name_of(op.axis));
  if (op.width != plain.width) text += fmt::format(" width {}", op.width);
  if (op.place.bits() != plain.place.bits()) text += " place " + of(op.place);
  return text + of(op.source);
}

std::string to_text(const Module& module) {
  std::string text =
      fmt::format("module {}\nvalues {}\nloops {}\n", quoted(module.name), module.types.size(), module.loops);
  for (const Tensor& tensor : module.tensors) {
    text += fmt::format("tensor {}: {}[", tensor.name, name_of(tensor.element));
    for (std::size_t k = 0; k < tensor.shape.size(); ++k)
      text += fmt::format("{}{}", k == 0 ? "" : ", ", tensor.shape[k]);
    text += "]";
    if (tensor.sparse) text += " sparse";
    if (tensor.role == Tensor::Role::local) text += " local";
    text += " at " + of(tensor.origin) + "\n";
  }
  print(text, module, module.body, 0);
  return text;
}

}  // namespace vtpu::compiler::ir

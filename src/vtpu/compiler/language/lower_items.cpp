#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "vtpu/base/text.h"
#include "vtpu/compiler/language/builtins.h"
#include "vtpu/compiler/language/lower.h"
#include "vtpu/compiler/language/tensor_box.h"

namespace vtpu::compiler::language {
namespace {

constexpr Span kLineOne{{1, 1}, 1};
/// Tensors without an origin take successive chapters, and this many follow the first.
constexpr std::size_t kMostTensors = phext::PackedCoordinate::kMax;

}  // namespace

Lowering::Lowering(const Program& program, const Program& prelude, std::string_view name,
                   const std::map<std::string, std::int64_t>& parameters, Diagnostics& diagnostics)
    : program_(program),
      prelude_(prelude),
      parameters_(parameters),
      diagnostics_(diagnostics),
      emit_(module_),
      math_(emit_) {
  module_.name = name;
}

void Lowering::items() {
  collect_functions();
  for (const auto& declaration : program_.declarations) {
    if (const auto* constant = std::get_if<ConstantItem>(&declaration))
      constant_item(*constant);
    else
      tensor_item(std::get<TensorItem>(declaration));
  }
  globals_ = frame_ = scope_ = bindings_.size();
  emit_.clear();
}

ir::Module Lowering::run() {
  items();
  check_parameters();
  check_overlaps();
  if (program_.kernels.empty()) fail(program_.end, "found no kernel", "kernel main() { … }");
  for (std::size_t i = 0; i < program_.kernels.size(); ++i) {
    const Function& kernel = program_.kernels[i];
    if (kernel.name != "main") fail(kernel.span, "kernel " + quoted(kernel.name), "kernel main");
    if (!kernel.parameters.empty())
      fail(kernel.parameters[0].span, "a kernel with a parameter", "kernel main()",
           "declare a param and set it with -D");
    if (kernel.result) fail(kernel.result->span, "a kernel with a result", "kernel main() { … }");
    if (i > 0) fail(kernel.span, "a second kernel", "one kernel main");
  }
  if (!program_.kernels.empty()) body_of(program_.kernels.front(), program_.kernels.front().span);
  if (!stopped_) check_unused_functions();
  emit_.finish();
  return std::move(module_);
}

void Lowering::check_parameters() {
  std::vector<std::string> names;
  for (const auto& declaration : program_.declarations)
    if (const auto* constant = std::get_if<ConstantItem>(&declaration); constant != nullptr && constant->parameter)
      names.emplace_back(constant->let.name);
  for (const auto& [name, value] : parameters_)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return fail(kLineOne, fmt::format("-D {}={}: no param of that name", name, value),
                  names.empty() ? "a file with param items" : "one of " + join(names, ", "), did_you_mean(name, names));
}

void Lowering::constant_item(const ConstantItem& item) {
  const Let& let = item.let;
  Quantity q = expression(*let.value);
  if (let.type) q = fitted(std::move(q), type_of(*let.type).value_or(Type::poison), let.value->span, quoted(let.name));
  q.literal = false;
  if (item.parameter && !q.poison() && q.type != Type::i64) {
    fail(let.value->span, fmt::format("a param of type {}", name_of(q.type)), "an i64",
         "const " + std::string(let.name) + " may have any type");
    q = {};
  }
  if (!q.poison() && !q.constant() && !q.place) {
    fail(let.value->span, quoted(let.name) + " is not constant",
         "an expression of numbers and of params and consts declared above");
    q = {};
  }
  if (item.parameter && !q.poison())
    if (const auto given = parameters_.find(std::string(let.name)); given != parameters_.end())
      q = Quantity::integer(given->second);
  bind(Binding::Kind::constant, let.name, let.span, std::move(q));
}

void Lowering::tensor_item(const TensorItem& item) {
  std::optional<ir::Tensor> made = tensor_of(item);
  if (!made) return bind(Binding::Kind::tensor, item.name, item.span, {});
  tensor_spans_.push_back(item.span);
  module_.tensors.push_back(std::move(*made));
  bind(Binding::Kind::tensor, item.name, item.span, {}, static_cast<ir::TensorId>(module_.tensors.size() - 1));
}

std::optional<ir::Tensor> Lowering::tensor_of(const TensorItem& item) {
  ir::Tensor tensor;
  tensor.name = item.name;
  tensor.sparse = item.sparse;
  tensor.role = item.local ? ir::Tensor::Role::local : ir::Tensor::Role::mapped;
  const auto element = element_named(item.element.name);
  if (!element) {
    fail(item.element.span, "found " + quoted(item.element.name), "i8, u8, u16, bf16, i32, f32, i64 or f64");
    return std::nullopt;
  }
  tensor.element = *element;
  const std::size_t order = module_.tensors.size();
  if (order >= kMostTensors) {
    fail(item.span, "too many tensors", fmt::format("at most {}", kMostTensors));
    return std::nullopt;
  }
  tensor.origin =
      item.at ? *item.at : phext::PackedCoordinate().with(phext::Axis::chapter, static_cast<std::uint32_t>(order + 1));
  if (item.sparse && ir::size_of(tensor.element) != 8) {
    fail(item.element.span, "a sparse tensor of " + quoted(item.element.name), "i64 or f64");
    return std::nullopt;
  }
  if (!tensor_extents(item, tensor)) return std::nullopt;
  return tensor;
}

bool Lowering::tensor_extents(const TensorItem& item, ir::Tensor& tensor) {
  if (item.shape.size() > phext::PackedCoordinate::kAxes) {
    fail(item.span, fmt::format("{} dimensions", item.shape.size()), "at most 11");
    return false;
  }
  bool fine = true;
  for (const ExpressionPtr& extent : item.shape) {
    const auto known = constant(*extent, 1, std::numeric_limits<std::int64_t>::max(), "a size");
    fine = fine && known;
    tensor.shape.push_back(known.value_or(1));
  }
  if (!fine) return false;
  const auto box = tensor_box(tensor);
  if (!box) {
    fail(item.span, quoted(item.name) + ": " + box.error().found, box.error().expected,
         item.at ? "give it more dimensions, or leave out `at`" : "give it more dimensions");
    return false;
  }
  // This bound keeps sums of offsets far from wrapping around.
  constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;
  std::int64_t bytes = static_cast<std::int64_t>(ir::size_of(tensor.element));
  bool fits = true;
  for (const std::int64_t extent : tensor.shape)
    fits = !__builtin_mul_overflow(bytes, extent, &bytes) && (tensor.sparse || bytes <= kMostBytes) && fits;
  if (!fits) fail(item.span, quoted(item.name) + " is too large", "at most 2^40 bytes, sparse ones 2^63");
  return fits;
}

void Lowering::check_overlaps() {
  std::vector<TensorBox> boxes;
  for (std::size_t i = 0; i < module_.tensors.size(); ++i) {
    boxes.push_back(*tensor_box(module_.tensors[i]));
    for (std::size_t k = 0; k < i; ++k) {
      if (!boxes[i].overlaps(boxes[k])) continue;
      fail(tensor_spans_[i],
           fmt::format("{} overlaps {}", quoted(module_.tensors[i].name), quoted(module_.tensors[k].name)),
           "disjoint boxes", "give another coordinate after at");
      break;
    }
  }
}

void Lowering::collect_functions() {
  for (const Function& function : prelude_.functions) prelude_functions_.emplace(function.name, &function);
  for (const Function& function : program_.functions) {
    if (find_builtin(function.name) != nullptr || prelude_functions_.contains(function.name))
      fail(function.span, quoted(function.name) + " is built in", "another name");
    else if (const auto [known, added] = functions_.emplace(function.name, &function); !added)
      fail(function.span, quoted(function.name) + " is already defined", "another name",
           fmt::format("declared in line {}", known->second->span.place.line));
  }
}

void Lowering::check_unused_functions() {
  std::optional<Lowering> other;
  for (const Function& function : program_.functions) {
    if (called_.contains(&function) || (other && other->called_.contains(&function))) continue;
    // Lower into a separate module, which is discarded.
    if (!other) {
      other.emplace(program_, prelude_, module_.name, parameters_, diagnostics_);
      other->items();
    }
    other->check_unused(function);
    if (other->stopped_) return;
  }
}

void Lowering::check_unused(const Function& function) {
  constexpr std::int64_t kUnknownExtent = std::int64_t{1} << 20;
  const std::size_t mark = bindings_.size();
  frame_ = scope_ = mark;
  bool typed = true;
  for (const Parameter& parameter : function.parameters) {
    if (!parameter.type) typed = false;
    if (!typed) break;
    if (parameter.type->dimensions == 0) {
      const Type type = type_of(*parameter.type).value_or(Type::poison);
      Quantity any;
      if (type != Type::poison) any = Quantity::of_value(type, module_.fresh(to_ir(type)));
      bind(Binding::Kind::fixed, parameter.name, parameter.span, std::move(any));
      continue;
    }
    ir::Tensor tensor;
    tensor.name = parameter.name;
    const auto element = element_named(parameter.type->name);
    if (!element) fail(parameter.type->span, "found " + quoted(parameter.type->name), "an element");
    tensor.element = element.value_or(ir::Element::f32);
    tensor.shape.assign(std::min<std::size_t>(parameter.type->dimensions, 2), kUnknownExtent);
    tensor.shape.resize(parameter.type->dimensions, 1);
    module_.tensors.push_back(tensor);
    sizes_unknown_.resize(module_.tensors.size(), false);
    sizes_unknown_.back() = true;
    bind(Binding::Kind::tensor, parameter.name, parameter.span, {},
         static_cast<ir::TensorId>(module_.tensors.size() - 1));
  }
  // A body with untyped parameters can be checked only at a call.
  if (typed) {
    calls_.push_back(&function);
    body_of(function, function.span);
    calls_.pop_back();
  }
  close_scope(mark);
  frame_ = scope_ = globals_;
}

}  // namespace vtpu::compiler::language

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "vtpu/base/text.h"
#include "vtpu/compiler/language/builtins.h"
#include "vtpu/compiler/language/lower.h"

namespace vtpu::compiler::language {
namespace {

std::string arguments(std::size_t least, std::size_t most) {
  if (least == most) return fmt::format("{} argument{}", least, least == 1 ? "" : "s");
  return most == std::numeric_limits<std::size_t>::max() ? fmt::format("at least {} arguments", least)
                                                         : fmt::format("{} to {} arguments", least, most);
}

}  // namespace

// ---- arguments

Quantity Lowering::typed(const Expression& e, Type type, std::string_view what) {
  Quantity q = expression(e);
  if (q.poison() || !adapt(q, type, e.span)) return {};
  if (q.type == type) return q;
  fail(e.span, fmt::format("{} of type {}", what, name_of(q.type)), std::string(name_of(type)),
       is_scalar_number(type) && (is_scalar_number(q.type) || q.type == Type::boolean)
           ? fmt::format("write {}(…)", name_of(type))
           : "");
  return {};
}

std::optional<std::int64_t> Lowering::constant(const Expression& e, std::int64_t low, std::int64_t high,
                                               std::string_view what) {
  const Quantity q = index(e, what);
  if (q.poison()) return std::nullopt;
  const auto known = q.constant();
  if (known && *known >= low && *known <= high) return known;
  const std::string expected = high == std::numeric_limits<std::int64_t>::max()
                                   ? fmt::format("a constant of at least {}", low)
                                   : fmt::format("a constant from {} to {}", low, high);
  fail(e.span, known ? fmt::format("{} of {}", what, *known) : fmt::format("{} that is not constant", what), expected);
  return std::nullopt;
}

std::optional<phext::Axis> Lowering::axis(const Expression& e) {
  constexpr std::string_view kAxes[] = {"library", "shelf",   "series", "collection", "volume", "book",
                                        "chapter", "section", "scroll", "line",       "column"};
  static_assert(std::size(kAxes) == phext::PackedCoordinate::kAxes);
  if (e.kind == Expression::Kind::name)
    for (std::size_t i = 0; i < std::size(kAxes); ++i)
      if (kAxes[i] == e.name) return static_cast<phext::Axis>(i);
  const std::vector<std::string> names(std::begin(kAxes), std::end(kAxes));
  fail(e.span, e.kind == Expression::Kind::name ? "unknown axis " + quoted(e.name) : "an expression",
       "an axis: " + join(names, ", "), e.kind == Expression::Kind::name ? did_you_mean(e.name, names) : "");
  return std::nullopt;
}

// ---- calls

Quantity Lowering::call(const Expression& e) {
  if (const Builtin* builtin = find_builtin(e.name)) {
    const std::size_t given = e.parts.size();
    if (given < builtin->least || given > builtin->most) {
      fail(e.span, fmt::format("{} given to {}", arguments(given, given), quoted(e.name)),
           arguments(builtin->least, builtin->most), fmt::format("write {}", builtin->usage));
      return {};
    }
    return builtin->lower(*this, e);
  }
  if (const auto prelude = prelude_functions_.find(e.name); prelude != prelude_functions_.end())
    return inlined(*prelude->second, e, true);
  const auto found = functions_.find(e.name);
  if (found != functions_.end()) return inlined(*found->second, e, false);

  std::vector<std::string> names;
  for (const Function& function : program_.functions) names.emplace_back(function.name);
  for (const Function& function : prelude_.functions) names.emplace_back(function.name);
  for (const auto& table : {scalar_builtins(), vector_builtins(), coordinate_builtins(), message_builtins()})
    for (const Builtin& builtin : table) names.emplace_back(builtin.name);
  const bool reduces = e.name == "sum" || e.name == "argmin" || e.name == "argmax";
  const std::string hint = reduces ? fmt::format("write {}(i in 0..n) x[i]", e.name) : did_you_mean(e.name, names);
  fail(e.span, "unknown function " + quoted(e.name), "a fn of this file or a built-in function", hint);
  return {};
}

bool Lowering::bind_arguments(const Function& function, const Expression& e) {
  struct Argument {
    Quantity value;
    ir::TensorId tensor = ir::kNoTensor;
  };
  std::vector<Argument> given;
  bool fine = true;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    const Parameter& parameter = function.parameters[i];
    const Expression& part = *e.parts[i];
    Argument& argument = given.emplace_back();
    const Binding* named = part.kind == Expression::Kind::name ? find(part.name) : nullptr;
    const bool names_tensor = named != nullptr && named->kind == Binding::Kind::tensor;
    if (parameter.type ? parameter.type->dimensions > 0 : names_tensor) {
      if (part.kind == Expression::Kind::name)
        argument.tensor = tensor(part).value_or(ir::kNoTensor);
      else
        fail(part.span, "an expression for " + quoted(parameter.name), "the name of a tensor");
      fine = fine && argument.tensor != ir::kNoTensor;
      if (argument.tensor == ir::kNoTensor || !parameter.type) continue;
      const ir::Tensor& t = module_.tensors[argument.tensor];
      const auto element = element_named(parameter.type->name);
      if (!element || *element != t.element || parameter.type->dimensions != t.shape.size()) {
        fail(part.span,
             fmt::format("{} is {}[{}]", quoted(t.name), ir::name_of(t.element),
                         t.shape.empty() ? "" : std::string(t.shape.size() - 1, ',')),
             fmt::format("{}[{}] for {}", parameter.type->name, std::string(parameter.type->dimensions - 1, ','),
                         quoted(parameter.name)));
        fine = false;
      }
      continue;
    }
    const Type type = parameter.type ? type_of(*parameter.type).value_or(Type::poison) : Type::poison;
    argument.value = expression(part, type);
    if (parameter.type)
      argument.value = fitted(std::move(argument.value), type, part.span, quoted(parameter.name));
    else if (fixed_ || prelude_functions_.contains(function.name))
      adapt(argument.value, is_float(argument.value.type) ? Type::f32 : argument.value.type, part.span);
    fine = fine && !argument.value.poison();
  }
  if (!fine) return false;
  frame_ = scope_ = bindings_.size();
  for (std::size_t i = 0; i < given.size(); ++i) {
    const Parameter& parameter = function.parameters[i];
    const bool is_tensor = given[i].tensor != ir::kNoTensor;
    bind(is_tensor ? Binding::Kind::tensor : Binding::Kind::fixed, parameter.name, parameter.span,
         std::move(given[i].value), given[i].tensor);
  }
  return true;
}

Quantity Lowering::inlined(const Function& function, const Expression& e, bool from_prelude) {
  called_.insert({&function, true});
  if (e.parts.size() != function.parameters.size()) {
    fail(e.span, fmt::format("{} given to {}", arguments(e.parts.size(), e.parts.size()), quoted(function.name)),
         arguments(function.parameters.size(), function.parameters.size()));
    return {};
  }
  const auto open = std::find(calls_.begin(), calls_.end(), &function);
  if (open != calls_.end()) {
    std::string chain;
    for (auto f = open; f != calls_.end(); ++f) chain += std::string((*f)->name) + " → ";
    fail(e.span, quoted(function.name) + " calls itself: " + chain + std::string(function.name), "no recursion",
         "every call is inlined; use a for loop");
    return {};
  }
  const std::size_t mark = bindings_.size(), frame = frame_, scope = scope_;
  const std::optional<Span> fixed = fixed_;
  Quantity made;
  if (bind_arguments(function, e)) {
    const Type given = from_prelude ? bindings_[mark].value.type : Type::poison;
    if (from_prelude && given != Type::f32 && given != Type::f32x16) {
      fail(e.parts[0]->span, fmt::format("{} of {}", quoted(function.name), name_of(given)), "an f32 or f32x16",
           is_scalar_number(given) ? "write f32(…)" : "");
    } else {
      if (from_prelude && !fixed_) fixed_ = e.span;
      calls_.push_back(&function);
      made = body_of(function, e.span);
      calls_.pop_back();
    }
  }
  fixed_ = fixed;
  close_scope(mark);
  frame_ = frame;
  scope_ = scope;
  at(e.span);
  return made;
}

Quantity Lowering::body_of(const Function& function, Span call) {
  const std::size_t mark = bindings_.size(), outer = scope_;
  const bool kernel = !program_.kernels.empty() && &function == &program_.kernels.front();
  Quantity made = Quantity::nothing();
  for (std::size_t i = 0; i < function.body.size() && !stop_when_too_much(call); ++i) {
    const Statement& s = function.body[i];
    if (s.kind != Statement::Kind::return_ || i + 1 != function.body.size()) {
      statement(s);
      continue;
    }
    const Type type = function.result ? type_of(*function.result).value_or(Type::poison) : Type::poison;
    if (s.value) made = expression(*s.value, type);
    if (kernel && s.value) fail(s.value->span, "the kernel returns a value", "return;");
  }
  if (function.result && !stopped_) {
    const Type type = type_of(*function.result).value_or(Type::poison);
    if (made.type == Type::nothing) {
      fail(function.span, quoted(function.name) + " returns no value", fmt::format("a return of {}", name_of(type)));
      made = {};
    } else {
      made = fitted(std::move(made), type, function.body.back().value->span, "the result of " + quoted(function.name));
    }
  }
  made.literal = made.hexadecimal = false;
  close_scope(mark);
  scope_ = outer;
  return made;
}

}  // namespace vtpu::compiler::language

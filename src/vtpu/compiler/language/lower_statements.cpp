#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <unordered_map>
#include <utility>

#include "vtpu/compiler/language/lower.h"

namespace vtpu::compiler::language {

void Lowering::statements(const std::vector<Statement>& list) {
  const std::size_t mark = bindings_.size(), outer = std::exchange(scope_, mark);
  for (const Statement& s : list) {
    if (stop_when_too_much(s.span)) break;
    statement(s);
  }
  close_scope(mark);
  scope_ = outer;
}

void Lowering::statement(const Statement& s) {
  at(s.span);
  switch (s.kind) {
    case Statement::Kind::let: return let(s.let, Binding::Kind::let);
    case Statement::Kind::var: return let(s.let, Binding::Kind::var);
    case Statement::Kind::assign: return assign(s);
    case Statement::Kind::store: return store_statement(s);
    case Statement::Kind::loop: return loop(s);
    case Statement::Kind::return_:
      return fail(s.span, "an early return", "return as the last statement of a fn",
                  "select a value with condition ? a : b");
    case Statement::Kind::call: expression(*s.value); return;
  }
}

void Lowering::let(const Let& let, Binding::Kind kind) {
  const Type type = let.type ? type_of(*let.type).value_or(Type::poison) : Type::poison;
  Quantity q = expression(*let.value, type);
  if (let.type) q = fitted(std::move(q), type, let.value->span, quoted(let.name));
  if (q.type == Type::nothing) {
    fail(let.value->span, "a call that returns no value", "a value");
    q = {};
  }
  bind(kind, let.name, let.span, std::move(q));
}

Quantity Lowering::fitted(Quantity q, Type type, Span span, std::string_view what) {
  if (q.poison() || type == Type::poison) return {};
  const bool spread = is_vector(type) && !is_vector(q.type);
  if (!adapt(q, spread ? lane_type(type) : type, span)) return {};
  if (q.type == type) return q;
  if (spread && q.type == lane_type(type)) return math_.splat(q);
  std::string hint;
  if (is_scalar_number(type) && (is_scalar_number(q.type) || q.type == Type::boolean))
    hint = fmt::format("write {}(…)", name_of(type));
  if (type == Type::boolean && is_number(q.type)) hint = "write … != 0";
  fail(span, fmt::format("{} is {}, but the value is {}", what, name_of(type), name_of(q.type)),
       std::string(name_of(type)), hint);
  return {};
}

Quantity Lowering::updated(const Statement& s, const Quantity& old, Quantity value, Type type, std::string_view what) {
  const Span span = s.kind == Statement::Kind::store ? s.value->span : s.let.value->span;
  if (s.op != Operator::none) value = binary_of(s.op, old, std::move(value), span);
  return fitted(std::move(value), type, span, what);
}

void Lowering::assign(const Statement& s) {
  const Binding* target = find(s.let.name);
  Quantity value = expression(*s.let.value, target == nullptr ? Type::poison : target->value.type);
  at(s.span);
  target = find(s.let.name);  // inlining a call may have moved the binding
  if (target == nullptr) {
    std::string hint = did_you_mean(s.let.name, visible_names());
    if (hint.empty()) hint = fmt::format("declare it with var {} = …;", s.let.name);
    return fail(s.let.span, "undeclared variable " + quoted(s.let.name), "a var declared above", hint);
  }
  if (target->kind != Binding::Kind::var) {
    const std::string line = fmt::format("in line {}", target->span.place.line);
    switch (target->kind) {
      case Binding::Kind::tensor:
        return fail(s.let.span, quoted(s.let.name) + " is a tensor", "an element of it",
                    fmt::format("write {}[i] = …;", s.let.name));
      case Binding::Kind::let:
        return fail(s.let.span, "assignment to " + quoted(s.let.name) + ", which is immutable", "a var",
                    "declare it with var " + line);
      case Binding::Kind::fixed:
        return fail(s.let.span, "assignment to " + quoted(s.let.name) + ", which is immutable", "a var",
                    fmt::format("assign to a copy: var copy = {};", s.let.name));
      default: return fail(s.let.span, quoted(s.let.name) + " is a constant", "a var", "declared " + line);
    }
  }
  if (target->value.poison()) return;
  const Type type = target->value.type;
  Quantity changed = updated(s, target->value, std::move(value), type, quoted(s.let.name));
  changed.literal = changed.hexadecimal = changed.loaded = false;
  find(s.let.name)->value = std::move(changed);
}

void Lowering::store_statement(const Statement& s) {
  const Expression& e = *s.target;
  const auto target = tensor(e);
  std::optional<Element> place;
  if (target) {
    std::vector<const Expression*> parts;
    for (const ExpressionPtr& part : e.parts) parts.push_back(part.get());
    place = element(*target, parts, e.width.get(), e.span);
  }
  Quantity old;
  if (place && s.op != Operator::none) old = load(*place);
  Quantity value = expression(*s.value, place ? place->type : Type::poison);
  at(s.span);
  if (!place || value.poison()) return;
  const Quantity stored =
      updated(s, old, std::move(value), place->type, (e.width ? "a slice of " : "an element of ") + quoted(e.name));
  if (!stored.poison()) store(*place, stored);
}

// ---- loops

std::vector<std::size_t> Lowering::assigned_in(const std::vector<Statement>& body) const {
  std::vector<std::size_t> found;
  ByName<std::size_t> declared;  // number of declarations in scope
  const auto walk = [&](const auto& self, const std::vector<Statement>& list) -> void {
    std::vector<std::string_view> here;
    for (const Statement& s : list) {
      if (s.kind == Statement::Kind::let || s.kind == Statement::Kind::var) {
        here.push_back(s.let.name);
        ++declared[s.let.name];
      } else if (s.kind == Statement::Kind::loop) {
        ++declared[s.let.name];
        self(self, s.body);
        --declared[s.let.name];
      } else if (s.kind == Statement::Kind::assign && declared[s.let.name] == 0) {
        const Binding* target = find(s.let.name);
        if (target != nullptr && target->kind == Binding::Kind::var)
          found.push_back(static_cast<std::size_t>(target - bindings_.data()));
      }
    }
    for (const std::string_view name : here) --declared[name];
  };
  walk(walk, body);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::optional<Lowering::Bounds> Lowering::bounds(const Expression& low, const Expression& high,
                                                 const Expression* step) {
  Bounds made;
  const Quantity from = index(low, "a bound");
  const Quantity to = index(high, "a bound");
  if (step != nullptr) {
    const auto known = constant(*step, 1, std::numeric_limits<std::int64_t>::max(), "a step");
    if (!known) return std::nullopt;
    made.step = *known;
  }
  if (from.poison() || to.poison()) return std::nullopt;
  made.low = from.form;
  const auto starts = emit_.bounds(from.form), ends = emit_.bounds(to.form);
  const Form length = to.form - from.form;
  if (length.is_constant()) {
    // Bounds that cannot wrap around are as far apart as their constants, which may be further than 64 bits can tell.
    // Otherwise, a run tells whether the first is the lesser; if it is, they are this far apart as unsigned numbers.
    const bool plain = starts && ends;
    const ir::Wide distance =
        plain ? ir::Wide{to.form.constant} - from.form.constant : ir::Wide{static_cast<std::uint64_t>(length.constant)};
    made.trip = ir::trip_count(distance, made.step);
    if (!plain && *made.trip > 0) made.guard = emit_.value_of(math_.compare(isa::Condition::lt, from, to));
    return made;
  }
  if (!std::has_single_bit(static_cast<std::uint64_t>(made.step))) {
    fail(step->span, fmt::format("step {} between bounds that are not constant", made.step), "a power of two",
         "count iterations with step 1 and multiply");
    return std::nullopt;
  }
  // Materialise the dynamic part of the lower bound once; every place in the loop uses it.
  Form& lower = made.low;
  if (lower.values.size() > 1 || (lower.values.size() == 1 && lower.values[0].coefficient != 1)) {
    const Form dynamic{0, {}, std::exchange(lower.values, {})};
    lower.values = {{emit_.value_of(dynamic), 1}};
  }
  constexpr Range kAny{ir::kLeast, ir::kGreatest};
  const Range first = starts.value_or(kAny), end = ends.value_or(kAny);
  made.most = ir::trip_count(end.high - first.low, made.step);
  made.trip_value = emit_.value_of(trip_count(Quantity::of_form(made.low), to, length, first, end, made.step));
  return made;
}

/// The trip count between bounds known only at run time, as ir::trip_count, except that it may be negative instead of
/// 0. The step is a power of two; `length` is `to` − `from`.
Quantity Lowering::trip_count(const Quantity& from, const Quantity& to, const Form& length, const Range& starts,
                              const Range& ends, std::int64_t step) {
  using ir::OpKind;
  const ir::Wide longest = ends.high - starts.low;
  const Quantity bits = Quantity::integer(std::countr_zero(static_cast<std::uint64_t>(step)));
  if (ir::fits_i64(longest + (step - 1)) && ir::fits_i64(ends.low - starts.high))
    return math_.shift(OpKind::sar, Quantity::of_form(length + Form::of(step - 1)), bits);
  // From here on, the distance is an unsigned number, and 0 if there is no iteration.
  const Quantity distance = math_.binary(OpKind::sub, math_.binary(OpKind::max, to, from), from),
                 rest = Quantity::integer(step - 1);
  const auto saturated = [&](const Quantity& count) {
    const Quantity beyond = math_.compare(isa::Condition::lt, count, Quantity::integer(0));
    return math_.select(beyond, Quantity::integer(ir::kGreatest), count);
  };
  const bool is_short = ir::fits_i64(longest);
  if (step == 1) return is_short ? distance : saturated(distance);
  if (is_short) return math_.shift(OpKind::shr, math_.binary(OpKind::add, distance, rest), bits);
  // The distance itself may leave no room for rounding up before the shift.
  const Quantity last =
      math_.shift(OpKind::shr, math_.binary(OpKind::add, math_.binary(OpKind::bit_and, distance, rest), rest), bits);
  const Quantity count = math_.binary(OpKind::add, math_.shift(OpKind::shr, distance, bits), last);
  return step == 2 ? saturated(count) : count;
}

ir::Loop Lowering::open_loop(std::string_view name, const Bounds& bounds) {
  ir::Loop loop = emit_.open_loop(std::string(name), bounds.trip, bounds.most);
  loop.trip_value = bounds.trip_value;
  return loop;
}

void Lowering::append_loop(ir::Loop loop, const Bounds& bounds) {
  if (bounds.guard == ir::kNone) return emit_.append_loop(std::move(loop));
  ir::Loop around = emit_.open_loop(loop.name, std::nullopt, 1);
  around.trip_value = bounds.guard;
  around.unroll = 1;
  for (ir::Loop::Carried& carried : loop.carried) {
    ir::Loop::Carried through;
    through.initial = carried.initial;
    through.result = carried.result;
    const ir::Type type = emit_.module().types[carried.argument];
    carried.initial = through.argument = emit_.module().fresh(type);
    carried.result = through.next = emit_.module().fresh(type);
    around.carried.push_back(through);
  }
  emit_.append_loop(std::move(loop));
  around.body = emit_.close_loop();
  emit_.append_loop(std::move(around));
}

Form Lowering::counter(const Bounds& bounds, const ir::Loop& loop) const {
  // With a single iteration, numbered 0, the counter equals the bound.
  return bounds.trip && *bounds.trip <= 1 ? bounds.low : bounds.low + Form::of_loop(loop.id, bounds.step);
}

void Lowering::loop(const Statement& s) {
  if (s.low == nullptr) return;
  std::optional<Bounds> range = bounds(*s.low, *s.high, s.step.get());
  constexpr std::int64_t kMostCopies = 64;
  std::optional<std::int64_t> unroll = 0;
  if (s.unroll) unroll = constant(*s.unroll, 1, kMostCopies, "a number of copies");
  at(s.span);
  // The body is checked even after an error in the bounds.
  const bool sound = range.has_value();
  if (!sound) range = Bounds{};

  const std::vector<std::size_t> variables = assigned_in(s.body);
  std::vector<Quantity> before;
  std::vector<ir::Value> initial;
  for (const std::size_t v : variables) {
    before.push_back(bindings_[v].value);
    initial.push_back(before.back().poison() ? ir::kNone : emit_.value_of(before.back()));
  }
  ir::Loop made = open_loop(s.let.name, *range);
  made.unroll = static_cast<std::uint32_t>(unroll.value_or(0));
  made.independent = s.independent;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (before[i].poison()) continue;
    const Type type = before[i].type;
    made.carried.push_back({.initial = initial[i], .argument = emit_.module().fresh(to_ir(type))});
    bindings_[variables[i]].value = Quantity::of_value(type, made.carried.back().argument);
  }

  const std::size_t mark = bindings_.size(), outer = std::exchange(scope_, mark);
  bind(Binding::Kind::fixed, s.let.name, s.let.span, Quantity::of_form(counter(*range, made)));
  statements(s.body);
  close_scope(mark);
  scope_ = outer;

  at(s.span);
  std::size_t k = 0;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (before[i].poison()) continue;
    const Quantity& after = bindings_[variables[i]].value;
    ir::Loop::Carried& carried = made.carried[k++];
    carried.next = after.poison() ? carried.argument : emit_.value_of(after);
  }
  made.body = emit_.close_loop();
  const bool runs = sound && range->trip != 0;
  k = 0;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    Quantity& variable = bindings_[variables[i]].value;
    if (before[i].poison() || !runs) {
      variable = before[i];
      continue;
    }
    ir::Loop::Carried& carried = made.carried[k++];
    carried.result = emit_.module().fresh(to_ir(before[i].type));
    variable = Quantity::of_value(before[i].type, carried.result);
  }
  if (runs) append_loop(std::move(made), *range);
}

}  // namespace vtpu::compiler::language

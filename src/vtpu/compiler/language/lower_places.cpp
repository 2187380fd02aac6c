#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "vtpu/compiler/language/lower.h"
#include "vtpu/compiler/language/tensor_box.h"

namespace vtpu::compiler::language {
namespace {

std::string shown(ir::Wide x) {
  return std::to_string(static_cast<std::int64_t>(std::clamp<ir::Wide>(x, ir::kLeast, ir::kGreatest)));
}

std::optional<Range> bounds_of_element(ir::Element element) {
  switch (element) {
    case ir::Element::i8: return Range{-128, 127};
    case ir::Element::u8: return Range{0, 255};
    case ir::Element::u16: return Range{0, 65535};
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<ir::TensorId> Lowering::tensor(const Expression& e) {
  const Binding* found = find(e.name);
  if (found == nullptr || e.name.empty()) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < bindings_.size(); ++i)
      if (bindings_[i].kind == Binding::Kind::tensor && (i < globals_ || i >= frame_))
        names.emplace_back(bindings_[i].name);
    fail(e.span, e.name.empty() ? "an expression" : "unknown tensor " + quoted(e.name), "the name of a tensor",
         did_you_mean(e.name, names));
    return std::nullopt;
  }
  if (found->kind != Binding::Kind::tensor) {
    if (!found->value.poison())
      fail(e.span, fmt::format("{} is {}", quoted(e.name), name_of(found->value.type)), "the name of a tensor",
           is_vector(found->value.type) ? "write lane(v, k) for a lane of a vector" : "");
    return std::nullopt;
  }
  if (found->tensor == ir::kNoTensor) return std::nullopt;
  return found->tensor;
}

Quantity Lowering::index(const Expression& e, std::string_view what) {
  Quantity q = expression(e);
  if (q.poison() || !adapt(q, Type::i64, e.span)) return {};
  if (q.type == Type::i32) return math_.convert(q, Type::i64);
  if (q.type == Type::i64) return q;
  fail(e.span, fmt::format("{} of type {}", what, name_of(q.type)), "an i64 or i32",
       is_scalar_number(q.type) ? "write i64(…)" : "");
  return {};
}

bool Lowering::check_dimension(ir::TensorId tensor, std::size_t dimension, const Form& index, std::int64_t width,
                               Span span) {
  if (emit_.unreachable() || (tensor < sizes_unknown_.size() && sizes_unknown_[tensor])) return true;
  const std::optional<Range> range = emit_.exact_range(index);
  const ir::Tensor& t = module_.tensors[tensor];
  const std::int64_t last = t.shape[dimension] - width;
  if (!range || (range->low >= 0 && range->high <= last)) return true;
  const std::string found = range->low == range->high
                                ? fmt::format("is {}", shown(range->low))
                                : fmt::format("goes from {} to {}", shown(range->low), shown(range->high));
  const std::string what = width > 1 ? fmt::format(" for a slice of {}", width) : "";
  fail(span, fmt::format("index {} of {} {}{}", dimension, quoted(t.name), found, what),
       last < 0    ? fmt::format("a dimension of at least {}", width)
       : last == 0 ? "0"
                   : fmt::format("0 to {}", last),
       fmt::format("dimension {} of {} is {}", dimension, t.name, t.shape[dimension]));
  return false;
}

bool Lowering::slice_type(const ir::Tensor& tensor, std::int64_t width, Span span, Element& made) {
  const std::int64_t size = static_cast<std::int64_t>(ir::size_of(tensor.element));
  switch (tensor.element) {
    case ir::Element::f32: made.type = Type::f32x16; break;
    case ir::Element::i32: made.type = Type::i32x16; break;
    case ir::Element::f64: made.type = Type::f64x8; break;
    case ir::Element::i64: made.type = Type::poison; break;
    default: made.type = Type::bytes; break;
  }
  const std::string name(ir::name_of(tensor.element));
  if (made.type == Type::poison || tensor.sparse || tensor.shape.empty()) {
    fail(span,
         tensor.sparse          ? "a slice of a sparse tensor"
         : tensor.shape.empty() ? "a slice of a single element"
                                : "a slice of " + name,
         "one element");
    return false;
  }
  if (width != 64 / size && width != 32 / size) {
    fail(span, fmt::format("a slice of {} elements of {}", width, name), fmt::format("{} or {}", 64 / size, 32 / size),
         "a vector has 64 bytes, or 32 with the upper half 0");
    return false;
  }
  made.width = static_cast<std::uint8_t>(width * size);
  return true;
}

std::optional<std::vector<Quantity>> Lowering::indexes(ir::TensorId tensor, const std::vector<const Expression*>& parts,
                                                       std::int64_t taken, Span span, Checked checked) {
  const ir::Tensor& t = module_.tensors[tensor];
  bool fine = true;
  std::vector<Quantity> made;
  for (const Expression* part : parts) {
    made.push_back(index(*part, "an index"));
    if (made.back().poison()) fine = false;
  }
  const std::size_t dimensions = t.shape.size();
  if (parts.size() != dimensions) {
    fail(span,
         fmt::format("{} has {} dimension{}, not {}", quoted(t.name), dimensions, dimensions == 1 ? "" : "s",
                     parts.size()),
         fmt::format("{} index{}", dimensions, dimensions == 1 ? "" : "es"));
    return std::nullopt;
  }
  for (std::size_t d = 0; fine && checked == Checked::yes && d < dimensions; ++d)
    fine = check_dimension(tensor, d, made[d].form, d + 1 == dimensions ? taken : 1, parts[d]->span);
  if (!fine) return std::nullopt;
  return made;
}

std::optional<Element> Lowering::element(ir::TensorId tensor, const std::vector<const Expression*>& parts,
                                         const Expression* width, Span span, Checked checked) {
  const ir::Tensor& t = module_.tensors[tensor];
  Element made;
  made.type = language::type_of(t.element);
  made.access.tensor = tensor;
  std::int64_t taken = 1;
  bool fine = true;
  if (width != nullptr) {
    const auto known = constant(*width, 1, 64, "a width");
    fine = known && slice_type(t, *known, span, made);
    taken = known.value_or(1);
  }
  const auto places = indexes(tensor, parts, taken, span, fine ? checked : Checked::no);
  if (!places || !fine) return std::nullopt;
  at(span);
  if (t.sparse) return sparse_element(tensor, *places);

  Form place;
  for (std::size_t d = 0; d < places->size(); ++d) place = place * t.shape[d] + (*places)[d].form;
  const std::int64_t size = static_cast<std::int64_t>(ir::size_of(t.element));
  const Form bytes = place * size;
  made.access.offset.constant = bytes.constant;
  for (const Form::LoopTerm& term : bytes.loops) made.access.offset.terms.push_back({term.loop, term.coefficient});
  // A multiple of 2^64 bytes is no offset.
  if (bytes.values.empty()) return made;
  constexpr std::int64_t kGreatestScale = 8;
  const std::int64_t coefficient = place.values.front().coefficient;
  const bool scaled = place.values.size() == 1 && coefficient > 0 && coefficient <= kGreatestScale / size &&
                      std::has_single_bit(static_cast<std::uint64_t>(coefficient));
  made.access.scale = scaled ? coefficient * size : size;
  made.access.index = scaled ? place.values.front().value : emit_.value_of(Form{0, {}, place.values});
  return made;
}

std::optional<Element> Lowering::sparse_element(ir::TensorId tensor, std::vector<Quantity> indexes) {
  Element made;
  made.access.tensor = tensor;
  made.type = language::type_of(module_.tensors[tensor].element);
  std::optional<Quantity> last;
  if (!indexes.empty()) {
    last = indexes.back();
    indexes.pop_back();
  }
  made.access.cell = emit_.value_of(coordinate_of(tensor, indexes));
  if (last) made.access.index = emit_.value_of(*last);
  return made;
}

Quantity Lowering::coordinate_of(ir::TensorId tensor, const std::vector<Quantity>& indexes) {
  const ir::Tensor& t = module_.tensors[tensor];
  phext::PackedCoordinate literal = t.origin;
  std::vector<std::pair<phext::Axis, Quantity>> steps;
  const auto move = [&](phext::Axis axis, const Quantity& by) {
    const auto known = by.constant();
    const std::int64_t room = phext::PackedCoordinate::kMax - std::int64_t{literal.get(axis)};
    if (known && *known >= 0 && *known <= room)
      literal = literal.with(axis, literal.get(axis) + static_cast<std::uint32_t>(*known));
    else
      steps.emplace_back(axis, by);
  };
  if (is_folded(t) && !indexes.empty()) {
    constexpr std::int64_t kBits = phext::PackedCoordinate::kAxisBits;
    const auto part = [&](std::int64_t from) {
      return math_.binary(ir::OpKind::bit_and, math_.shift(ir::OpKind::sar, indexes[0], Quantity::integer(from)),
                          Quantity::integer(phext::PackedCoordinate::kMax));
    };
    move(phext::Axis::column, part(0));
    move(phext::Axis::line, part(kBits));
    if (t.shape[0] > std::int64_t{1} << (2 * kBits)) move(phext::Axis::scroll, part(2 * kBits));
  } else {
    for (std::size_t d = 0; d < indexes.size(); ++d) move(axis_of(t, d), indexes[d]);
  }
  Quantity made;
  made.type = Type::coord;
  made.place = literal;
  for (const auto& [axis, by] : steps) {
    const ir::Value from = emit_.value_of(made);
    ir::Op op = emit_.make(ir::OpKind::step, ir::Type::coordinate, {from, emit_.value_of(by)});
    op.axis = axis;
    made = Quantity::of_value(Type::coord, emit_.append(std::move(op)));
  }
  return made;
}

Quantity Lowering::load(const Element& element) {
  ir::Op op = emit_.make(ir::OpKind::load, to_ir(element.type));
  op.access = element.access;
  op.width = element.width;
  const ir::Value value = emit_.append(std::move(op));
  const ir::Tensor& t = module_.tensors[element.access.tensor];
  if (const auto bounds = bounds_of_element(t.element); bounds && element.type == Type::i32)
    emit_.set_bounds(value, *bounds);
  Quantity made = Quantity::of_value(element.type, value);
  made.loaded = !t.sparse && !is_vector(element.type) && ir::size_of(t.element) == 4;
  return made;
}

void Lowering::store(const Element& element, const Quantity& value) {
  ir::Op op = emit_.make(ir::OpKind::store, to_ir(element.type), {emit_.value_of(value)});
  op.access = element.access;
  op.width = element.width;
  emit_.append_effect(std::move(op));
}

Quantity Lowering::element_expression(const Expression& e) {
  const auto of = tensor(e);
  if (!of) return {};
  std::vector<const Expression*> parts;
  for (const ExpressionPtr& part : e.parts) parts.push_back(part.get());
  const auto place = element(*of, parts, e.width.get(), e.span);
  if (!place) return {};
  at(e.span);
  return load(*place);
}

}  // namespace vtpu::compiler::language

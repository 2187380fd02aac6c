#include <array>
#include <utility>

#include "vtpu/compiler/language/builtins.h"

namespace vtpu::compiler::language {
namespace {

/// The arguments of `step` and `put`: coordinate, axis and number.
struct Move {
  Quantity from, by;
  phext::Axis axis = phext::Axis::column;
};
std::optional<Move> move_of(Lowering& lower, const Expression& call) {
  Move made;
  made.from = lower.typed(*call.parts[0], Type::coord, "a coordinate");
  const auto axis = lower.axis(*call.parts[1]);
  made.by = lower.index(*call.parts[2], "a number on an axis");
  if (made.from.poison() || !axis || made.by.poison()) return std::nullopt;
  made.axis = *axis;
  lower.at(call.span);
  return made;
}

Quantity known_coordinate(phext::PackedCoordinate place) {
  Quantity made;
  made.type = Type::coord;
  made.place = place;
  return made;
}

Quantity moved(Lowering& lower, const Move& move, ir::OpKind kind) {
  const ir::Value from = lower.emit().value_of(move.from), by = lower.emit().value_of(move.by);
  ir::Op op = lower.emit().make(kind, ir::Type::coordinate, {from, by});
  op.axis = move.axis;
  return Quantity::of_value(Type::coord, lower.emit().append(std::move(op)));
}

Quantity step(Lowering& lower, const Expression& call) {
  const auto move = move_of(lower, call);
  if (!move) return {};
  if (const auto by = move->by.constant(); by && move->from.place)
    return known_coordinate(phext::step(*move->from.place, move->axis, *by).to);
  return moved(lower, *move, ir::OpKind::step);
}

Quantity put(Lowering& lower, const Expression& call) {
  const auto move = move_of(lower, call);
  if (!move) return {};
  if (const auto number = move->by.constant(); number && move->from.place)
    return known_coordinate(
        move->from.place->with(move->axis, static_cast<std::uint32_t>(*number & phext::PackedCoordinate::kMax)));
  return moved(lower, *move, ir::OpKind::set_axis);
}

Quantity part(Lowering& lower, const Expression& call) {
  const Quantity c = lower.typed(*call.parts[0], Type::coord, "a coordinate");
  const auto axis = lower.axis(*call.parts[1]);
  if (c.poison() || !axis) return {};
  lower.at(call.span);
  if (c.place) return Quantity::integer(c.place->get(*axis));
  ir::Op op = lower.emit().make(ir::OpKind::get_axis, ir::Type::i64, {lower.emit().value_of(c)});
  op.axis = *axis;
  const ir::Value value = lower.emit().append(std::move(op));
  lower.emit().set_bounds(value, {0, phext::PackedCoordinate::kMax});
  return Quantity::of_value(Type::i64, value);
}

Quantity distance(Lowering& lower, const Expression& call) {
  const Quantity c = lower.typed(*call.parts[0], Type::coord, "a coordinate");
  const Quantity d = lower.typed(*call.parts[1], Type::coord, "a coordinate");
  if (c.poison() || d.poison()) return {};
  lower.at(call.span);
  if (c.place && d.place) return Quantity::integer(phext::hamming_distance(*c.place, *d.place));
  const ir::Value from = lower.emit().value_of(c), to = lower.emit().value_of(d);
  return Quantity::of_value(Type::i64, lower.emit().append(ir::OpKind::distance, ir::Type::i64, {from, to}));
}

Quantity counted(Lowering& lower, const Expression& call, ir::OpKind kind, std::int64_t most, std::string_view what) {
  const Quantity c = lower.typed(*call.parts[0], Type::coord, "a coordinate");
  const auto k = lower.constant(*call.parts[1], 0, most, what);
  if (c.poison() || !k) return {};
  lower.at(call.span);
  ir::Op op = lower.emit().make(kind, ir::Type::i64, {lower.emit().value_of(c)});
  op.imm = *k;
  return Quantity::of_value(Type::i64, lower.emit().append(std::move(op)));
}
Quantity occupied(Lowering& lower, const Expression& call) {
  return counted(lower, call, ir::OpKind::occupied, phext::PackedCoordinate::kAxes, "a depth");
}
Quantity simplices(Lowering& lower, const Expression& call) {
  return counted(lower, call, ir::OpKind::simplices, 3, "a rank");
}

Quantity laplace(Lowering& lower, const Expression& call) {
  const Quantity c = lower.typed(*call.parts[0], Type::coord, "a coordinate");
  if (c.poison()) return {};
  lower.at(call.span);
  return Quantity::of_value(Type::f64,
                            lower.emit().append(ir::OpKind::laplace, ir::Type::f64, {lower.emit().value_of(c)}));
}

constexpr std::array<Builtin, 7> kCoordinateBuiltins = {{
    {"step", 3, 3, "step(c, axis, k)", step},
    {"put", 3, 3, "put(c, axis, k)", put},
    {"part", 2, 2, "part(c, axis)", part},
    {"distance", 2, 2, "distance(c, d)", distance},
    {"occupied", 2, 2, "occupied(c, depth)", occupied},
    {"simplices", 2, 2, "simplices(c, rank)", simplices},
    {"laplace", 1, 1, "laplace(c)", laplace},
}};

}  // namespace

std::span<const Builtin> coordinate_builtins() { return kCoordinateBuiltins; }

}  // namespace vtpu::compiler::language

#include <iterator>
#include <limits>

#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/random_kernel/generator.h"

namespace vtpu::compiler::random_kernel_tree {
namespace {

/// The numbers around the ends of a type, and around what half of its bits can hold.
constexpr std::size_t kEdges = 8;
std::int64_t edge_of(Type type, std::size_t k) {
  const unsigned bits = lane_of(type) == Type::i32 ? 32 : 64;
  const std::int64_t least =
      bits == 32 ? std::numeric_limits<std::int32_t>::min() : std::numeric_limits<std::int64_t>::min();
  const std::int64_t half = std::int64_t{1} << (bits / 2 - 1);
  const std::int64_t edges[kEdges] = {least,     least + 1, -(least + 1), -(least / 2) - 1,
                                      -half - 1, -half,     half - 1,     half};
  return edges[k];
}

/// The greatest k with 2^k ≤ extent.
unsigned bits_below(std::int64_t extent) {
  unsigned bits = 0;
  while ((std::int64_t{2} << bits) <= extent) ++bits;
  return bits;
}

}  // namespace

Type read_type(ir::Element element) {
  switch (ir::type_of(element)) {
    case ir::Type::i64: return Type::i64;
    case ir::Type::f64: return Type::f64;
    case ir::Type::f32: return Type::f32;
    default: return Type::i32;
  }
}

std::size_t ExpressionGenerator::pick(std::initializer_list<unsigned> weights) {
  unsigned sum = 0;
  for (const unsigned weight : weights) sum += weight;
  auto left = static_cast<unsigned>(random_.below(sum));
  std::size_t k = 0;
  for (const unsigned weight : weights) {
    if (left < weight) break;
    left -= weight;
    ++k;
  }
  return k;
}

Expression ExpressionGenerator::make(ExpressionKind kind, Type type, std::vector<Expression> parts) {
  Expression e;
  e.kind = kind;
  e.type = type;
  e.parts = std::move(parts);
  return e;
}
Expression ExpressionGenerator::literal(Type type, std::int64_t number) {
  Expression e = make(ExpressionKind::literal, type);
  e.number = number;
  return e;
}
Expression ExpressionGenerator::variable(const Name& name) {
  Expression e = make(ExpressionKind::variable, name.type);
  e.name = name.name;
  return e;
}
Expression ExpressionGenerator::binary(Operator op, Type type, Expression a, Expression b) {
  Expression e = make(ExpressionKind::binary, type, {std::move(a), std::move(b)});
  e.op = op;
  return e;
}

Expression ExpressionGenerator::masked(Expression e, std::int64_t mask) {
  const Type type = e.type;
  Expression low = binary(Operator::bit_and, type, std::move(e), literal(lane_of(type), mask));
  low.guard = true;
  return low;
}

Expression ExpressionGenerator::random_literal(Type type) {
  if (is_float(type)) return literal(type, between(-40, 40));
  if (chance(80)) return literal(type, between(-20, 60));
  if (chance(40)) return literal(type, edge_of(type, random_.below(kEdges)));
  return literal(type, type == Type::i32 ? between(-2147483647, 2147483647)
                                         : static_cast<std::int64_t>(random_.next() >> 1) - (std::int64_t{1} << 61));
}

Expression ExpressionGenerator::index(std::int64_t extent, std::int64_t width) {
  const std::int64_t room = extent - width;
  if (room > 0 && chance(plain_ ? 3 : 12)) {
    // An index loaded from memory, unknown before the run.
    const unsigned bits = bits_below(room + 1);
    if (auto from = load(Type::i32)) {
      Expression e = make(ExpressionKind::convert, Type::i64, {std::move(*from)});
      if (chance(50)) return masked(std::move(e), (1 << bits) - 1);
      e = make(ExpressionKind::remainder, Type::i64, {std::move(e)});
      e.guard = true;
      e.number = bits;
      return e;
    }
  }
  std::vector<Name> ranged;
  for (const Name& name : scope_)
    if (name.ranged) ranged.push_back(name);
  // Favour the innermost names.
  std::reverse(ranged.begin(), ranged.end());
  std::int64_t low = 0, high = 0;
  std::optional<Expression> sum;
  const std::size_t terms = pick({8, 62, plain_ ? 0u : 30u});
  for (std::size_t k = 0; k < terms && !ranged.empty(); ++k) {
    const std::size_t at = chance(plain_ ? 90 : 60) ? 0 : random_.below(ranged.size());
    const Name name = ranged[at];
    ranged.erase(ranged.begin() + static_cast<std::ptrdiff_t>(at));
    constexpr std::int64_t kCoefficients[] = {1, -1, 2, 3, -2, 8};
    const std::int64_t by = plain_ ? 1 : kCoefficients[pick({70, 8, 10, 5, 3, 4})];
    const std::int64_t least = std::min(by * name.low, by * name.high), most = std::max(by * name.low, by * name.high);
    if (high + most - (low + least) > room) continue;
    low += least;
    high += most;
    Expression term = variable(name);
    if (by != 1) term = binary(Operator::mul, Type::i64, literal(Type::i64, by), std::move(term));
    sum = sum ? binary(Operator::add, Type::i64, std::move(*sum), std::move(term)) : std::move(term);
  }
  // Favour nearby places, so that iterations overlap in memory at short distances.
  const std::int64_t slack = room - (high - low);
  const std::int64_t shift = (chance(75) ? between(0, std::min<std::int64_t>(slack, 4)) : between(0, slack)) - low;
  if (!sum) return literal(Type::i64, shift);
  if (shift == 0) return std::move(*sum);
  if (shift < 0) return binary(Operator::sub, Type::i64, std::move(*sum), literal(Type::i64, -shift));
  return binary(Operator::add, Type::i64, std::move(*sum), literal(Type::i64, shift));
}

std::vector<Expression> ExpressionGenerator::places(const Tensor& tensor, std::int64_t width) {
  std::vector<Expression> all;
  for (std::size_t k = 0; k < tensor.shape.size(); ++k)
    all.push_back(index(tensor.shape[k], k + 1 == tensor.shape.size() ? width : 1));
  return all;
}

std::vector<const Tensor*> ExpressionGenerator::tensors(Type type, std::int64_t width) const {
  std::vector<const Tensor*> all;
  for (const Tensor& tensor : program_.tensors)
    if (read_type(tensor.element) == lane_of(type) && tensor.shape.back() >= width &&
        (width == 1 || ir::size_of(tensor.element) * lanes_of(type) == 64))
      all.push_back(&tensor);
  return all;
}

std::optional<Expression> ExpressionGenerator::load(Type type) {
  const auto all = tensors(type);
  if (all.empty() || in_function_) return {};
  const Tensor& tensor = *one_of(all);
  // Limit the nesting of indices in indices.
  if (reductions_ > 4) return {};
  ++reductions_;
  Expression e = make(ExpressionKind::load, type, places(tensor));
  --reductions_;
  e.name = tensor.name;
  return e;
}

std::optional<Expression> ExpressionGenerator::slice(Type type) {
  const auto all = tensors(type, lanes_of(type));
  if (all.empty() || in_function_) return {};
  const Tensor& tensor = *one_of(all);
  Expression e = make(ExpressionKind::slice, type, places(tensor, lanes_of(type)));
  e.name = tensor.name;
  return e;
}

Expression ExpressionGenerator::vector_index(std::int64_t extent, unsigned depth) {
  return masked(expression(Type::i32x16, depth), (std::int64_t{1} << bits_below(extent)) - 1);
}

Expression ExpressionGenerator::edge(std::int64_t number, bool moved) {
  auto from = moved ? load(Type::i64) : std::nullopt;
  if (!from) return literal(Type::i64, number);
  constexpr std::int64_t kAllButThree = 61;
  Expression by = binary(Operator::shr, Type::i64, std::move(*from), literal(Type::i64, kAllButThree));
  by.guard = true;
  Expression sum = binary(Operator::add, Type::i64, std::move(by), literal(Type::i64, number));
  sum.guard = true;
  return sum;
}

ExpressionGenerator::Range ExpressionGenerator::range_at_edge(std::int64_t most) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min(),
                         kGreatest = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kBelow = 4, kAbove = 3;        // how far a bound moves
  constexpr std::int64_t kExtra = kBelow + kAbove + 2;  // iterations that this adds, at most
  constexpr std::int64_t kPowers[] = {1, 2, 16, std::int64_t{1} << 32, std::int64_t{1} << 61, std::int64_t{1} << 62};
  constexpr std::int64_t kOthers[] = {3, 1000000007, (std::int64_t{1} << 62) + 1, kGreatest};
  constexpr std::int64_t kStarts[] = {
      kLeast + kBelow, -(std::int64_t{1} << 62), -(std::int64_t{1} << 31), -1, 0, (std::int64_t{1} << 62) - 2,
      kGreatest - 40,  kGreatest - kAbove};
  Range range;
  range.ranged = false;
  const bool low_moves = chance(50), high_moves = chance(50), moves = low_moves || high_moves;
  range.step = !moves && chance(30) ? kOthers[random_.below(std::size(kOthers))]  // the language asks for a power
                                    : kPowers[random_.below(std::size(kPowers))];
  std::int64_t low = kStarts[random_.below(std::size(kStarts))];
  if (!low_moves && low == kLeast + kBelow) low -= between(0, kBelow);
  const std::int64_t wanted = std::max<std::int64_t>(0, most - kExtra);
  const ir::Wide room = ir::Wide{high_moves ? kGreatest - kAbove : kGreatest} - low;
  ir::Wide distance = std::min(room, ir::Wide{between(0, wanted)} * range.step);
  if (chance(30) && room / range.step <= wanted) distance = room;
  distance -= between(0, static_cast<std::int64_t>(std::min<ir::Wide>({distance, range.step - 1, 8})));
  auto high = static_cast<std::int64_t>(low + distance);
  if (high_moves) high = std::max(high, kLeast + kBelow);
  range.trips = static_cast<std::int64_t>(distance / range.step) + kExtra;
  range.low = edge(low, low_moves);
  range.high = edge(high, high_moves);
  return range;
}

ExpressionGenerator::Range ExpressionGenerator::range() {
  constexpr std::int64_t kSteps[] = {1, 2, 3, 5, 16};
  Range range;
  const std::int64_t most = std::max<std::int64_t>(0, std::min<std::int64_t>(40, kMostWork / work_));
  if (!plain_ && most > 10 && chance(12)) return range_at_edge(most);
  range.step = kSteps[pick({80, 8, 4, 4, 4})];
  range.first = pick({70, 25, 5}) == 0 ? 0 : between(-3, 4);
  range.low = literal(Type::i64, range.first);
  std::vector<Name> ranged;
  for (const Name& name : scope_)
    if (name.ranged && name.high - name.low <= most && name.high <= 100 && name.low >= -100) ranged.push_back(name);
  const std::size_t form = pick({55, ranged.empty() || in_function_ ? 0u : 15u, in_function_ ? 0u : 18u,
                                 program_.parameters.empty() || in_function_ ? 0u : 12u});
  // The language requires a power-of-two step between bounds known only at run time.
  if ((form == 1 || form == 2) && range.step != 1) range.step = chance(50) ? 2 : 16;
  std::int64_t end = 0;
  switch (form) {
    case 0: {  // constants
      constexpr std::int64_t kTrips[] = {0, 1, 4, 16, 17, 32, 40};
      std::int64_t trips = chance(40) ? kTrips[random_.below(7)] : between(0, 40);
      trips = std::min(trips, most);
      if (work_ == 1 && chance(8)) trips = between(41, 400);
      end = range.first + trips * range.step - (trips > 0 ? between(0, range.step - 1) : 0);
      range.high = literal(Type::i64, end);
      break;
    }
    case 1: {  // from or up to a name in scope
      const Name name = one_of(ranged);
      if (chance(50)) {
        range.first = name.low;
        range.low = variable(name);
        end = name.high + between(0, 8);
        range.high = literal(Type::i64, end);
      } else {
        range.first = std::min(range.first, name.low);
        range.low = literal(Type::i64, range.first);
        const std::int64_t more = between(0, 2);
        end = name.high + more;
        range.high =
            more == 0 ? variable(name) : binary(Operator::add, Type::i64, variable(name), literal(Type::i64, more));
      }
      break;
    }
    case 2: {  // from memory
      const unsigned bits = static_cast<unsigned>(std::min<std::int64_t>(between(2, 5), bits_below(most + 1)));
      const auto from = load(Type::i32);
      end = (std::int64_t{1} << bits) - 1;
      range.high = make(ExpressionKind::convert, Type::i64, {masked(from ? *from : random_literal(Type::i32), end)});
      break;
    }
    default: {
      const Parameter parameter = one_of(program_.parameters);
      end = parameter.value;
      range.high = variable({parameter.name, Type::i64, false, false, 0, 0});
      break;
    }
  }
  range.trips = std::max<std::int64_t>(0, (end - range.first + range.step - 1) / range.step);
  range.last = std::max(range.first, end - 1);
  if (range.trips <= most || form == 0) return range;
  // The name's range exceeds the remaining work.
  range.step = 1;
  range.trips = most;
  range.last = std::max(range.first, range.first + most - 1);
  range.low = literal(Type::i64, range.first);
  range.high = literal(Type::i64, range.first + most);
  return range;
}

}  // namespace vtpu::compiler::random_kernel_tree

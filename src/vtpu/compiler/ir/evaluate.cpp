#include "vtpu/compiler/ir/evaluate.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/compiler/ir/datum.h"
#include "vtpu/compiler/ir/text.h"
#include "vtpu/compiler/ir/verify.h"

namespace vtpu::compiler::ir {
namespace {

/// Whether the coordinate lies in the tensor's box. The last extent lies along the columns, the one before along the
/// lines, and so on. A single extent beyond 2048 continues in lines and scrolls.
bool covers(const Tensor& tensor, const phext::PackedCoordinate& at) {
  constexpr std::int64_t kSide = phext::PackedCoordinate::kMax + 1;
  std::vector<std::int64_t> extents(tensor.shape.rbegin(), tensor.shape.rend());
  while (extents.size() <= 1 && !extents.empty() && extents.back() > kSide) {
    for (std::int64_t rest = extents.back(); rest > kSide; rest = extents.back()) {
      extents.back() = kSide;
      extents.push_back((rest + kSide - 1) / kSide);
    }
  }
  for (std::size_t k = 0; k < phext::PackedCoordinate::kAxes; ++k) {
    const auto axis = static_cast<phext::Axis>(phext::PackedCoordinate::kAxes - 1 - k);
    const std::int64_t steps = static_cast<std::int64_t>(at.get(axis)) - tensor.origin.get(axis);
    if (steps < 0 || steps >= (k < extents.size() ? extents[k] : 1)) return false;
  }
  return true;
}

/// Thrown by an op that cannot be executed; caught in `run`.
struct EvaluationFailure {
  std::string found, expected;
};

class Evaluator {
 public:
  Evaluator(const Module& module, Memory& memory, std::uint64_t most)
      : module_(module), memory_(memory), left_(most), values_(module.types.size()), iterations_(module.loops, 0) {}

  Result<void> run() {
    try {
      body(module_.body);
      return {};
    } catch (const EvaluationFailure& failure) {
      if (op_ == nullptr) return Error{"module '" + module_.name + "'", failure.found, failure.expected};
      const std::string text = to_text(module_, *op_);
      return Error{op_->source.line == 0 ? text : fmt::format("line {}: {}", op_->source.line, text), failure.found,
                   failure.expected};
    }
  }

 private:
  void body(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      if (const Loop* inner = node.loop()) {
        loop(*inner);
        continue;
      }
      op_ = node.op();
      take();
      const Datum result = execute(*op_);
      if (op_->result != kNone) values_[op_->result] = result;
    }
  }

  /// Iterations count too, because a loop with an empty body could otherwise run without end.
  void take() {
    if (left_-- == 0)
      throw EvaluationFailure{"the limit on ops and iterations is reached", "a module that ends earlier"};
  }

  void loop(const Loop& loop) {
    const std::int64_t trip = loop.counted() ? loop.trip : values_[loop.trip_value].lane<std::int64_t>();
    std::vector<Datum> carried;
    for (const Loop::Carried& value : loop.carried) carried.push_back(values_[value.initial]);
    for (std::int64_t i = 0; i < trip; ++i) {
      iterations_[loop.id] = i;
      if (loop.iteration != kNone) values_[loop.iteration] = Datum::of(i);
      for (std::size_t k = 0; k < carried.size(); ++k) values_[loop.carried[k].argument] = carried[k];
      take();
      body(loop.body);
      for (std::size_t k = 0; k < carried.size(); ++k) carried[k] = values_[loop.carried[k].next];
    }
    for (std::size_t k = 0; k < carried.size(); ++k) values_[loop.carried[k].result] = carried[k];
  }

  const Datum& operand(std::size_t k) const { return values_[op_->operands[k]]; }
  std::int64_t number(std::size_t k) const { return operand(k).lane<std::int64_t>(); }
  phext::PackedCoordinate coordinate(Value value) const {
    return phext::PackedCoordinate::from_bits(values_[value].lane<phext::PackedCoordinate::Bits>());
  }
  phext::PackedCoordinate coordinate_at(std::size_t k) const { return coordinate(op_->operands[k]); }
  static Datum of(const phext::PackedCoordinate& coordinate) { return Datum::of(coordinate.bits()); }

  /// Applies f to each lane of the operands, in the op's type.
  template <class F>
  Datum each(const F& f) const {
    return with_lane(op_->type, [&](auto zero) {
      using T = decltype(zero);
      Datum result;
      for (std::size_t k = 0; k < lanes_of(op_->type); ++k) {
        if (op_->operands.size() == 1)
          lane(result, k, f, operand(0).lane<T>(k));
        else if (op_->operands.size() == 2)
          lane(result, k, f, operand(0).lane<T>(k), operand(1).lane<T>(k));
        else
          lane(result, k, f, operand(0).lane<T>(k), operand(1).lane<T>(k), operand(2).lane<T>(k));
      }
      return result;
    });
  }
  /// Calls f with lanes of a type that it accepts. The verifier excludes other types and operand counts.
  template <class F, class T, class... More>
  static void lane(Datum& result, std::size_t k, const F& f, T a, More... more) {
    if constexpr (std::is_invocable_v<F, T, More...>)
      result.set<T>(k, f(a, more...));
    else
      VTPU_CHECK(false, "the verifier has checked the number of operands");
  }

  Datum shift() const {
    const auto shifted = [&](auto zero, const Datum& x, std::size_t k, std::int64_t amount) {
      using T = decltype(zero);
      using U = std::make_unsigned_t<T>;
      const U bits = x.lane<U>(k);
      const auto by = static_cast<unsigned>(amount) % (8 * sizeof(T));
      if (op_->kind == OpKind::shl) return static_cast<T>(bits << by);
      return op_->kind == OpKind::shr ? static_cast<T>(bits >> by) : static_cast<T>(x.lane<T>(k) >> by);
    };
    if (op_->type == Type::i64) return Datum::of(shifted(std::int64_t{}, operand(0), 0, number(1)));
    if (op_->type == Type::i32) return Datum::of(shifted(std::int32_t{}, operand(0), 0, number(1)));
    Datum result;
    for (std::size_t k = 0; k < 16; ++k) result.set(k, shifted(std::int32_t{}, operand(0), k, op_->imm));
    return result;
  }

  Datum compare() const {
    const Type from = op_->operand_type == Type::none ? op_->type : op_->operand_type;
    return with_lane(from, [&](auto zero) {
      using T = decltype(zero);
      std::int64_t mask = 0;
      for (std::size_t k = 0; k < lanes_of(from); ++k)
        if (isa::holds(op_->condition, operand(0).lane<T>(k), operand(1).lane<T>(k))) mask |= std::int64_t{1} << k;
      return Datum::of(mask);
    });
  }

  Datum select() const {
    if (!is_vector(op_->type)) return operand(number(0) != 0 ? 1 : 2);
    Datum result;
    const std::size_t size = 64 / lanes_of(op_->type);
    for (std::size_t k = 0; k < lanes_of(op_->type); ++k)
      std::memcpy(result.bytes.data() + k * size, operand((number(0) >> k & 1) != 0 ? 1 : 2).bytes.data() + k * size,
                  size);
    return result;
  }

  Datum convert() const {
    return with_lane(op_->operand_type, [&](auto from) {
      return with_lane(op_->type, [&](auto to) {
        Datum result;
        for (std::size_t k = 0; k < lanes_of(op_->type); ++k)
          result.set(k, converted<decltype(to)>(operand(0).lane<decltype(from)>(k)));
        return result;
      });
    });
  }

  Datum splat(const Datum& scalar, Type type) const {
    return with_lane(type, [&](auto zero) {
      Datum result;
      for (std::size_t k = 0; k < lanes_of(type); ++k) result.set(k, scalar.lane<decltype(zero)>());
      return result;
    });
  }

  /// Repeatedly combines the upper half with the lower half until one lane is left.
  Datum reduce() const {
    return with_lane(op_->operand_type, [&](auto zero) {
      using T = decltype(zero);
      Datum lanes = operand(0);
      for (std::size_t half = lanes_of(op_->operand_type) / 2; half > 0; half /= 2)
        for (std::size_t k = 0; k < half; ++k)
          lanes.set(k, reduced(op_->reduction, lanes.lane<T>(k), lanes.lane<T>(k + half)));
      return Datum::of(lanes.lane<T>());
    });
  }

  Datum dot() const {
    Datum result;
    for (std::size_t k = 0; k < 16; ++k) {
      if (op_->kind == OpKind::dot_bf16) {
        result.set(k, dot_bf16(operand(0).lane<float>(k), operand(1).lane<std::uint32_t>(k),
                               operand(2).lane<std::uint32_t>(k)));
        continue;
      }
      std::int32_t sum = operand(0).lane<std::int32_t>(k);
      for (std::size_t j = 4 * k; j < 4 * k + 4; ++j)
        sum = add<std::int32_t>(sum, operand(1).lane<std::uint8_t>(j) * operand(2).lane<std::int8_t>(j));
      result.set(k, sum);
    }
    return result;
  }

  // ---- memory

  /// The `count` bytes from `offset` on, which must lie in the tensor. The unsigned sum cannot wrap.
  std::byte* bytes(std::int64_t offset, std::size_t count) const {
    auto& all = memory_[op_->access.tensor].bytes;
    if (offset < 0 || static_cast<std::uint64_t>(offset) + count > all.size())
      throw EvaluationFailure{
          fmt::format("bytes {} to {}", offset, add<std::int64_t>(offset, static_cast<std::int64_t>(count) - 1)),
          fmt::format("bytes 0 to {} of {}", static_cast<std::int64_t>(all.size()) - 1, tensor().name)};
    return all.data() + offset;
  }
  const Tensor& tensor() const { return module_.tensors[op_->access.tensor]; }
  /// Bytes from the tensor's start; for an access to sixteen places, of the place in lane k.
  std::int64_t offset(std::size_t k = 0) const {
    const Access& access = op_->access;
    std::int64_t at = access.offset.constant;
    for (const Affine::Term& term : access.offset.terms)
      at = add(at, multiply(term.coefficient, iterations_[term.loop]));
    if (access.index == kNone) return at;
    const Datum& index = values_[access.index];
    const bool many = module_.types[access.index] == Type::i32x16;
    return add(at, multiply(access.scale, many ? index.lane<std::int32_t>(k) : index.lane<std::int64_t>()));
  }
  bool many_places() const { return op_->access.index != kNone && module_.types[op_->access.index] == Type::i32x16; }

  phext::PackedCoordinate cell() const {
    const auto base = coordinate(op_->access.cell);
    const std::int64_t steps = op_->access.index == kNone ? 0 : values_[op_->access.index].lane<std::int64_t>();
    const phext::Step there = phext::step(base, op_->access.axis, steps);
    if (there.saturated || !covers(tensor(), there.to))
      throw EvaluationFailure{fmt::format("{} steps from {}", steps, base.raw_text()),
                              "a coordinate of " + tensor().name};
    return there.to;
  }

  static Datum read(Element element, const std::byte* at) {
    const auto bits = [&](auto zero) {
      std::memcpy(&zero, at, sizeof zero);
      return zero;
    };
    switch (element) {
      case Element::i8: return Datum::of<std::int32_t>(bits(std::int8_t{}));
      case Element::u8: return Datum::of<std::int32_t>(bits(std::uint8_t{}));
      case Element::u16: return Datum::of<std::int32_t>(bits(std::uint16_t{}));
      case Element::bf16: return Datum::of(static_cast<std::uint32_t>(bits(std::uint16_t{})) << 16);
      case Element::i32:
      case Element::f32: return Datum::of(bits(std::uint32_t{}));
      case Element::i64:
      case Element::f64: break;
    }
    return Datum::of(bits(std::uint64_t{}));
  }

  Datum load() const {
    if (tensor().sparse) {
      const auto& cells = memory_[op_->access.tensor].cells;
      const auto found = cells.find(cell());
      return Datum::of(found == cells.end() ? std::uint64_t{0} : found->second);
    }
    if (op_->kind == OpKind::load_splat) return splat(read(tensor().element, bytes(offset(), 4)), op_->type);
    if (!is_vector(op_->type)) return read(tensor().element, bytes(offset(), size_of(tensor().element)));
    Datum result;
    if (many_places())
      for (std::size_t k = 0; k < 16; ++k) std::memcpy(result.bytes.data() + 4 * k, bytes(offset(k), 4), 4);
    else
      std::memcpy(result.bytes.data(), bytes(offset(), op_->width), op_->width);
    return result;
  }

  void store() {
    const Datum& value = operand(0);
    if (tensor().sparse) {
      memory_[op_->access.tensor].cells[cell()] = value.lane<std::uint64_t>();
    } else if (many_places()) {
      for (std::size_t k = 0; k < 16; ++k) bytes(offset(k), 4);  // check all places before changing the first
      for (std::size_t k = 0; k < 16; ++k) std::memcpy(bytes(offset(k), 4), value.bytes.data() + 4 * k, 4);
    } else if (is_vector(op_->type)) {
      std::memcpy(bytes(offset(), op_->width), value.bytes.data(), op_->width);
    } else {
      const std::size_t size = size_of(tensor().element);
      const std::size_t from = tensor().element == Element::bf16 ? 2 : 0;  // the upper half of the f32
      std::memcpy(bytes(offset(), size), value.bytes.data() + from, size);
    }
  }

  Datum constant() const {
    return with_lane(op_->type, [&](auto zero) {
      return splat(
          Datum::of(static_cast<std::uint64_t>(op_->imm) & (sizeof zero == 4 ? 0xffffffffu : ~std::uint64_t{0})),
          op_->type);
    });
  }

  Datum execute(const Op& op) {
    switch (op.kind) {
      case OpKind::constant: return constant();
      case OpKind::iota: {
        Datum result;
        for (std::int32_t k = 0; k < 16; ++k) result.set(static_cast<std::size_t>(k), k);
        return result;
      }
      case OpKind::add: return each([](auto a, decltype(a) b) { return add(a, b); });
      case OpKind::sub: return each([](auto a, decltype(a) b) { return subtract(a, b); });
      case OpKind::mul: return each([](auto a, decltype(a) b) { return multiply(a, b); });
      case OpKind::fma: return each([](auto a, decltype(a) b, decltype(a) c) { return multiply_add(a, b, c); });
      case OpKind::div:
        return each([](auto a, decltype(a) b) {
          if constexpr (std::is_floating_point_v<decltype(a)>) return a / b;
          return a;
        });
      case OpKind::sqrt:
        return each([](auto a) {
          if constexpr (std::is_floating_point_v<decltype(a)>) return std::sqrt(a);
          return a;
        });
      case OpKind::min: return each([](auto a, decltype(a) b) { return a < b ? a : b; });
      case OpKind::max: return each([](auto a, decltype(a) b) { return a > b ? a : b; });
      case OpKind::bit_and:
      case OpKind::bit_or:
      case OpKind::bit_xor: {
        Datum result;
        for (std::size_t k = 0; k < 8; ++k) {
          const auto a = operand(0).lane<std::uint64_t>(k), b = operand(1).lane<std::uint64_t>(k);
          result.set(k, op.kind == OpKind::bit_and ? a & b : op.kind == OpKind::bit_or ? a | b : a ^ b);
        }
        return result;
      }
      case OpKind::shl:
      case OpKind::shr:
      case OpKind::sar: return shift();
      case OpKind::extend: return Datum::of<std::int64_t>(operand(0).lane<std::int32_t>());
      case OpKind::compare: return compare();
      case OpKind::select: return select();
      case OpKind::convert: return convert();
      case OpKind::bits: return operand(0);
      case OpKind::splat: return splat(operand(0), op.type);
      case OpKind::extract:
        return with_lane(op.operand_type, [&](auto zero) {
          return Datum::of(operand(0).lane<decltype(zero)>(static_cast<std::size_t>(op.imm)));
        });
      case OpKind::permute: {
        Datum result;
        for (std::size_t k = 0; k < 16; ++k)
          result.set(k, operand(0).lane<std::uint32_t>(operand(1).lane<std::uint32_t>(k) % 16));
        return result;
      }
      case OpKind::reduce: return reduce();
      case OpKind::dot_bf16:
      case OpKind::dot_u8i8: return dot();
      case OpKind::load:
      case OpKind::load_splat: return load();
      case OpKind::store: store(); return {};
      case OpKind::prefetch: return {};
      case OpKind::coordinate: return of(op.place);
      case OpKind::step: return of(phext::step(coordinate_at(0), op.axis, number(1)).to);
      case OpKind::set_axis:
        return of(
            coordinate_at(0).with(op.axis, static_cast<std::uint32_t>(number(1)) & phext::PackedCoordinate::kMax));
      case OpKind::get_axis: return Datum::of<std::int64_t>(coordinate_at(0).get(op.axis));
      case OpKind::distance:
        return Datum::of<std::int64_t>(phext::hamming_distance(coordinate_at(0), coordinate_at(1)));
      case OpKind::pack: {
        Datum result = op.operands[0] == kNone ? Datum{} : operand(0);
        result.set(static_cast<std::size_t>(op.imm), operand(1).lane<std::uint64_t>());
        return result;
      }
      case OpKind::unpack: return unpack();
      case OpKind::barrier:
      case OpKind::fence: return {};
      case OpKind::group_reduce:
      case OpKind::cast: return operand(0);
      case OpKind::occupied:
      case OpKind::simplices:
      case OpKind::laplace:
      case OpKind::send:
      case OpKind::receive:
      case OpKind::temperature:
      case OpKind::beacon:
      case OpKind::route: break;
      case OpKind::sentron: return Datum::of<std::int64_t>(0);
    }
    throw EvaluationFailure{"the evaluator has one sentron and no occupied cells", "an op that needs neither"};
  }

  Datum unpack() const {
    const auto bits = operand(0).lane<std::uint64_t>(static_cast<std::size_t>(op_->imm));
    if (op_->type == Type::i32 || op_->type == Type::f32) return Datum::of(static_cast<std::uint32_t>(bits));
    return Datum::of(bits);
  }

  const Module& module_;
  Memory& memory_;
  std::uint64_t left_;
  std::vector<Datum> values_;
  std::vector<std::int64_t> iterations_;  ///< current iteration number of each loop
  const Op* op_ = nullptr;                ///< the op being executed
};

}  // namespace

Memory make_memory(const Module& module) {
  Memory memory(module.tensors.size());
  for (std::size_t k = 0; k < memory.size(); ++k)
    if (!module.tensors[k].sparse) memory[k].bytes.resize(static_cast<std::size_t>(module.tensors[k].bytes()));
  return memory;
}

Result<void> evaluate(const Module& module, Memory& memory, std::uint64_t most) {
  if (auto ok = verify(module, Places::anywhere); !ok) return ok;
  if (memory.size() != module.tensors.size())
    return Error{"memory", fmt::format("found {} tensors", memory.size()), std::to_string(module.tensors.size())};
  for (std::size_t k = 0; k < memory.size(); ++k)
    if (const Tensor& tensor = module.tensors[k];
        !tensor.sparse && memory[k].bytes.size() != static_cast<std::size_t>(tensor.bytes()))
      return Error{"memory of " + tensor.name, fmt::format("found {} bytes", memory[k].bytes.size()),
                   std::to_string(tensor.bytes())};
  return Evaluator(module, memory, most).run();
}

}  // namespace vtpu::compiler::ir

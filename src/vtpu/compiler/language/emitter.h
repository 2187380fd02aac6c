#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/compiler/language/quantity.h"

namespace vtpu::compiler::language {

/// Least and greatest value.
struct Range {
  __extension__ using Wide = __int128;
  Wide low = 0, high = 0;
};

/// Appends to a module: ops at the place it is at, inside the loops that are open.
class Emitter {
 public:
  explicit Emitter(ir::Module& module) : module_(module) { bodies_.emplace_back(); }

  ir::Module& module() { return module_; }
  const ir::Module& module() const { return module_; }
  ir::Place place;  ///< source of what is appended

  std::size_t ops() const { return ops_; }
  /// Drops what was appended, outside of loops.
  void clear() {
    bodies_.front() = {};
    ops_ = 0;
  }
  /// Hands what was appended to the module.
  void finish() { module_.body = std::move(bodies_.front().nodes); }

  /// An op of this kind with a fresh result, not yet appended; `append` returns the result.
  ir::Op make(ir::OpKind kind, ir::Type type, std::vector<ir::Value> operands = {}) const;
  ir::Value append(ir::Op op);
  /// Appends an op without result.
  void append_effect(ir::Op op);
  ir::Value append(ir::OpKind kind, ir::Type type, std::vector<ir::Value> operands = {}) {
    return append(make(kind, type, std::move(operands)));
  }

  /// A constant, made once in the innermost open loop where none is at hand.
  ir::Value constant(ir::Type type, std::int64_t bits);
  ir::Value coordinate(phext::PackedCoordinate place);
  /// A form as an i64.
  ir::Value value_of(const Form& form);
  /// Whatever it is, as a value of the type to_ir(q.type).
  ir::Value value_of(const Quantity& q);

  /// Turns the load that gave `value`, which must be near the end of the innermost body and not used, into one that
  /// spreads it over a vector. False where it cannot be.
  bool make_load_splat(ir::Value value, ir::Type vector);

  // ---- loops
  /// Opens one; what follows is in its body. `trip`: constant, or none for a dynamic one.
  ir::Loop open_loop(std::string name, std::optional<std::int64_t> trip);
  /// Takes the body off again.
  std::vector<ir::Node> close_loop();
  void append_loop(ir::Loop loop) { bodies_.back().nodes.emplace_back(std::move(loop)); }
  /// Whether a loop around is known not to run.
  bool unreachable() const { return unreachable_ > 0; }

  // ---- what is known of values
  /// The least and greatest value that a form takes over the iterations of its loops, both taken. None where it has a
  /// term that is not a loop of constant trip count.
  std::optional<Range> exact_range(const Form& form) const;
  /// Bounds that hold, whether or not they are taken. None where there are none, or it might wrap around.
  std::optional<Range> bounds(const Form& form) const;
  void set_bounds(ir::Value value, Range range) { bounds_.insert_or_assign(value, range); }
  std::optional<Range> bounds_of(ir::Value value) const;

 private:
  struct Body {
    std::vector<ir::Node> nodes;
    std::map<std::pair<ir::Type, std::int64_t>, ir::Value> constants;
    std::map<std::pair<std::uint64_t, std::uint64_t>, ir::Value> coordinates;
    bool runs = true;
  };

  std::optional<Range> range(const Form& form, bool exact) const;

  ir::Module& module_;
  std::vector<Body> bodies_;  ///< of the kernel, then of the open loops; the first is moved to the module by `finish`
  std::vector<std::optional<std::int64_t>> trips_;  ///< by LoopId
  std::vector<ir::Value> iterations_;               ///< by LoopId
  std::map<ir::Value, Range> bounds_;
  std::size_t ops_ = 0;
  unsigned unreachable_ = 0;
};

}  // namespace vtpu::compiler::language

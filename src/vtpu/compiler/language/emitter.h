#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/language/quantity.h"

namespace vtpu::compiler::language {

/// Least and greatest value, both inclusive.
struct Range {
  ir::Wide low = 0, high = 0;
};

/// Appends ops to a module, at the current place inside the open loops.
class Emitter {
 public:
  explicit Emitter(ir::Module& module) : module_(module) { bodies_.emplace_back(); }

  ir::Module& module() { return module_; }
  const ir::Module& module() const { return module_; }
  ir::Place place;  ///< source place of appended ops

  std::size_t ops() const { return ops_; }
  /// Drops everything appended outside loops.
  void clear() {
    bodies_.front() = {};
    ops_ = 0;
  }
  /// Moves the appended ops into the module.
  void finish() { module_.body = std::move(bodies_.front().nodes); }

  /// An op of this kind with a fresh result, not yet appended. `append` also appends it and returns the result.
  ir::Op make(ir::OpKind kind, ir::Type type, std::vector<ir::Value> operands = {}) const;
  ir::Value append(ir::Op op);
  /// Appends an op without result.
  void append_effect(ir::Op op);
  ir::Value append(ir::OpKind kind, ir::Type type, std::vector<ir::Value> operands = {}) {
    return append(make(kind, type, std::move(operands)));
  }

  /// A constant. It is appended to the innermost open loop unless it is already available.
  ir::Value constant(ir::Type type, std::int64_t bits);
  ir::Value coordinate(phext::PackedCoordinate place);
  /// Materialises a form as an i64.
  ir::Value value_of(const Form& form);
  /// Materialises any quantity as a value of type to_ir(q.type).
  ir::Value value_of(const Quantity& q);

  /// Replaces the load that produced `value` by one that splats it over a vector. The load must be near the end of the
  /// innermost body and have no use. False if this is impossible.
  bool make_load_splat(ir::Value value, ir::Type vector);

  // ---- loops
  /// Opens a loop; what is appended next goes into its body. `trip`: constant, or none if known only at run time; it
  /// is then at most `most`.
  ir::Loop open_loop(std::string name, std::optional<std::int64_t> trip, std::int64_t most = ir::kGreatest);
  /// Closes the innermost loop and returns its body.
  std::vector<ir::Node> close_loop();
  void append_loop(ir::Loop loop) { bodies_.back().nodes.emplace_back(std::move(loop)); }
  /// Whether an enclosing loop is known not to run.
  bool unreachable() const { return unreachable_ > 0; }

  // ---- value ranges
  /// The exact range of a form over the iterations of its loops. None if it has a term other than a loop of constant
  /// trip count.
  std::optional<Range> exact_range(const Form& form) const;
  /// Bounds of a form that need not be tight. None if none are known or the form might wrap around.
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
  std::vector<Body> bodies_;  ///< of the kernel, then of the open loops; `finish` moves the first into the module
  struct Trips {
    bool exact = false;     ///< `most` is the trip count
    std::int64_t most = 0;  ///< greatest trip count
  };
  std::vector<Trips> trips_;           ///< by LoopId
  std::vector<ir::Value> iterations_;  ///< by LoopId
  std::map<ir::Value, Range> bounds_;
  std::size_t ops_ = 0;
  unsigned unreachable_ = 0;
};

}  // namespace vtpu::compiler::language

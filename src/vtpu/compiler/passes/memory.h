#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

/// Memory effects of ops, and which accesses overlap.
namespace vtpu::compiler::passes {

struct Effects {
  bool any = false;         ///< an observable effect
  bool everything = false;  ///< may change or order any memory (messages, fences)
  std::set<ir::TensorId> read, written;
};
Effects effects_of(const ir::Op& op);
Effects effects_of(const std::vector<ir::Node>& nodes);
/// Whether a node has an observable effect.
bool acts(const ir::Node& node);

/// Number of bytes that an access touches.
std::int64_t bytes_of(const ir::Module& module, const ir::Op& op);

/// Distance in iterations of `loop` between two overlapping accesses: b in iteration j touches what a touched in
/// iteration j + distance. Defined only for accesses that differ at most in the constant and whose coefficient on the
/// loop is not 0.
struct Distance {
  enum class Kind : std::uint8_t {
    never,  ///< they never overlap
    exact,  ///< they overlap at distance `iterations` only
    unknown
  };
  Kind kind = Kind::unknown;
  std::int64_t iterations = 0;
};
Distance distance(const ir::Module& module, const ir::Op& a, const ir::Op& b, const ir::Loop& loop);

/// Whether `width` consecutive iterations of an innermost loop may run op by op, each op for all of them before the
/// next op. This must not reverse a dependence through memory.
bool may_run_together(const ir::Module& module, const ir::Loop& loop, std::int64_t width);

/// Whether no iteration of the loop touches a place that another iteration writes.
bool iterations_apart(const ir::Module& module, const ir::Loop& loop);

}  // namespace vtpu::compiler::passes

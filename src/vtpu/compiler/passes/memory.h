#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

/// What ops do to memory, and which accesses meet.
namespace vtpu::compiler::passes {

struct Effects {
  bool any = false;         ///< something that would be missed
  bool everything = false;  ///< may change any memory, or orders it (messages, fences)
  std::set<ir::TensorId> read, written;
};
Effects effects_of(const ir::Op& op);
Effects effects_of(const std::vector<ir::Node>& nodes);

/// Bytes that an access touches.
std::int64_t bytes_of(const ir::Module& module, const ir::Op& op);

/// Iterations of `loop` from one access to the place of the other: b in iteration j touches what a touched in iteration
/// j + distance. Only of accesses alike in all but the constant, with the same coefficient, not 0, on the loop.
struct Distance {
  enum class Kind : std::uint8_t {
    never,  ///< they do not meet
    exact,  ///< in `iterations` only
    unknown
  };
  Kind kind = Kind::unknown;
  std::int64_t iterations = 0;
};
Distance distance(const ir::Module& module, const ir::Op& a, const ir::Op& b, const ir::Loop& loop);

/// Whether `width` neighbouring iterations of an innermost loop may run op by op, each op for all of them before the
/// next: no dependence through memory would be turned round.
bool may_run_together(const ir::Module& module, const ir::Loop& loop, std::int64_t width);

/// Whether the iterations of a loop write places that no other of its iterations touches.
bool iterations_apart(const ir::Module& module, const ir::Loop& loop);

}  // namespace vtpu::compiler::passes

#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/ir/ir.h"

/// Splits loops: single iterations, and the remainder after a loop that executed most of them.
namespace vtpu::compiler::passes {

/// The initial values of a loop's carried values.
std::vector<ir::Value> initial_of(const ir::Loop& loop);

/// Appends iteration `number` of a loop to `into` and updates the carried values in `state`.
void run_once(ir::Module& module, const ir::Loop& loop, std::int64_t number, std::vector<ir::Value>& state,
              std::vector<ir::Node>& into);

/// A number of iterations: a constant, or the value `value` if known only at run time.
struct Count {
  std::int64_t number = 0;
  ir::Value value = ir::kNone;
};

/// A remainder of at most this many ops is straight-line code.
inline constexpr std::size_t kStraightOps = 24;

/// Appends the last `rest` iterations of a loop, of which `done` have been executed and left the carried values in
/// `state`. They become a loop, or straight-line code if they are few. `results` maps the original loop's results to
/// the new values.
void finish(ir::Module& module, const ir::Loop& loop, Count done, Count rest, const std::vector<ir::Value>& state,
            std::vector<ir::Node>& into, std::map<ir::Value, ir::Value>& results);

/// Splits the trip count of a loop by `copies` (a power of two if the count is known only at run time): the trip count
/// of a loop that executes `copies` iterations per pass, the iterations it covers, at most `most`, and the remainder.
struct Division {
  Count main, done, rest;
};
Division divide(ir::Module& module, const ir::Loop& loop, std::int64_t copies, std::vector<ir::Node>& into,
                std::int64_t most = ir::kGreatest);

}  // namespace vtpu::compiler::passes

#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

/// Loops taken apart: single iterations, and what is left behind a loop that did most of them.
namespace vtpu::compiler::passes {

/// What each carried value of a loop begins with.
std::vector<ir::Value> initial_of(const ir::Loop& loop);

/// Appends iteration `number` of a loop to `into`; `state` holds its carried values before and after.
void run_once(ir::Module& module, const ir::Loop& loop, std::int64_t number, std::vector<ir::Value>& state,
              std::vector<ir::Node>& into);

/// How far a loop has come: a number, or, in `value`, one known at run time only.
struct Count {
  std::int64_t number = 0;
  ir::Value value = ir::kNone;
};

/// Appends the last `rest` iterations of a loop of which `done` have been made, its carried values being `state` now:
/// as a loop, or one by one where they are few. `results` learns what to read instead of the loop's results.
void finish(ir::Module& module, const ir::Loop& loop, Count done, Count rest, const std::vector<ir::Value>& state,
            std::vector<ir::Node>& into, std::map<ir::Value, ir::Value>& results);

/// Trip count of a loop over `copies` (a power of two where it is known at run time only): that of a loop that makes so
/// many iterations in one of its own, what that does in the end, and what it leaves.
struct Division {
  Count main, done, rest;
};
Division divide(ir::Module& module, const ir::Loop& loop, std::int64_t copies, std::vector<ir::Node>& into);

}  // namespace vtpu::compiler::passes

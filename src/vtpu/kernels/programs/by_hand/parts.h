#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "vtpu/isa/builder.h"
#include "vtpu/kernels/programs/by_hand/by_hand.h"

/// Helpers of the hand-written programs. Register conventions: r15 counts an inner loop, r14 is its index, r13 counts
/// repetitions.
namespace vtpu::kernels::by_hand {

using isa::at;
using isa::Builder;
using isa::op;
using isa::Opcode;
using isa::P;
using isa::R;
using isa::V;

inline constexpr R kRepeat{13}, kStep{14}, kCount{15};
inline constexpr std::int32_t kLine = 64;  ///< bytes per vector

/// The displacement of k vectors plus some bytes.
inline std::int32_t lines(std::size_t k, std::int32_t bytes = 0) {
  return static_cast<std::int32_t>(k) * kLine + bytes;
}
inline V v(std::size_t k) { return V{static_cast<unsigned>(k)}; }

/// Sets p registers 0, 1, … to the first elements of the first `count` tensors.
void point_at_tensors(Builder& b, unsigned count);
/// The value of a param, which must be a multiple of `of` and at least `least`.
std::int64_t multiple(const Parameters& parameters, const std::string& name, std::int64_t of, std::int64_t least = 1);
/// Clears a vector register.
isa::Op zero(V register_);
/// Adds registers first to first + 7 into the first; the sum of its lanes goes to `sum`.
void add_up_eight(Builder& b, unsigned first, R sum);
/// Runs `body` `repeat` times, then halts.
isa::Program repeated(Builder& b, const Parameters& parameters, const std::function<void()>& body);

}  // namespace vtpu::kernels::by_hand

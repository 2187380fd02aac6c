#include "vtpu/kernels/programs/by_hand/parts.h"

#include "vtpu/base/check.h"

namespace vtpu::kernels::by_hand {

void point_at_tensors(Builder& b, unsigned count) {
  for (unsigned k = 0; k < count; ++k)
    b.word(op(Opcode::dmov_coord, P{k}, b.coordinate(phext::PackedCoordinate().with(phext::Axis::chapter, k + 1))));
}

std::int64_t multiple(const Parameters& parameters, const std::string& name, std::int64_t of, std::int64_t least) {
  const std::int64_t number = parameters.at(name);
  VTPU_CHECK(number >= least && number % of == 0, "params of a hand-written program are multiples of its block sizes");
  return number;
}

isa::Op zero(V register_) { return op(Opcode::dxor_x16, register_, register_, register_); }

void add_up_eight(Builder& b, unsigned first, R sum) {
  for (unsigned half = 4; half > 0; half /= 2)
    for (unsigned k = 0; k < half; ++k)
      b.word(op(Opcode::dadd_f32x16, V{first + k}, V{first + k}, V{first + half + k}));
  b.word(op(Opcode::dred_add_f32x16, sum, V{first}));
}

isa::Program repeated(Builder& b, const Parameters& parameters, const std::function<void()>& body) {
  b.counted_loop(kRepeat, static_cast<std::uint64_t>(multiple(parameters, "repeat", 1)), body);
  b.word(op(Opcode::dhalt));
  return b.build();
}

}  // namespace vtpu::kernels::by_hand

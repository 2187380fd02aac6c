#include "vtpu/kernels/int_shape.h"

namespace vtpu::kernels {

void int_block(Builder& b, P data) {
  const auto sum = [](std::size_t k) { return R{static_cast<unsigned>(k % 4)}; };
  const auto x = [](std::size_t k) { return R{static_cast<unsigned>(4 + k % 2)}; };
  const auto key = [](std::size_t k) { return R{static_cast<unsigned>(6 + k % 2)}; };
  const auto y = [](std::size_t k) { return R{static_cast<unsigned>(8 + k % 2)}; };
  const auto place = [&](std::size_t k) { return at(data, kBlock, 1, static_cast<std::int32_t>(k * 8)); };
  for (std::size_t k = 0; k <= kIntBody; ++k) {
    isa::Op combine, store;  // of the previous number
    if (k > 0) {
      combine = op(Opcode::dxor_i64, sum(k - 1), sum(k - 1), y(k - 1));
      store = op(Opcode::sscattr_i64, y(k - 1), place(k - 1));
    }
    if (k == kIntBody) {
      b.word(combine, store);
      break;
    }
    b.word(combine, op(Opcode::sgather_i64, x(k), place(k)),
           op(Opcode::cunpack_i64, key(k), key_buffer(k), key_lane(k)));
    b.word(op(Opcode::dadd_i64, y(k), x(k), key(k)), store);
  }
}

}  // namespace vtpu::kernels

#include "vtpu/kernels/programs/by_hand/parts.h"

namespace vtpu::kernels::by_hand {

// One bag per iteration, with all rows unrolled. Each row takes five words, which load its four vectors and add them
// one word later. They also load the place of the row after next and convert that of the next row to a displacement. If
// the table exceeds the second-level cache, five more words prefetch the rows of the next bag. bags ≥ 2, bag ≥ 3.
isa::Program embedding_bag(const Parameters& parameters) {
  constexpr std::int64_t kRowBytes = 256, kCache = 1 << 20;
  const std::int64_t bags = multiple(parameters, "bags", 1, 2);
  const auto bag = static_cast<std::size_t>(multiple(parameters, "bag", 1, 3));
  const auto bag_bytes = static_cast<std::int32_t>(4 * bag);
  const bool far = multiple(parameters, "table_rows", 1) * kRowBytes > kCache;
  const P table{0}, places{1}, out{2};
  const R out_at{12}, ahead{11};
  const auto place = [](std::size_t row) { return R{static_cast<unsigned>(row % 4)}; };
  const auto displacement = [](std::size_t row) { return R{static_cast<unsigned>(4 + row % 4)}; };
  const auto loaded = [](std::size_t k) { return v(4 + k % 8); };

  Builder b("embedding_bag_by_hand");
  const auto load_place = [&](std::size_t row) {
    return op(Opcode::sgather_i32, place(row), at(places, kStep, 1, static_cast<std::int32_t>(4 * row)));
  };
  const auto shift = [&](std::size_t row) { return op(Opcode::dshl_i64, displacement(row), place(row), 8); };
  const auto load = [&](std::size_t row, std::size_t k) {
    // The first row is loaded directly into the sums.
    return op(Opcode::sgather_v64, row == 0 ? v(k) : loaded(4 * row + k), at(table, displacement(row), 1, lines(k)));
  };
  const auto add = [&](std::size_t row, std::size_t k) {
    return row == 0 ? isa::Op{} : op(Opcode::dadd_f32x16, v(k), v(k), loaded(4 * row + k));
  };
  const auto turn = [&](bool ask) {
    b.word(load_place(0));
    b.word(shift(0), load_place(1));
    for (std::size_t row = 0; row < bag; ++row) {
      b.word(row > 0 ? add(row - 1, 3) : isa::Op{}, row + 2 < bag ? load_place(row + 2) : isa::Op{});
      b.word(row + 1 < bag ? shift(row + 1) : isa::Op{}, load(row, 0));
      for (std::size_t k = 1; k < 4; ++k) b.word(add(row, k - 1), load(row, k));
      if (!ask) continue;
      b.word(op(Opcode::sgather_i32, ahead, at(places, kStep, 1, bag_bytes + static_cast<std::int32_t>(4 * row))));
      b.word(op(Opcode::dshl_i64, ahead, ahead, 8));
      for (std::size_t k = 0; k < 4; ++k) b.word(op(Opcode::sprefch, at(table, ahead, 1, lines(k))));
    }
    b.word(add(bag - 1, 3));
    for (std::size_t k = 0; k < 4; ++k) {
      const isa::Op store = op(Opcode::sscattr_v64, v(k), at(out, out_at, 1, lines(k, k == 3 ? -lines(4) : 0)));
      if (k == 1)
        b.word(op(Opcode::dadd_i64, kStep, kStep, bag_bytes), store);
      else if (k == 2)
        b.word(op(Opcode::dadd_i64, out_at, out_at, lines(4)), store);
      else
        b.word(store);
    }
  };
  point_at_tensors(b, 3);
  return repeated(b, parameters, [&] {
    b.word(op(Opcode::dmov_i64, kStep, 0));
    b.word(op(Opcode::dmov_i64, out_at, 0));
    // No bag follows the last one.
    b.counted_loop(kCount, static_cast<std::uint64_t>(far ? bags - 1 : bags), [&] { turn(far); });
    if (far) turn(false);
  });
}

}  // namespace vtpu::kernels::by_hand

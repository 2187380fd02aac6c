#include "vtpu/kernels/programs/by_hand/parts.h"

namespace vtpu::kernels::by_hand {

// Tiles of 6 rows by 32 columns in twelve registers. A step of k takes twelve words with one multiply-add each. The
// same words broadcast the next elements of A, each one row ahead, and load the two vectors of the next row of B. An
// iteration has eight steps; the very last step loads nothing beyond the matrices. rows: a multiple of 6, columns of
// 32, inner of 8, at least 16.
isa::Program gemm(const Parameters& parameters) {
  constexpr std::size_t kRows = 6, kUnrolled = 8;
  const std::int64_t rows = multiple(parameters, "rows", kRows), columns = multiple(parameters, "columns", 32);
  const std::int64_t inner = multiple(parameters, "inner", kUnrolled, 2 * kUnrolled);
  const auto a_pitch = static_cast<std::int32_t>(4 * inner), b_pitch = static_cast<std::int32_t>(4 * columns);
  const P a{0}, right{1}, c{2};
  const R a_at{14}, b_at{10}, c_at{9}, column{8}, row_loop{12}, column_loop{11}, c_row{7}, a_row{6};
  const V low{12}, high{13};
  const auto factor = [](std::size_t row) { return v(14 + row % 2); };

  Builder b("gemm_by_hand");
  const auto broadcast = [&](std::size_t row, std::size_t k) {
    const auto bytes = static_cast<std::int32_t>(row) * a_pitch + static_cast<std::int32_t>(4 * k);
    return op(Opcode::sgather_bcast, factor(row), at(a, a_at, 1, bytes));
  };
  const auto load_b = [&](V half, std::size_t k) {
    return op(Opcode::sgather_v64, half,
              at(right, b_at, 1, static_cast<std::int32_t>(k) * b_pitch + (half.index == high.index ? kLine : 0)));
  };
  /// One step of k; `more`: another step follows.
  const auto step = [&](std::size_t k, bool more) {
    for (std::size_t row = 0; row < kRows; ++row) {
      const bool last = row == kRows - 1;
      for (const V half : {low, high}) {
        const bool first = half.index == low.index;
        const V sum = v(2 * row + (first ? 0 : 1));
        const isa::Op multiply = op(Opcode::dfma_f32x16, sum, factor(row), half, sum);
        isa::Op load;
        if (first && !last) load = broadcast(row + 1, k);
        if (more && !first && row == kRows - 2) load = broadcast(0, k + 1);
        if (more && last) load = load_b(half, k + 1);
        b.word(multiply, load);
      }
    }
  };

  point_at_tensors(b, 3);
  return repeated(b, parameters, [&] {
    b.word(op(Opcode::dmov_i64, column, 0));
    b.counted_loop(column_loop, static_cast<std::uint64_t>(columns / 32), [&] {
      b.word(op(Opcode::dmov_i64, a_row, 0));
      b.word(op(Opcode::dmov_i64, c_row, column));
      b.counted_loop(row_loop, static_cast<std::uint64_t>(rows) / kRows, [&] {
        b.word(op(Opcode::dmov_i64, a_at, a_row));
        b.word(op(Opcode::dmov_i64, b_at, column), broadcast(0, 0));
        b.word(op(Opcode::dmov_i64, c_at, c_row), load_b(low, 0));
        b.word(zero(v(0)), load_b(high, 0));
        for (std::size_t k = 1; k < 2 * kRows; ++k) b.word(zero(v(k)));
        b.counted_loop(kCount, static_cast<std::uint64_t>(inner) / kUnrolled - 1, [&] {
          for (std::size_t k = 0; k < kUnrolled; ++k) step(k, true);
          b.word(op(Opcode::dadd_i64, a_at, a_at, 4 * kUnrolled));
          b.word(op(Opcode::dadd_i64, b_at, b_at, static_cast<std::int64_t>(kUnrolled) * b_pitch));
        });
        for (std::size_t k = 0; k < kUnrolled; ++k) step(k, k + 1 < kUnrolled);
        for (std::size_t row = 0; row < kRows; ++row) {
          const std::int32_t bytes = static_cast<std::int32_t>(row) * b_pitch;
          b.word(op(Opcode::sscattr_v64, v(2 * row), at(c, c_at, 1, bytes)));
          b.word(op(Opcode::sscattr_v64, v(2 * row + 1), at(c, c_at, 1, bytes + kLine)));
        }
        b.word(op(Opcode::dadd_i64, a_row, a_row, static_cast<std::int64_t>(kRows) * a_pitch));
        b.word(op(Opcode::dadd_i64, c_row, c_row, static_cast<std::int64_t>(kRows) * b_pitch));
      });
      b.word(op(Opcode::dadd_i64, column, column, 2 * kLine));
    });
  });
}

}  // namespace vtpu::kernels::by_hand

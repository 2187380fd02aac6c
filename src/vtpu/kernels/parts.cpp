#include "vtpu/kernels/parts.h"

#include <algorithm>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"

namespace vtpu::kernels {

bool holds(const memory::PageTable& memory, const Image& image) {
  const std::size_t each = image.size() / kSentrons;
  for (std::size_t k = 0; k < image.size(); ++k) {
    for (std::size_t from = 0; from < image[k].size(); from += kCell) {
      const auto column = static_cast<std::uint32_t>(from / kCell);
      const auto cell = memory.peek(region(k % each, k / each).with(phext::Axis::column, column));
      const auto expected = std::span(image[k]).subspan(from, std::min(kCell, image[k].size() - from));
      if (cell.size() < expected.size() || !std::equal(expected.begin(), expected.end(), cell.begin())) return false;
    }
  }
  return true;
}

phext::PackedCoordinate region(std::size_t k, std::size_t sentron) {
  return phext::PackedCoordinate()
      .with(phext::Axis::chapter, static_cast<std::uint32_t>(k + 1))
      .with(phext::Axis::section, static_cast<std::uint32_t>(sentron));
}

void allocate(Builder& b, P pointer, std::size_t k, std::size_t bytes) {
  const auto last = static_cast<std::uint32_t>((bytes + kCell - 1) / kCell - 1);
  VTPU_CHECK(bytes > 0 && last <= phext::PackedCoordinate::kMax, "a region fits the columns of one line");
  b.word(op(Opcode::dmov_coord, pointer, b.coordinate(region(k))));
  b.word(op(Opcode::dmov_coord, P{7}, b.coordinate(region(k).with(phext::Axis::column, last))),
         op(Opcode::sindex, pointer, pointer, phext::Axis::section, kRank));
  b.word(op(Opcode::sindex, P{7}, P{7}, phext::Axis::section, kRank));
  b.word(op(Opcode::salloc, R{1}, pointer, P{7}, isa::Allocation{}));
}

namespace {

constexpr std::uint64_t kApart = 0x9e3779b97f4a7c15U;  // between the streams of two sentrons

}  // namespace

Stream::Stream(std::uint64_t seed, std::size_t sentron) : state_(mix64(seed) + sentron * kApart) {}

void begin(Builder& b, std::uint64_t seed) {
  // The first sentron finds no ticket, and leaves one for the second.
  const isa::Label joined = b.label("joined");
  b.word(op(Opcode::dmov_coord, P{7}, b.coordinate(region(kTickets))));
  b.word(op(Opcode::crecv_try, M{0}, P{7}));
  b.word(op(Opcode::dmov_sr, kRank));
  b.word(op(Opcode::dshr_i64, kRank, kRank, 8));  // the empty bit
  b.word(op(Opcode::dxor_i64, kRank, kRank, 1));
  b.word(op(Opcode::dbr_nz, kRank, joined));
  b.word(op(Opcode::csend, M{0}, P{7}));
  b.place(joined);
  b.word(op(Opcode::dmov_coord, P{7}, b.coordinate(region(kMailboxes))));
  b.word(op(Opcode::dxor_i64, R{1}, kRank, 1), op(Opcode::sindex, kInbox, P{7}, phext::Axis::section, kRank));
  b.word(op(Opcode::sindex, kOutbox, P{7}, phext::Axis::section, R{1}));
  allocate(b, kResult, 0, kResultBytes);
  b.word(op(Opcode::dmul_i64, R{0}, kRank, kApart));
  b.word(op(Opcode::dadd_i64, R{0}, R{0}, Stream(seed, 0).state()));
}

std::size_t size_of(Fill kind) {
  switch (kind) {
    case Fill::bits64: return 8;
    case Fill::bf16: return 2;
    default: return 4;
  }
}

std::uint64_t element(Stream& stream, Fill kind) {
  const std::uint64_t bits = stream.next();
  const auto small = [&] {
    return std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<int>(bits >> 20 & 15) - 8));
  };
  switch (kind) {
    case Fill::bits64: return bits;
    case Fill::f32: return small();
    case Fill::bf16: return small() >> 16;
    case Fill::rows32: return (bits >> 20 & (kRows - 1)) << 3;
  }
  return 0;
}

void fill(Builder& b, P pointer, std::size_t count, Fill kind) {
  const R state{0}, value{1}, offset{2}, counter{3};
  const auto store = [&](Opcode opcode) {
    b.word(op(Opcode::dadd_i64, offset, offset, size_of(kind)), op(opcode, value, at(pointer, offset)));
  };
  const auto small_float = [&] {
    b.word(op(Opcode::dshr_i64, value, value, 20));
    b.word(op(Opcode::dand_i64, value, value, 15));
    b.word(op(Opcode::dsub_i64, value, value, 8));
    b.word(op(Opcode::dcvt_i64_f64, value, value));
    b.word(op(Opcode::dcvt_f64_f32, value, value));
  };
  b.word(op(Opcode::dmov_i64, offset, 0));
  b.counted_loop(counter, count, [&] {
    b.word(op(Opcode::dmul_i64, state, state, Stream::kFactor));
    b.word(op(Opcode::dadd_i64, state, state, Stream::kStep));
    b.word(op(Opcode::dshr_i64, value, state, 33));
    b.word(op(Opcode::dxor_i64, value, value, state));
    switch (kind) {
      case Fill::bits64: store(Opcode::sscattr_i64); break;
      case Fill::f32:
        small_float();
        store(Opcode::sscattr_i32);
        break;
      case Fill::bf16:
        small_float();
        b.word(op(Opcode::dshr_i64, value, value, 16));
        store(Opcode::sscattr_i16);
        break;
      case Fill::rows32:
        b.word(op(Opcode::dshr_i64, value, value, 20));
        b.word(op(Opcode::dand_i64, value, value, kRows - 1));
        b.word(op(Opcode::dshl_i64, value, value, 3));
        store(Opcode::sscattr_i32);
        break;
    }
  });
}

void clear(Builder& b, std::initializer_list<R> registers) {
  for (const R r : registers) b.word(op(Opcode::dmov_i64, r, 0));
}

void nest(Builder& b, std::uint64_t iterations, std::uint64_t rounds, std::uint64_t blocks, std::int64_t step,
          const std::function<void()>& body, const std::function<void()>& after, const std::function<void()>& before) {
  b.word(op(Opcode::dmov_i64, kBlock, 0));
  b.counted_loop(kIterations, iterations, [&] {
    b.counted_loop(kRounds, rounds, [&] {
      if (before) before();
      b.counted_loop(kBlocks, blocks, [&] {
        body();
        b.word(op(Opcode::dadd_i64, kBlock, kBlock, step));
      });
      b.word(op(Opcode::dsub_i64, kBlock, kBlock, static_cast<std::int64_t>(blocks) * step));
    });
    after();
  });
}

std::array<std::uint64_t, kKeys> keys(std::uint64_t seed, std::size_t sentron) {
  std::array<std::uint64_t, kKeys> all{};
  for (std::size_t k = 0; k < kKeys; ++k) all[k] = mix64(seed + 100 + k) + sentron;
  return all;
}

void set_keys(Builder& b, std::uint64_t seed) {
  const auto all = keys(seed, 0);
  for (std::size_t k = 0; k < kKeys; ++k) {
    b.word(op(Opcode::dadd_i64, R{0}, kRank, all[k]));
    b.word(op(Opcode::cpack_i64, key_buffer(k), key_lane(k), R{0}));
  }
}

void swap_sums(Builder& b, std::initializer_list<R> sums, M into) {
  std::int64_t lane = 0;
  for (const R sum : sums) b.word(op(Opcode::cpack_i64, M{0}, lane++, sum));
  b.word(op(Opcode::csend, M{0}, kOutbox));
  b.word(op(Opcode::crecv, into, kInbox));
}

void swap_vectors(Builder& b, std::span<const V> vectors, Opcode add, V first, V second, P totals) {
  b.word(op(add, first, vectors[0], vectors[1]));
  b.word(op(add, second, vectors[2], vectors[3]));
  for (std::size_t k = 4; k < vectors.size(); ++k) {
    const V sum = k % 2 == 0 ? first : second;
    b.word(op(add, sum, sum, vectors[k]));
  }
  b.word(op(add, first, first, second));
  b.word(op(Opcode::cpack_v, M{0}, first, 1));
  b.word(op(Opcode::cunpack_v, second, M{0}));
  b.word(op(add, first, first, second), op(Opcode::sgather_v32, second, at(totals)));
  b.word(op(Opcode::cpack_v, M{0}, first, 0));
  b.word(op(Opcode::csend, M{0}, kOutbox));
  b.word(op(Opcode::crecv, M{0}, kInbox));
  b.word(op(Opcode::cunpack_v, first, M{0}));
  b.word(op(add, second, second, first));
  b.word(op(Opcode::sscattr_v32, second, at(totals)));
}

isa::Program finish(Builder& b, std::initializer_list<V> vectors, std::initializer_list<M> buffers,
                    std::initializer_list<R> scalars) {
  std::int32_t offset = 0;
  for (const V v : vectors) {
    b.word(op(Opcode::sscattr_v64, v, at(kResult, offset)));
    offset += static_cast<std::int32_t>(kCell);
  }
  for (const M m : buffers) {
    b.word(op(Opcode::cunpack_v, V{15}, m));
    b.word(op(Opcode::sscattr_v64, V{15}, at(kResult, offset)));
    offset += static_cast<std::int32_t>(kCell);
  }
  for (const R r : scalars) {
    b.word(op(Opcode::sscattr_i64, r, at(kResult, offset)));
    offset += 8;
  }
  b.word(op(Opcode::dhalt));
  return b.build();
}

}  // namespace vtpu::kernels

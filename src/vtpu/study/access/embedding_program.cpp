#include "vtpu/study/access/embedding_program.h"

#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/isa/builder.h"
#include "vtpu/study/access/regions.h"

namespace vtpu::study::access {

using namespace isa;

namespace {

constexpr std::size_t kLine = 64;

std::int32_t offset(std::size_t bytes) { return static_cast<std::int32_t>(bytes); }
V sum_of(std::size_t line) { return V{static_cast<unsigned>(line)}; }

}  // namespace

isa::Program embedding_program(std::size_t lines, std::size_t lookups, std::size_t bag,
                               const EmbeddingRegions& regions) {
  VTPU_CHECK(lines >= 1 && lines <= 8, "the sums of a bag fit into half of the vector registers");
  VTPU_CHECK(bag > 0 && bag % kEmbeddingGroup == 0 && lookups > 0 && lookups % bag == 0,
             "a bag is a multiple of a group");
  Builder b("embedding");
  const P table{0}, ids{1}, bags{2};
  const R id{0}, ahead{1}, group{12}, index{13}, sum{14}, counter{15};
  for (const auto& [p, region] : {std::pair{table, regions.table}, {ids, regions.ids}, {bags, regions.bags}})
    b.word(op(Opcode::dmov_coord, p, b.coordinate(first_of(region))));
  b.word(op(Opcode::dmov_i64, index, 0));
  b.word(op(Opcode::dmov_i64, sum, 0));
  // Accesses the table once, so that its pointer has been translated before the loop.
  b.word(op(Opcode::sgather_i64, R{2}, at(table)));
  const auto read_group = [&] {
    for (std::size_t i = 0; i < kEmbeddingGroup; ++i) {
      b.word(op(Opcode::sgather_i32, id, at(ids, index, 1, offset(4 * i))));
      b.word(op(Opcode::sgather_i32, ahead, at(ids, index, 1, offset(4 * (i + kEmbeddingLinesAhead / lines)))));
      for (std::size_t k = 0; k < lines; ++k) {
        const V row{8 + static_cast<unsigned>(k % 8)};
        b.word(op(Opcode::sprefch, at(table, ahead, 8, offset(k * kLine))));
        b.word(op(Opcode::sgather_v64, row, at(table, id, 8, offset(k * kLine))));
        b.word(op(Opcode::dadd_f32x16, sum_of(k), sum_of(k), row));
      }
    }
  };
  b.counted_loop(counter, lookups / bag, [&] {
    for (std::size_t k = 0; k < lines; ++k) b.word(op(Opcode::dxor_x16, sum_of(k), sum_of(k), sum_of(k)));
    if (bag == kEmbeddingGroup) {
      read_group();
    } else {
      b.counted_loop(group, bag / kEmbeddingGroup, [&] {
        read_group();
        b.word(op(Opcode::dadd_i64, index, index, 4 * kEmbeddingGroup));
      });
    }
    for (std::size_t k = 0; k < lines; ++k)
      b.word(op(Opcode::sscattr_v64, sum_of(k), at(bags, sum, 1, offset(k * kLine))));
    if (bag == kEmbeddingGroup) b.word(op(Opcode::dadd_i64, index, index, 4 * kEmbeddingGroup));
    b.word(op(Opcode::dadd_i64, sum, sum, lines * kLine));
  });
  b.word(op(Opcode::dhalt));
  return b.build();
}

}  // namespace vtpu::study::access

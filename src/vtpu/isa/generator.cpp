#include "vtpu/isa/generator.h"

#include <fmt/core.h>

#include <array>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/isa/validator.h"

namespace vtpu::isa {
namespace {

using phext::Axis;
using phext::PackedCoordinate;

constexpr std::uint8_t kRegionPointer = 0;  // p0
constexpr std::uint8_t kCorner = 1;         // p1
constexpr std::uint8_t kScratch = 0;        // r0: the handle of the region, then the unreduced index
constexpr std::uint8_t kIndex = 1;          // r1: bytes from the region's first cell
constexpr std::uint8_t kState = 2;          // r2: state of the random accesses
constexpr std::uint8_t kInvariant = 3;      // r3
constexpr std::uint8_t kDenseResults = 4, kSparseResults = 8, kCoordResults = 12;  // r4–r7, r8–r11, r12–r14
constexpr std::uint8_t kCounter = 15;
constexpr std::uint64_t kLine = 64;

/// The words of each four that fill a slot.
constexpr std::array<unsigned, kSlots> share_of(Mix mix) {
  switch (mix) {
    case Mix::dense: return {4, 1, 1};
    case Mix::sparse: return {1, 4, 1};
    case Mix::coordination: return {1, 1, 4};
    case Mix::balanced: return {4, 4, 4};
  }
  return {};
}

constexpr std::uint64_t footprint_of(Locality locality) {
  switch (locality) {
    case Locality::high: return std::uint64_t{4} << 10;
    case Locality::medium: return std::uint64_t{256} << 10;
    case Locality::low: return std::uint64_t{32} << 20;
  }
  return 0;
}

class Generator {
 public:
  explicit Generator(const WorkloadSpec& spec) : spec_(spec), random_(spec.seed) {}

  Program make() && {
    program_.name = fmt::format("{}_{}_{}", name_of(spec_.mix), name_of(spec_.locality), spec_.depth);
    prologue();
    const std::size_t begin = program_.words.size();
    program_.labels[static_cast<std::uint32_t>(begin)] = "loop";
    for (std::size_t i = 0; i < spec_.words; ++i) program_.words.push_back(word(i));
    walk(begin);
    Op loop = op(Opcode::dloop, kCounter);
    loop.imm = static_cast<std::int64_t>(begin);
    program_.words.back().dense = loop;
    dense(op(Opcode::dhalt));
    return std::move(program_);
  }

 private:
  static Op op(Opcode opcode, std::uint8_t d = 0, std::uint8_t a = 0, std::uint8_t b = 0) {
    Op made;
    made.opcode = opcode, made.d = d, made.a = a, made.b = b;
    return made;
  }
  static Op number(Op made, std::uint64_t imm) {
    made.imm = static_cast<std::int64_t>(imm);
    made.flags = Op::kImmediate;
    return made;
  }
  void dense(const Op& made) {
    Word word;
    word.dense = made;
    program_.words.push_back(word);
  }

  void prologue() {
    constexpr std::uint64_t kRow = 2048 * 8;  // a full line of 8-byte cells
    static_assert(footprint_of(Locality::low) / kRow <= 2048, "a scroll has 2048 lines");
    const auto lines = static_cast<std::uint32_t>((footprint_of(spec_.locality) + kRow - 1) / kRow);
    const auto first = PackedCoordinate().with(Axis::library, 1).with(Axis::scroll, 1);
    program_.coordinates = {first, first.with(Axis::column, 2047).with(Axis::line, lines - 1)};
    for (std::uint8_t p = 0; p < 2; ++p) {
      Op move = op(Opcode::dmov_coord, p);
      move.imm = p;
      dense(move);
    }
    Word allocation;
    allocation.sparse = op(Opcode::salloc, kScratch, kRegionPointer, kCorner);
    allocation.sparse.imm = 0b11;
    allocation.sparse.mode = static_cast<std::uint8_t>(static_cast<unsigned>(Layout::row_major) + 4 * 3);
    program_.words.push_back(allocation);
    dense(number(op(Opcode::dmov_i64, kIndex), 0));
    dense(number(op(Opcode::dmov_i64, kState), random_.next() >> 1));
    dense(number(op(Opcode::dmov_i64, kInvariant), random_.next() >> 1));
    dense(number(op(Opcode::dmov_i64, kCounter), spec_.iterations));
  }

  /// Replaces the dense ops of the loop's first words by ops that move the index.
  void walk(std::size_t begin) {
    const std::uint64_t mask = footprint_of(spec_.locality) - 1;
    if (spec_.locality == Locality::low) {
      // Knuth's 64-bit linear congruential generator (MMIX); its upper bits choose a line.
      program_.words[begin].dense = number(op(Opcode::dmul_i64, kState, kState), 6364136223846793005U);
      program_.words[begin + 1].dense = number(op(Opcode::dadd_i64, kState, kState), 1442695040888963407U);
      program_.words[begin + 2].dense = number(op(Opcode::dshr_i64, kScratch, kState), 33);
      program_.words[begin + 3].dense = number(op(Opcode::dand_i64, kIndex, kScratch), mask & ~(kLine - 1));
      return;
    }
    const std::uint64_t step = spec_.locality == Locality::high ? kLine : 65 * kLine;
    program_.words[begin].dense = number(op(Opcode::dadd_i64, kScratch, kIndex), step);
    program_.words[begin + 1].dense = number(op(Opcode::dand_i64, kIndex, kScratch), mask);
  }

  Word word(std::size_t i) {
    const std::array<unsigned, kSlots> share = share_of(spec_.mix);
    const std::uint8_t source = i % spec_.depth == 0 ? kInvariant : last_;
    Word made;
    const auto fills = [&](Slot slot) { return i % 4 < share[static_cast<std::size_t>(slot)]; };
    const auto turn = static_cast<std::uint8_t>(i);
    if (fills(Slot::C)) {
      const bool packs = i % 8 < 4;
      made.coord =
          packs ? op(Opcode::cpack_i64, turn % 4, source) : op(Opcode::cunpack_i64, kCoordResults + turn % 3, turn % 4);
      made.coord.mode = turn % 4;
      if (!packs) last_ = made.coord.d;
    }
    if (fills(Slot::S)) {
      const bool gathers = i % 3 != 2;
      made.sparse = gathers ? op(Opcode::sgather_i64, kSparseResults + turn % 4) : op(Opcode::sscattr_i64, 0, source);
      made.sparse.b = kRegionPointer, made.sparse.c = kIndex;
      made.sparse.disp = static_cast<std::int32_t>(i % 8 * 8);
      if (gathers) last_ = made.sparse.d;
    }
    const bool moves_index = i < (spec_.locality == Locality::low ? 4u : 2u) || i + 1 == spec_.words;
    if (fills(Slot::D) && !moves_index) {
      constexpr std::array kOps = {Opcode::dadd_i64, Opcode::dsub_i64, Opcode::dxor_i64, Opcode::dor_i64,
                                   Opcode::dand_i64};
      made.dense = op(kOps[random_.below(kOps.size())], kDenseResults + turn % 4, source, kInvariant);
      last_ = made.dense.d;
    }
    return made;
  }

  WorkloadSpec spec_;
  Random random_;
  Program program_;
  std::uint8_t last_ = kInvariant;  // the register that the previous word wrote
};

}  // namespace

std::string_view name_of(Mix mix) {
  constexpr std::string_view kNames[] = {"dense", "sparse", "coordination", "balanced"};
  return kNames[static_cast<std::size_t>(mix)];
}

std::string_view name_of(Locality locality) {
  constexpr std::string_view kNames[] = {"high", "medium", "low"};
  return kNames[static_cast<std::size_t>(locality)];
}

Result<Program> synthetic_program(const WorkloadSpec& spec) {
  if (spec.depth == 0) return Error{"depth", "a chain of 0 ops", "at least 1"};
  if (spec.words < kLeastLoopWords || spec.words > kMostLoopWords)
    return Error{"words", fmt::format("a loop of {} words", spec.words),
                 fmt::format("{} to {}", kLeastLoopWords, kMostLoopWords)};
  if (spec.iterations == 0) return Error{"iterations", "a loop of 0 iterations", "at least 1"};
  Program program = Generator(spec).make();
  VTPU_CHECK(validate(program, 1).empty(), "a synthetic program is valid");
  return program;
}

}  // namespace vtpu::isa

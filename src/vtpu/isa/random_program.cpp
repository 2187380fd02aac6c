#include "vtpu/isa/random_program.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/isa/hostile_blocks.h"
#include "vtpu/isa/validator.h"

namespace vtpu::isa {
namespace {

class RandomProgram : public HostileBlocks {
 public:
  explicit RandomProgram(const RandomProgramSpec& spec) : HostileBlocks(spec) {}

  Program program() && {
    program_.name = "random";
    prologue();
    const std::size_t end = program_.words.size() + std::min<std::size_t>(spec_.words, 65536);
    while (program_.words.size() < end)
      spec_.hostile && !one_in(4) ? hostile_block() : block(0, end - program_.words.size());
    epilogue();
    return std::move(program_);
  }

 private:
  struct RegionShape {
    Layout layout;
    std::uint8_t cell_log2;
    std::uint32_t columns, lines;
  };
  /// Row-major and sparse regions with cells of 8 bytes, Morton with 64, Hilbert with 4, in different sections.
  void region(std::size_t number, const RegionShape& shape) {
    const auto p = static_cast<std::uint8_t>(number);
    const PackedCoordinate first = base_.with(Axis::section, static_cast<std::uint32_t>(number + 1));
    const PackedCoordinate last = first.with(Axis::column, shape.columns - 1).with(Axis::line, shape.lines - 1);
    emit(with_imm(make(Opcode::dmov_coord, p), pool(first)));
    emit(with_imm(make(Opcode::dmov_coord, kPointers), pool(last)));
    if (!spec_.memory) return;
    Op allocation = with_imm(make(Opcode::salloc, kHandle, p, kPointers), 0b11);
    allocation.mode = static_cast<std::uint8_t>(static_cast<unsigned>(shape.layout) + 4u * shape.cell_log2);
    emit(allocation);
  }

  void prologue() {
    base_ = PackedCoordinate();
    for (const Axis axis : {Axis::library, Axis::shelf, Axis::chapter, Axis::section, Axis::scroll})
      base_ = base_.with(axis, 1 + static_cast<std::uint32_t>(random_.below(900)));
    const std::array<std::uint32_t, 3> sides = {16, 32, 64};
    region(0, {Layout::row_major, 3, 64u + below(64), 8u + below(8)});
    region(1, {Layout::morton, 6, sides[random_.below(2)], 16});
    region(2, {Layout::hilbert, 2, sides[random_.below(3)], 16});
    region(3, {Layout::sparse, 3, sides[random_.below(3)] + 64, 16});
    for (int i = 0; i < 4; ++i)
      pool(base_.with(Axis::section, 1 + below(5)).with(Axis::column, below(64)).with_flags(below(128)));
    pool(PackedCoordinate::from_bits(static_cast<PackedCoordinate::Bits>(random_.next()) << 64 | random_.next()));
    for (std::uint8_t p = kPointers; p < 8; ++p)
      emit(
          with_imm(make(Opcode::dmov_coord, p), static_cast<std::int64_t>(random_.below(program_.coordinates.size()))));

    for (std::size_t i = 0; i < 8; ++i) {
      Constant constant;
      for (std::size_t lane = 0; lane < 16; ++lane) {
        const std::uint32_t bits = i < kIndexVectors ? below(24) : float_bits();
        for (std::size_t k = 0; k < 4; ++k) constant[4 * lane + k] = static_cast<std::byte>(bits >> (8 * k));
      }
      program_.constants.push_back(constant);
    }
    for (std::uint8_t v = 0; v < 16; ++v) {
      const std::uint64_t constant = v < kIndexVectors ? v : random_.below(program_.constants.size());
      Word word;
      word.dense = with_imm(make(Opcode::dmov_const, v), static_cast<std::int64_t>(constant));
      program_.words.push_back(word);
    }
    for (std::uint8_t r = 0; r < kFirstFree; ++r) emit(move(r, random_.below(8)));
    for (std::uint8_t r = kFirstFree; r < kHandle; ++r) emit(move(r, bits64()));
    constexpr std::array kTemperatures = {0.0, 0.5, 2.0, std::numeric_limits<double>::infinity()};
    emit(move(kTemperature, std::bit_cast<std::uint64_t>(kTemperatures[random_.below(kTemperatures.size())])));
    for (std::uint8_t m = 0; m < 4; ++m) {
      Op pack = make(Opcode::cpack_v, m, v_write());
      pack.mode = below(2);
      emit(pack);
    }
  }

  void epilogue() {
    if (spec_.memory && one_in(3)) {
      // Frees a region and then accesses it, which traps.
      emit(make(Opcode::sfree, 0, kHandle));
      if (spec_.faults) program_.words.push_back(filled({}));
    }
    emit(make(Opcode::dhalt));
  }

  void straight(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) program_.words.push_back(filled({}));
  }

  void block(std::size_t depth, std::size_t room) {
    const std::size_t few = std::min<std::size_t>(room, 1 + random_.below(6));
    switch (random_.below(8)) {
      case 0:
      case 1:
        if (depth < kDepth && room > 4) return loop(depth, room);
        return straight(few);
      case 2: return walk(depth);
      case 3: return branch(depth, few);
      case 4: return spec_.messages ? exchange() : straight(few);
      default: return straight(few);
    }
  }

  /// A counted loop over random blocks.
  void loop(std::size_t depth, std::size_t room) {
    const auto counter = static_cast<std::uint8_t>(kFirstCounter + depth);
    emit(move(counter, 1 + random_.below(depth == 0 ? 12 : 4)));
    const std::size_t begin = size();
    const std::size_t end = begin + 1 + random_.below(std::min<std::size_t>(room, 12));
    while (size() < end) block(depth + 1, end - size());
    Word last;
    last.dense = with_imm(make(Opcode::dloop, counter), static_cast<std::int64_t>(begin));
    program_.words.push_back(filled(last));
  }

  /// A loop as a compiler emits it: an induction register and addresses at fixed displacements from it.
  void walk(std::size_t depth) {
    if (depth >= kDepth) return straight(1);
    const auto counter = static_cast<std::uint8_t>(kFirstCounter + depth);
    const std::uint8_t scale = below(4);
    const std::uint64_t step = 1 + random_.below(16 >> scale);
    emit(move(kInduction, random_.below(4)));
    emit(move(counter, 1 + random_.below(spec_.faults && depth == 0 && one_in(16) ? 2000 : 10)));
    const std::size_t begin = size();
    const std::size_t body = 1 + random_.below(4);
    for (std::size_t i = 0; i < body; ++i) {
      constexpr std::array kAccesses = {Opcode::sgather_i64, Opcode::sscattr_i64,   Opcode::sgather_v64,
                                        Opcode::sscattr_i32, Opcode::sgather_bcast, Opcode::sscattr_v32};
      Word word;
      if (spec_.memory) {
        Op access = op_of(kAccesses[random_.below(kAccesses.size())]);
        access.b = below(kPointers), access.c = kInduction, access.mode = scale, access.disp = 4 * below(24);
        word.sparse = access;
      }
      if (i == 0)
        word.dense = with_imm(
            make(Opcode::dadd_i64, kInduction, kInduction),
            spec_.faults && one_in(12) ? -static_cast<std::int64_t>(step) : static_cast<std::int64_t>(step), true);
      program_.words.push_back(filled(word));
    }
    Word last;
    last.dense = with_imm(make(Opcode::dloop, counter), static_cast<std::int64_t>(begin));
    if (one_in(2)) {
      Op step_on =
          with_imm(make(Opcode::sindex, kPointers, kPointers), static_cast<std::int64_t>(random_.below(3)) - 1, true);
      step_on.mode = static_cast<std::uint8_t>(Axis::column);
      last.sparse = step_on;
    }
    program_.words.push_back(filled(last));
    emit(move(kInduction, random_.below(8)));
  }

  /// A branch over a few words, taken or not; the words in between sometimes halt the program.
  void branch(std::size_t depth, std::size_t count) {
    constexpr std::array kBranches = {Opcode::dbr, Opcode::dbr_nz, Opcode::dbr_z};
    Word word;
    word.dense = make(kBranches[random_.below(kBranches.size())]);
    if (word.dense.opcode != Opcode::dbr) word.dense.a = r_read();
    const std::size_t at = size();
    program_.words.push_back(filled(word));
    if (one_in(12)) emit(make(Opcode::dhalt));
    if (depth < kDepth && one_in(3))
      block(depth + 1, count);
    else
      straight(count);
    program_.words[at].dense.imm = static_cast<std::int64_t>(size());
  }

  /// A send and a receive at the same coordinate, where a message then matches at every temperature.
  void exchange() {
    const std::uint8_t p = below(8);
    emit(op_with_pointer(Opcode::csend, p));
    emit(op_with_pointer(one_in(2) ? Opcode::crecv : Opcode::crecv_try, p));
    program_.words.back() = filled(program_.words.back());
  }
  Op op_with_pointer(Opcode opcode, std::uint8_t p) {
    Op op = op_of(opcode);
    for (const Kind kind : info(opcode).kinds())
      if (info(kind).file == File::p) set(op, info(kind).field, p);
    return op;
  }
};

}  // namespace

Program random_program(const RandomProgramSpec& spec) {
  Program program = RandomProgram(spec).program();
  VTPU_CHECK(validate(program, 1).empty(), "a random program is valid");
  return program;
}

}  // namespace vtpu::isa

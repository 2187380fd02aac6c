#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "vtpu/base/check.h"
#include "vtpu/isa/random_ops.h"

namespace vtpu::isa {

/// Blocks that look for mistakes of compiled code; see `random_program`. They use the registers of the free roles as
/// they need them.
class HostileBlocks : public RandomOps {
 protected:
  using RandomOps::RandomOps;

  static constexpr std::uint8_t kIndex = 4, kStart = 5, kStep = 6, kResult = 10;  // r
  static constexpr std::uint8_t kCopy = 6, kNew = 7;                              // p
  static constexpr std::uint8_t kLanes = 15;                                      // v

  void hostile_block() {
    switch (random_.below(spec_.messages ? 6 : 5)) {
      case 0:
      case 1: return far_away();
      case 2: return at_the_limits();
      case 3: return overlapping();
      case 4: return new_regions();
      default: return waiting();
    }
  }

  static constexpr std::array kLayoutAccesses = {
      Opcode::sgather_i8,  Opcode::sgather_i16, Opcode::sgather_i32, Opcode::sgather_i64,   Opcode::sgather_v32,
      Opcode::sgather_v64, Opcode::sgather_v64, Opcode::sgather_x16, Opcode::sgather_bcast, Opcode::sscattr_i8,
      Opcode::sscattr_i16, Opcode::sscattr_i32, Opcode::sscattr_i64, Opcode::sscattr_v32,   Opcode::sscattr_v64,
      Opcode::sscattr_v64, Opcode::sscattr_x16, Opcode::sprefch};

  static const KindInfo& address_of(Opcode opcode) {
    for (const Kind kind : info(opcode).kinds())
      if (is_address(kind)) return info(kind);
    VTPU_CHECK(false, "the opcode has an address");
  }

  /// An access whose result goes to registers that no block uses.
  Op access_at(Opcode opcode, std::uint8_t p, unsigned scale, std::int32_t disp) {
    Op op = op_of(opcode);
    const bool lanes = address_of(opcode).kind == Kind::AddrV;
    op.b = p, op.c = lanes ? kLanes : kIndex, op.mode = static_cast<std::uint8_t>(lanes ? 0 : scale), op.disp = disp;
    const RegisterSet written = uses_of(op).writes;
    if (written.r != 0) op.d = kResult;
    if (written.v != 0) op.d = kLanes - 1;
    return op;
  }

  std::uint8_t counter() { return kFirstCounter; }
  void end_loop(std::size_t begin) { emit(with_imm(make(Opcode::dloop, counter()), static_cast<std::int64_t>(begin))); }
  void word_of(const Op& dense, const Op& sparse) {
    Word word;
    word.dense = dense, word.sparse = sparse;
    program_.words.push_back(word);
  }
  static Op add(std::uint8_t r, std::int64_t step) { return with_imm(make(Opcode::dadd_i64, r, r), step, true); }

  /// A displacement at most 260 bytes from ±2^31: often one at which the end or the second half of an access wraps.
  std::int32_t edge(std::uint32_t bytes) {
    std::uint64_t inwards = random_.below(260);
    if (one_in(2)) inwards = (one_in(2) ? 32 : bytes) + random_.below(3) - 1;
    if (one_in(6)) inwards = 0;
    return one_in(2) ? std::numeric_limits<std::int32_t>::max() - static_cast<std::int32_t>(inwards)
                     : std::numeric_limits<std::int32_t>::min() + static_cast<std::int32_t>(inwards);
  }

  /// Accesses with such displacements, in bounds because the index cancels them: in straight words, or in a loop with
  /// a constant, stepping or computed index, or with a pointer that changes.
  void far_away() {
    const Opcode opcode = kLayoutAccesses[random_.below(kLayoutAccesses.size())];
    const KindInfo& address = address_of(opcode);
    const unsigned scale = address.kind == Kind::AddrV ? 2 : below(4);
    const std::int32_t disp = edge(address.bytes);
    std::int64_t distance = 64 + static_cast<std::int64_t>(random_.below(128)) - disp;
    if (spec_.faults && one_in(24)) distance += (one_in(2) ? 1 : -1) * (std::int64_t{1} << 32);
    const auto index = static_cast<std::uint64_t>(distance >> scale);
    const std::uint8_t p = below(kPointers);
    emit(move(kIndex, index));
    emit(move(kStart, index));
    emit(make(Opcode::dbcast_i32, kLanes, kIndex));
    if (p != 2 || one_in(2)) emit(access_at(Opcode::sgather_i8, p, scale, disp));  // translates the pointer
    const auto next = [&] {
      return access_at(one_in(2) ? opcode : kLayoutAccesses[random_.below(kLayoutAccesses.size())], p, scale,
                       static_cast<std::int32_t>(disp + (disp < 0 ? 1 : -1) * static_cast<int>(random_.below(40))));
    };
    const std::uint64_t shape = random_.below(5);
    emit(move(counter(), 1 + random_.below(6)));
    const std::size_t begin = size();
    const std::size_t accesses = 1 + random_.below(3);
    for (std::size_t i = 0; i < accesses; ++i) {
      Op access = i == 0 ? access_at(opcode, p, scale, disp) : next();
      Op dense;
      if (shape == 1) dense = add(kIndex, one_in(2) ? 1 : -1);
      if (shape == 2) dense = make(Opcode::dmov_i64, kIndex, kStart);
      if (shape == 3) dense = make(Opcode::dmov_p, kCopy, p), access.b = i == 0 ? p : kCopy;
      word_of(dense, access);
    }
    if (shape != 0) end_loop(begin);
  }

  /// A number at a limit that plans and checks have.
  std::int64_t limit() {
    constexpr std::array<unsigned, 8> kBits = {29, 30, 31, 32, 40, 43, 44, 63};
    const std::int64_t near = static_cast<std::int64_t>(random_.below(5)) - 2;
    const auto at = static_cast<std::int64_t>(std::uint64_t{1} << kBits[random_.below(kBits.size())]);
    const auto sum = static_cast<std::uint64_t>(at) + static_cast<std::uint64_t>(near);
    return static_cast<std::int64_t>(one_in(2) ? sum : 0 - sum);
  }

  /// A counted loop whose index, steps or counter are at the limits. Mostly, two large steps cancel each other, and
  /// only the words between which the index is small access memory.
  void at_the_limits() {
    const bool wild = spec_.faults && one_in(6);
    const std::int64_t step = wild && one_in(2) ? static_cast<std::int64_t>(random_.below(17)) - 8 : limit();
    const auto back = static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(step));
    const std::uint64_t times = wild && one_in(3) ? static_cast<std::uint64_t>(limit()) : 1 + random_.below(5);
    const std::uint8_t p = below(kPointers);
    const unsigned scale = below(4);
    emit(move(kIndex, wild && one_in(2) ? static_cast<std::uint64_t>(limit()) : random_.below(16)));
    emit(move(kStep, static_cast<std::uint64_t>(step)));
    emit(move(counter(), times));
    const std::size_t begin = size();
    const std::size_t pairs = 1 + random_.below(2);
    for (std::size_t i = 0; i < 2 * pairs; ++i) {
      Opcode opcode = kLayoutAccesses[random_.below(kLayoutAccesses.size())];
      if (address_of(opcode).kind == Kind::AddrV) opcode = Opcode::sgather_v64;
      const std::int32_t disp = wild && one_in(4) ? edge(64) : static_cast<std::int32_t>(random_.below(64));
      // A word reads the index before its own addition.
      word_of(add(kIndex, i % 2 == 0 ? step : back), i % 2 == 0 || wild ? access_at(opcode, p, scale, disp) : Op{});
    }
    if (wild && one_in(2)) word_of(make(one_in(2) ? Opcode::dadd_i64 : Opcode::dsub_i64, kIndex, kIndex, kStep), {});
    end_loop(begin);
  }

  /// Accesses of all widths to the same few bytes, through two pointers and by coordinate.
  void overlapping() {
    const std::uint8_t p = one_in(2) ? 0 : 3;
    emit(make(Opcode::dmov_p, kCopy, p));
    emit(move(kIndex, random_.below(8)));
    emit(move(kStart, random_.below(8)));
    if (one_in(2)) emit(access_at(Opcode::sgather_i8, kCopy, 0, 0));
    emit(move(counter(), 1 + random_.below(8)));
    const std::size_t begin = size();
    const std::size_t body = 2 + random_.below(5);
    for (std::size_t i = 0; i < body; ++i) {
      Opcode opcode = kLayoutAccesses[random_.below(kLayoutAccesses.size())];
      Op sparse;
      if (one_in(4)) {
        sparse = op_of(one_in(2) ? Opcode::sgatherc_i64 : Opcode::sscattrc_i64);
        sparse.b = one_in(2) ? p : kCopy, sparse.c = kStart, sparse.mode = static_cast<std::uint8_t>(Axis::column);
        if (sparse.opcode == Opcode::sgatherc_i64) sparse.d = kResult;
      } else {
        if (address_of(opcode).kind == Kind::AddrV) opcode = Opcode::sscattr_v32;
        sparse = access_at(opcode, one_in(2) ? p : kCopy, below(4), static_cast<std::int32_t>(random_.below(24)));
        if (one_in(3)) sparse.c = kNoRegister, sparse.mode = 0;
      }
      Op dense;
      if (one_in(3)) dense = add(one_in(2) ? kIndex : kStart, one_in(2) ? 1 : -1);
      if (one_in(8)) dense = make(Opcode::dmov_p, kCopy, p);
      word_of(dense, sparse);
    }
    if (one_in(4)) {
      Op walk = with_imm(make(Opcode::sindex, kCopy, kCopy), one_in(2) ? 1 : -1, true);
      walk.mode = static_cast<std::uint8_t>(Axis::column);
      emit(walk);
    }
    end_loop(begin);
  }

  /// Allocates and frees a region in a loop; its pointer, or a copy, may be used after that.
  void new_regions() {
    if (!spec_.memory) return far_away();
    const PackedCoordinate first = base_.with(Axis::section, 20 + below(3)).with(Axis::column, one_in(2) ? 0 : 1984);
    const PackedCoordinate last = first.with(Axis::line, first.get(Axis::line) + (one_in(4) ? 255u : 0u))
                                      .with(Axis::column, first.get(Axis::column) + (one_in(2) ? 63u : 31u));
    const unsigned cell = one_in(2) ? 3 : below(7);
    const std::int32_t size_of_region = static_cast<std::int32_t>((one_in(2) ? 64u : 32u) << cell);
    Op allocation = with_imm(make(Opcode::salloc, kHandle, kNew, kCopy), 0b11);
    allocation.mode = static_cast<std::uint8_t>(below(4) + 4u * cell);
    emit(with_imm(make(Opcode::dmov_coord, kNew), pool(first)));
    emit(with_imm(make(Opcode::dmov_coord, kCopy), pool(last)));
    emit(move(kIndex, 0));
    emit(move(counter(), 1 + random_.below(6)));
    const std::size_t begin = size();
    emit(allocation);
    const std::size_t body = 1 + random_.below(3);
    for (std::size_t i = 0; i < body; ++i) {
      const Opcode opcode = kLayoutAccesses[random_.below(kLayoutAccesses.size())];
      Op access = access_at(opcode, kNew, below(4), 0);
      if (access.c == kIndex && one_in(2)) {  // at the end of the region, where a guard page may follow
        const auto bytes = static_cast<std::int32_t>(address_of(opcode).bytes);
        const auto off = static_cast<std::int32_t>(random_.below(3));
        access.disp = std::max(0, size_of_region - bytes + (spec_.faults && one_in(16) ? 1 + off : -off));
      }
      word_of(one_in(3) ? make(Opcode::dmov_p, 5, kNew) : Op{}, access);
    }
    if (!one_in(16)) word_of(one_in(3) ? make(Opcode::dmov_p, 5, kNew) : Op{}, make(Opcode::sfree, 0, kHandle));
    if (one_in(16)) emit(access_at(Opcode::sgather_i8, one_in(2) ? 5 : kNew, 0, 0));
    end_loop(begin);
  }

  /// Words that search, flush or access memory beside an op that may wait, or that fills the exchange.
  void waiting() {
    constexpr std::array kBeside = {Opcode::shyper,      Opcode::shyper_next, Opcode::sflush,
                                    Opcode::sgather_i64, Opcode::sscattr_i64, Opcode::slaplace};
    constexpr std::array kMessages = {Opcode::crecv_try, Opcode::cbar,  Opcode::creduce_i64,
                                      Opcode::ccast,     Opcode::csend, Opcode::crecv};
    emit(move(counter(), one_in(8) ? 80 : 1 + random_.below(8)));
    const std::size_t begin = size();
    const std::size_t body = 1 + random_.below(3);
    for (std::size_t i = 0; i < body; ++i) {
      Opcode message = kMessages[random_.below(kMessages.size())];
      if (message == Opcode::crecv && !one_in(3)) message = Opcode::csend;
      Word word;
      word.coord = op_of(message);
      if (word.coord.opcode == Opcode::creduce_i64) word.coord.d = kResult;
      if (spec_.memory) {
        Op beside = op_of(kBeside[random_.below(kBeside.size())]);
        if (beside.opcode == Opcode::sflush) beside.a = kHandle;
        if (uses_of(beside).writes.r != 0) beside.d = kResult - 1;
        if (beside.opcode == Opcode::shyper_next) beside.c = kResult - 1, beside.d = kCopy;
        if (!uses_of(beside).writes.intersects(uses_of(word.coord).writes)) word.sparse = beside;
      }
      program_.words.push_back(word);
    }
    end_loop(begin);
  }
};

}  // namespace vtpu::isa

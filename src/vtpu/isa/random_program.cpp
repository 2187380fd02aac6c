#include "vtpu/isa/random_program.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/isa/registers.h"
#include "vtpu/isa/validator.h"

namespace vtpu::isa {
namespace {

using phext::Axis;
using phext::PackedCoordinate;

// The roles of registers. Any word may read any of them. Random words write the free registers only; the blocks that
// own the others write those, so that accesses stay in bounds and loops end.
constexpr std::uint8_t kIndexes = 3;        // r0–r2: small numbers
constexpr std::uint8_t kInduction = 3;      // r3: a small number that loops move
constexpr std::uint8_t kFirstFree = 4;      // r4–r10: free
constexpr std::uint8_t kHandle = 11;        // handle of the last region
constexpr std::uint8_t kTemperature = 12;   // a valid temperature in binary64
constexpr std::uint8_t kFirstCounter = 13;  // r13–r15: counters of loops, by depth
constexpr std::size_t kDepth = 3;
constexpr std::uint8_t kPointers = 4;      // p0–p3: the first cells of the regions; p4–p7: free
constexpr std::uint8_t kIndexVectors = 2;  // v0, v1: lanes of small numbers

constexpr std::array kDoubles = {0.0,
                                 -0.0,
                                 1.0,
                                 -1.5,
                                 3.25e8,
                                 1e-310,
                                 -4.9e-324,
                                 1.7976931348623157e308,
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity()};

class RandomProgram {
 public:
  explicit RandomProgram(const RandomProgramSpec& spec) : spec_(spec), random_(spec.seed) {
    for (const OpcodeInfo& row : all_opcodes()) {
      const unsigned weight = weight_of(row);
      for (unsigned i = 0; i < weight; ++i) drawn_[static_cast<std::size_t>(row.slot)].push_back(row.opcode);
    }
  }

  Program make() && {
    program_.name = "random";
    prologue();
    const std::size_t end = program_.words.size() + std::min<std::size_t>(spec_.words, 65536);
    while (program_.words.size() < end)
      spec_.hostile && !one_in(4) ? hostile_block() : block(0, end - program_.words.size());
    epilogue();
    return std::move(program_);
  }

 private:
  // ---- drawing

  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::uint8_t below(std::uint64_t n) { return static_cast<std::uint8_t>(random_.below(n)); }

  /// The weight of an opcode in the random choice; 0 for those that only blocks place.
  unsigned weight_of(const OpcodeInfo& row) const {
    if (row.opcode == Opcode::nop || row.effect == Effect::control || row.opcode == Opcode::crecv) return 0;
    if (row.effect == Effect::messages && !spec_.messages) return 0;
    const bool touches = row.effect == Effect::reads || row.effect == Effect::writes || row.effect == Effect::allocates;
    if (touches && !spec_.memory) return 0;
    if (row.cost == Cost::slow && !spec_.slow) return 0;
    if (row.opcode == Opcode::salloc || row.opcode == Opcode::sfree) return spec_.faults ? 1 : 0;
    return row.cost == Cost::slow ? 8 : 16;
  }

  std::uint64_t bits64() {
    switch (random_.below(7)) {
      case 0: return random_.below(16);
      case 1: return ~random_.below(16);
      case 2: return std::uint64_t{1} << random_.below(64);
      case 3: return std::bit_cast<std::uint64_t>(kDoubles[random_.below(kDoubles.size())]);
      case 4: return 0x7ff0000000000000U + random_.next() % (std::uint64_t{1} << 52);  // a NaN of any payload
      case 5: return float_bits();
      default: return random_.next();
    }
  }

  /// A binary32 number, often with an extreme exponent.
  std::uint32_t float_bits() {
    const auto bits = static_cast<std::uint32_t>(random_.next());
    switch (random_.below(6)) {
      case 0: return bits & 0x807fffffU;                  // denormal
      case 1: return bits | 0x7f800000U;                  // NaN
      case 2: return (bits & 0x80000000U) | 0x7f800000U;  // infinity
      case 3: return std::bit_cast<std::uint32_t>(static_cast<float>(bits % 64) - 32.0f);
      default: return (bits & 0x83ffffffU) | 0x3c000000U;  // around 1
    }
  }

  std::uint8_t r_read() { return below(16); }
  std::uint8_t r_write() { return static_cast<std::uint8_t>(kFirstFree + random_.below(kHandle - kFirstFree)); }
  std::uint8_t v_write() { return static_cast<std::uint8_t>(kIndexVectors + random_.below(16 - kIndexVectors)); }
  std::uint8_t p_write() { return static_cast<std::uint8_t>(kPointers + random_.below(8 - kPointers)); }
  /// A coordinate register that probably points into a region.
  std::uint8_t p_read() { return spec_.faults && one_in(48) ? below(8) : below(kPointers); }

  std::int32_t displacement(std::uint32_t bytes) {
    if (spec_.faults && one_in(96))
      return static_cast<std::int32_t>(one_in(2) ? random_.below(1 << 20) : 0u - random_.below(4096));
    const std::uint64_t unit = one_in(4) ? 1 : bytes;
    return static_cast<std::int32_t>(unit * random_.below(128 / unit));
  }

  void address(Kind kind, Op& op) {
    op.b = p_read();
    if (kind == Kind::AddrV) {
      op.c = below(spec_.faults && one_in(96) ? 16 : kIndexVectors);
      op.disp = displacement(4);
      return;
    }
    op.c = one_in(3) ? kNoRegister : below(kIndexes);
    if (spec_.faults && one_in(128)) op.c = r_read();
    if (is_cell(kind)) {
      // Regions 0 and 3 have cells of 8 bytes, region 1 of 64.
      op.b = kind == Kind::Cell64 ? 1 : one_in(2) ? 0 : 3;
      if (spec_.faults && one_in(48)) op.b = below(8);
      op.mode = static_cast<std::uint8_t>(one_in(3) ? Axis::line : Axis::column);
      if (spec_.faults && one_in(64)) op.mode = below(11);
      return;
    }
    if (op.c != kNoRegister) op.mode = below(4);
    op.disp = displacement(info(kind).bytes);
  }

  void operand(Kind kind, Op& op) {
    const KindInfo& row = info(kind);
    if (is_address(kind)) return address(kind, op);
    if (row.may_be_immediate && !one_in(3)) {
      op.flags = Op::kImmediate;
      op.imm = static_cast<std::int64_t>(one_in(2) ? random_.below(8) : bits64());
      return;
    }
    switch (row.file) {
      case File::r: set(op, row.field, row.writes ? r_write() : r_read()); return;
      case File::v: set(op, row.field, row.writes ? v_write() : below(16)); return;
      case File::p: set(op, row.field, row.writes ? p_write() : p_read()); return;
      case File::m: set(op, row.field, below(4)); return;
      case File::none: break;
    }
    switch (kind) {
      case Kind::Const: op.imm = static_cast<std::int64_t>(random_.below(program_.constants.size())); return;
      case Kind::Coord: op.imm = static_cast<std::int64_t>(random_.below(program_.coordinates.size())); return;
      case Kind::Count:
        op.imm = static_cast<std::int64_t>(spec_.faults && one_in(32) ? random_.below(row.limit) : random_.below(8));
        return;
      case Kind::Allocation:
        op.imm = static_cast<std::int64_t>(random_.below(one_in(8) ? 2048 : 8));
        op.mode = below(28);
        return;
      default: break;
    }
    const std::uint64_t number = random_.below(row.limit);
    if (row.field == Field::mode)
      op.mode = static_cast<std::uint8_t>(number);
    else
      op.imm = static_cast<std::int64_t>(number);
  }

  static void set(Op& op, Field field, std::uint8_t number) {
    (field == Field::d ? op.d : field == Field::a ? op.a : field == Field::b ? op.b : op.c) = number;
  }

  Op op_of(Opcode opcode) {
    Op op;
    op.opcode = opcode;
    for (const Kind kind : info(opcode).kinds()) operand(kind, op);
    // Invalid handles and temperatures end the program, so they are rare.
    if (!spec_.faults || !one_in(8)) {
      if (opcode == Opcode::sflush || opcode == Opcode::sfree) op.a = kHandle;
      if (opcode == Opcode::ctemp) op.a = kTemperature;
      if (opcode == Opcode::slaplace) op.a = one_in(2) ? 0 : 3;
    }
    return op;
  }

  /// Puts the op into its slot, unless another slot of the word writes the same register.
  bool place(Word& word, const Op& op) {
    const RegisterSet written = uses_of(op).writes;
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      if (slot != info(op.opcode).slot && uses_of(word.slot(slot)).writes.intersects(written)) return false;
    }
    word.slot(info(op.opcode).slot) = op;
    return true;
  }

  /// Fills some or all empty slots of a word with random ops.
  Word filled(Word word) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const std::vector<Opcode>& choice = drawn_[s];
      if (word.slot(static_cast<Slot>(s)).opcode != Opcode::nop || choice.empty() || one_in(4)) continue;
      for (int attempt = 0; attempt < 4; ++attempt)
        if (place(word, op_of(choice[random_.below(choice.size())]))) break;
    }
    return word;
  }

  // ---- building

  std::size_t size() const { return program_.words.size(); }
  void emit(const Op& op) {
    Word word;
    word.slot(info(op.opcode).slot) = op;
    program_.words.push_back(word);
  }
  static Op make(Opcode opcode, std::uint8_t d = 0, std::uint8_t a = 0, std::uint8_t b = 0) {
    Op op;
    op.opcode = opcode, op.d = d, op.a = a, op.b = b;
    return op;
  }
  static Op with_imm(Op op, std::int64_t imm, bool immediate = false) {
    op.imm = imm;
    op.flags = immediate ? Op::kImmediate : 0;
    return op;
  }
  static Op move(std::uint8_t r, std::uint64_t bits) {
    return with_imm(make(Opcode::dmov_i64, r), static_cast<std::int64_t>(bits), true);
  }
  std::int64_t pool(PackedCoordinate coordinate) {
    program_.coordinates.push_back(coordinate);
    return static_cast<std::int64_t>(program_.coordinates.size() - 1);
  }

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

  // ---- hostile blocks, which use the registers of the free roles as they need them

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

  RandomProgramSpec spec_;
  Random random_;
  Program program_;
  std::array<std::vector<Opcode>, kSlots> drawn_;
  PackedCoordinate base_;
};

}  // namespace

Program random_program(const RandomProgramSpec& spec) {
  Program program = RandomProgram(spec).make();
  VTPU_CHECK(validate(program, 1).empty(), "a random program is valid");
  return program;
}

}  // namespace vtpu::isa

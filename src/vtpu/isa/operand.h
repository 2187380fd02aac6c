#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vtpu::isa {

/// Kinds of operand. A kind determines the field of an Op that holds the operand, its range, whether it is read or
/// written, and its syntax in assembly text. operand.cpp has one row for each kind.
///
/// Registers: r0–r15 of 64 bits, v0–v15 of 512 bits, p0–p7 coordinates, m0–m3 of 256 bits. The lower-case letter of a
/// kind is the field: d, a, b or c.
enum class Kind : std::uint8_t {
  none,
  Rd,
  Rd2,
  RdRw,
  Ra,
  Rb,
  Rc,  // Rd2: a second result, in field c. RdRw is read and written
  RaImm,
  RbImm,  // a register, or `#` and a number of 64 bits in imm (then flag `immediate`, field 0)
  Vd,
  VdRw,
  Va,
  Vb,
  Vc,
  Pd,
  Pa,
  Pb,
  Md,
  MdRw,
  Ma,
  Cond,      // mode: eq ne lt le gt ge
  AxisName,  // mode: library … column, 0 to 10
  Lane2,
  Lane4,
  Lane16,     // mode: below 2, 4, 16
  Shift32,    // mode: below 32
  Reduction,  // mode: add min max
  Depth,      // imm: 0 to 11 axes
  Rank,       // imm: 0 to 3
  Count,      // imm: 0 to 1024
  Const,      // imm: index in the constant pool
  Coord,      // imm: index in the coordinate pool
  Target,     // imm: number of a word
  // A layout address `[p1 + r2*8 + 64]`: p in field b, r in field c (kNoRegister without one), the scale's logarithm (0
  // to 3) in mode, displacement in disp. The number is the bytes accessed.
  Addr1,
  Addr2,
  Addr4,
  Addr8,
  Addr32,
  Addr64,
  AddrV,  // `[p1 + v2*4 + 64]`: p in field b, v in field c, displacement in disp
  // A cell by coordinate `[p1 @ column r2]`: p in field b, r in field c (kNoRegister without one), axis in mode.
  Cell8,
  Cell64,
  Allocation  // imm: the mask of axes (bit 0 the column … bit 10 the library); mode: layout + 4 × log2 of the cell's
              // bytes (0 to 6); text: `column+line, cell=8, layout=row_major`
};

/// Register files.
enum class File : std::uint8_t { none, r, v, p, m };
/// The letter in the register's name; '-' for none.
constexpr char letter_of(File file) { return "-rvpm"[static_cast<std::size_t>(file)]; }

/// Field of an Op.
enum class Field : std::uint8_t { none, d, a, b, c, mode, imm };

/// The properties of a kind. Addresses (`is_address`) use several fields; their `field` is b, the coordinate register.
struct KindInfo {
  Kind kind = Kind::none;
  std::string_view name;
  File file = File::none;  ///< of a plain register operand
  Field field = Field::none;
  bool reads = false;
  bool writes = false;
  bool may_be_immediate = false;
  std::uint64_t limit = 0;  ///< mode or imm is below this; 0: see the kind
  std::uint32_t bytes = 0;  ///< accessed, of addresses
  std::string_view help;    ///< for the manual
};

const KindInfo& info(Kind kind);

inline constexpr std::uint8_t kNoRegister = 0xff;
inline constexpr unsigned kFileSize[] = {0, 16, 16, 8, 4};  // by File
/// The r-register in which a sentron that runs a program together with others finds its number at the start.
inline constexpr unsigned kNumberRegister = 15;

enum class Condition : std::uint8_t { eq, ne, lt, le, gt, ge };
/// What a comparison gives; with a NaN only `ne` holds.
template <class T>
constexpr bool holds(Condition condition, T a, T b) {
  switch (condition) {
    case Condition::eq: return a == b;
    case Condition::ne: return a != b;
    case Condition::lt: return a < b;
    case Condition::le: return a <= b;
    case Condition::gt: return a > b;
    case Condition::ge: return a >= b;
  }
  return false;
}

enum class ReductionKind : std::uint8_t { add, min, max };
enum class Layout : std::uint8_t { row_major, morton, hilbert, sparse };

constexpr bool is_layout_address(Kind k) { return k >= Kind::Addr1 && k <= Kind::AddrV; }
constexpr bool is_cell(Kind k) { return k == Kind::Cell8 || k == Kind::Cell64; }
constexpr bool is_address(Kind k) { return is_layout_address(k) || is_cell(k); }

}  // namespace vtpu::isa

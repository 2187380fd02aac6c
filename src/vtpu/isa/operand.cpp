#include "vtpu/isa/operand.h"

#include <array>

#include "vtpu/base/check.h"

namespace vtpu::isa {
namespace {

constexpr bool kRead = true, kWritten = true, kNot = false;

constexpr KindInfo of_register(Kind kind, std::string_view name, File file, Field field, bool reads, bool writes,
                               std::string_view help, bool may_be_immediate = false) {
  return {kind, name, file, field, reads, writes, may_be_immediate, 0, 0, help};
}
constexpr KindInfo number(Kind kind, std::string_view name, Field field, std::uint64_t limit, std::string_view help) {
  return {kind, name, File::none, field, false, false, false, limit, 0, help};
}
/// The coordinate register of an address follows from its kind; the other register is optional.
constexpr KindInfo address(Kind kind, std::string_view name, std::uint32_t bytes, std::string_view help) {
  return {kind, name, File::none, Field::b, true, false, false, 0, bytes, help};
}

// In the order of Kind.
constexpr std::array kKinds = {
    KindInfo{},
    of_register(Kind::Rd, "rd", File::r, Field::d, kNot, kWritten, "scalar register, the result"),
    of_register(Kind::Rd2, "rd", File::r, Field::c, kNot, kWritten, "scalar register, a second result"),
    of_register(Kind::RdRw, "rd", File::r, Field::d, kRead, kWritten, "scalar register, read and written"),
    of_register(Kind::Ra, "ra", File::r, Field::a, kRead, kNot, "scalar register"),
    of_register(Kind::Rb, "rb", File::r, Field::b, kRead, kNot, "scalar register"),
    of_register(Kind::Rc, "rc", File::r, Field::c, kRead, kNot, "scalar register"),
    of_register(Kind::RaImm, "ra|#n", File::r, Field::a, kRead, kNot, "scalar register, or a number of 64 bits", true),
    of_register(Kind::RbImm, "rb|#n", File::r, Field::b, kRead, kNot, "scalar register, or a number of 64 bits", true),
    of_register(Kind::Vd, "vd", File::v, Field::d, kNot, kWritten, "vector register, the result"),
    of_register(Kind::VdRw, "vd", File::v, Field::d, kRead, kWritten, "vector register, read and written"),
    of_register(Kind::Va, "va", File::v, Field::a, kRead, kNot, "vector register"),
    of_register(Kind::Vb, "vb", File::v, Field::b, kRead, kNot, "vector register"),
    of_register(Kind::Vc, "vc", File::v, Field::c, kRead, kNot, "vector register"),
    of_register(Kind::Pd, "pd", File::p, Field::d, kNot, kWritten, "coordinate register, the result"),
    of_register(Kind::Pa, "pa", File::p, Field::a, kRead, kNot, "coordinate register"),
    of_register(Kind::Pb, "pb", File::p, Field::b, kRead, kNot, "coordinate register"),
    of_register(Kind::Md, "md", File::m, Field::d, kNot, kWritten, "message buffer, the result"),
    of_register(Kind::MdRw, "md", File::m, Field::d, kRead, kWritten, "message buffer, read and written"),
    of_register(Kind::Ma, "ma", File::m, Field::a, kRead, kNot, "message buffer"),
    number(Kind::Cond, "cond", Field::mode, 6, "condition: eq ne lt le gt ge"),
    number(Kind::AxisName, "axis", Field::mode, 11, "axis by name, library to column"),
    number(Kind::Lane2, "lane", Field::mode, 2, "half, 0 or 1"),
    number(Kind::Lane4, "lane", Field::mode, 4, "lane, 0 to 3"),
    number(Kind::Lane16, "lane", Field::mode, 16, "lane, 0 to 15"),
    number(Kind::Shift32, "shift", Field::mode, 32, "distance, 0 to 31"),
    number(Kind::Reduction, "reduction", Field::mode, 3, "reduction: add min max"),
    number(Kind::Depth, "depth", Field::imm, 12, "number of axes from the library on, 0 to 11"),
    number(Kind::Rank, "rank", Field::imm, 4, "rank of the simplices, 0 to 3"),
    number(Kind::Count, "count", Field::imm, 1025, "number of rows, 0 to 1024"),
    number(Kind::Const, "const", Field::imm, 0, "constant of the pool, by name or place"),
    number(Kind::Coord, "coord", Field::imm, 0, "coordinate of the pool, by name or place"),
    number(Kind::Target, "target", Field::imm, 0, "word, by label or number"),
    address(Kind::Addr1, "[p + r*s + n]", 1, "layout address of 1 byte"),
    address(Kind::Addr2, "[p + r*s + n]", 2, "layout address of 2 bytes"),
    address(Kind::Addr4, "[p + r*s + n]", 4, "layout address of 4 bytes"),
    address(Kind::Addr8, "[p + r*s + n]", 8, "layout address of 8 bytes"),
    address(Kind::Addr32, "[p + r*s + n]", 32, "layout address of 32 bytes"),
    address(Kind::Addr64, "[p + r*s + n]", 64, "layout address of 64 bytes"),
    address(Kind::AddrV, "[p + v*4 + n]", 4, "16 layout addresses of 4 bytes, one a lane of v"),
    address(Kind::Cell8, "[p @ axis r]", 8, "cell of 8 bytes, r steps along an axis"),
    address(Kind::Cell64, "[p @ axis r]", 64, "cell of 64 bytes, r steps along an axis"),
    number(Kind::Allocation, "axes, cell=n, layout=l", Field::imm, 0,
           "masked axes joined by + or none, bytes of a cell (1 to 64), layout: row_major morton hilbert sparse"),
};
static_assert(kKinds.size() == static_cast<std::size_t>(Kind::Allocation) + 1, "one row a kind");
static_assert(
    [] {
      for (std::size_t i = 0; i < kKinds.size(); ++i)
        if (static_cast<std::size_t>(kKinds[i].kind) != i) return false;
      return true;
    }(),
    "rows in the order of Kind");

}  // namespace

const KindInfo& info(Kind kind) {
  const auto at = static_cast<std::size_t>(kind);
  VTPU_CHECK(at < kKinds.size(), "a kind is one of the enumeration");
  return kKinds[at];
}

}  // namespace vtpu::isa

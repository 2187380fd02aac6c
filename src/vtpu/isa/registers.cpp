#include "vtpu/isa/registers.h"

namespace vtpu::isa {

UsesTable::Lookup UsesTable::lookup_of(File file) {
  switch (file) {
    case File::r: return Lookup::r;
    case File::v: return Lookup::v;
    case File::p: return Lookup::p;
    case File::m: return Lookup::m;
    case File::none: break;
  }
  return Lookup::none;
}

UsesTable::Operands UsesTable::operands_of(const OpcodeInfo& opcode, bool immediate) {
  Operands operands;
  for (const Kind kind : opcode.kinds()) {
    const KindInfo& row = info(kind);
    if (is_address(kind)) {
      operands.b = Lookup::p;
      operands.c = kind == Kind::AddrV ? Lookup::v : Lookup::r_or_absent;
      continue;
    }
    if (row.file == File::none || (row.may_be_immediate && immediate)) continue;
    const Lookup lookup = lookup_of(row.file);
    switch (row.field) {
      case Field::d:
        VTPU_CHECK(row.writes, "field d is a result");
        operands.d = lookup, operands.reads_d = row.reads ? ~std::uint64_t{0} : 0;
        break;
      case Field::c: operands.c = lookup, operands.writes_c = row.writes ? ~std::uint64_t{0} : 0; break;
      default:
        VTPU_CHECK(!row.writes, "fields a and b are read");
        (row.field == Field::a ? operands.a : operands.b) = lookup;
    }
  }
  return operands;
}

UsesTable::UsesTable() {
  const auto fill = [this](Lookup lookup, File file, unsigned shift) {
    for (std::size_t i = 0; i < kNumbers; ++i)
      bits_[static_cast<std::size_t>(lookup) * kNumbers + i] =
          i < kFileSize[static_cast<std::size_t>(file)] ? std::uint64_t{1} << (shift + i) : kExcess;
  };
  fill(Lookup::r, File::r, 0), fill(Lookup::v, File::v, kBitsOfV), fill(Lookup::p, File::p, kBitsOfP);
  fill(Lookup::m, File::m, kBitsOfM), fill(Lookup::r_or_absent, File::r, 0);
  bits_[static_cast<std::size_t>(Lookup::r_or_absent) * kNumbers + kNoRegister] = 0;
  for (const OpcodeInfo& opcode : all_opcodes())
    for (const bool immediate : {false, true})
      operands_[2 * static_cast<std::size_t>(opcode.opcode) + immediate] = operands_of(opcode, immediate);
}

const UsesTable& uses_table() {
  static const UsesTable kTable;
  return kTable;
}

Uses uses_of(const Op& op) {
  const UseBits bits = uses_table().of(op);
  return {set_of(bits.reads), set_of(bits.writes)};
}

}  // namespace vtpu::isa

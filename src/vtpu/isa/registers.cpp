#include "vtpu/isa/registers.h"

#include "vtpu/base/check.h"

namespace vtpu::isa {
namespace {

void add(RegisterSet& set, File file, unsigned number) {
  VTPU_CHECK(number < kFileSize[static_cast<std::size_t>(file)], "a register is one of its file");
  switch (file) {
    case File::r: set.r = static_cast<std::uint16_t>(set.r | 1u << number); return;
    case File::v: set.v = static_cast<std::uint16_t>(set.v | 1u << number); return;
    case File::p: set.p = static_cast<std::uint8_t>(set.p | 1u << number); return;
    case File::m: set.m = static_cast<std::uint8_t>(set.m | 1u << number); return;
    case File::none: return;
  }
}

std::uint8_t field_of(const Op& op, Field field) {
  switch (field) {
    case Field::d: return op.d;
    case Field::a: return op.a;
    case Field::b: return op.b;
    default: return op.c;
  }
}

}  // namespace

Uses uses_of(const Op& op) {
  Uses uses;
  for (const Kind kind : info(op.opcode).kinds()) {
    const KindInfo& row = info(kind);
    if (is_address(kind)) {
      add(uses.reads, File::p, op.b);
      if (kind == Kind::AddrV)
        add(uses.reads, File::v, op.c);
      else if (op.c != kNoRegister)
        add(uses.reads, File::r, op.c);
      continue;
    }
    if (row.file == File::none || (row.may_be_immediate && op.immediate())) continue;
    if (row.reads) add(uses.reads, row.file, field_of(op, row.field));
    if (row.writes) add(uses.writes, row.file, field_of(op, row.field));
  }
  return uses;
}

}  // namespace vtpu::isa

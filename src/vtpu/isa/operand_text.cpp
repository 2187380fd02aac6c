#include "vtpu/isa/operand_text.h"

#include <fmt/core.h>

#include <bit>
#include <charconv>
#include <optional>
#include <span>

#include "vtpu/base/text.h"
#include "vtpu/isa/names.h"

namespace vtpu::isa {
namespace {

std::string register_range(File file) {
  return fmt::format("{0}0 to {0}{1}", letter_of(file), kFileSize[static_cast<std::size_t>(file)] - 1);
}

/// The number of a register: 3 for `r3`.
std::optional<std::uint8_t> register_number(std::string_view text, File file) {
  if (text.size() < 2 || text.size() > 3 || text[0] != letter_of(file)) return std::nullopt;
  if (text[1] == '0' && text.size() > 2) return std::nullopt;
  unsigned number = 0;
  const auto [end, code] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (number >= kFileSize[static_cast<std::size_t>(file)]) return std::nullopt;
  return static_cast<std::uint8_t>(number);
}

Result<std::uint8_t> read_register(Cursor& cursor, File file) {
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  if (const auto number = register_number(cursor.word(), file)) return *number;
  cursor.reset(mark);
  return cursor.unexpected("a register, " + register_range(file));
}

Result<std::uint8_t> read_name(Cursor& cursor, std::span<const std::string_view> names) {
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  const std::string_view word = cursor.word();
  if (const auto place = place_of(word, names)) return *place;
  cursor.reset(mark);
  const std::vector<std::string> candidates(names.begin(), names.end());
  return cursor.unexpected("one of " + join(candidates, " "));
}

Result<std::uint64_t> read_below(Cursor& cursor, std::uint64_t limit) {
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  const auto bits = parse_bits(cursor.word());
  if (bits && *bits < limit) return *bits;
  cursor.reset(mark);
  return cursor.unexpected(fmt::format("a number from 0 to {}", limit - 1));
}

template <class Float, class Bits>
std::optional<std::uint64_t> float_bits(std::string_view digits) {
  Float value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return std::bit_cast<Bits>(value);
}

/// After the `#`: an integer, or a number with the suffix f64 or f32.
Result<std::uint64_t> read_immediate(Cursor& cursor) {
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  const std::string_view text = cursor.until(",| \t");
  const bool hex = text.starts_with("0x") || text.starts_with("-0x");
  std::optional<std::uint64_t> bits;
  if (!hex && text.ends_with("f64")) {
    bits = float_bits<double, std::uint64_t>(text.substr(0, text.size() - 3));
  } else if (!hex && text.ends_with("f32")) {
    bits = float_bits<float, std::uint32_t>(text.substr(0, text.size() - 3));
  } else if (const auto integer = parse_bits(text)) {
    bits = *integer;
  }
  if (bits) return *bits;
  return cursor.error(mark, "found " + shown(text), "a 64-bit number, such as 5, -3, 0x1f, 1.5f64 or 1.5f32");
}

/// `+ 64` or `- 64`; 0 when absent.
Result<void> read_displacement(Cursor& cursor, Op& op) {
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  const bool minus = cursor.eat('-');
  if (!minus && !cursor.eat('+')) return {};
  const auto bits = parse_bits(cursor.word());
  const std::uint64_t limit = minus ? std::uint64_t{1} << 31 : (std::uint64_t{1} << 31) - 1;
  if (!bits || *bits > limit)
    return cursor.error(mark, "found no displacement", "+ or - and a number below 2^31, such as + 64");
  const auto size = static_cast<std::int64_t>(*bits);
  op.disp = static_cast<std::int32_t>(minus ? -size : size);
  return {};
}

/// After `[p1 +`: `r2`, with or without `*8`. False: a number follows, not a register.
Result<bool> read_index(Kind kind, Cursor& cursor, Op& op) {
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  const File file = kind == Kind::AddrV ? File::v : File::r;
  const std::string_view word = cursor.word();
  if (file == File::r && !word.starts_with('r')) {
    cursor.reset(mark);
    return false;
  }
  cursor.reset(mark);
  const auto number = read_register(cursor, file);
  if (!number) return number.error();
  op.c = *number;
  if (!cursor.eat('*')) {
    if (file == File::v) return cursor.unexpected("'*4'");
    return true;
  }
  cursor.skip_blanks();
  const std::size_t scale_mark = cursor.mark();
  const std::string_view scale = cursor.word();
  if (file == File::v) {
    if (scale == "4") return true;
    return cursor.error(scale_mark, "found " + shown(scale), "the scale 4");
  }
  constexpr std::string_view kScales[] = {"1", "2", "4", "8"};
  const auto log2 = place_of(scale, kScales);
  if (!log2) return cursor.error(scale_mark, "found " + shown(scale), "a scale of 1, 2, 4 or 8");
  op.mode = *log2;
  return true;
}

Result<void> read_address(Kind kind, Cursor& cursor, Op& op) {
  if (const auto bracket = cursor.want('['); !bracket) return bracket;
  const auto p = read_register(cursor, File::p);
  if (!p) return p.error();
  op.b = *p;
  op.c = kNoRegister;
  if (is_cell(kind)) {
    if (const auto sign = cursor.want('@'); !sign) return sign;
    const auto axis = read_name(cursor, axis_names());
    if (!axis) return axis.error();
    op.mode = *axis;
    if (!cursor.at(']')) {
      const auto steps = read_register(cursor, File::r);
      if (!steps) return steps.error();
      op.c = *steps;
    }
    return cursor.want(']');
  }
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  if (cursor.eat('+')) {
    const auto index = read_index(kind, cursor, op);
    if (!index) return index.error();
    if (!*index) cursor.reset(mark);
  } else if (kind == Kind::AddrV) {
    return cursor.unexpected("'+' and an index, such as + v2*4");
  }
  if (const auto displacement = read_displacement(cursor, op); !displacement) return displacement;
  return cursor.want(']');
}

Result<void> read_key(Cursor& cursor, std::string_view key) {
  if (const auto comma = cursor.want(','); !comma) return comma;
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  if (cursor.word() != key) {
    cursor.reset(mark);
    return cursor.unexpected(fmt::format("'{}='", key));
  }
  return cursor.want('=');
}

Result<void> read_allocation(Cursor& cursor, Op& op) {
  cursor.skip_blanks();
  const std::size_t mark = cursor.mark();
  if (cursor.word() != "none") {
    cursor.reset(mark);
    do {
      const auto axis = read_name(cursor, axis_names());
      if (!axis) return axis.error();
      op.imm |= std::int64_t{1} << (phext::PackedCoordinate::kAxes - 1 - *axis);
    } while (cursor.eat('+'));
  }
  if (const auto key = read_key(cursor, "cell"); !key) return key;
  constexpr std::string_view kCells[] = {"1", "2", "4", "8", "16", "32", "64"};
  const auto cell = read_name(cursor, kCells);
  if (!cell) return cell.error();
  if (const auto key = read_key(cursor, "layout"); !key) return key;
  const auto layout = read_name(cursor, layout_names());
  if (!layout) return layout.error();
  op.mode = static_cast<std::uint8_t>(*layout + 4 * *cell);
  return {};
}

std::uint8_t& field_of(Op& op, Field field) {
  switch (field) {
    case Field::d: return op.d;
    case Field::a: return op.a;
    case Field::b: return op.b;
    default: return op.c;
  }
}

std::span<const std::string_view> names_of(Kind kind) {
  switch (kind) {
    case Kind::Cond: return condition_names();
    case Kind::AxisName: return axis_names();
    case Kind::Reduction: return reduction_names();
    default: return {};
  }
}

std::string displacement_text(std::int32_t disp) {
  if (disp == 0) return "";
  return disp < 0 ? fmt::format(" - {}", -static_cast<std::int64_t>(disp)) : fmt::format(" + {}", disp);
}

std::string address_text(Kind kind, const Op& op) {
  if (is_cell(kind)) {
    const std::string_view axis = axis_names()[op.mode];
    return op.c == kNoRegister ? fmt::format("[p{} @ {}]", op.b, axis)
                               : fmt::format("[p{} @ {} r{}]", op.b, axis, op.c);
  }
  std::string text = fmt::format("[p{}", op.b);
  if (kind == Kind::AddrV)
    text += fmt::format(" + v{}*4", op.c);
  else if (op.c != kNoRegister)
    text += op.mode == 0 ? fmt::format(" + r{}", op.c) : fmt::format(" + r{}*{}", op.c, 1u << op.mode);
  return text + displacement_text(op.disp) + "]";
}

std::string allocation_text(const Op& op) {
  std::vector<std::string> axes;
  for (std::size_t axis = phext::PackedCoordinate::kAxes; axis-- > 0;)
    if ((op.imm >> (phext::PackedCoordinate::kAxes - 1 - axis) & 1) != 0) axes.emplace_back(axis_names()[axis]);
  return fmt::format("{}, cell={}, layout={}", axes.empty() ? "none" : join(axes, "+"), 1u << (op.mode / 4),
                     layout_names()[op.mode % 4]);
}

/// Small numbers in decimal, others in hexadecimal.
std::string immediate_text(std::int64_t imm) {
  constexpr std::int64_t kSmall = 1'000'000'000;
  return imm > -kSmall && imm < kSmall ? fmt::format("#{}", imm)
                                       : fmt::format("#{:#x}", static_cast<std::uint64_t>(imm));
}

}  // namespace

Result<void> read_operand(Kind kind, Cursor& cursor, Op& op, Reference& reference) {
  const KindInfo& row = info(kind);
  if (is_address(kind)) return read_address(kind, cursor, op);
  if (kind == Kind::Allocation) return read_allocation(cursor, op);
  if (kind == Kind::Const || kind == Kind::Coord || kind == Kind::Target) {
    cursor.skip_blanks();
    const std::size_t mark = cursor.mark();
    const std::string_view name = cursor.word();
    if (name.empty()) return cursor.unexpected(fmt::format("a {} by name or number", row.name));
    reference = {kind, std::string(name), cursor.where(mark)};
    return {};
  }
  if (row.file != File::none) {
    if (row.may_be_immediate && cursor.eat('#')) {
      const auto bits = read_immediate(cursor);
      if (!bits) return bits.error();
      op.imm = static_cast<std::int64_t>(*bits);
      op.flags |= Op::kImmediate;
      return {};
    }
    const auto number = read_register(cursor, row.file);
    if (!number) {
      Error error = number.error();
      if (row.may_be_immediate) error.expected += ", or # and a number";
      return error;
    }
    field_of(op, row.field) = *number;
    return {};
  }
  if (const auto names = names_of(kind); !names.empty()) {
    const auto place = read_name(cursor, names);
    if (!place) return place.error();
    op.mode = *place;
    return {};
  }
  const auto number = read_below(cursor, row.limit);
  if (!number) return number.error();
  if (row.field == Field::mode)
    op.mode = static_cast<std::uint8_t>(*number);
  else
    op.imm = static_cast<std::int64_t>(*number);
  return {};
}

std::string operand_text(Kind kind, const Op& op) {
  const KindInfo& row = info(kind);
  if (is_address(kind)) return address_text(kind, op);
  if (kind == Kind::Allocation) return allocation_text(op);
  if (row.file != File::none) {
    if (row.may_be_immediate && op.immediate()) return immediate_text(op.imm);
    Op copy = op;
    return fmt::format("{}{}", letter_of(row.file), field_of(copy, row.field));
  }
  if (const auto names = names_of(kind); !names.empty()) return std::string(names[op.mode]);
  return row.field == Field::mode ? fmt::format("{}", op.mode) : fmt::format("{}", op.imm);
}

}  // namespace vtpu::isa

#include "vtpu/isa/assembler.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/isa/cursor.h"
#include "vtpu/isa/operand_text.h"

namespace vtpu::isa {
namespace {

using Names = std::map<std::string, std::size_t, std::less<>>;

/// Collects the bytes of a constant, at most 64.
class ConstantBytes {
 public:
  bool append(std::uint64_t bits, std::size_t size) {
    if (used_ + size > bytes_.size()) return false;
    for (std::size_t i = 0; i < size; ++i) bytes_[used_++] = static_cast<std::byte>(bits >> (8 * i));
    return true;
  }
  const Constant& get() const { return bytes_; }

 private:
  Constant bytes_{};
  std::size_t used_ = 0;
};

template <class Float, class Bits>
std::optional<std::uint64_t> parse_float(std::string_view text) {
  Float value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::bit_cast<Bits>(value);
}

std::optional<std::uint64_t> parse_i32(std::string_view text) {
  const auto bits = parse_bits(text);
  if (!bits) return std::nullopt;
  const auto value = static_cast<std::int64_t>(*bits);
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return *bits;
}

std::optional<std::uint64_t> parse_i64(std::string_view text) {
  const auto bits = parse_bits(text);
  return bits ? std::optional(*bits) : std::nullopt;
}

struct ElementType {
  std::string_view name;
  std::size_t bytes;
  std::optional<std::uint64_t> (*parse)(std::string_view);
  std::string_view help;
};
constexpr ElementType kElements[] = {
    {"f32", 4, parse_float<float, std::uint32_t>, "a binary32 number"},
    {"f64", 8, parse_float<double, std::uint64_t>, "a binary64 number"},
    {"i32", 4, parse_i32, "an integer of 32 bits"},
    {"i64", 8, parse_i64, "an integer of 64 bits"},
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Assembler {
 public:
  explicit Assembler(const std::string& file) : file_(file) { program_.name = file; }

  Result<void> line(std::string_view text, std::size_t number) {
    Cursor cursor(file_, number, text.substr(0, text.find(';')));
    if (cursor.at_end()) return {};
    if (cursor.at('.')) return directive(cursor);
    while (true) {
      const std::size_t mark = (cursor.skip_blanks(), cursor.mark());
      const std::string_view name = cursor.word();
      if (name.empty() || !cursor.eat(':')) {
        cursor.reset(mark);
        break;
      }
      if (!is_name(name)) return cursor.error(mark, "found " + shown(name), "a label that begins with a letter or _");
      if (!labels_.emplace(name, program_.words.size()).second)
        return cursor.error(mark, fmt::format("the label {} occurs twice", shown(name)), "a unique name");
      program_.labels[static_cast<std::uint32_t>(program_.words.size())] = name;
    }
    if (cursor.at_end()) return {};
    return word(cursor);
  }

  Result<Program> finish() && {
    for (const auto& [word, slot, reference] : references_) {
      const auto place = resolve(reference);
      if (!place) return place.error();
      program_.words[word].slot(slot).imm = static_cast<std::int64_t>(*place);
    }
    std::erase_if(program_.labels, [&](const auto& label) { return label.first >= program_.words.size(); });
    return std::move(program_);
  }

 private:
  struct Pending {
    std::size_t word = 0;
    Slot slot = Slot::D;
    Reference reference;
  };

  Result<void> word(Cursor& cursor) {
    if (program_.words.size() == kMaxWords)
      return cursor.error(cursor.mark(), "one more word", fmt::format("at most {} words", kMaxWords));
    Word word;
    do {
      if (const auto done = slot(cursor, word); !done) return done;
    } while (cursor.eat('|'));
    if (!cursor.at_end()) return cursor.unexpected("'|', or the end of the line");
    program_.words.push_back(word);
    return {};
  }

  Result<void> slot(Cursor& cursor, Word& word) {
    if (cursor.at_end() || cursor.at('|')) return {};
    const std::size_t mark = cursor.mark();
    const std::string_view mnemonic = cursor.word();
    if (mnemonic.empty()) return cursor.unexpected("a mnemonic");
    if (mnemonic == info(Opcode::nop).mnemonic) return {};
    const auto opcode = find_opcode(mnemonic);
    if (!opcode) {
      std::vector<std::string> known;
      for (const OpcodeInfo& row : all_opcodes()) known.emplace_back(row.mnemonic);
      return cursor.error(mark, "found " + quoted_with_hint(mnemonic, known), "a mnemonic");
    }
    const OpcodeInfo& row = info(*opcode);
    Op& op = word.slot(row.slot);
    if (op.opcode != Opcode::nop)
      return cursor.error(
          mark, fmt::format("{} beside {}, both of slot {}", mnemonic, info(op.opcode).mnemonic, name_of(row.slot)),
          "one op per slot");
    op.opcode = *opcode;
    bool first = true;
    for (const Kind kind : row.kinds()) {
      if (!first)
        if (const auto comma = cursor.want(','); !comma) return comma;
      first = false;
      Reference reference;
      if (const auto read = read_operand(kind, cursor, op, reference); !read) return read;
      if (reference.kind != Kind::none) references_.push_back({program_.words.size(), row.slot, std::move(reference)});
    }
    if (!cursor.at_end() && !cursor.at('|')) {
      if (cursor.at(','))
        return cursor.unexpected(
            fmt::format("'|' or the end of the line, since {} takes {} operands", mnemonic, row.kinds().size()));
      return cursor.unexpected("'|', or the end of the line");
    }
    return {};
  }

  Result<void> directive(Cursor& cursor) {
    cursor.skip_blanks();
    const std::size_t mark = cursor.mark();
    const std::string_view name = cursor.word();
    if (name == ".const") return define(cursor, constants_, program_.constants, &Assembler::constant);
    if (name == ".coord") return define(cursor, coordinates_, program_.coordinates, &Assembler::coordinate);
    const std::vector<std::string> known = {".const", ".coord"};
    return cursor.error(mark, "found " + quoted_with_hint(name, known), ".const or .coord");
  }

  template <class T>
  Result<void> define(Cursor& cursor, Names& names, std::vector<T>& pool, Result<T> (Assembler::*read)(Cursor&)) {
    cursor.skip_blanks();
    const std::size_t mark = cursor.mark();
    const std::string_view name = cursor.word();
    if (!is_name(name)) {
      cursor.reset(mark);
      return cursor.unexpected("a name that begins with a letter or _");
    }
    if (const auto sign = cursor.want('='); !sign) return sign;
    if (pool.size() == kMaxPool)
      return cursor.error(mark, "one entry more in the pool", fmt::format("at most {}", kMaxPool));
    const Result<T> value = (this->*read)(cursor);
    if (!value) return value.error();
    if (!cursor.at_end()) return cursor.unexpected("the end of the line");
    if (!names.emplace(name, pool.size()).second)
      return cursor.error(mark, fmt::format("{} occurs twice", shown(name)), "a unique name");
    pool.push_back(*value);
    return {};
  }

  Result<Constant> constant(Cursor& cursor) {
    cursor.skip_blanks();
    const std::size_t mark = cursor.mark();
    const std::string_view type = cursor.word();
    ConstantBytes bytes;
    if (type == "hex") return hex_constant(cursor);
    for (const ElementType& element : kElements) {
      if (element.name != type) continue;
      do {
        cursor.skip_blanks();
        const std::size_t at = cursor.mark();
        const std::string_view text = cursor.until(",");
        const auto bits = element.parse(text);
        if (!bits) return cursor.error(at, "found " + shown(text), std::string(element.help));
        if (!bytes.append(*bits, element.bytes)) return cursor.error(at, "more than 64 bytes", "at most 64 bytes");
      } while (cursor.eat(','));
      return bytes.get();
    }
    cursor.reset(mark);
    return cursor.unexpected("one of f32 f64 i32 i64 hex");
  }

  Result<Constant> hex_constant(Cursor& cursor) {
    ConstantBytes bytes;
    bool any = false;
    while (!cursor.at_end()) {
      const std::size_t at = cursor.mark();
      const std::string_view digits = cursor.word();
      if (digits.empty() || digits.size() % 2 != 0)
        return cursor.error(at, "found " + shown(digits), "two hexadecimal digits per byte");
      for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
        if (high < 0 || low < 0)
          return cursor.error(at + i, "found " + shown(digits.substr(i, 2)), "two hexadecimal digits per byte");
        if (!bytes.append(static_cast<std::uint64_t>(high * 16 + low), 1))
          return cursor.error(at + i, "more than 64 bytes", "at most 64 bytes");
      }
      any = true;
    }
    if (!any) return cursor.unexpected("two hexadecimal digits per byte");
    return bytes.get();
  }

  Result<phext::PackedCoordinate> coordinate(Cursor& cursor) {
    cursor.skip_blanks();
    const std::size_t mark = cursor.mark();
    if (cursor.word() == "raw") {
      cursor.skip_blanks();
      const std::size_t at = cursor.mark();
      const std::string_view text = cursor.word();
      phext::PackedCoordinate::Bits bits = 0;
      bool good = text.starts_with("0x") && text.size() > 2 && text.size() <= 34;
      for (std::size_t i = 2; good && i < text.size(); ++i) {
        const int digit = hex_digit(text[i]);
        good = digit >= 0;
        bits = bits << 4 | static_cast<unsigned>(digit);
      }
      if (!good) return cursor.error(at, "found " + shown(text), "0x and up to 32 hexadecimal digits");
      return phext::PackedCoordinate::from_bits(bits);
    }
    cursor.reset(mark);
    const std::string_view text = cursor.until("");
    const auto parsed = phext::PackedCoordinate::parse(text);
    if (parsed) return *parsed;
    return cursor.error(mark,
                        fmt::format("coordinate {}: {}, {}", shown(text), parsed.error().where, parsed.error().found),
                        parsed.error().expected);
  }

  Result<std::size_t> resolve(const Reference& reference) const {
    const bool target = reference.kind == Kind::Target;
    const Names& names = target ? labels_ : reference.kind == Kind::Const ? constants_ : coordinates_;
    const std::size_t size = target                          ? program_.words.size()
                             : reference.kind == Kind::Const ? program_.constants.size()
                                                             : program_.coordinates.size();
    const std::string_view what = target ? "label" : reference.kind == Kind::Const ? "constant" : "coordinate";
    std::optional<std::size_t> place;
    if (const auto found = names.find(reference.name); found != names.end()) {
      place = found->second;
    } else if (!is_name(reference.name)) {
      const auto bits = parse_bits(reference.name);
      if (bits) place = *bits;
    }
    if (place && *place < size) return *place;
    if (place)
      return Error{reference.where, fmt::format("{} {} of {}", what, shown(reference.name), size),
                   size == 0 ? fmt::format("a {} that exists", what) : fmt::format("0 to {}", size - 1)};
    std::vector<std::string> known;
    for (const auto& [name, at] : names) known.push_back(name);
    return Error{reference.where, "found " + quoted_with_hint(reference.name, known),
                 fmt::format("a {} of this file", what)};
  }

  const std::string& file_;
  Program program_;
  Names labels_, constants_, coordinates_;
  std::vector<Pending> references_;
};

}  // namespace

Result<Program> assemble(std::string_view text, const std::string& file) {
  Assembler assembler(file);
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const auto done = assembler.line(text.substr(0, end), ++number); !done) return done.error();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(assembler).finish();
}

}  // namespace vtpu::isa

#include <fmt/core.h>

#include <limits>
#include <span>

#include "vtpu/base/text.h"
#include "vtpu/compiler/ir/text.h"
#include "vtpu/isa/cursor.h"
#include "vtpu/isa/names.h"

namespace vtpu::compiler::ir {
namespace {

/// Maximum nesting of loops. Deeper nesting could exhaust the stack of code that walks the module.
constexpr std::size_t kMaxDepth = 256;
/// Maximum number of values or loops in one module.
constexpr std::uint32_t kMaxNumber = 1u << 24;

/// The enumerator with that name among the first `count`.
template <class E>
std::optional<E> named(std::string_view name, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k)
    if (name_of(static_cast<E>(k)) == name) return static_cast<E>(k);
  return {};
}

/// Thrown at a syntax error and caught in `parse`. An exception keeps the grammar free of a check after every token.
struct ParseFailure {
  Error error;
};

class Parser {
 public:
  Parser(std::string_view name, std::string_view text) : name_(name), lines_(split(text, '\n')) {}

  Module module() {
    expect_word("module");
    module_.name = quoted();
    next_line();
    expect_word("values");
    module_.types.resize(number(kMaxNumber));
    next_line();
    expect_word("loops");
    module_.loops = static_cast<std::uint32_t>(number(kMaxNumber));
    next_line();
    while (!done_ && keyword("tensor")) {
      tensor();
      next_line();
    }
    body(module_.body, 0);
    return std::move(module_);
  }

  /// Moves to the next line that is not blank.
  void next_line() {
    if (line_ > 0 && !cursor_.at_end()) unexpected("the end of the line");
    while (line_ < lines_.size()) {
      cursor_ = isa::Cursor(name_, line_ + 1, lines_[line_]);
      ++line_;
      if (!cursor_.at_end()) return;
    }
    done_ = true;
  }

 private:
  [[noreturn]] void unexpected(std::string expected) { throw ParseFailure{cursor_.unexpected(std::move(expected))}; }
  [[noreturn]] void wrong(std::size_t mark, std::string found, std::string expected) {
    throw ParseFailure{cursor_.error(mark, std::move(found), std::move(expected))};
  }
  void want(char c) {
    if (auto ok = cursor_.want(c); !ok) throw ParseFailure{ok.error()};
  }
  void expect_word(std::string_view word) {
    if (!keyword(word)) unexpected(isa::shown(word));
  }
  /// Consumes the word if it is next.
  bool keyword(std::string_view word) {
    cursor_.skip_blanks();
    const std::size_t mark = cursor_.mark();
    if (cursor_.word() == word) return true;
    cursor_.reset(mark);
    return false;
  }
  std::int64_t integer() {
    cursor_.skip_blanks();
    const std::size_t mark = cursor_.mark();
    const bool negative = cursor_.eat('-');
    const std::string digits = (negative ? "-" : "") + std::string(cursor_.word());
    const auto value = parse_integer(digits, cursor_.where(mark));
    if (!value) throw ParseFailure{value.error()};
    return *value;
  }
  std::uint64_t number(std::uint64_t most = std::numeric_limits<std::int64_t>::max()) {
    cursor_.skip_blanks();
    const std::size_t mark = cursor_.mark();
    const std::int64_t value = integer();
    if (value < 0 || static_cast<std::uint64_t>(value) > most)
      wrong(mark, fmt::format("found {}", value), fmt::format("a number from 0 to {}", most));
    return static_cast<std::uint64_t>(value);
  }
  Value value() {
    if (keyword("_")) return kNone;
    cursor_.skip_blanks();
    const std::size_t mark = cursor_.mark();
    want('%');
    const std::uint64_t number_of = number();
    if (number_of >= module_.types.size())
      wrong(mark, fmt::format("found %{}", number_of), fmt::format("a value below {}", module_.types.size()));
    return static_cast<Value>(number_of);
  }
  LoopId loop_id() {
    cursor_.skip_blanks();
    const std::size_t mark = cursor_.mark();
    const std::string_view word = cursor_.word();
    if (!word.starts_with('i')) wrong(mark, "found " + isa::shown(word), "a loop, as i0");
    const auto id = parse_integer(word.substr(1), cursor_.where(mark));
    if (!id) throw ParseFailure{id.error()};
    if (*id < 0 || *id >= module_.loops)
      wrong(mark, "found " + isa::shown(word), fmt::format("a loop below {}", module_.loops));
    return static_cast<LoopId>(*id);
  }
  template <class E>
  E name(std::size_t count, std::string_view what) {
    cursor_.skip_blanks();
    const std::size_t mark = cursor_.mark();
    const std::string_view word = cursor_.word();
    const auto found = named<E>(word, count);
    if (!found) wrong(mark, "found " + isa::shown(word), std::string(what));
    return *found;
  }
  template <class E>
  E name(std::span<const std::string_view> names, std::string_view what) {
    cursor_.skip_blanks();
    const std::size_t mark = cursor_.mark();
    const std::string_view word = cursor_.word();
    const auto found = isa::place_of(word, names);
    if (!found) wrong(mark, "found " + isa::shown(word), std::string(what));
    return static_cast<E>(*found);
  }
  Type type() { return name<Type>(static_cast<std::size_t>(Type::message) + 1, "a type"); }
  isa::ReductionKind reduction() { return name<isa::ReductionKind>(isa::reduction_names(), "add, min or max"); }
  phext::Axis axis() { return name<phext::Axis>(isa::axis_names(), "an axis"); }

  std::string quoted() {
    cursor_.skip_blanks();
    want('"');
    // A name may contain blanks, so it is read from the cursor instead of word by word.
    const std::size_t mark = cursor_.mark();
    const std::string_view line = lines_[line_ - 1];
    std::string text;
    for (std::size_t at = mark; at < line.size(); ++at) {
      if (line[at] == '"') {
        cursor_.reset(at + 1);
        return text;
      }
      if (line[at] != '\\') {
        text += line[at];
        continue;
      }
      const std::string code = "0x" + std::string(line.substr(at + 1, 2));
      const auto byte = isa::parse_bits(code);
      if (!byte || code.size() != 4) wrong(at, "found " + isa::shown(line.substr(at, 3)), "\\ and two hex digits");
      text += static_cast<char>(*byte);
      at += 2;
    }
    wrong(mark, "the name has no end", "'\"'");
  }

  phext::PackedCoordinate place() {
    cursor_.skip_blanks();
    const std::size_t mark = cursor_.mark();
    const std::string_view word = cursor_.word();
    const auto parts = split(word, '.');
    if (parts.size() != phext::PackedCoordinate::kAxes)
      wrong(mark, "found " + isa::shown(word), "eleven numbers from 0 to 2047 separated by dots");
    phext::PackedCoordinate place;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      const auto part = parse_integer(parts[k], cursor_.where(mark));
      if (!part || *part < 0 || *part > phext::PackedCoordinate::kMax)
        wrong(mark, "found " + isa::shown(parts[k]), "a number from 0 to 2047");
      place = place.with(static_cast<phext::Axis>(k), static_cast<std::uint32_t>(*part));
    }
    if (keyword("flags")) place = place.with_flags(static_cast<std::uint32_t>(number(127)));
    return place;
  }

  Place source() {
    Place place;
    place.line = static_cast<std::uint32_t>(number(~std::uint32_t{0}));
    want(':');
    place.column = static_cast<std::uint32_t>(number(~std::uint32_t{0}));
    return place;
  }

  void tensor() {
    Tensor tensor;
    tensor.name = std::string(cursor_.word());
    want(':');
    tensor.element = name<Element>(static_cast<std::size_t>(Element::f64) + 1, "an element");
    want('[');
    while (!cursor_.eat(']')) {
      if (!tensor.shape.empty()) want(',');
      tensor.shape.push_back(integer());
    }
    tensor.sparse = keyword("sparse");
    if (keyword("local")) tensor.role = Tensor::Role::local;
    expect_word("at");
    tensor.origin = place();
    module_.tensors.push_back(std::move(tensor));
  }

  Access access(std::string_view tensor, std::size_t mark) {
    Access access;
    while (++access.tensor < module_.tensors.size())  // kNoTensor + 1 is 0
      if (module_.tensors[access.tensor].name == tensor) break;
    if (access.tensor == module_.tensors.size())
      wrong(mark, "found " + isa::shown(tensor), "a tensor declared above, or an attribute of an op");
    want('[');
    access.offset.constant = integer();
    while (cursor_.eat('+')) {
      cursor_.skip_blanks();
      if (const std::size_t at = cursor_.mark(); cursor_.at('%') || keyword("_")) {
        cursor_.reset(at);
        access.index = value();
        want('*');
        access.scale = integer();
      } else {
        Affine::Term term;
        term.coefficient = integer();
        want('*');
        term.loop = loop_id();
        access.offset.terms.push_back(term);
      }
    }
    if (cursor_.eat('@')) {
      access.cell = value();
      access.axis = axis();
    }
    want(']');
    return access;
  }

  /// Reads what follows the operands: an access and attributes.
  void attributes(Op& op) {
    while (!cursor_.at_end()) {
      if (cursor_.eat('@')) {
        op.source = source();
        continue;
      }
      const std::size_t mark = cursor_.mark();
      const std::string_view word = cursor_.word();
      if (cursor_.at('['))
        op.access = access(word, mark);
      else if (word == "from")
        op.operand_type = type();
      else if (word == "imm")
        op.imm = integer();
      else if (word == "cond")
        op.condition = name<isa::Condition>(isa::condition_names(), "a condition");
      else if (word == "by")
        op.reduction = reduction();
      else if (word == "axis")
        op.axis = axis();
      else if (word == "width")
        op.width = static_cast<std::uint8_t>(number(255));
      else if (word == "place")
        op.place = place();
      else {
        cursor_.reset(mark);
        unexpected("',', an access, or from, imm, cond, by, axis, width, place or @");
      }
    }
  }

  Op op() {
    Op op;
    if (cursor_.at('%')) {
      op.result = value();
      want(':');
      op.type = type();
      module_.types[op.result] = op.type;
      want('=');
    }
    op.kind = name<OpKind>(kKinds, "a kind of op, loop or '}'");
    if (op.result == kNone) {
      want(':');
      op.type = type();
    }
    for (bool more = true; more;) {
      cursor_.skip_blanks();
      const std::size_t mark = cursor_.mark();
      const bool none = keyword("_") && !cursor_.at('[');
      cursor_.reset(mark);
      if (!none && !cursor_.at('%')) break;
      op.operands.push_back(value());
      more = cursor_.eat(',');
    }
    attributes(op);
    return op;
  }

  Loop loop(std::size_t depth) {
    Loop loop;
    loop.id = loop_id();
    loop.name = quoted();
    loop.iteration = value();
    if (loop.iteration != kNone) module_.types[loop.iteration] = Type::i64;
    expect_word("trip");
    if (cursor_.at('%'))
      loop.trip_value = value();
    else
      loop.trip = integer();
    if (keyword("unroll")) loop.unroll = static_cast<std::uint32_t>(number(~std::uint32_t{0}));
    loop.independent = keyword("independent");
    if (cursor_.eat('@')) loop.source = source();
    want('{');
    next_line();
    while (!done_ && keyword("carry")) {
      Loop::Carried carried;
      carried.argument = value();
      want(':');
      const Type of = type();
      want('=');
      carried.initial = value();
      expect_word("next");
      carried.next = value();
      expect_word("result");
      carried.result = value();
      for (const Value defined : {carried.argument, carried.result})
        if (defined != kNone) module_.types[defined] = of;
      carried.reorderable = keyword("by");
      if (carried.reorderable) carried.reduction = reduction();
      loop.carried.push_back(carried);
      next_line();
    }
    body(loop.body, depth + 1);
    if (done_) unexpected("'}'");
    want('}');
    return loop;
  }

  void body(std::vector<Node>& nodes, std::size_t depth) {
    while (!done_) {
      if (depth > 0 && cursor_.at('}')) return;
      const std::size_t mark = cursor_.mark();
      if (keyword("loop")) {
        if (depth == kMaxDepth) wrong(mark, "found a deeper loop", fmt::format("at most {} nested loops", kMaxDepth));
        nodes.emplace_back(loop(depth));
      } else {
        nodes.emplace_back(op());
      }
      next_line();
    }
  }

  std::string_view name_;
  std::vector<std::string_view> lines_;
  std::size_t line_ = 0;  ///< lines read so far
  isa::Cursor cursor_{"", 0, ""};
  bool done_ = false;
  Module module_;
};

}  // namespace

Result<Module> parse(std::string_view name, std::string_view text) {
  try {
    Parser parser(name, text);
    parser.next_line();
    return parser.module();
  } catch (const ParseFailure& failure) {
    return failure.error;
  }
}

}  // namespace vtpu::compiler::ir

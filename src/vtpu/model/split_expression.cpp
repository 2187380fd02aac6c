#include "vtpu/model/split_expression.h"

#include <fmt/core.h>
#include <unicode/uniset.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace vtpu::model {
namespace {

constexpr std::size_t kMostInstructions = 8192, kMostStates = 4096, kMostSets = 64, kDeepest = 32;
constexpr unsigned kMostRepeats = 256;
constexpr unsigned kUnbounded = std::numeric_limits<unsigned>::max();
constexpr UChar32 kLastCharacter = 0x10FFFF, kBlock = 256;

/// Letters and decimal digits that Unicode 15.1 and 16.0 added. Hugging Face's library knows them, and Debian 12's ICU
/// does not. Source: https://www.unicode.org/Public/16.0.0/ucd/extracted/DerivedGeneralCategory.txt.
constexpr UChar32 kNewLetters[][2] = {{0x1C89, 0x1C8A},   {0xA7CB, 0xA7CD},   {0xA7DA, 0xA7DC},   {0x105C0, 0x105F3},
                                      {0x10D4A, 0x10D65}, {0x10D6F, 0x10D85}, {0x10EC2, 0x10EC4}, {0x11380, 0x11389},
                                      {0x1138B, 0x1138B}, {0x1138E, 0x1138E}, {0x11390, 0x113B5}, {0x113B7, 0x113B7},
                                      {0x113D1, 0x113D1}, {0x113D3, 0x113D3}, {0x11BC0, 0x11BE0}, {0x13460, 0x143FA},
                                      {0x16100, 0x1611D}, {0x16D40, 0x16D6C}, {0x18CFF, 0x18CFF}, {0x1E5D0, 0x1E5ED},
                                      {0x1E5F0, 0x1E5F0}, {0x2EBF0, 0x2EE5D}};
constexpr UChar32 kNewDigits[][2] = {{0x10D40, 0x10D49}, {0x116D0, 0x116E3}, {0x11BF0, 0x11BF9}, {0x16130, 0x16139},
                                     {0x16D70, 0x16D79}, {0x1CCF0, 0x1CCF9}, {0x1E5F1, 0x1E5FA}};

struct SplitNode {
  enum class Kind { empty, set, not_ahead, sequence, alternatives, repeat } kind = Kind::empty;
  std::size_t set = 0;
  std::vector<SplitNode> parts{};
  unsigned least = 1, most = 1;
};

/// Reads an expression into a tree and its classes of characters.
class SplitParser {
 public:
  SplitParser(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  std::optional<SplitNode> parse() {
    SplitNode node = alternatives(false, 0);
    if (!error_ && at_ < text_.size()) fail("')' without '('");
    if (error_) return std::nullopt;
    return node;
  }
  const Error& error() const { return *error_; }
  const std::vector<icu::UnicodeSet>& sets() const { return sets_; }

 private:
  void fail(std::string found) {
    if (!error_)
      error_ = Error{fmt::format("{}, byte {} of the expression", where_, at_ + 1), "found " + found,
                     "an expression of the forms that SplitExpression supports"};
  }
  bool done() const { return error_.has_value() || at_ >= text_.size(); }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  SplitNode alternatives(bool any_case, std::size_t depth) {
    SplitNode node{.kind = SplitNode::Kind::alternatives};
    if (depth > kDeepest) return fail("groups nested too deeply"), node;
    do node.parts.push_back(sequence(any_case, depth));
    while (!error_ && take("|"));
    return node.parts.size() == 1 ? std::move(node.parts[0]) : node;
  }

  SplitNode sequence(bool any_case, std::size_t depth) {
    SplitNode node{.kind = SplitNode::Kind::sequence};
    while (!done() && text_[at_] != '|' && text_[at_] != ')') node.parts.push_back(repeated(any_case, depth));
    return node;
  }

  SplitNode repeated(bool any_case, std::size_t depth) {
    const std::size_t begin = at_;
    SplitNode part = single(any_case, depth);
    if (done()) return part;
    SplitNode node{.kind = SplitNode::Kind::repeat};
    if (take("?")) {
      node.least = 0;
    } else if (take("*")) {
      node.least = 0, node.most = kUnbounded;
    } else if (take("+")) {
      node.most = kUnbounded;
    } else if (text_[at_] == '{') {
      bounds(node);
    } else {
      return part;
    }
    if (!done() && (text_[at_] == '?' || text_[at_] == '+' || text_[at_] == '*'))
      fail(text_[at_] == '+'   ? "a possessive repetition"
           : text_[at_] == '?' ? "a lazy repetition"
                               : "a second repetition");
    if (part.kind == SplitNode::Kind::not_ahead) at_ = begin, fail("a repeated look-ahead");
    node.parts.push_back(std::move(part));
    return node;
  }

  void bounds(SplitNode& node) {
    const auto number = [&](unsigned& value) {
      const std::size_t begin = at_;
      value = 0;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value <= kMostRepeats)
        value = 10 * value + static_cast<unsigned>(text_[at_++] - '0');
      return at_ > begin && value <= kMostRepeats;
    };
    const std::size_t begin = at_++;
    bool good = number(node.least);
    node.most = node.least;
    if (good && take(",")) {
      node.most = kUnbounded;
      if (at_ < text_.size() && text_[at_] != '}') good = number(node.most) && node.most >= node.least;
    }
    if (!good || !take("}")) at_ = begin, fail(fmt::format("a repetition that is not {{m,n}} up to {}", kMostRepeats));
  }

  SplitNode single(bool any_case, std::size_t depth) {
    if (take("(?:")) return closed(alternatives(any_case, depth + 1));
    if (take("(?i:")) return closed(alternatives(true, depth + 1));
    if (take("(?!")) {
      SplitNode node = closed(single(any_case, depth + 1));
      if (!error_ && node.kind != SplitNode::Kind::set) fail("a look-ahead at more than one class");
      node.kind = SplitNode::Kind::not_ahead;
      return node;
    }
    if (text_.substr(at_).starts_with("(?")) return fail(fmt::format("'{}'", text_.substr(at_, 4))), SplitNode{};
    if (take("(")) return closed(alternatives(any_case, depth + 1));
    icu::UnicodeSet set;
    const char c = text_[at_];
    if (take("[")) {
      set = bracket();
    } else if (c == '.') {
      ++at_;
      set.add('\n').complement();
    } else if (std::string_view("*+?{").find(c) != std::string_view::npos) {
      fail("a repetition of nothing");
    } else if (c == '^' || c == '$') {
      fail(fmt::format("the anchor '{}'", c));
    } else {
      bool is_class = false;
      set = character(is_class);
    }
    if (any_case) set.closeOver(USET_CASE_INSENSITIVE).removeAllStrings();
    return {.kind = SplitNode::Kind::set, .set = number_of(set)};
  }

  SplitNode closed(SplitNode node) {
    if (!error_ && !take(")")) fail("a group without ')'");
    return node;
  }

  icu::UnicodeSet bracket() {
    icu::UnicodeSet set;
    const bool negated = take("^");
    for (bool first = true; !done() && (first || text_[at_] != ']'); first = false) {
      if (text_[at_] == '[' || text_.substr(at_).starts_with("&&")) return fail("an operation on classes"), set;
      bool is_class = false;
      icu::UnicodeSet item = character(is_class);
      if (error_) return set;
      if (!is_class && at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        ++at_;
        const icu::UnicodeSet last = character(is_class);
        if (!error_ && (is_class || last.charAt(0) < item.charAt(0))) fail("a range that is not from low to high");
        if (error_) return set;
        item.add(item.charAt(0), last.charAt(0));
      }
      set.addAll(item);
    }
    if (!take("]")) fail("a class without ']'");
    if (negated) set.complement();
    return set;
  }

  /// One character, or the class that an escape stands for.
  icu::UnicodeSet character(bool& is_class) {
    icu::UnicodeSet set;
    if (!take("\\")) {
      auto at = static_cast<std::int32_t>(at_);
      UChar32 c = 0;
      U8_NEXT(text_.data(), at, static_cast<std::int32_t>(text_.size()), c);
      if (c < 0) return fail("bytes that are not UTF-8"), set;
      at_ = static_cast<std::size_t>(at);
      return set.add(c), set;
    }
    if (at_ >= text_.size()) return fail("an escape without a character"), set;
    const char c = text_[at_++];
    is_class = true;
    switch (c) {
      case 's':
      case 'S': set = property("White_Space"); break;
      case 'd':
      case 'D': set = property("Nd"); break;
      case 'p':
      case 'P': set = named(); break;
      default: is_class = false;
    }
    if (is_class) return c < 'a' ? set.complement(), set : set;
    constexpr std::string_view kControls = "nrtfv", kValues = "\n\r\t\f\v";
    if (const std::size_t k = kControls.find(c); k != std::string_view::npos) return set.add(kValues[k]), set;
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
    if (word) return at_ -= 2, fail(fmt::format("the escape '\\{}'", c)), set;
    return set.add(c), set;
  }

  icu::UnicodeSet property(std::string_view name) {
    UErrorCode status = U_ZERO_ERROR;
    const std::string pattern = fmt::format("[:{}:]", name);
    icu::UnicodeSet set(icu::UnicodeString::fromUTF8(pattern), status);
    if (U_FAILURE(status)) fail(fmt::format("the property '{}', which is not known", name));
    if (name == "L")
      for (const auto& [first, last] : kNewLetters) set.add(first, last);
    if (name == "N" || name == "Nd")
      for (const auto& [first, last] : kNewDigits) set.add(first, last);
    return set;
  }

  icu::UnicodeSet named() {
    if (!take("{")) {
      if (at_ >= text_.size()) return fail("a property without a name"), icu::UnicodeSet();
      return property(text_.substr(at_++, 1));
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name.empty() || !take("}")) return fail("a property that is not \\p{Name}"), icu::UnicodeSet();
    return property(name);
  }

  std::size_t number_of(const icu::UnicodeSet& set) {
    const auto found = std::find(sets_.begin(), sets_.end(), set);
    if (found != sets_.end()) return static_cast<std::size_t>(found - sets_.begin());
    if (sets_.size() == kMostSets) fail(fmt::format("more than {} different classes", kMostSets));
    sets_.push_back(set);
    return sets_.size() - 1;
  }

  std::string_view text_;
  std::string where_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
  std::vector<icu::UnicodeSet> sets_;
};

}  // namespace

/// From the tree to instructions with an order of preference (Thompson's construction), and from these to an automaton
/// whose states are ordered lists of instructions. Source: R. Cox, "Regular expression matching: the virtual machine
/// approach", 2009.
class SplitCompiler {
 public:
  SplitCompiler(const std::vector<icu::UnicodeSet>& sets, std::string where) : sets_(sets), where_(std::move(where)) {}

  Result<SplitExpression> compile(const SplitNode& node) {
    make_atoms();
    if (atoms_.size() > 255) return too_large("classes");
    emit(node);
    add({.kind = SplitInstruction::Kind::match});
    if (program_.size() > kMostInstructions) return too_large("repetitions");
    result_.columns_ = atoms_.size() + 1;
    result_.end_atom_ = static_cast<std::uint32_t>(atoms_.size());
    state_of(States{});  // the dead state has number 0
    States start;
    close(0, start);
    state_of(start);
    if (matches_nothing(start)) return Error{where_, "found an expression that matches the empty text", "words"};
    for (std::size_t state = 0; state < states_.size(); ++state) {
      if (states_.size() > kMostStates) return too_large("states");
      for (std::size_t atom = 0; atom <= atoms_.size(); ++atom)
        result_.table_.push_back(step(States(states_[state]), atom));
    }
    return std::move(result_);
  }

 private:
  using States = std::vector<std::size_t>;
  struct SplitInstruction {
    enum class Kind { set, not_ahead, fork, match } kind = Kind::match;
    std::size_t set = 0;
    std::size_t next = 0, other = 0;  ///< `other`: of a fork, tried after `next`
  };

  Error too_large(const char* what) const {
    return {where_, fmt::format("found an expression with too many {}", what), "a smaller expression"};
  }

  std::size_t add(SplitInstruction instruction) {
    if (program_.size() <= kMostInstructions) program_.push_back(instruction);
    return program_.size() - 1;
  }

  void emit(const SplitNode& node) {
    using Kind = SplitNode::Kind;
    if (program_.size() > kMostInstructions) return;
    switch (node.kind) {
      case Kind::empty: break;
      case Kind::set:
      case Kind::not_ahead:
        add({.kind = node.kind == Kind::set ? SplitInstruction::Kind::set : SplitInstruction::Kind::not_ahead,
             .set = node.set,
             .next = program_.size() + 1});
        break;
      case Kind::sequence:
        for (const SplitNode& part : node.parts) emit(part);
        break;
      case Kind::alternatives: {
        std::vector<std::size_t> ends;
        for (std::size_t k = 0; k < node.parts.size(); ++k) {
          const bool last = k + 1 == node.parts.size();
          const std::size_t fork = last ? 0 : add_fork();
          emit(node.parts[k]);
          if (last) break;
          ends.push_back(add_fork());
          program_[fork].other = program_.size();
        }
        for (const std::size_t end : ends) program_[end].next = program_[end].other = program_.size();
        break;
      }
      case Kind::repeat: {
        for (unsigned k = 0; k < node.least; ++k) emit(node.parts[0]);
        std::vector<std::size_t> forks;
        if (node.most == kUnbounded) {
          forks.push_back(add_fork());
          emit(node.parts[0]);
          const std::size_t back = add_fork();
          program_[back].next = program_[back].other = forks[0];
        } else {
          for (unsigned k = node.least; k < node.most && program_.size() <= kMostInstructions; ++k) {
            forks.push_back(add_fork());
            emit(node.parts[0]);
          }
        }
        for (const std::size_t fork : forks) program_[fork].other = program_.size();
        break;
      }
    }
  }
  std::size_t add_fork() {
    const std::size_t at = add({.kind = SplitInstruction::Kind::fork});
    program_[at].next = program_[at].other = program_.size();
    return at;
  }

  /// Appends the instructions that are reached from one without reading a character, in order of preference.
  void close(std::size_t from, States& list) const {
    std::vector<bool> seen(program_.size());
    for (const std::size_t each : list) seen[each] = true;
    std::vector<std::size_t> open = {from};
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      if (at >= program_.size() || seen[at]) continue;
      seen[at] = true;
      if (program_[at].kind == SplitInstruction::Kind::fork) {
        open.push_back(program_[at].other);
        open.push_back(program_[at].next);
      } else {
        list.push_back(at);
      }
    }
  }

  /// Whether a list of instructions reaches a match without reading a character; a look-ahead may succeed.
  bool matches_nothing(States list) const {
    for (std::size_t k = 0; k < list.size(); ++k) {
      const SplitInstruction& each = program_[list[k]];
      if (each.kind == SplitInstruction::Kind::match) return true;
      if (each.kind == SplitInstruction::Kind::not_ahead) close(each.next, list);
    }
    return false;
  }

  bool holds(std::size_t set, std::size_t atom) const { return atom < atoms_.size() && (atoms_[atom] >> set & 1) != 0; }

  /// The state after reading an atom, and whether the expression matched before it.
  std::uint16_t step(const States& from, std::size_t atom) {
    States next, here = from;
    bool matched = false;
    for (std::size_t k = 0; k < here.size() && !matched; ++k) {
      const SplitInstruction& each = program_[here[k]];
      switch (each.kind) {
        case SplitInstruction::Kind::match: matched = true; break;
        case SplitInstruction::Kind::set:
          if (holds(each.set, atom)) close(each.next, next);
          break;
        case SplitInstruction::Kind::not_ahead:
          if (!holds(each.set, atom)) {  // what follows takes the look-ahead's place in the order
            States following;
            close(each.next, following);
            here.insert(here.begin() + static_cast<std::ptrdiff_t>(k) + 1, following.begin(), following.end());
          }
          break;
        case SplitInstruction::Kind::fork: break;
      }
    }
    return static_cast<std::uint16_t>(state_of(next) | (matched ? SplitExpression::kMatch : 0));
  }

  std::size_t state_of(const States& list) {
    const auto [at, fresh] = numbers_.try_emplace(list, states_.size());
    if (fresh && states_.size() <= kMostStates) states_.push_back(list);
    return at->second;
  }

  /// Divides the characters by the sets that have them.
  void make_atoms() {
    std::vector<UChar32> bounds = {0, kLastCharacter + 1};
    for (const icu::UnicodeSet& set : sets_)
      for (std::int32_t k = 0; k < set.getRangeCount(); ++k)
        bounds.push_back(set.getRangeStart(k)), bounds.push_back(set.getRangeEnd(k) + 1);
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
    std::map<std::uint64_t, std::uint8_t> numbers;
    std::vector<std::uint8_t> atom_from;  // from each bound to before the next
    for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
      std::uint64_t in = 0;
      for (std::size_t s = 0; s < sets_.size(); ++s) in |= std::uint64_t{sets_[s].contains(bounds[k]) != 0} << s;
      const auto [at, fresh] = numbers.try_emplace(in, static_cast<std::uint8_t>(atoms_.size()));
      if (fresh) atoms_.push_back(in);
      atom_from.push_back(at->second);
    }
    std::map<std::vector<std::uint8_t>, std::uint16_t> blocks;
    std::map<std::uint8_t, std::uint16_t> uniform;  // most blocks have one atom
    std::size_t k = 0;
    for (UChar32 begin = 0; begin <= kLastCharacter; begin += kBlock) {
      while (bounds[k + 1] <= begin) ++k;
      const bool one = bounds[k + 1] >= begin + kBlock;
      if (one && uniform.contains(atom_from[k])) {
        result_.block_of_.push_back(uniform[atom_from[k]]);
        continue;
      }
      std::vector<std::uint8_t> block;
      for (UChar32 c = begin; c < begin + kBlock; ++c) {
        while (bounds[k + 1] <= c) ++k;
        block.push_back(atom_from[k]);
      }
      const auto [at, fresh] = blocks.try_emplace(block, static_cast<std::uint16_t>(blocks.size()));
      if (fresh) result_.blocks_.insert(result_.blocks_.end(), block.begin(), block.end());
      if (one) uniform[block[0]] = at->second;
      result_.block_of_.push_back(at->second);
    }
    result_.ascii_.assign(result_.blocks_.begin(), result_.blocks_.begin() + 128);  // the first block comes first
  }

  const std::vector<icu::UnicodeSet>& sets_;
  std::string where_;
  std::vector<std::uint64_t> atoms_;  ///< the sets that have the atom, as bits
  std::vector<SplitInstruction> program_;
  std::map<States, std::size_t> numbers_;
  std::vector<States> states_;
  SplitExpression result_;
};

Result<SplitExpression> SplitExpression::compile(std::string_view expression, const std::string& where) {
  SplitParser parser(expression, where);
  const auto node = parser.parse();
  if (!node) return parser.error();
  return SplitCompiler(parser.sets(), where).compile(*node);
}

std::uint32_t SplitExpression::atom_at(std::string_view text, std::size_t at, std::size_t& bytes) const {
  UChar32 c = 0;
  const char* const from = text.data() + at;
  std::int32_t length = 0;
  U8_NEXT_UNSAFE(from, length, c);
  bytes = static_cast<std::size_t>(length);
  return blocks_[std::size_t{block_of_[static_cast<std::size_t>(c) >> 8]} * 256 + (static_cast<std::size_t>(c) & 255)];
}

}  // namespace vtpu::model

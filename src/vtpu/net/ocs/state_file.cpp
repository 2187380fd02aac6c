#include "vtpu/net/ocs/state_file.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/base/index_format.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::net::ocs {
namespace {

constexpr std::int64_t kMostPorts = 1 << 24;  // sum over all switches
constexpr const char* kCircuitForm = "a circuit as x(2,3): 5+ - 6-";

/// Reads a circuit from left to right. The line is not empty.
class CircuitReader {
 public:
  CircuitReader(std::string_view text, const OcsLayout& layout, std::string where)
      : text_(text), layout_(layout), where_(std::move(where)) {}

  Result<Circuit> run() {
    if (text_[0] < 'x' || text_[0] > 'z') return wrong("the dimension x, y or z");
    const int dimension = text_[at_++] - 'x';
    const std::optional<int> u = take('(') ? number() : std::nullopt;
    const std::optional<int> v = u && take(',') ? number() : std::nullopt;
    if (!v || !take(')') || !take(':')) return wrong(kCircuitForm);
    for (const int part : {*u, *v})
      if (part >= layout_.block_side)
        return Error{where_, fmt::format("found face position {}", part),
                     fmt::format("0 to {}", layout_.block_side - 1)};
    Circuit circuit;
    circuit.ocs = Ocs((dimension * layout_.block_side + *u) * layout_.block_side + *v);
    for (OcsPort* port : {&circuit.a, &circuit.b}) {
      if (port == &circuit.b && !(take(' ') && take('-'))) return wrong(kCircuitForm);
      const std::optional<int> block = take(' ') ? number() : std::nullopt;
      if (!block) return wrong(kCircuitForm);
      if (*block >= layout_.blocks)
        return Error{where_, fmt::format("found block {}", *block), fmt::format("0 to {}", layout_.blocks - 1)};
      const bool plus = take('+');
      if (!plus && !take('-')) return wrong("'+' or '-' after a block");
      *port = layout_.port_of(Block(*block), plus ? Face::plus : Face::minus);
    }
    if (at_ != text_.size()) return wrong("the end of the line");
    return circuit;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::optional<int> number() {
    constexpr int kTooLarge = 1 << 25;
    const std::size_t start = at_;
    int value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value < kTooLarge)
      value = value * 10 + (text_[at_++] - '0');
    return at_ == start ? std::nullopt : std::optional(value);
  }
  Error wrong(const char* expected) const {
    return {where_, fmt::format("found '{}' at '{}'", text_, text_.substr(at_)), expected};
  }

  std::string_view text_;
  const OcsLayout& layout_;
  std::string where_;
  std::size_t at_ = 0;
};

class StateParser {
 public:
  StateParser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Result<StateOfSlice> run() {
    for (const std::string_view whole_line : split(text_, '\n')) {
      ++line_;
      const std::string_view line = trim(whole_line.substr(0, whole_line.find('#')));
      if (line.empty()) continue;
      const Result<void> read = line.find('(') == std::string_view::npos ? read_header(line) : read_circuit(line);
      if (!read) return read.error();
    }
    if (Result<void> complete = finish_header(); !complete) return complete.error();
    return StateOfSlice{*state_, *slice_};
  }

 private:
  enum Key : std::size_t { block_side, blocks, shape, slice };
  static constexpr std::array<const char*, 4> kKeys = {"block_side", "blocks", "shape", "slice"};

  std::string where() const { return fmt::format("{}:{}", file_, line_); }

  /// Parses a whole number from `least` to `most`.
  Result<int> number(std::string_view text, int least, int most) const {
    const Result<std::int64_t> value = parse_integer(text, where());
    if (value && *value >= least && *value <= most) return static_cast<int>(*value);
    return Error{where(), fmt::format("found '{}'", text), fmt::format("a whole number from {} to {}", least, most)};
  }

  Result<void> read_header(std::string_view line) {
    const std::size_t blank = line.find_first_of(" \t");
    const std::string_view word = line.substr(0, blank);
    const std::string_view value = blank == std::string_view::npos ? "" : trim(line.substr(blank));
    const std::vector<std::string> keys(kKeys.begin(), kKeys.end());
    for (std::size_t key = 0; key < kKeys.size(); ++key) {
      if (word != kKeys[key]) continue;
      if (line_of_[key] > 0)
        return Error{where(), fmt::format("found '{}' again, as on line {}", word, line_of_[key]), "each once"};
      if (state_) return Error{where(), fmt::format("found '{}' after a circuit", word), "the header first"};
      line_of_[key] = line_;
      return read_value(static_cast<Key>(key), value);
    }
    return Error{where(), "found " + quoted_with_hint(word, keys), join(keys, ", ") + " or " + kCircuitForm};
  }

  Result<void> read_value(Key key, std::string_view value) {
    if (key == shape) {
      const Result<Shape> parsed = parse_shape(value);
      if (!parsed) return placed(parsed.error());
      shape_ = *parsed;
    } else if (key == slice) {
      for (const std::string_view piece : split(value, ' ')) {
        if (trim(piece).empty()) continue;
        const Result<int> block = number(trim(piece), 0, 1 << 20);
        if (!block) return block.error();
        blocks_.emplace_back(*block);
      }
    } else {
      const Result<int> parsed = number(value, 1, key == block_side ? 64 : 1 << 20);
      if (!parsed) return parsed.error();
      (key == block_side ? layout_.block_side : layout_.blocks) = *parsed;
    }
    return {};
  }

  Result<void> finish_header() {
    if (state_) return {};
    for (std::size_t key = 0; key < kKeys.size(); ++key)
      if (line_of_[key] == 0) return Error{where(), fmt::format("found no line '{}' so far", kKeys[key]), "the header"};
    if (std::int64_t{layout_.ocs_count()} * layout_.ports_per_ocs() > kMostPorts)
      return Error{fmt::format("{}:{}", file_, line_of_[blocks]), fmt::format("found {} blocks", layout_.blocks),
                   fmt::format("at most {} ports of {} switches", kMostPorts, layout_.ocs_count())};
    const Result<Slice> made = Slice::make(layout_, *shape_, blocks_);
    if (!made)
      return Error{fmt::format("{}:{}, {}", file_, line_of_[slice], made.error().where), made.error().found,
                   made.error().expected};
    slice_ = *made;
    state_.emplace(layout_);
    return {};
  }

  Result<void> read_circuit(std::string_view line) {
    if (Result<void> complete = finish_header(); !complete) return complete.error();
    const Result<Circuit> circuit = CircuitReader(line, layout_, where()).run();
    if (!circuit) return circuit.error();
    if (const Result<void> connected = state_->connect(*circuit); !connected) return placed(connected.error());
    return {};
  }

  Error placed(const Error& error) const {
    return {fmt::format("{}, {}", where(), error.where), error.found, error.expected};
  }

  std::string_view text_;
  std::string file_;
  int line_ = 0;
  std::array<int, kKeys.size()> line_of_{};  // of the header's keys; 0: not seen yet
  OcsLayout layout_;
  std::optional<Shape> shape_;
  std::vector<Block> blocks_;
  std::optional<Slice> slice_;
  std::optional<OcsState> state_;
};

}  // namespace

Result<StateOfSlice> parse_ocs_state(std::string_view text, const std::string& file) {
  return StateParser(text, file).run();
}

Result<StateOfSlice> read_ocs_state(const std::filesystem::path& path) {
  const Result<std::string> text = read_text(path);
  if (!text) return text.error();
  return parse_ocs_state(*text, path.string());
}

std::string ocs_state_text(const OcsState& state, const Slice& slice) {
  const OcsLayout& layout = state.layout();
  std::string text = fmt::format("block_side {}\nblocks {}\nshape {}\nslice {}\n", layout.block_side, layout.blocks,
                                 to_string(slice.shape()), fmt::join(slice.blocks(), " "));
  for (const Circuit& circuit : state.circuits()) text += to_string(circuit, layout) + '\n';
  return text;
}

}  // namespace vtpu::net::ocs

#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/compiler/language/frontend.h"

namespace vtpu::compiler::language {

/// A range of characters within one line.
struct Span {
  ir::Place place{1, 1};
  std::uint32_t length = 1;
};

/// Collects diagnostics. Of several at one place, only the first is kept, because the others usually follow from it.
class Diagnostics {
 public:
  static constexpr std::size_t kMost = 20;

  void add(Span span, std::string found, std::string expected, std::string hint = {});
  bool empty() const { return list_.empty(); }
  /// Whether there is a diagnostic in this line.
  bool has_line(std::uint32_t line) const;
  bool full() const { return list_.size() == kMost; }
  /// Returns the diagnostics, sorted by place.
  std::vector<Diagnostic> take();

 private:
  std::vector<Diagnostic> list_;
};

/// `'text'`, shortened if it is long, with `?` for unprintable bytes.
std::string quoted(std::string_view text);

}  // namespace vtpu::compiler::language

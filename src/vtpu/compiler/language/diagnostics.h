#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/compiler/language/frontend.h"

namespace vtpu::compiler::language {

/// Characters of one line.
struct Span {
  ir::Place place{1, 1};
  std::uint32_t length = 1;
};

/// What is wrong, gathered. Of several reports at one place the first stays: the others follow from it.
class Diagnostics {
 public:
  static constexpr std::size_t kMost = 20;

  void add(Span span, std::string found, std::string expected, std::string hint = {});
  bool empty() const { return list_.empty(); }
  /// Whether one is in this line.
  bool has_line(std::uint32_t line) const;
  bool full() const { return list_.size() == kMost; }
  /// In order of place.
  std::vector<Diagnostic> take();

 private:
  std::vector<Diagnostic> list_;
};

/// `'text'`, cut where it is long, bytes that do not print as `?`.
std::string quoted(std::string_view text);

}  // namespace vtpu::compiler::language

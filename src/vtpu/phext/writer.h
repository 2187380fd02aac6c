#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "vtpu/phext/coordinate.h"

namespace vtpu::phext {

/// Appends the fewest breaks that lead from one coordinate to another, `from` ≤ `to`: as many as the difference of the
/// first part that differs, and for each later part one less than its number.
void append_fix_up(std::string& text, const Coordinate& from, const Coordinate& to);

/// The number of bytes `append_fix_up` appends.
std::size_t fix_up_length(const Coordinate& from, const Coordinate& to);

/// Writes a document in normal form, scroll by scroll in ascending order.
class DocumentWriter {
 public:
  void reserve(std::size_t bytes) { text_.reserve(bytes); }

  /// An empty scroll has no effect. A second text for the last coordinate written is appended to the first; a smaller
  /// coordinate breaks an invariant.
  void append(const Coordinate& coordinate, std::string_view scroll);

  const Coordinate& cursor() const { return cursor_; }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
  Coordinate cursor_;
};

}  // namespace vtpu::phext

#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu::phext {

/// Reads the numbers and separators of a coordinate's text one by one. Every error names the column (byte, from 1).
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : text_(text) {}

  /// The next number. Error: no digit there, or a number outside [low, high].
  Result<std::uint32_t> number(std::uint32_t low, std::uint32_t high);
  /// Consumes '*' if it is next.
  bool wildcard();
  Result<void> separator(char wanted);
  Result<void> end() const;
  bool at_end() const { return at_ == text_.size(); }

  /// "column 7"
  std::string place() const { return place_of(at_); }
  /// The next byte as an error message shows it: 'x', byte 0x17, or the end of the text.
  std::string here() const;

 private:
  static std::string place_of(std::size_t at) { return "column " + std::to_string(at + 1); }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The separator before part `index` of a coordinate: '.' within a group of three, `group` between groups.
constexpr char separator_before(std::size_t index, char group) { return index % 3 == 0 ? group : '.'; }

}  // namespace vtpu::phext

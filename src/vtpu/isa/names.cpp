#include "vtpu/isa/names.h"

#include <algorithm>
#include <array>

namespace vtpu::isa {
namespace {

constexpr std::array<std::string_view, 6> kConditions = {"eq", "ne", "lt", "le", "gt", "ge"};
constexpr std::array<std::string_view, 11> kAxes = {"library", "shelf",   "series", "collection", "volume", "book",
                                                    "chapter", "section", "scroll", "line",       "column"};
constexpr std::array<std::string_view, 3> kReductions = {"add", "min", "max"};
constexpr std::array<std::string_view, 4> kLayouts = {"row_major", "morton", "hilbert", "sparse"};

}  // namespace

std::span<const std::string_view> condition_names() { return kConditions; }
std::span<const std::string_view> axis_names() { return kAxes; }
std::span<const std::string_view> reduction_names() { return kReductions; }
std::span<const std::string_view> layout_names() { return kLayouts; }

std::optional<std::uint8_t> place_of(std::string_view name, std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - names.begin());
}

}  // namespace vtpu::isa

#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "vtpu/isa/operand.h"
#include "vtpu/phext/packed.h"

namespace vtpu::isa {

/// The names of a field's values in assembly text, by value.
std::span<const std::string_view> condition_names();
std::span<const std::string_view> axis_names();
std::span<const std::string_view> reduction_names();
std::span<const std::string_view> layout_names();

/// The position of a name in a list.
std::optional<std::uint8_t> place_of(std::string_view name, std::span<const std::string_view> names);

inline std::string_view name_of(Condition condition) { return condition_names()[static_cast<std::size_t>(condition)]; }
inline std::string_view name_of(phext::Axis axis) { return axis_names()[static_cast<std::size_t>(axis)]; }
inline std::string_view name_of(ReductionKind reduction) {
  return reduction_names()[static_cast<std::size_t>(reduction)];
}
inline std::string_view name_of(Layout layout) { return layout_names()[static_cast<std::size_t>(layout)]; }

}  // namespace vtpu::isa

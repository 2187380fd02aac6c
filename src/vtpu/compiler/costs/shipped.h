#pragma once
#include <span>
#include <string_view>
#include <utility>

namespace vtpu::compiler {

/// The class of the host whose table is the reference.
inline constexpr std::string_view kReferenceCosts = "amd-26-2";

/// Names and texts of the tables in this folder. The build puts them into the library, so that a binary needs no files.
std::span<const std::pair<std::string_view, std::string_view>> shipped_costs();

}  // namespace vtpu::compiler

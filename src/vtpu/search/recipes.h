#pragma once
#include <filesystem>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/search/search.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/net/shape.h"

namespace vtpu::search {

/// The search that found the shipped state data/states/uniform-<shape>.ocs, and the restart that found it.
struct Recipe {
  SearchPlan plan;
  int restart = 0;
};

/// Error: a shape for which no state is shipped.
Result<Recipe> recipe_of(const net::Shape& shape);

/// The shapes with a recipe, smallest first.
std::vector<net::Shape> shapes_with_recipes();

/// Reads a state file as a symmetric state. Error: see read_ocs_state and symmetric_state_of.
Result<SymmetricState> read_symmetric_state(const std::filesystem::path& path);

}  // namespace vtpu::search

#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/search/search.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/net/shape.h"

namespace vtpu::search {

/// Which ports of a switch a circuit may join. The tori of TPU v4 join opposite faces only; no source says whether its
/// switches can join like faces.
enum class Circuits {
  any,       ///< any two, also two + ports or two - ports of a dimension
  opposite,  ///< a + and a - port only
};

/// The shipped state of a shape: data/states/uniform-<shape>.ocs, or uniform-<shape>-opposite.ocs.
std::string shipped_state_file(const net::Shape& shape, Circuits circuits = Circuits::any);

/// The search that found a shipped state, and the restart that found it.
struct Recipe {
  SearchPlan plan;
  int restart = 0;
};

/// Error: a shape for which no state is shipped.
Result<Recipe> recipe_of(const net::Shape& shape, Circuits circuits = Circuits::any);

/// The shapes with recipes, smallest first.
std::vector<net::Shape> shapes_with_recipes();

/// Reads a state file as a symmetric state. Error: see read_ocs_state and symmetric_state_of.
Result<SymmetricState> read_symmetric_state(const std::filesystem::path& path);

}  // namespace vtpu::search

#include "vtpu/search/recipes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/search/families.h"

namespace vtpu::search {
namespace {

struct Row {
  net::Shape shape;
  Circuits circuits;
  const char* group;  ///< name in groups_of_order
  AnnealOptions anneal;
  std::uint64_t seed;
  int restarts;
  int restart;  ///< the restart that found the state
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {{4, 4, 8}, Circuits::any, "Z2", {20000, {2, 3}, 0.5, Alike::rotated, 4e-3}, 1, 16, 4},
      {{4, 8, 8}, Circuits::any, "Z2 x Z2", {40000, {1, 2}, 0.3, Alike::none, 2e-3}, 1, 8, 1},
      {{8, 8, 8}, Circuits::any, "Z2 x Z2 x Z2", {60000, {1, 2}, 0.3, Alike::none, 1e-3}, 1, 6, 0},
      {{8, 8, 16}, Circuits::any, "Z16", {100000, {1, 2}, 0.3, Alike::none, 3e-4}, 1, 12, 1},
      {{8, 16, 16}, Circuits::any, "Z16 x Z2", {400000, {2, 5}, 0.2, Alike::none, 3e-4}, 1, 1, 0},
      {{16, 16, 16}, Circuits::any, "Z4 x Z4 x Z4", {600000, {1, 3}, 0.2, Alike::none, 3e-4}, 1, 1, 0},
      // As many steps and restarts as above. A pair of blocks needs switches that differ: tied ones find less.
      {{4, 4, 8}, Circuits::opposite, "Z2", {20000, {1, 2}, 0, Alike::none, 4e-3}, 1, 16, 6},
      {{4, 8, 8}, Circuits::opposite, "Z2 x Z2", {40000, {2, 3}, 0, Alike::none, 2e-3}, 1, 8, 3},
      {{8, 8, 8}, Circuits::opposite, "Z2 x Z2 x Z2", {60000, {2, 3}, 0, Alike::none, 1e-3}, 1, 6, 2},
      {{8, 8, 16}, Circuits::opposite, "Z16", {100000, {1, 2}, 0, Alike::none, 3e-4}, 1, 12, 7},
      {{8, 16, 16}, Circuits::opposite, "Z16 x Z2", {400000, {2, 5}, 0, Alike::none, 3e-4}, 1, 1, 0},
      {{16, 16, 16}, Circuits::opposite, "Z4 x Z4 x Z4", {600000, {1, 3}, 0, Alike::none, 3e-4}, 1, 1, 0},
  };
  return kRows;
}

}  // namespace

std::string shipped_state_file(const net::Shape& shape, Circuits circuits) {
  return fmt::format("data/states/uniform-{}{}.ocs", net::to_string(shape),
                     circuits == Circuits::opposite ? "-opposite" : "");
}

Result<Recipe> recipe_of(const net::Shape& shape, Circuits circuits) {
  for (const Row& row : rows()) {
    if (row.shape != shape || row.circuits != circuits) continue;
    Recipe recipe{{.shape = shape, .groups = {}, .restarts = row.restarts, .anneal = row.anneal, .seed = row.seed},
                  row.restart};
    for (BlockGroup& group : groups_of_order(shape.count() / 64))
      if (group.name() == row.group) recipe.plan.groups.push_back(std::move(group));
    VTPU_CHECK(recipe.plan.groups.size() == 1, "a recipe names a group of groups_of_order");
    return recipe;
  }
  return Error{"shape", net::to_string(shape), "a shape with a shipped state, 4x4x8 to 16x16x16"};
}

std::vector<net::Shape> shapes_with_recipes() {
  std::vector<net::Shape> shapes;
  for (const Row& row : rows())
    if (row.circuits == Circuits::any) shapes.push_back(row.shape);
  return shapes;
}

Result<SymmetricState> read_symmetric_state(const std::filesystem::path& path) {
  const Result<net::ocs::StateOfSlice> circuits = net::ocs::read_ocs_state(path);
  if (!circuits) return circuits.error();
  return symmetric_state_of(*circuits);
}

}  // namespace vtpu::search

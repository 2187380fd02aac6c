#include "vtpu/search/search.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/search/cover_bound.h"
#include "vtpu/search/families.h"
#include "vtpu/search/mean_distance.h"
#include "vtpu/search/recipes.h"

namespace vtpu::search {
namespace {

SearchPlan small_plan() {
  return {.shape = {4, 4, 8},
          .groups = groups_of_order(2),
          .restarts = 3,
          .anneal = {.steps = 300, .lengths = {1, 1}, .mirrored = 0.33, .alike = Alike::rotated},
          .flow = {.gap = 0.02, .iterations = 30, .keep_split = false},
          .seed = 5};
}

TEST(Anneal, WithoutStepsReturnsTheStart) {
  const SymmetricState torus = *torus_state({4, 4, 8});
  const Annealed same = anneal(torus, {.steps = 0, .lengths = {1, 1}}, 1);
  EXPECT_EQ(same.state.translation, torus.translation);
  EXPECT_DOUBLE_EQ(same.bound, 6.0 / 4);
}

TEST(Anneal, ReportsTheBoundOfItsState) {
  const AnnealOptions options{.steps = 200, .lengths = {1, 1}, .mirrored = 0.3};
  const Annealed best = anneal(random_state(*metacyclic(4, 2, 3, 0), {8, 8, 8}, options, 1), options, 2);
  EXPECT_NEAR(best.bound, 6 / MeanDistance()(lifted(best.state)), 1e-12);
}

TEST(Anneal, FindsTheTwistedTorusAmongStatesWithOneTranslationPerDimension) {
  const AnnealOptions options{.steps = 200, .lengths = {1, 1}, .alike = Alike::dimension};
  const Annealed best = anneal(*torus_state({4, 8, 8}), options, 3);
  MeanDistance distance;
  EXPECT_EQ(distance.distribution(lifted(best.state)), distance.distribution(lifted(*twisted_torus_state({4, 8, 8}))));
}

TEST(Anneal, GivesOneSettingToSwitchesThatARotationMapsToEachOther) {
  const AnnealOptions options{.steps = 100, .mirrored = 0.3, .alike = Alike::rotated};
  const Annealed best =
      anneal(random_state(BlockGroup::cyclic(std::vector<int>{4}), {4, 8, 8}, options, 1), options, 1);
  // The x switch at (y, z) = (a, b) goes with the y switch at (z, x) = (a, b) and the z switch at (x, y) = (a, b).
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b)
      for (const IndexedVector<net::Ocs, int>& set : {best.state.translation, best.state.mirror}) {
        EXPECT_EQ(set[net::Ocs(a * 4 + b)], set[net::Ocs(16 + b * 4 + a)]);
        EXPECT_EQ(set[net::Ocs(a * 4 + b)], set[net::Ocs(32 + a * 4 + b)]);
      }
}

TEST(Anneal, StopsWhenAsked) {
  const AnnealOptions options{.steps = 1'000'000'000, .lengths = {1, 1}};
  int asked = 0;
  const Annealed best = anneal(*torus_state({4, 4, 8}), options, 1, [&] { return ++asked == 2; });
  EXPECT_EQ(asked, 2);
  EXPECT_GE(best.bound, 1.5);
}

TEST(Search, FindsTheSameStatesOnOneThreadAndOnTwo) {
  const SearchPlan plan = small_plan();
  sweep::Options one, two;
  one.threads = 1;
  two.threads = 2;
  const std::vector<Found> first = *search_states(plan, one), second = *search_states(plan, two);
  ASSERT_EQ(first.size(), 3u);
  ASSERT_EQ(second.size(), 3u);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].restart, second[i].restart);
    EXPECT_EQ(first[i].throughput, second[i].throughput);
    EXPECT_EQ(first[i].state.translation, second[i].state.translation);
    if (i > 0) {
      EXPECT_LE(first[i].throughput, first[i - 1].throughput);
    }
  }
  const Found alone = *restart(plan, first[0].restart);
  EXPECT_EQ(alone.state.translation, first[0].state.translation);
  EXPECT_EQ(alone.state.mirror, first[0].state.mirror);
  EXPECT_EQ(alone.throughput, first[0].throughput);
}

TEST(Recipes, EveryShippedStateHasARecipeAndABetterBoundThanTheTorus) {
  for (const net::Shape& shape : shapes_with_recipes())
    for (const Circuits circuits : {Circuits::any, Circuits::opposite}) {
      const std::string file = shipped_state_file(shape, circuits);
      const Result<SymmetricState> state = read_symmetric_state(std::filesystem::path(VTPU_ROOT) / file);
      ASSERT_TRUE(state) << file << ": " << state.error().message();
      EXPECT_EQ(state->shape, shape);
      const Recipe recipe = *recipe_of(shape, circuits);
      EXPECT_LT(recipe.restart, recipe.plan.restarts);
      EXPECT_GT(MeanDistance().bound(lifted(*state), std::vector<int>(384, 1)),
                6 / MeanDistance()(lifted(*torus_state(shape))));
      EXPECT_EQ(net::ocs::like_face_circuits(circuits_of(*state).state) > 0, circuits == Circuits::any) << file;
    }
  EXPECT_FALSE(recipe_of({4, 4, 4}));
}

TEST(Recipes, TheSmallestRecipesGiveTheShippedStates) {
  for (const Circuits circuits : {Circuits::any, Circuits::opposite}) {
    const Recipe recipe = *recipe_of({4, 4, 8}, circuits);
    const Found found = *restart(recipe.plan, recipe.restart);
    const SymmetricState shipped =
        *read_symmetric_state(std::filesystem::path(VTPU_ROOT) / shipped_state_file({4, 4, 8}, circuits));
    EXPECT_EQ(circuits_of(found.state).state, circuits_of(shipped).state);
  }
}

TEST(Search, WithoutMirroredSwitchesJoinsOppositeFacesOnly) {
  SearchPlan plan = small_plan();
  EXPECT_GT(net::ocs::like_face_circuits(circuits_of(restart(plan, 0)->state).state), 0);
  plan.anneal.mirrored = 0;
  EXPECT_EQ(net::ocs::like_face_circuits(circuits_of(restart(plan, 0)->state).state), 0);
}

TEST(CoverBound, HoldsForRandomStatesAndAnyLengths) {
  for (const LinkLengths lengths : {LinkLengths{1, 1}, LinkLengths{1, 2}, LinkLengths{2, 5}}) {
    const AnnealOptions options{.steps = 0, .lengths = lengths, .mirrored = 0.3};
    for (const net::Shape& shape : {net::Shape{4, 4, 8}, net::Shape{8, 8, 8}})
      for (const BlockGroup& group : groups_of_order(shape.count() / 64)) {
        const SymmetricState state = random_state(group, shape, options, 1);
        EXPECT_LE(anneal(state, options, 1).bound, cover_bound(shape.count(), lengths));
      }
  }
}

TEST(CoverBound, WithBlocksOfOneChipCountsTheNearestChipsOfATree) {
  // Blocks of one chip: six exits, so the tree has 6 · 5^(d-1) chips at distance d.
  EXPECT_NEAR(cover_bound(1 + 6 + 30, {1, 1}, 1), 6.0 * 37 / (6 + 60), 1e-12);
  EXPECT_GT(cover_bound(128), cover_bound(4096));
}

TEST(Search, BeatsTheRegularTorus) { EXPECT_GT(search_states(small_plan(), {})->front().throughput, 1.3); }

}  // namespace
}  // namespace vtpu::search

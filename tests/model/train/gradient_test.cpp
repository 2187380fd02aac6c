// Does the backward pass on the vTPU give the derivatives of the loss, and is the work done there?
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "../fresh_folder.h"
#include "../reference_model.h"
#include "vtpu/base/random.h"
#include "vtpu/model/train/replica.h"

namespace vtpu::model::train {
namespace {

/// A model with random weights, the same on the vTPU and in doubles, and a batch for it.
struct Pair {
  ReferenceModel reference;
  Replica replica;
  Batch batch;
  std::int64_t length;

  static Pair make(const ReferenceModel::Shape& shape, std::int64_t sequences, std::int64_t length) {
    ReferenceModel reference(shape, 11);
    const std::filesystem::path folder = fresh_folder("gradient_model");
    reference.write(folder);
    const ModelConfig config = ModelConfig::load(folder / "config.json").value();
    Replica replica = Replica::make(config, {.sequences = sequences,
                                             .length = length,
                                             .weights = shape.bf16 ? WeightType::bf16 : WeightType::f32})
                          .value();
    const auto master = replica.values(Replica::Vector::master);
    for (const Parameter& each : replica.parameters().list())
      for (std::int64_t k = 0; k < each.elements(); ++k)
        master[static_cast<std::size_t>(replica.parameters().place(each, k))] =
            static_cast<float>(reference.values(each.name)[static_cast<std::size_t>(k)]);
    EXPECT_TRUE(replica.weights_changed());
    Batch batch;
    Random random(5);
    for (std::int64_t k = 0; k < sequences * length; ++k)
      for (auto* const list : {&batch.tokens, &batch.targets})
        list->emplace_back(static_cast<int>(random.below(static_cast<std::uint64_t>(shape.vocabulary))));
    return {std::move(reference), std::move(replica), std::move(batch), length};
  }

  /// The mean loss of the batch in doubles.
  double loss() const {
    double sum = 0;
    int sequences = 0;
    for (auto at = batch.tokens.begin(); at != batch.tokens.end(); at += length, ++sequences) {
      const auto target = batch.targets.begin() + (at - batch.tokens.begin());
      sum += reference.loss({at, at + length}, {target, target + length});
    }
    return sum / sequences;
  }

  double derivative(const Parameter& parameter, std::int64_t k) const {
    return replica.values(
        Replica::Vector::gradient)[static_cast<std::size_t>(replica.parameters().place(parameter, k))];
  }
};

/// The error of a sum in f32 is far below this share of a tensor's greatest derivative, and that of the central
/// difference in doubles is below 1e-8.
constexpr double kBound = 2e-5;
constexpr double kStep = 1e-4;

TEST(Gradient, OfEveryParameterIsTheFiniteDifferenceInDoubles) {
  for (const bool tied : {true, false}) {
    Pair pair = Pair::make({.hidden = 6,
                            .layers = 2,
                            .heads = 4,
                            .kv_heads = 2,
                            .head_width = 4,
                            .inner = 5,
                            .vocabulary = 11,
                            .tied = tied,
                            .bf16 = false,
                            .rope = {}},
                           2, 4);
    const auto loss = pair.replica.differentiate(pair.batch);
    ASSERT_TRUE(loss) << loss.error().message();
    EXPECT_NEAR(*loss, pair.loss(), 1e-6);
    for (const Parameter& each : pair.replica.parameters().list()) {
      double apart = 0, greatest = 0;
      for (std::int64_t k = 0; k < each.elements(); ++k) {
        double& value = pair.reference.values(each.name)[static_cast<std::size_t>(k)];
        const double kept = value;
        value = kept + kStep;
        const double above = pair.loss();
        value = kept - kStep;
        const double below = pair.loss();
        value = kept;
        const double expected = (above - below) / (2 * kStep);
        apart = std::max(apart, std::abs(pair.derivative(each, k) - expected));
        greatest = std::max(greatest, std::abs(expected));
      }
      EXPECT_GT(greatest, 1e-4) << each.name;
      EXPECT_LT(apart, kBound * greatest) << each.name;
    }
  }
}

/// The difference along one random direction of each tensor covers sizes for which all elements would take too long.
class LargerGradient : public testing::TestWithParam<ReferenceModel::Shape> {};

TEST_P(LargerGradient, AlongARandomDirectionOfEachTensorIsTheFiniteDifference) {
  Pair pair = Pair::make(GetParam(), 2, 21);
  const auto loss = pair.replica.differentiate(pair.batch);
  ASSERT_TRUE(loss) << loss.error().message();
  EXPECT_NEAR(*loss, pair.loss(), 1e-6 * *loss);
  Random random(8);
  for (const Parameter& each : pair.replica.parameters().list()) {
    auto& values = pair.reference.values(each.name);
    const std::vector<double> kept = values;
    std::vector<double> direction;
    double found = 0, squares = 0;
    for (std::size_t k = 0; k < values.size(); ++k) {
      direction.push_back(2 * random.unit() - 1);
      const double one = pair.derivative(each, static_cast<std::int64_t>(k));
      found += one * direction.back();
      squares += one * one;
    }
    double sides[2];
    for (const int side : {0, 1}) {
      for (std::size_t k = 0; k < values.size(); ++k) values[k] = kept[k] + (side == 1 ? kStep : -kStep) * direction[k];
      sides[side] = pair.loss();
    }
    values = kept;
    EXPECT_NEAR(found, (sides[1] - sides[0]) / (2 * kStep), 1e-4 * std::sqrt(squares)) << each.name;
  }
}

INSTANTIATE_TEST_SUITE_P(OddSizes, LargerGradient,
                         testing::Values(ReferenceModel::Shape{72, 1, 6, 3, 24, 100, 97, false, false, {}},
                                         ReferenceModel::Shape{33, 2, 3, 1, 34, 17, 50, true, false, {}}));

TEST(TrainingStep, AtLeast99PercentOfTheFloatOperationsAreRetiredByTheVtpu) {
  Pair pair = Pair::make({.hidden = 64,
                          .layers = 2,
                          .heads = 4,
                          .kv_heads = 2,
                          .head_width = 16,
                          .inner = 96,
                          .vocabulary = 64,
                          .tied = true,
                          .bf16 = false,
                          .rope = {}},
                         4, 24);
  const auto before = pair.replica.retired();
  pair.replica.clear_sum();
  ASSERT_TRUE(pair.replica.differentiate(pair.batch));
  ASSERT_TRUE(pair.replica.add());
  ASSERT_TRUE(pair.replica.update({}, 1e-3, 1));
  // The products of matrices alone, forward and twice backward; a dense op works on 16 lanes and counts for two
  // operations on each at most.
  const Sizes& s = pair.replica.sizes();
  const std::int64_t layer = 64 * (4 * 16 + 2 * 2 * 16) + 4 * 16 * 64 + 3 * 64 * 96;
  const auto products = static_cast<std::uint64_t>(6 * (2 * layer + 64 * 64) * s.sequences * s.length);
  EXPECT_GE((pair.replica.retired().ops[0] - before.ops[0]) * 32, products);
  EXPECT_LE(static_cast<double>(pair.replica.host_operations()), 0.01 * static_cast<double>(products));
}

}  // namespace
}  // namespace vtpu::model::train

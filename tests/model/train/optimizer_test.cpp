// Do the updates on the vTPU follow the formulas, and does the schedule have its shape?
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/model/train/replica.h"
#include "vtpu/model/train/training_run.h"

namespace vtpu::model::train {
namespace {

constexpr Shape kSmall{.layers = 1, .hidden = 8, .heads = 2, .kv_heads = 1, .head_width = 4, .intermediate = 6};

Replica small_replica(WeightType type = WeightType::f32) {
  return Replica::make(kSmall.config(4).value(), {.sequences = 1, .length = 4, .weights = type}).value();
}

class Updates : public testing::TestWithParam<Method> {};

/// Three updates by random sums, of which the first is clipped, against the formulas in doubles.
TEST_P(Updates, AreThoseOfTheFormulasInDoubles) {
  Replica replica = small_replica();
  const Optimizer optimizer{.method = GetParam(), .beta1 = 0.8, .beta2 = 0.9, .decay = 0.5, .most_norm = 2};
  const auto master = replica.values(Replica::Vector::master), sum = replica.values(Replica::Vector::sum);
  Random random(4);
  for (float& value : master) value = static_cast<float>(2 * random.unit() - 1);
  std::vector<double> expected(master.begin(), master.end()), first(master.size()), second(master.size());
  for (int step = 1; step <= 3; ++step) {
    const double size = step == 1 ? 1 : 1e-3, rate = 0.01 * step;
    double squares = 0;
    for (float& value : sum) {
      value = static_cast<float>(size * (2 * random.unit() - 1));
      squares += static_cast<double>(value) * value;
    }
    const double norm = std::sqrt(squares), clip = std::min(1.0, 2 / norm);
    EXPECT_EQ(clip < 1, step == 1);
    EXPECT_NEAR(replica.update(optimizer, rate, step).value(), norm, 1e-6 * norm);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const double g = sum[k] * clip;
      const double decayed =
          expected[k] * (static_cast<std::int64_t>(k) < replica.parameters().matrices ? 1 - rate * 0.5 : 1);
      if (GetParam() == Method::adamw) {
        first[k] = 0.8 * first[k] + 0.2 * g;
        second[k] = 0.9 * second[k] + 0.1 * g * g;
        expected[k] = decayed - rate * first[k] / (1 - std::pow(0.8, step)) /
                                    (std::sqrt(second[k] / (1 - std::pow(0.9, step))) + optimizer.stability);
      } else {
        first[k] = (GetParam() == Method::momentum ? 0.8 : 0) * first[k] + g;
        expected[k] = decayed - rate * first[k];
      }
      ASSERT_NEAR(master[k], expected[k], 2e-6) << k;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, Updates, testing::Values(Method::sgd, Method::momentum, Method::adamw),
                         [](const auto& method) { return std::string(choice_name(method.param)); });

TEST(Schedule, WarmsUpLinearlyAndFallsByHalfACosine) {
  const Optimizer optimizer{.rate = 2, .last_rate = 0.1, .warm_up = 10};
  EXPECT_DOUBLE_EQ(optimizer.rate_at(1, 110), 0.2);
  EXPECT_DOUBLE_EQ(optimizer.rate_at(10, 110), 2);
  EXPECT_DOUBLE_EQ(optimizer.rate_at(60, 110), 1.1);
  EXPECT_DOUBLE_EQ(optimizer.rate_at(110, 110), 0.2);
}

TEST(Bf16Weights, GiveTheDerivativesOfTheRoundedParametersToTheBit) {
  Replica narrow = small_replica(WeightType::bf16), wide = small_replica();
  const auto from = narrow.values(Replica::Vector::master), to = wide.values(Replica::Vector::master);
  Random random(9);
  for (const Parameter& each : narrow.parameters().list())
    for (std::int64_t k = 0; k < each.elements(); ++k) {
      const auto at = static_cast<std::size_t>(narrow.parameters().place(each, k));
      from[at] = static_cast<float>(2 * random.unit() - 1);
      const auto bits = std::bit_cast<std::uint32_t>(from[at]);
      // To nearest, halves to even.
      to[at] =
          each.shape.size() == 1 ? from[at] : std::bit_cast<float>((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000);
    }
  ASSERT_TRUE(narrow.weights_changed());
  const Batch batch{{Token(1), Token(200), Token(7), Token(7)}, {Token(200), Token(7), Token(7), Token(0)}};
  EXPECT_EQ(narrow.differentiate(batch).value(), wide.differentiate(batch).value());
  const auto found = narrow.values(Replica::Vector::gradient), expected = wide.values(Replica::Vector::gradient);
  EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin(), expected.end()));
}

TEST(Batch, ATokenOutsideTheVocabularyIsRefused) {
  Replica replica = small_replica();
  const Batch batch{{Token(1), Token(256), Token(7), Token(7)}, {Token(2), Token(7), Token(7), Token(0)}};
  EXPECT_EQ(replica.loss(batch).error().message(), "found the token 256; expected a token from 0 to 255");
}

}  // namespace
}  // namespace vtpu::model::train

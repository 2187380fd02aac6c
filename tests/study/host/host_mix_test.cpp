#include "vtpu/study/host/host_mix.h"

#include <gtest/gtest.h>

namespace vtpu::study::host {
namespace {

TEST(GeometricMean, IsTakenWithinEachProcess) {
  const measure::Estimate first = measure::estimate_median({1, 4, 9}), second = measure::estimate_median({4, 4, 1});
  const measure::Estimate mean = geometric_mean({first, second}, "");
  ASSERT_EQ(mean.samples.size(), 3u);
  EXPECT_DOUBLE_EQ(mean.samples[0], 2);
  EXPECT_DOUBLE_EQ(mean.samples[1], 4);
  EXPECT_DOUBLE_EQ(mean.samples[2], 3);
  EXPECT_DOUBLE_EQ(mean.value, 3);
}

}  // namespace
}  // namespace vtpu::study::host

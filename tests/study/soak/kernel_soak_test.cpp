// Does compiled code keep the meaning of a kernel? Random kernels by every tier, every engine and the evaluator of the
// IR are compared with the same kernels in C++, compiled by the host's compiler.
#include "vtpu/study/soak/kernel_soak.h"

#include <gtest/gtest.h>

#include <vector>

#include "vtpu/compiler/random_kernel/random_kernel.h"
#include "vtpu/study/soak/host_kernels.h"

namespace vtpu::study::soak {
namespace {

using compiler::random_kernel;
using compiler::RandomKernel;

TEST(HostKernels, StayInsideTheirTensorsAndChangeThem) {
  std::vector<RandomKernel> kernels;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) kernels.push_back(random_kernel(seed));
  const auto host = HostKernels::build(kernels);
  ASSERT_TRUE(host.ok()) << host.error().message();
  std::size_t changed = 0;
  for (const RandomKernel& kernel : kernels) {
    const auto left = host->run(kernel);
    ASSERT_TRUE(left.ok()) << left.error().message();
    for (std::size_t k = 0; k < left->size(); ++k) changed += (*left)[k] != kernel.tensors[k].contents ? 1 : 0;
    EXPECT_EQ(*left, *host->run(kernel)) << "a kernel gives the same answer in each run";
  }
  EXPECT_GT(changed, kernels.size());
}

TEST(RandomKernels, LeaveTheSameBytesAsTheirCxxAtEveryTier) {
  const auto soak = soak_kernels(1, 400);
  ASSERT_TRUE(soak.ok()) << soak.error().message();
  EXPECT_EQ(soak->kernels, 400u);
  EXPECT_EQ(soak->divergences.size(), kernel_variants().size());
  EXPECT_EQ(soak->diverged(), 0u);
  // Tier 3 may, rarely, need more registers than there are; the other variants accept every kernel.
  for (const auto& [variant, refused] : soak->refusals) EXPECT_LE(refused, variant == "tier 3" ? 8u : 0u) << variant;
  for (const KernelDivergence& failure : soak->first) {
    const bool registers = failure.refused && failure.what.find("registers") != std::string::npos;
    EXPECT_TRUE(registers) << "seed " << failure.seed << ", " << failure.variant << ": " << failure.what << "\n"
                           << failure.text;
  }
}

}  // namespace
}  // namespace vtpu::study::soak

// Does a soak that was interrupted or killed go on where it stopped, and find what it would have found in one run?
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <vector>

#include "vtpu/study/soak/forms.h"
#include "vtpu/study/soak/kernel_workers.h"
#include "vtpu/study/soak/program_soak.h"

namespace vtpu::study::soak {
namespace {

namespace fs = std::filesystem;

class ResumedSoak : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("vtpu_soak_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  KernelWorkers kernels() const {
    return {.kernels = 24, .workers = 2, .journal = folder_, .identity = "test", .progress = {}};
  }
  /// The kernels that the next call has left, and the whole.
  void finishes(std::uint64_t at_most) const {
    std::vector<std::uint64_t> left;
    KernelWorkers soak = kernels();
    soak.workers = 3;
    soak.progress = [&](std::uint64_t now, std::uint64_t) { left.push_back(now); };
    const auto resumed = soak_in_workers(soak);
    ASSERT_TRUE(resumed.ok()) << resumed.error().message();
    EXPECT_LE(left.front(), at_most);
    EXPECT_EQ(left.size(), left.front() + 1) << "each kernel that was left is compared, and no other";
    const auto whole = soak_kernels(1, soak.kernels);
    ASSERT_TRUE(whole.ok()) << whole.error().message();
    EXPECT_EQ(resumed->kernels, whole->kernels);
    EXPECT_EQ(resumed->divergences, whole->divergences);
    EXPECT_EQ(resumed->refusals, whole->refusals);
  }

  fs::path folder_;
};

TEST_F(ResumedSoak, OfKernelsGoesOnAfterTheFinishedOnesWhenItsProcessWasKilled) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the workers of the killed process can be waited for
  const ::pid_t process = ::fork();
  ASSERT_GE(process, 0);
  if (process == 0) {
    KernelWorkers soak = kernels();
    soak.progress = [&](std::uint64_t left, std::uint64_t) {
      if (left <= soak.kernels - 5) ::raise(SIGKILL);
    };
    ::_exit(soak_in_workers(soak).ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(process, &status, 0), process);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  while (::waitpid(-1, nullptr, 0) > 0) {  // its workers end with it
  }
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  finishes(kernels().kernels - 3);  // of five finished kernels, each worker may have been about to store one
}

TEST_F(ResumedSoak, OfKernelsGoesOnAfterAnInterrupt) {
  KernelWorkers soak = kernels();
  soak.progress = [&](std::uint64_t left, std::uint64_t) {
    if (left == soak.kernels - 5) ::raise(SIGINT);
  };
  const auto interrupted = soak_in_workers(soak);
  ASSERT_FALSE(interrupted.ok());
  EXPECT_EQ(interrupted.error().message(), "interrupted; expected another run, which resumes from " + folder_.string());
  finishes(kernels().kernels - 3);
}

TEST_F(ResumedSoak, OfKernelsThatIsCompleteComparesNothingAgain) {
  ASSERT_TRUE(soak_in_workers(kernels()).ok());
  finishes(0);
}

TEST_F(ResumedSoak, OfProgramsGoesOnAfterAnInterrupt) {
  if (host_forms().empty()) GTEST_SKIP() << "this processor runs no form of host code";
  ProgramSoaks soaks{.programs = {500, 500, 500}, .threads = 1, .journal = folder_, .identity = "test", .progress = {}};
  soaks.progress = [](std::uint64_t left) {
    if (left == 2) ::raise(SIGINT);
  };
  const auto interrupted = soak_programs(soaks);
  ASSERT_FALSE(interrupted.ok());
  EXPECT_EQ(interrupted.error().message(), "interrupted; expected another run, which resumes from " + folder_.string());
  std::vector<std::uint64_t> left;
  soaks.progress = [&](std::uint64_t now) { left.push_back(now); };
  const auto resumed = soak_programs(soaks);
  ASSERT_TRUE(resumed.ok()) << resumed.error().message();
  EXPECT_EQ(left, (std::vector<std::uint64_t>{2, 1, 0}));
  for (std::size_t kind = 0; kind < kProgramKinds; ++kind) {
    const auto whole = soak_programs(static_cast<ProgramKind>(kind), 1, 501, host_forms());
    ASSERT_TRUE(whole.ok()) << whole.error().message();
    const ProgramSoak& found = (*resumed)[kind];
    EXPECT_EQ(found.programs, 500u);
    EXPECT_EQ(found.divergences, whole->divergences);
    EXPECT_EQ(found.words_run, whole->words_run);
    EXPECT_EQ(found.opcodes, whole->opcodes);
    EXPECT_EQ(found.traps, whole->traps);
  }
}

}  // namespace
}  // namespace vtpu::study::soak

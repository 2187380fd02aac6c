#include "vtpu/measure/child_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace vtpu::measure {
namespace {

TEST(InChild, ReturnsAllBytesThatTheWorkMade) {
  const std::string many(1 << 20, 'x');
  EXPECT_EQ(*in_child("here", [&] { return many; }), many);
  EXPECT_EQ(*in_child("here", [] { return std::string(); }), "");
}

TEST(InChild, LeavesThisProcessAsItWas) {
  int value = 1;
  EXPECT_EQ(*in_child("here", [&] { return std::to_string(++value); }), "2");
  EXPECT_EQ(value, 1);
}

TEST(InChild, ReportsHowAnUnfinishedChildEnded) {
  EXPECT_EQ(in_child("here", []() -> std::string { ::_exit(7); }).error().message(),
            "here: a process ended with status 7; expected its results");
  EXPECT_EQ(in_child("here",
                     []() -> std::string {
                       ::raise(SIGKILL);
                       return "";
                     })
                .error()
                .message(),
            "here: a process was ended by signal 9; expected its results");
}

TEST(TimeInChild, ReturnsTheValueWithItsCostOrTheErrorOfTheWork) {
  const auto timed = time_in_child("here", []() -> Result<double> { return 0.1; });
  ASSERT_TRUE(timed);
  EXPECT_EQ(timed->value, 0.1);
  EXPECT_GE(timed->seconds, 0);
  EXPECT_GT(timed->peak_mebibytes, 0);
  const auto failed = time_in_child("here", []() -> Result<double> { return Error{"there", "found nothing", ""}; });
  EXPECT_EQ(failed.error().message(), "here: there: found nothing");
}

}  // namespace
}  // namespace vtpu::measure

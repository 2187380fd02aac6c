#include "vtpu/runtime/telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "sample_telemetry.h"
#include "vtpu/base/json.h"

namespace vtpu::runtime {
namespace {

using ::testing::HasSubstr;

TEST(Telemetry, ComesBackFromItsJson) {
  const Telemetry telemetry = sample_telemetry();
  const auto back = telemetry_from_json(json_text(to_json(telemetry)), "text");
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(*back, telemetry);
}

TEST(Telemetry, AnErrorNamesTheKeyThatIsMissingOrOfAnotherType) {
  const auto whole = to_json(sample_telemetry());
  const auto error_without = [&](const nlohmann::ordered_json::json_pointer& key) {
    auto json = whole;
    json[key.parent_pointer()].erase(key.back());
    const auto read = telemetry_from_json(json_text(json), "text");
    return read ? std::string("none") : read.error().message();
  };
  const auto error_with_text_at = [&](const nlohmann::ordered_json::json_pointer& key) {
    auto json = whole;
    json[key] = nlohmann::ordered_json::array();
    const auto read = telemetry_from_json(json_text(json), "text");
    return read ? std::string("none") : read.error().message();
  };
  const auto flat = whole.flatten();
  for (const auto& [key, value] : flat.items()) {
    if (key.find("cpu") != std::string::npos) continue;  // may be absent
    const nlohmann::ordered_json::json_pointer pointer(key);
    EXPECT_THAT(error_without(pointer), HasSubstr(pointer.back())) << key;
    EXPECT_THAT(error_with_text_at(pointer), HasSubstr(pointer.back())) << key;
  }
}

TEST(Telemetry, AnyPrefixOfItsJsonIsRefused) {
  const std::string text = json_text(to_json(sample_telemetry()));
  for (std::size_t length = 0; length < text.size(); ++length)
    EXPECT_FALSE(telemetry_from_json(text.substr(0, length), "text")) << length;
}

TEST(Telemetry, ItsPrometheusTextDeclaresEachMetricOnceBeforeItsSamples) {
  std::istringstream text(to_prometheus(sample_telemetry()));
  const std::regex comment(R"(# (HELP|TYPE) (vtpu_[a-z_]+) .+)"),
      sample(R"re((vtpu_[a-z_]+)(\{[a-z]+="[a-z0-9]+"(,[a-z]+="[a-z]+")*\})? [0-9.e+-]+)re");
  std::set<std::string> declared, seen;
  std::string line;
  while (std::getline(text, line)) {
    std::smatch match;
    if (line.starts_with('#')) {
      ASSERT_TRUE(std::regex_match(line, match, comment)) << line;
      if (match[1] == "HELP") continue;
      EXPECT_TRUE(declared.insert(match[2]).second) << line;
      continue;
    }
    ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
    EXPECT_TRUE(declared.contains(match[1])) << line;
    EXPECT_TRUE(seen.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
  }
  EXPECT_GE(seen.size(), 30U);
}

TEST(Telemetry, ItsPrometheusTextSumsTheSentronsOfAWorker) {
  const std::string text = to_prometheus(sample_telemetry());
  EXPECT_THAT(text, HasSubstr("vtpu_operations_total{worker=\"0\",slot=\"dense\"} 110\n"));
  EXPECT_THAT(text, HasSubstr("vtpu_operations_total{worker=\"1\",slot=\"coordination\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("vtpu_translations_total{worker=\"0\",outcome=\"hit\"} 33\n"));
  EXPECT_THAT(text, HasSubstr("vtpu_sentrons{worker=\"1\",state=\"waiting\"} 1\n"));
}

TEST(Telemetry, TheLengthOfItsPrometheusTextDoesNotGrowWithTheSentrons) {
  Telemetry telemetry = sample_telemetry();
  const auto lines = [&] {
    const std::string text = to_prometheus(telemetry);
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto few = lines();
  for (std::uint32_t n = 3; n < 1000; ++n) telemetry.sentrons.emplace_back().number = n;
  EXPECT_EQ(lines(), few);
}

}  // namespace
}  // namespace vtpu::runtime

// Is JSON written whatever its texts hold, and does reading it end with a value or a place?
#include "vtpu/base/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace vtpu {
namespace {

using nlohmann::json;

std::string nested(std::size_t levels, const std::string& inside = "") {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += i % 2 == 0 ? "[" : "{\"a\":";
  text += inside;
  for (std::size_t i = levels; i-- > 0;) text += i % 2 == 0 ? "]" : "}";
  return text;
}

TEST(Json, OfANameThatIsNotUtf8HasReplacementCharacters) {
  EXPECT_EQ(json_text(json{{"file", "a\xFF\n\"b"}}), "{\"file\":\"a\uFFFD\\n\\\"b\"}");
  EXPECT_EQ(json_text(nlohmann::ordered_json{{"z", 1}, {"a", "\x80"}}, 1), "{\n \"z\": 1,\n \"a\": \"\uFFFD\"\n}");
}

TEST(Json, IsReadToTheDeepestLevelAndRefusedBeyondIt) {
  EXPECT_TRUE(parse_json<json>(nested(kDeepestJson, "0"), "f", "a value"));
  EXPECT_EQ(parse_json<json>("\n" + std::string(kDeepestJson + 1, '['), "f", "a value").error().message(),
            "f:2:201: found JSON nested more than 200 levels deep; expected a value");
  EXPECT_FALSE(parse_json<json>(std::string(1000000, '['), "f", "a value"));
  EXPECT_FALSE(parse_json<json>(nested(1000000, "0"), "f", "a value"));
  EXPECT_TRUE(parse_json<json>("\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"", "f", "a value"));
  std::string many = "[0";
  for (std::size_t i = 0; i <= kDeepestJson; ++i) many += "," + nested(2, "0");
  EXPECT_TRUE(parse_json<json>(many + "]", "f", "a value")) << "levels that are closed do not count";
}

TEST(Json, ErrorsHaveLineAndColumn) {
  const auto error = [](const std::string& text) {
    return parse_json<nlohmann::ordered_json>(text, "f.json", "a result file").error();
  };
  EXPECT_EQ(error("{\n \"a\": x}").where, "f.json:2:7");
  EXPECT_EQ(error("").where, "f.json:1:1");
  EXPECT_EQ(error("[1,").where, "f.json:1:4");
  EXPECT_TRUE(error("[1e999]").found.starts_with("found malformed JSON: number overflow")) << error("[1e999]").found;
  EXPECT_TRUE(error("[1 2]").found.starts_with("found malformed JSON: unexpected number literal"))
      << error("[1 2]").found;
  EXPECT_EQ(error("[1 2]").expected, "a result file");
}

}  // namespace
}  // namespace vtpu

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "vtpu/phext/batch.h"

namespace vtpu::phext {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json ask(json request) {
  request["id"] = 7;
  const json answer = json::parse(answer_line(request.dump()));
  EXPECT_EQ(answer.at("id"), 7);
  EXPECT_EQ(answer.size(), 2u);
  return answer;
}

struct Case {
  json request;
  json value;
};

std::vector<Case> cases() {
  const std::string abc =
      "a\x17"
      "b\x18"
      "c";
  const std::string two = "1.1.1/1.1.1/1.1.2";
  const std::string one = "1.1.1/1.1.1/1.1.1";
  const json scrolls = json::array({json::array({one, "a"}), json::array({two, "b"})});
  return {
      {{{"op", "to_coordinate"}, {"text", "2.3"}}, "2.1.1/1.1.1/1.1.3"},
      {{{"op", "to_coordinate"}, {"text", "1..5000"}}, "1.0.1/1.1.1/1.1.5000"},
      {{{"op", "parse_strict"}, {"text", two}}, two},
      {{{"op", "validate"}, {"coord", two}}, true},
      {{{"op", "validate"}, {"coord", "1.1.1/1.1.1/1.1.1000"}}, false},
      {{{"op", "validate"}, {"coord", "1.1.1/1.1.1/1.1.0"}}, false},
      {{{"op", "to_string"}, {"coord", two}}, two},
      {{{"op", "to_urlencoded"}, {"coord", two}}, "1.1.1;1.1.1;1.1.2"},
      {{{"op", "compare"}, {"a", one}, {"b", two}}, -1},
      {{{"op", "compare"}, {"a", two}, {"b", two}}, 0},
      {{{"op", "compare"}, {"a", two}, {"b", one}}, 1},
      {{{"op", "breaks"}, {"coord", two}, {"kinds", {"scroll", "line", "book"}}}, "1.1.1/1.1.2/1.1.1"},
      {{{"op", "breaks"}, {"coord", two}, {"kinds", json::array()}}, two},
      {{{"op", "is_break"}, {"byte", 10}}, true},
      {{{"op", "is_break"}, {"byte", 27}}, false},
      {{{"op", "is_break"}, {"byte", 255}}, false},
      {{{"op", "is_break"}, {"byte", "\x17"}}, true},
      {{{"op", "cowbell"}, {"text", "\x07"}}, true},
      {{{"op", "fetch"}, {"text", abc}, {"coord", two}}, "b"},
      {{{"op", "remove"}, {"text", abc}, {"coord", two}},
       "a\x18"
       "c"},
      {{{"op", "insert"}, {"text", abc}, {"coord", two}, {"scroll", "!"}},
       "a\x17"
       "b!\x18"
       "c"},
      {{{"op", "replace"}, {"text", abc}, {"coord", two}, {"scroll", "!"}},
       "a\x17!\x18"
       "c"},
      {{{"op", "range_replace"}, {"text", abc}, {"start", one}, {"end", two}, {"scroll", "!"}},
       "!\x18"
       "c"},
      {{{"op", "chain"},
        {"text", abc},
        {"steps",
         {{{"op", "insert"}, {"coord", one}, {"scroll", "A"}},
          {{"op", "replace"}, {"coord", two}, {"scroll", "B"}},
          {{"op", "remove"}, {"coord", "1.1.1/1.1.1/1.2.1"}}}}},
       "aA\x17"
       "B"},
      {{{"op", "phokenize"},
        {"text",
         "a\x17"
         "b\x17\x17"}},
       scrolls},
      {{{"op", "explode"},
        {"text",
         "a\x17"
         "b\x17\x17"}},
       scrolls},
      {{{"op", "phokenize"}, {"text", ""}}, json::array()},
      {{{"op", "implode"}, {"scrolls", json::array({scrolls[1], scrolls[0]})}},
       "a\x17"
       "b"},
      {{{"op", "dephokenize"}, {"scrolls", scrolls}},
       "a\x17"
       "b"},
      {{{"op", "normalize"}, {"text", "\x17\x18x\x17"}}, "\x18x"},
      {{{"op", "expand"}, {"text", "a\n"}}, "a\x17"},
      {{{"op", "contract"}, {"text", "a\x17"}}, "a\n"},
      {{{"op", "summary"}, {"text", "a\n"}}, "a..."},
      {{{"op", "textmap"}, {"text", "a"}}, "* " + one + ": a\n"},
      {{{"op", "checksum"}, {"text", "a"}}, "a96faf705af16834e6c632b61e964e1f"},
      {{{"op", "manifest"},
        {"text",
         "\x17"
         "a"}},
       "\x17"
       "a96faf705af16834e6c632b61e964e1f"},
      {{{"op", "soundex"}, {"text", "r"}}, "7"},
      {{{"op", "index"}, {"text", abc}},
       "0\x17"
       "2\x18"
       "4"},
      {{{"op", "navmap"}, {"urlbase", "/"}, {"text", "a"}},
       "<ul>\n<li><a href=\"/1.1.1;1.1.1;1.1.1\">" + one + " a</a></li>\n</ul>\n"},
      {{{"op", "merge"}, {"left", "a"}, {"right", "b"}}, "ab"},
      {{{"op", "subtract"}, {"left", abc}, {"right", "x"}},
       "\x17"
       "b\x18"
       "c"},
      {{{"op", "offset"}, {"text", abc}, {"coord", two}}, 2},
      {{{"op", "locate"}, {"text", abc}, {"coord", two}}, {{"start", 2}, {"end", 3}, {"best", two}}},
      {{{"op", "next_scroll"}, {"text", abc}, {"coord", one}},
       {{"coord", one},
        {"scroll", "a"},
        {"next", two},
        {"remaining",
         "b\x18"
         "c"}}},
  };
}

TEST(Batch, AnswersEveryOperationOfItsTable) {
  std::set<std::string> asked;
  for (const Case& c : cases()) {
    EXPECT_EQ(ask(c.request).value("value", json("no value")), c.value) << c.request.dump();
    asked.insert(c.request.at("op"));
  }
  for (const std::string& name : batch_operations()) EXPECT_TRUE(asked.contains(name)) << name;
}

TEST(Batch, EveryArgumentIsRequiredAndNamedWhenItIsMissingOrOfTheWrongType) {
  for (const Case& c : cases()) {
    for (const auto& [key, argument] : c.request.items()) {
      json request = c.request;
      request.erase(key);
      EXPECT_THAT(ask(request).value("error", "no error"), HasSubstr(key + ": missing"));
      request[key] = json::object();
      EXPECT_THAT(ask(request).value("error", "no error"), HasSubstr(key + ": found object"));
    }
  }
}

TEST(Batch, ACoordinateOutOfRangeIsAnError) {
  for (const Case& c : cases()) {
    for (const char* key : {"coord", "a", "b", "start", "end"}) {
      if (!c.request.contains(key) || c.request.at("op") == "validate") continue;
      for (const char* wrong : {"1.1.1/1.1.1/1.1.0", "1.1.1/1.1.1000/1.1.1", "1.1.1", ""}) {
        json request = c.request;
        request[key] = wrong;
        EXPECT_THAT(ask(request).value("error", "no error"), HasSubstr(std::string(key) + ": column"));
      }
    }
  }
  EXPECT_EQ(ask({{"op", "parse_strict"}, {"text", "1.1.1/1.1.1/1.1.0"}}).at("error"),
            "column 17: found 0; expected a number from 1 to 999");
  const json bad = json::array({json::array({"0.1.1/1.1.1/1.1.1", "a"})});
  EXPECT_EQ(ask({{"op", "implode"}, {"scrolls", bad}}).at("error"),
            "scrolls[0][0]: column 1: found 0; expected a number from 1 to 999");
  EXPECT_EQ(ask({{"op", "breaks"}, {"coord", "1.1.1/1.1.1/1.1.999"}, {"kinds", {"scroll"}}}).at("error"),
            "break 1: a scroll break at 1.1.1/1.1.1/1.1.999; expected a scroll below 999");
}

TEST(Batch, AnErrorInAChainNamesTheStep) {
  const json steps = {{{"op", "insert"}, {"coord", "1.1.1/1.1.1/1.1.1"}, {"scroll", std::string(999, '\x17')}}};
  EXPECT_THAT(ask({{"op", "chain"}, {"text", ""}, {"steps", steps}}).at("error"),
              HasSubstr("steps[0]: the edited doc"));
  EXPECT_EQ(ask({{"op", "chain"}, {"text", ""}, {"steps", {{{"op", "swap"}}}}}).at("error"),
            "steps[0]: op: found 'swap'; expected insert, replace or remove");
}

TEST(Batch, AnUnknownOperationIsAnErrorThatSuggestsTheNearest) {
  EXPECT_EQ(ask({{"op", "normalise"}}).at("error"),
            "op: found 'normalise'; did you mean 'normalize'?; expected an operation of the batch mode");
}

TEST(Batch, AnUnknownBreakNameIsAnError) {
  EXPECT_THAT(ask({{"op", "breaks"}, {"coord", "1.1.1/1.1.1/1.1.1"}, {"kinds", {"shelve"}}}).at("error"),
              HasSubstr("kinds[0]: found 'shelve'; did you mean 'shelf'?"));
  EXPECT_THAT(ask({{"op", "is_break"}, {"byte", 256}}).at("error"),
              HasSubstr("byte: found 256; expected a byte from 0 to 255"));
}

TEST(Batch, AMalformedRequestIsAnsweredWithAnErrorUnderANullId) {
  for (const std::string line : {"", " ", "{", "null", "[]", "3", "\"x\"", "{}x", "{\"id\":1e999}", "\xff",
                                 "{\"id\":\"\\ud800\"}", "{\"id\":[[]],\"op\":\"cowbell\",\"text\":\"\"}"}) {
    const json answer = json::parse(answer_line(line));
    EXPECT_TRUE(answer.at("id").is_null()) << line;
    EXPECT_TRUE(answer.contains("error")) << line;
  }
  EXPECT_TRUE(json::parse(answer_line(std::string(100000, '['))).contains("error"));
  EXPECT_TRUE(json::parse(answer_line("{\"id\":" + std::string(100000, '[') + std::string(100000, ']') + "}"))
                  .contains("error"));
}

TEST(Batch, TheIdIsReturnedUnchanged) {
  for (const char* id : {"1", "\"x\"", "-2.5", "true", "null", "18446744073709551615"})
    EXPECT_EQ(answer_line("{\"op\":\"summary\",\"text\":\"\",\"id\":" + std::string(id) + "}"),
              "{\"id\":" + std::string(id) + ",\"value\":\"\"}");
  EXPECT_THAT(answer_line("{\"id\":5}"), HasSubstr("{\"id\":5,\"error\":\"op: missing"));
}

TEST(Batch, EveryLineHasOneAnswerInOrder) {
  std::istringstream in(
      "{\"id\":1,\"op\":\"cowbell\",\"text\":\"\"}\n\nnonsense\n{\"id\":2,\"op\":\"checksum\",\"text\":\"\"}");
  std::ostringstream out;
  run_batch(in, out);
  std::istringstream answers(out.str());
  std::vector<json> lines;
  for (std::string line; std::getline(answers, line);) lines.push_back(json::parse(line));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], json({{"id", 1}, {"value", false}}));
  EXPECT_TRUE(lines[1].contains("error"));
  EXPECT_TRUE(lines[2].contains("error"));
  EXPECT_EQ(lines[3], json({{"id", 2}, {"value", "99aa06d3014798d86001c324468d497f"}}));
}

TEST(Batch, TextPassesThroughByteForByte) {
  const std::string text("\0\x01\x1b\xc3\xa9\xf0\x9f\x98\x80\"\\", 11);
  EXPECT_EQ(ask({{"op", "merge"}, {"left", "x\x01" + text.substr(2)}, {"right", ""}}).at("value"),
            "x\x01" + text.substr(2));
  EXPECT_EQ(ask({{"op", "fetch"}, {"text", text}, {"coord", "1.1.1/1.1.1/1.1.1"}}).at("value"), std::string(1, '\0'));
}

}  // namespace
}  // namespace vtpu::phext

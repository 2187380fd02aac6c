// Does `vtpu-model` answer as its page says, and does each wrong input give one line?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "fresh_folder.h"
#include "paths.h"
#include "reference_model.h"
#include "small_tokenizer.h"
#include "vtpu/model/tokenizer.h"
#include "vtpu/model/transformer.h"

namespace vtpu::model {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Outcome {
  int status = 0;
  std::string out, err;
};

Outcome vtpu_model(const std::string& arguments, const std::string& input = "", const std::string& before = "") {
  const fs::path folder = fresh_folder("vtpu_model_command");
  EXPECT_TRUE(write_file(folder / "in", input));
  const std::string command = "cd '" + folder.string() + "' && " + before + " '" + VTPU_BUILD + "/bin/vtpu-model' " +
                              arguments + " <in >out 2>err";
  const int status = std::system(command.c_str());
  return {WEXITSTATUS(status), read_file(folder / "out").value(), read_file(folder / "err").value()};
}

const std::string kTokenizer = (kQwen3 / "tokenizer.json.xz").string();
const std::string kModel = (kQwen3 / "tiny-f32-gqa2-tied").string();

TEST(VtpuModel, TokenizesAndDetokenizesLineByLine) {
  const Outcome tokens = vtpu_model("tokenize " + kTokenizer, "\"Hello, world\"\n\"\"\n\"\\u00e9<|im_end|>\"\n");
  EXPECT_EQ(tokens.status, 0) << tokens.err;
  EXPECT_EQ(tokens.out, "[9707,11,1879]\n[]\n[963,151645]\n");
  const Outcome texts = vtpu_model("detokenize " + kTokenizer, tokens.out);
  EXPECT_EQ(texts.out, "\"Hello, world\"\n\"\"\n\"\u00e9<|im_end|>\"\n");
}

TEST(VtpuModel, WrongLinesGiveOneErrorWithTheLine) {
  const auto error = [](const char* command, const char* input) {
    const Outcome done = vtpu_model(std::string(command) + " " + kTokenizer, input);
    EXPECT_EQ(done.status, 1);
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
    return done.err;
  };
  EXPECT_THAT(error("tokenize", "\"a\"\nb\n"), HasSubstr("standard input, line 2"));
  EXPECT_THAT(error("tokenize", "3\n"), HasSubstr("found JSON that is no string"));
  EXPECT_THAT(error("detokenize", "[1, -2]\n"), HasSubstr("line 1: found JSON that is no array of token numbers"));
  EXPECT_THAT(error("detokenize", "[151700]\n"), HasSubstr("found the token 151700"));
}

TEST(VtpuModel, LogitsOfEveryPositionAreThoseOfTheModel) {
  const Outcome done = vtpu_model("logits " + kModel + " --tokens 12,139,32 --json");
  ASSERT_EQ(done.status, 0) << done.err;
  const auto rows = parse_json<nlohmann::json>(done.out, "out", "logits").value()["logits"];
  const auto expected = json_of(kQwen3 / "tiny-f32-gqa2-tied/expected.json")["logits"];
  ASSERT_EQ(rows.size(), 3u);
  for (std::size_t t = 0; t < 3; ++t) {
    ASSERT_EQ(rows[t].size(), 160u);
    for (std::size_t k = 0; k < 160; ++k) EXPECT_NEAR(rows[t][k].get<double>(), expected[t][k].get<double>(), 1e-3);
  }
  EXPECT_THAT(vtpu_model("logits " + kModel + " --tokens 160").err,
              HasSubstr("--tokens: found the token 160; expected"));
  EXPECT_THAT(vtpu_model("logits " + kModel + " --tokens 1,,2").err, HasSubstr("--tokens: found ''"));
  EXPECT_THAT(vtpu_model("logits /nowhere --tokens 1").err, HasSubstr("/nowhere/config.json"));
}

TEST(VtpuModel, InfoGivesTheSizes) {
  const Outcome done = vtpu_model("info " + kModel + " --json");
  const auto facts = parse_json<nlohmann::json>(done.out, "out", "facts").value();
  EXPECT_EQ(facts["hidden"], 64);
  EXPECT_EQ(facts["weights"], 72064);
}

/// A random model with a tokenizer of 302 tokens.
fs::path random_model() {
  const fs::path folder = fresh_folder("run_model");
  ReferenceModel({.hidden = 48,
                  .layers = 2,
                  .heads = 4,
                  .kv_heads = 2,
                  .head_width = 16,
                  .inner = 64,
                  .vocabulary = 302,
                  .tied = true,
                  .bf16 = true,
                  .rope = {}},
                 5)
      .write(folder);
  nlohmann::json tokenizer = small_tokenizer();
  for (int token = 260; token < 300; ++token) tokenizer["model"]["vocab"]["filler" + std::to_string(token)] = token;
  EXPECT_TRUE(write_file(folder / "tokenizer.json", json_text(tokenizer)));
  return folder;
}

TEST(VtpuModel, RunStreamsTheGreedyTokens) {
  const fs::path folder = random_model();
  const Tokenizer tokenizer = Tokenizer::load(folder / "tokenizer.json").value();
  Transformer model = Transformer::load(folder, {}).value();
  std::vector<Token> sequence = TextEncoder(tokenizer).encode("ab c").value(), written;
  ASSERT_TRUE(model.append(sequence, Transformer::Logits::last));
  written.push_back(model.greedy(sequence.size() - 1));
  while (written.size() < 20) {
    ASSERT_TRUE(model.append(std::span(&written.back(), 1), Transformer::Logits::last));
    written.push_back(model.greedy(0));
  }
  const Outcome done = vtpu_model("run " + folder.string() + " 'ab c' --tokens 20");
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out, tokenizer.decode(written).value() + "\n");
  EXPECT_THAT(done.err, HasSubstr("3 tokens read"));
}

TEST(VtpuModel, GuessingChangesNothingButTheNumberOfSteps) {
  const std::string command = "run " + random_model().string() + " 'ab c ab c ab' --tokens 120";
  const Outcome plain = vtpu_model(command), guessing = vtpu_model(command + " --guess 7");
  EXPECT_EQ(guessing.status, 0) << guessing.err;
  EXPECT_EQ(guessing.out, plain.out);
  EXPECT_THAT(guessing.err, HasSubstr("120 written"));
  // A greedy model of this size soon repeats itself, so that guesses are accepted.
  EXPECT_THAT(guessing.err, testing::ContainsRegex("[1-9][0-9]* of [1-9][0-9]* guessed tokens accepted"));
  EXPECT_THAT(vtpu_model(command + " --guess 3 --temperature 1").err, HasSubstr("--guess: found a temperature"));
}

TEST(VtpuModel, AQuantizedModelIsReportedAndRunsLikeAnyOther) {
  const fs::path from = random_model(), to = fresh_folder("quantized_model");
  EXPECT_TRUE(write_file(from / "text", "ab c ab ab c"));
  const std::string command = "quantize " + from.string() + " " + to.string() + " --type ";
  const Outcome done = vtpu_model(command + "int8-block --json --text " + (from / "text").string());
  ASSERT_EQ(done.status, 0) << done.err;
  const auto facts = parse_json<nlohmann::json>(done.out, "out", "facts").value();
  EXPECT_LT(facts["bytes_after"], facts["bytes_before"]);
  EXPECT_GT(facts["least_cosine"], 0.99);
  EXPECT_GT(facts["perplexity_after"], 1);
  EXPECT_THAT(vtpu_model("info " + to.string()).out, HasSubstr("\"int8-block\""));
  const Outcome run = vtpu_model("run " + to.string() + " 'ab c' --tokens 5");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("5 written"));
  EXPECT_THAT(vtpu_model(command + "int8-block").err, HasSubstr("is there already"));
  EXPECT_THAT(vtpu_model(command + "int7").err, HasSubstr("--type: found 'int7'"));
}

TEST(VtpuModel, SamplingDependsOnItsSeedOnly) {
  const std::string command =
      "run " + random_model().string() +
      " 'ab c' --tokens 30 --temperature 1.5 --top-k 50 --top-p 0.95 --repetition-penalty 1.1 --seed ";
  const std::string one = vtpu_model(command + "1").out;
  EXPECT_EQ(vtpu_model(command + "1").out, one);
  EXPECT_NE(vtpu_model(command + "2").out, one);
}

TEST(VtpuModel, AnInterruptedRunEndsWithTheTextSoFarAndStatus130) {
  const fs::path folder = random_model();
  const std::string script = "cd '" + folder.string() + "'; '" + VTPU_BUILD +
                             "/bin/vtpu-model' run . ab --tokens 1000000 --positions 65536 >out 2>err & child=$!; "
                             "while [ ! -s out ] && kill -0 $child; do sleep 0.05; done; kill -INT $child; wait $child";
  EXPECT_TRUE(write_file(folder / "script", script));
  const int status = std::system(("bash '" + (folder / "script").string() + "'").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 130) << read_file(folder / "err").value();
  EXPECT_THAT(read_file(folder / "err").value(), HasSubstr("written at"));
  EXPECT_TRUE(read_file(folder / "out").value().ends_with('\n'));
}

}  // namespace
}  // namespace vtpu::model

// Does the forward pass on the vTPU give the logits of independent implementations, and is the work done there?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fresh_folder.h"
#include "paths.h"
#include "reference_model.h"
#include "vtpu/model/transformer.h"

namespace vtpu::model {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::vector<Token> tokens_of(const json& ids) {
  const auto numbers = ids.get<std::vector<int>>();
  return {numbers.begin(), numbers.end()};
}

/// The logits at every position of a prompt, in blocks of `block` tokens.
std::vector<std::vector<double>> logits_of(Transformer& model, const std::vector<Token>& prompt, std::size_t block) {
  std::vector<std::vector<double>> all;
  for (std::size_t at = 0; at < prompt.size(); at += block) {
    const std::size_t count = std::min(block, prompt.size() - at);
    const auto done = model.append(std::span(prompt).subspan(at, count), Transformer::Logits::all);
    EXPECT_TRUE(done) << (done ? "" : done.error().message());
    for (std::size_t t = 0; t < count; ++t) all.emplace_back(model.logits(t).begin(), model.logits(t).end());
  }
  return all;
}

/// The greatest difference of two sets of logits, as a share of the greatest magnitude expected.
double apart(const std::vector<std::vector<double>>& found, const std::vector<std::vector<double>>& expected) {
  EXPECT_EQ(found.size(), expected.size());
  double difference = 0, magnitude = 0;
  for (std::size_t t = 0; t < std::min(found.size(), expected.size()); ++t) {
    EXPECT_EQ(found[t].size(), expected[t].size());
    for (std::size_t k = 0; k < std::min(found[t].size(), expected[t].size()); ++k) {
      EXPECT_TRUE(std::isfinite(found[t][k]));
      difference = std::max(difference, std::abs(found[t][k] - expected[t][k]));
      magnitude = std::max(magnitude, std::abs(expected[t][k]));
    }
  }
  return difference / magnitude;
}

/// The kernels compute in f32 in both cases; weights in bf16 are widened exactly, so one bound holds for both.
constexpr double kBound = 1e-4;

class ShippedModel : public testing::TestWithParam<const char*> {};

TEST_P(ShippedModel, LogitsAreTheExpectedOnesInBlocksAndTokenByToken) {
  const json expected = json_of(kQwen3 / GetParam() / "expected.json");
  Transformer model = Transformer::load(kQwen3 / GetParam(), {}).value();
  const auto logits = expected["logits"].get<std::vector<std::vector<double>>>();
  for (const std::size_t block : {1, 5, 16}) {
    model.restart();
    EXPECT_LT(apart(logits_of(model, tokens_of(expected["prompt"]), block), logits), kBound) << block;
  }
}

TEST_P(ShippedModel, GreedyTokensAreTheExpectedOnes) {
  const json expected = json_of(kQwen3 / GetParam() / "expected.json");
  Transformer model = Transformer::load(kQwen3 / GetParam(), {}).value();
  const auto prompt = tokens_of(expected["prompt"]);
  for (const Token token : prompt) ASSERT_TRUE(model.append(std::span(&token, 1), Transformer::Logits::last));
  std::vector<Token> greedy;
  const auto wanted = tokens_of(expected["greedy_continuation"]);
  while (greedy.size() < wanted.size()) {
    greedy.push_back(model.greedy(0));
    ASSERT_TRUE(model.append(std::span(&greedy.back(), 1), Transformer::Logits::last));
  }
  EXPECT_EQ(greedy, wanted);
}

TEST_P(ShippedModel, AtLeast99PercentOfTheFloatOperationsAreRetiredByTheVtpu) {
  const json expected = json_of(kQwen3 / GetParam() / "expected.json");
  Transformer model = Transformer::load(kQwen3 / GetParam(), {}).value();
  const auto prompt = tokens_of(expected["prompt"]);
  logits_of(model, prompt, 16);
  // The products of matrices alone; a dense op works on 16 lanes and counts for two operations on each at most.
  const ModelConfig& c = model.config();
  const std::int64_t layer = c.hidden * (2 * c.heads + 2 * c.kv_heads) * c.head_width + 3 * c.hidden * c.intermediate;
  const auto products = static_cast<std::uint64_t>(2 * (c.layers * layer + c.hidden * c.vocabulary)) * prompt.size();
  EXPECT_GE(model.work().vtpu.ops[0] * 32, products);
  EXPECT_LE(static_cast<double>(model.work().host), 0.01 * static_cast<double>(products));
}

INSTANTIATE_TEST_SUITE_P(Qwen3, ShippedModel, testing::Values("tiny-f32-gqa2-tied", "tiny-bf16-gqa4-untied"),
                         [](const auto& name) {
                           std::string text = name.param;
                           std::replace(text.begin(), text.end(), '-', '_');
                           return text;
                         });

/// The sizes of a random model.
struct Sizes {
  int hidden, layers, heads, kv_heads, head_width, inner, vocabulary;
  bool tied, bf16;
};
void PrintTo(const Sizes& sizes, std::ostream* out) { *out << sizes.hidden << " wide, " << sizes.heads << " heads"; }

class RandomModel : public testing::TestWithParam<Sizes> {};

TEST_P(RandomModel, LogitsAreThoseOfTheReferenceInDoubles) {
  const Sizes& s = GetParam();
  const ReferenceModel reference({.hidden = s.hidden,
                                  .layers = s.layers,
                                  .heads = s.heads,
                                  .kv_heads = s.kv_heads,
                                  .head_width = s.head_width,
                                  .inner = s.inner,
                                  .vocabulary = s.vocabulary,
                                  .tied = s.tied,
                                  .bf16 = s.bf16,
                                  .rope = {}},
                                 7);
  const std::filesystem::path folder = fresh_folder("random_model");
  reference.write(folder);
  Transformer model = Transformer::load(folder, {.positions = 40, .block = 7}).value();
  std::vector<Token> prompt;
  Random random(3);
  for (int k = 0; k < 40; ++k)
    prompt.emplace_back(static_cast<int>(random.below(static_cast<std::uint64_t>(s.vocabulary))));
  EXPECT_LT(apart(logits_of(model, prompt, 7), reference.logits(prompt)), kBound);
  EXPECT_THAT(model.append(std::span(prompt).first(1), Transformer::Logits::none).error().message(),
              HasSubstr("found 41 tokens; expected at most 40"));
}

INSTANTIATE_TEST_SUITE_P(OddSizes, RandomModel,
                         testing::Values(Sizes{72, 2, 6, 3, 24, 100, 97, false, true},
                                         Sizes{72, 2, 6, 3, 24, 100, 97, true, false},
                                         Sizes{33, 1, 1, 1, 2, 1, 3, false, false},
                                         Sizes{40, 1, 5, 1, 34, 17, 50, true, true},
                                         Sizes{64, 3, 9, 3, 64, 130, 2050, false, true}));

TEST(RotationScaling, IsReadAsHuggingFacesTransformersReadIt) {
  const auto config = [](const json& scaling) {
    json file = json_of(kQwen3 / "tiny-f32-gqa2-tied/config.json");
    file["rope_scaling"] = scaling;
    return ModelConfig::parse(json_text(file), "config.json");
  };
  const ModelConfig plain = config(nullptr).value();
  const ModelConfig linear = config({{"rope_type", "linear"}, {"factor", 4.0}}).value();
  const ModelConfig yarn =
      config({{"rope_type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 1024}}).value();
  ASSERT_EQ(plain.frequencies.size(), 8u);
  for (std::size_t k = 0; k < 8; ++k) {
    EXPECT_DOUBLE_EQ(plain.frequencies[k], std::pow(1e6, -static_cast<double>(k) / 8));
    EXPECT_DOUBLE_EQ(linear.frequencies[k], plain.frequencies[k] / 4);
    EXPECT_LE(yarn.frequencies[k], plain.frequencies[k]);
    EXPECT_GE(yarn.frequencies[k], linear.frequencies[k]);
  }
  EXPECT_DOUBLE_EQ(yarn.frequencies.front(), plain.frequencies.front());
  EXPECT_DOUBLE_EQ(yarn.frequencies.back(), linear.frequencies.back());
  EXPECT_NEAR(yarn.rotation_scale, 0.1 * std::log(4.0) + 1, 1e-12);
  EXPECT_THAT(config({{"rope_type", "dynamic"}, {"factor", 4.0}}).error().message(), HasSubstr("\"dynamic\""));
}

TEST(Config, WhatIsNotSupportedIsRefusedByName) {
  const auto error = [](const char* key, const json& value) {
    json file = json_of(kQwen3 / "tiny-f32-gqa2-tied/config.json");
    file[key] = value;
    const auto config = ModelConfig::parse(json_text(file), "config.json");
    return config ? std::string("accepted") : config.error().message();
  };
  EXPECT_EQ(error("hidden_act", "silu"), "accepted");
  EXPECT_THAT(error("architectures", {"LlamaForCausalLM"}),
              HasSubstr("config.json: architectures: found [\"LlamaForCausalLM\"]"));
  EXPECT_THAT(error("hidden_act", "gelu"), HasSubstr("gelu"));
  EXPECT_THAT(error("attention_bias", true), HasSubstr("attention_bias"));
  EXPECT_THAT(error("use_sliding_window", true), HasSubstr("use_sliding_window"));
  EXPECT_THAT(error("quantization_config", {{"bits", 4}}), HasSubstr("quantization_config"));
  EXPECT_THAT(error("num_attention_heads", 3), HasSubstr("a multiple of num_key_value_heads"));
  EXPECT_THAT(error("head_dim", 15), HasSubstr("an even number"));
  EXPECT_THAT(error("hidden_size", 0), HasSubstr("a whole number from 1"));
  EXPECT_THAT(error("hidden_size", "64"), HasSubstr("hidden_size"));
  EXPECT_THAT(error("hidden_size", nullptr), HasSubstr("is missing"));
  EXPECT_THAT(error("vocab_size", 1e30), HasSubstr("vocab_size"));
  EXPECT_THAT(error("rope_theta", nullptr), HasSubstr("rope_theta"));
}

}  // namespace
}  // namespace vtpu::model

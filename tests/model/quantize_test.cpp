// Are quantised weights near the original ones, and does the vTPU compute with exactly what is stored?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "fresh_folder.h"
#include "paths.h"
#include "reference_model.h"
#include "vtpu/model/quantize.h"
#include "vtpu/model/weight_matrix.h"

namespace vtpu::model {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

fs::path folder(const std::string& name) { return fresh_folder("quantize_" + name); }

/// Half the distance of two levels bounds the error of 8 bits. In 4 bits, an element may be clipped by a level and a
/// half. The scale is rounded to bf16.
double greatest_error(WeightType type, float scale) {
  return std::abs(scale) * (type == WeightType::int4_block ? 1.55 : 0.51);
}

struct Case {
  WeightType type;
  int hidden, heads, kv_heads, head_width, inner;
  bool tied;
};
void PrintTo(const Case& c, std::ostream* out) { *out << choice_name(c.type) << ", " << c.hidden << " wide"; }

class QuantizedModel : public testing::TestWithParam<Case> {
 protected:
  QuantizedModel()
      : reference_({.hidden = GetParam().hidden,
                    .layers = 2,
                    .heads = GetParam().heads,
                    .kv_heads = GetParam().kv_heads,
                    .head_width = GetParam().head_width,
                    .inner = GetParam().inner,
                    .vocabulary = 97,
                    .tied = GetParam().tied,
                    .bf16 = false,
                    .rope = {}},
                   11) {}
  ReferenceModel reference_;
};

TEST_P(QuantizedModel, IsComputedAsItIsStored) {
  const fs::path from = folder("from"), to = folder("to");
  reference_.write(from);
  const auto made = quantize_model(from, to, GetParam().type);
  ASSERT_TRUE(made) << made.error().message();
  const ModelConfig config = ModelConfig::load(to / "config.json").value();
  const Checkpoint before = Checkpoint::open(from).value(), after = Checkpoint::open(to).value();
  const WeightType type = weight_type(config, after);
  EXPECT_EQ(type, GetParam().type);
  for (const MatrixShape& shape : matrices_of(config)) {
    const std::int64_t run = block_run(config, shape.name, shape.columns);
    const auto old = WeightMatrix::find(before, shape.name, shape.rows, shape.columns, run, WeightType::f32).value();
    const auto stored = WeightMatrix::find(after, shape.name, shape.rows, shape.columns, run, type).value();
    for (std::int64_t r = 0; r < shape.rows; ++r)
      for (std::int64_t k = 0; k < shape.columns; ++k) {
        double bound = std::abs(old.at(r, k)) / 256;  // of bf16
        if (is_quantized(type)) {
          const float scale = std::bit_cast<float>(std::uint32_t{stored.scale_bits(r, stored.blocks().of(k))} << 16);
          bound = greatest_error(type, scale);
        }
        ASSERT_NEAR(stored.at(r, k), old.at(r, k), bound) << shape.name << " " << r << " " << k;
      }
    reference_.set(shape.name, [&](std::int64_t r, std::int64_t k) { return stored.at(r, k); });
  }
  Transformer model = Transformer::load(to, {.positions = 24, .block = 5}).value();
  std::vector<Token> tokens;
  Random random(3);
  for (int k = 0; k < 24; ++k) tokens.emplace_back(static_cast<int>(random.below(97)));
  const auto expected = reference_.logits(tokens);
  // What remains is the rounding of the inputs of products, to 8 bits for each block of 32. A weight in a wrong place
  // would leave no resemblance.
  for (std::size_t at = 0; at < tokens.size(); at += 5) {
    const std::size_t count = std::min<std::size_t>(5, tokens.size() - at);
    ASSERT_TRUE(model.append(std::span(tokens).subspan(at, count), Transformer::Logits::all));
    for (std::size_t t = 0; t < count; ++t) {
      const auto found = model.logits(t);
      double product = 0, squares = 0, wanted = 0;
      for (std::size_t k = 0; k < found.size(); ++k) {
        product += found[k] * expected[at + t][k];
        squares += static_cast<double>(found[k]) * found[k];
        wanted += expected[at + t][k] * expected[at + t][k];
      }
      EXPECT_GT(product / std::sqrt(squares * wanted), 0.999) << at + t;
      EXPECT_NEAR(std::sqrt(squares / wanted), 1, 0.02) << at + t;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TypesAndSizes, QuantizedModel,
                         testing::Values(Case{WeightType::bf16, 72, 6, 3, 24, 100, false},
                                         Case{WeightType::int8_row, 72, 6, 3, 24, 100, false},
                                         Case{WeightType::int8_block, 72, 6, 3, 24, 100, true},
                                         Case{WeightType::int4_block, 72, 6, 3, 24, 100, false},
                                         Case{WeightType::int8_block, 128, 4, 2, 64, 192, false},
                                         Case{WeightType::int4_block, 128, 2, 1, 128, 192, true},
                                         Case{WeightType::int4_block, 33, 1, 1, 6, 1, true},
                                         Case{WeightType::int8_row, 40, 5, 1, 34, 17, true}));

TEST(Quantize, ReportsTheLossAndLessOfItWithMoreBits) {
  const fs::path from = kQwen3 / "tiny-f32-gqa2-tied";
  std::vector<Token> tokens;
  Random random(5);
  for (int k = 0; k < 40; ++k) tokens.emplace_back(static_cast<int>(random.below(160)));
  std::vector<double> divergences, errors;
  for (const WeightType type : {WeightType::int4_block, WeightType::int8_block, WeightType::bf16}) {
    const fs::path to = folder("report");
    const auto made = quantize_model(from, to, type);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_LT(made->bytes_after, made->bytes_before);
    Transformer before = Transformer::load(from, {}).value(), after = Transformer::load(to, {}).value();
    const auto compared = compare_models(before, after, tokens).value();
    EXPECT_EQ(compared.positions, 40);
    EXPECT_LE(compared.least_cosine, compared.mean_cosine);
    EXPECT_GT(compared.divergence, 0);
    divergences.push_back(compared.divergence);
    errors.push_back(made->weight_error);
  }
  EXPECT_TRUE(std::is_sorted(divergences.rbegin(), divergences.rend()));
  EXPECT_TRUE(std::is_sorted(errors.rbegin(), errors.rend()));
}

TEST(Quantize, AModelComparedWithItselfLosesNothing) {
  const fs::path from = kQwen3 / "tiny-bf16-gqa4-untied";
  Transformer one = Transformer::load(from, {}).value(), two = Transformer::load(from, {}).value();
  const std::vector<Token> tokens = {Token(3), Token(1), Token(4), Token(1), Token(5)};
  const auto compared = compare_models(one, two, tokens).value();
  EXPECT_NEAR(compared.least_cosine, 1, 1e-12);
  EXPECT_EQ(compared.divergence, 0);
  EXPECT_EQ(compared.same_choice, 1);
  EXPECT_EQ(compared.perplexity_before, compared.perplexity_after);
}

TEST(Quantize, AFolderThatHasFilesAndAWrongTypeAreRefused) {
  const fs::path from = kQwen3 / "tiny-f32-gqa2-tied";
  EXPECT_THAT(quantize_model(from, from, WeightType::int8_row).error().message(), HasSubstr("is there already"));
  EXPECT_THAT(quantize_model(from, folder("none"), WeightType::f32).error().message(), HasSubstr("found f32"));
}

TEST(Quantize, AFileThatDoesNotFitItsConfigurationIsRefused) {
  const fs::path to = folder("wrong");
  ASSERT_TRUE(quantize_model(kQwen3 / "tiny-f32-gqa2-tied", to, WeightType::int8_block));
  const nlohmann::json config = json_of(to / "config.json");
  const auto error = [&](const nlohmann::json& quantization) {
    nlohmann::json changed = config;
    changed["quantization_config"] = quantization;
    EXPECT_TRUE(write_file(to / "config.json", json_text(changed)));
    const auto loaded = Transformer::load(to, {});
    return loaded ? std::string("accepted") : loaded.error().message();
  };
  EXPECT_EQ(error(config["quantization_config"]), "accepted");
  EXPECT_THAT(error(nullptr), HasSubstr("found elements of type I8, which is not supported; expected F32 or BF16"));
  EXPECT_THAT(error({{"quant_method", "vtpu"}, {"weights", "int4-block"}}), HasSubstr("by config.json"));
  EXPECT_THAT(error({{"quant_method", "vtpu"}, {"weights", "int8-row"}}), HasSubstr("weight_scale"));
  EXPECT_THAT(error({{"quant_method", "vtpu"}, {"weights", "int9"}}), HasSubstr("int9"));
  EXPECT_THAT(error({{"quant_method", "gptq"}, {"bits", 4}}), HasSubstr("quantization_config: found"));
}

}  // namespace
}  // namespace vtpu::model

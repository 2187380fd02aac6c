#include "vtpu/model/weight_matrix.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::model {
namespace {

float widened(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// The nearest number in bf16; of two, the even one.
std::uint16_t nearest_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

std::uint16_t half_word(const TensorView& tensor, std::int64_t at) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, tensor.bytes.data() + 2 * at, 2);
  return bits;
}

Result<void> check_type(const TensorView& tensor, const std::vector<ElementType>& allowed, const std::string& name) {
  if (std::find(allowed.begin(), allowed.end(), tensor.type) != allowed.end()) return {};
  std::string names;
  for (const ElementType each : allowed) names += (names.empty() ? "" : " or ") + choice_name(each);
  return Error{"tensor " + name, "found elements of type " + choice_name(tensor.type) + ", which is not supported",
               names};
}

struct Levels {
  int least, most;
};
Levels levels_of(WeightType type) { return type == WeightType::int4_block ? Levels{-8, 7} : Levels{-127, 127}; }

int level_of(float value, float scale, Levels levels) {
  if (scale == 0) return 0;
  return static_cast<int>(
      std::clamp(std::nearbyint(value / scale), static_cast<float>(levels.least), static_cast<float>(levels.most)));
}

double squared_error(std::span<const float> values, float scale, Levels levels) {
  double sum = 0;
  for (const float value : values) {
    const double error = static_cast<double>(value) - static_cast<double>(scale) * level_of(value, scale, levels);
    sum += error * error;
  }
  return sum;
}

/// The scale in bf16 with the least squared error among those that map the element of greatest magnitude to the least
/// level, or a little within the range. With 8 levels on a side, clipping the greatest often pays.
std::uint16_t best_scale(std::span<const float> values, WeightType type) {
  float greatest = 0;
  for (const float value : values)
    if (std::abs(value) > std::abs(greatest)) greatest = value;
  const Levels levels = levels_of(type);
  if (type != WeightType::int4_block) {
    std::uint16_t bits = nearest_bf16(std::abs(greatest) / static_cast<float>(levels.most));
    // A scale that was rounded down would clip the greatest element.
    if (widened(bits) * static_cast<float>(levels.most) < std::abs(greatest)) ++bits;
    return bits;
  }
  std::uint16_t best = 0;
  double least = HUGE_VAL;
  for (const float level : {-8.0F, -7.5F, -7.0F, -8.5F, 7.0F}) {
    const std::uint16_t bits = nearest_bf16(greatest / level);
    const double error = squared_error(values, widened(bits), levels);
    if (error < least) least = error, best = bits;
  }
  return best;
}

}  // namespace

std::string scale_name(const std::string& matrix) { return matrix + "_scale"; }

std::vector<MatrixShape> matrices_of(const ModelConfig& config) {
  const std::int64_t q = config.heads * config.head_width, kv = config.kv_heads * config.head_width;
  std::vector<MatrixShape> all = {{"model.embed_tokens.weight", config.vocabulary, config.hidden}};
  if (!config.tied) all.push_back({"lm_head.weight", config.vocabulary, config.hidden});
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    const std::string name = fmt::format("model.layers.{}.", layer);
    all.push_back({name + "self_attn.q_proj.weight", q, config.hidden});
    all.push_back({name + "self_attn.k_proj.weight", kv, config.hidden});
    all.push_back({name + "self_attn.v_proj.weight", kv, config.hidden});
    all.push_back({name + "self_attn.o_proj.weight", config.hidden, q});
    all.push_back({name + "mlp.gate_proj.weight", config.intermediate, config.hidden});
    all.push_back({name + "mlp.up_proj.weight", config.intermediate, config.hidden});
    all.push_back({name + "mlp.down_proj.weight", config.hidden, config.intermediate});
  }
  return all;
}

std::int64_t block_run(const ModelConfig& config, const std::string& matrix, std::int64_t columns) {
  return matrix.ends_with("self_attn.o_proj.weight") ? config.head_width / 2 : columns;
}

WeightType weight_type(const ModelConfig& config, const Checkpoint& checkpoint) {
  if (config.quantized) return *config.quantized;
  for (const auto& [name, tensor] : checkpoint.tensors())
    if (tensor.shape.size() == 2 && tensor.type == ElementType::f32) return WeightType::f32;
  return WeightType::bf16;
}

Result<void> check_floats(const TensorView& tensor, const std::string& name) {
  return check_type(tensor, {ElementType::f32, ElementType::bf16}, name);
}

float float_at(const TensorView& tensor, std::int64_t at) {
  if (tensor.type == ElementType::bf16) return widened(half_word(tensor, at));
  VTPU_CHECK(tensor.type == ElementType::f32, "the tensor has elements in F32 or BF16");
  float value = 0;
  std::memcpy(&value, tensor.bytes.data() + 4 * at, 4);
  return value;
}

WeightMatrix::WeightMatrix(WeightType type, std::int64_t rows, const ColumnBlocks& blocks, TensorView values,
                           TensorView scales)
    : type_(type), rows_(rows), blocks_(blocks), values_(std::move(values)), scales_(std::move(scales)) {}

Result<WeightMatrix> WeightMatrix::find(const Checkpoint& checkpoint, const std::string& name, std::int64_t rows,
                                        std::int64_t columns, std::int64_t run, WeightType type) {
  VTPU_CHECK(columns % run == 0, "blocks begin anew at a divisor of the columns");
  const bool halves = type == WeightType::int4_block;
  const auto values = checkpoint.find(name, {rows, halves ? (columns + 1) / 2 : columns});
  if (!values) return values.error();
  const ColumnBlocks blocks{columns, run};
  if (!is_quantized(type)) {
    if (const auto suits = check_floats(*values, name); !suits) return suits.error();
    return WeightMatrix(type, rows, blocks, *values, {});
  }
  if (const auto suits = check_type(*values, {halves ? ElementType::u8 : ElementType::i8}, name); !suits)
    return suits.error();
  const auto scales = checkpoint.find(scale_name(name), {rows, type == WeightType::int8_row ? 1 : blocks.count()});
  if (!scales) return scales.error();
  if (const auto suits = check_type(*scales, {ElementType::bf16}, scale_name(name)); !suits) return suits.error();
  for (std::int64_t at = 0; at < scales->shape[0] * scales->shape[1]; ++at)
    if (!std::isfinite(float_at(*scales, at)))
      return Error{"tensor " + scale_name(name), fmt::format("found {} at {}", float_at(*scales, at), at),
                   "finite numbers"};
  return WeightMatrix(type, rows, blocks, *values, *scales);
}

int WeightMatrix::level(std::int64_t row, std::int64_t column) const {
  if (type_ != WeightType::int4_block)
    return static_cast<std::int8_t>(values_.bytes[static_cast<std::size_t>(row * columns() + column)]);
  const std::byte both = values_.bytes[static_cast<std::size_t>(row * values_.shape[1] + column / 2)];
  return std::to_integer<int>(column % 2 == 0 ? both & std::byte{15} : both >> 4) - 8;
}

std::uint16_t WeightMatrix::scale_bits(std::int64_t row, std::int64_t block) const {
  return half_word(scales_, row * scales_.shape[1] + (type_ == WeightType::int8_row ? 0 : block));
}

float WeightMatrix::at(std::int64_t row, std::int64_t column) const {
  if (!is_quantized(type_)) return float_at(values_, row * columns() + column);
  return static_cast<float>(level(row, column)) * widened(scale_bits(row, blocks_.of(column)));
}

Result<StoredMatrix> store_matrix(const WeightMatrix& from, WeightType type, const std::string& name) {
  VTPU_CHECK(type != WeightType::f32, "a matrix is stored in fewer bits");
  StoredMatrix stored;
  const std::int64_t rows = from.rows(), columns = from.columns();
  const bool halves = type == WeightType::int4_block;
  const auto row_bytes = static_cast<std::size_t>(type == WeightType::bf16 ? 2 * columns
                                                  : halves                 ? (columns + 1) / 2
                                                                           : columns);
  stored.shape = {rows, halves ? (columns + 1) / 2 : columns};
  stored.values.resize(static_cast<std::size_t>(rows) * row_bytes);
  const Levels levels = levels_of(type);
  std::vector<float> row(static_cast<std::size_t>(columns));
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t k = 0; k < columns; ++k) {
      const float value = from.at(r, k);
      if (!std::isfinite(value))
        return Error{"tensor " + name, fmt::format("found {} in row {}, column {}", value, r, k), "finite numbers"};
      row[static_cast<std::size_t>(k)] = value;
      stored.squares += static_cast<double>(value) * value;
    }
    std::byte* const to = stored.values.data() + static_cast<std::size_t>(r) * row_bytes;
    if (type == WeightType::bf16) {
      for (std::size_t k = 0; k < row.size(); ++k) {
        const std::uint16_t bits = nearest_bf16(row[k]);
        std::memcpy(to + 2 * k, &bits, 2);
        const double error = static_cast<double>(row[k]) - widened(bits);
        stored.squared_error += error * error;
      }
      continue;
    }
    for (std::size_t begin = 0, end = 0; begin < row.size(); begin = end) {
      end = row.size();
      if (type != WeightType::int8_row) {
        const std::int64_t run_end = (static_cast<std::int64_t>(begin) / from.blocks().run + 1) * from.blocks().run;
        end = std::min(begin + ColumnBlocks::kMost, static_cast<std::size_t>(run_end));
      }
      const std::span<const float> block = std::span(row).subspan(begin, end - begin);
      const std::uint16_t bits = best_scale(block, type);
      const float scale = widened(bits);
      stored.scales.resize(stored.scales.size() + 2);
      std::memcpy(stored.scales.data() + stored.scales.size() - 2, &bits, 2);
      stored.squared_error += squared_error(block, scale, levels);
      for (std::size_t k = begin; k < end; ++k) {
        const int level = level_of(row[k], scale, levels);
        if (halves)
          to[k / 2] |= std::byte{static_cast<std::uint8_t>((level + 8) << (k % 2 == 0 ? 0 : 4))};
        else
          to[k] = std::byte{static_cast<std::uint8_t>(level)};
      }
    }
  }
  if (is_quantized(type)) stored.scale_shape = {rows, static_cast<std::int64_t>(stored.scales.size()) / 2 / rows};
  return stored;
}

}  // namespace vtpu::model

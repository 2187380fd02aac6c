#pragma once
#include <cstdint>

#include "vtpu/base/choice.h"

namespace vtpu::model {

/// How the matrices of a model are stored.
enum class WeightType : std::uint8_t {
  f32,
  bf16,
  int8_row,    ///< 8 bits, one scale for each row
  int8_block,  ///< 8 bits, one scale for each 32 elements of a row
  int4_block   ///< 4 bits, one scale for each 32 elements of a row
};

/// Whether elements are whole multiples of a scale.
constexpr bool is_quantized(WeightType type) { return type >= WeightType::int8_row; }

}  // namespace vtpu::model

template <>
inline constexpr vtpu::Choices<vtpu::model::WeightType, 5> vtpu::kChoices<vtpu::model::WeightType>{
    {{vtpu::model::WeightType::f32, "f32"},
     {vtpu::model::WeightType::bf16, "bf16"},
     {vtpu::model::WeightType::int8_row, "int8-row"},
     {vtpu::model::WeightType::int8_block, "int8-block"},
     {vtpu::model::WeightType::int4_block, "int4-block"}}};

#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/choice.h"
#include "vtpu/base/result.h"

// The safetensors format: the length of a header as 8 bytes, the header in JSON, the tensors' bytes.
// Source: https://github.com/huggingface/safetensors, README.

namespace vtpu::model {

enum class ElementType : std::uint8_t {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  f64,
  i64,
  u64
};
std::size_t bytes_of(ElementType type);

/// A tensor in memory, row-major without gaps and of any alignment.
struct TensorView {
  ElementType type = ElementType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};
using Tensors = std::map<std::string, TensorView>;

/// The tensors of a file, as views of its bytes. Error: `name`, the tensor, what is wrong: a header that exceeds the
/// file or 100 MB or is not JSON, a key given twice, an unknown type, a shape whose product is not the number of bytes,
/// bytes that overlap, leave a gap or end outside the file.
Result<Tensors> parse_safetensors(std::span<const std::byte> file, const std::string& name);

/// Writes a file as `write_file` does. The header is padded so that the tensors begin at a multiple of 64 bytes.
/// Error: as `write_file`.
Result<void> write_safetensors(const std::filesystem::path& path, const Tensors& tensors);

}  // namespace vtpu::model

template <>
inline constexpr vtpu::Choices<vtpu::model::ElementType, 15> vtpu::kChoices<vtpu::model::ElementType>{
    {{vtpu::model::ElementType::boolean, "BOOL"},
     {vtpu::model::ElementType::u8, "U8"},
     {vtpu::model::ElementType::i8, "I8"},
     {vtpu::model::ElementType::f8_e5m2, "F8_E5M2"},
     {vtpu::model::ElementType::f8_e4m3, "F8_E4M3"},
     {vtpu::model::ElementType::i16, "I16"},
     {vtpu::model::ElementType::u16, "U16"},
     {vtpu::model::ElementType::f16, "F16"},
     {vtpu::model::ElementType::bf16, "BF16"},
     {vtpu::model::ElementType::i32, "I32"},
     {vtpu::model::ElementType::u32, "U32"},
     {vtpu::model::ElementType::f32, "F32"},
     {vtpu::model::ElementType::f64, "F64"},
     {vtpu::model::ElementType::i64, "I64"},
     {vtpu::model::ElementType::u64, "U64"}}};

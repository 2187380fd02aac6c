#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/choice.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/compiler/ir/ir.h"

// Elements of tensors, which are filled before a run and shown after it.

namespace vtpu::command {

enum class Fill : std::uint8_t { zeros, ones, count, random };

/// The shortest text that reads back as the element.
std::string element_text(compiler::ir::Element element, const std::byte* at);

/// Fills a tensor. Random elements are integers: −8 to 8 in tensors of floats, so that their sums are exact in any
/// order, and 0 to 9 in tensors of integers, which may be indices.
void fill(const compiler::ir::Tensor& tensor, std::span<std::byte> bytes, Fill how, Random random);

/// `f32[4, 16]`
std::string type_text(const compiler::ir::Tensor& tensor);

/// The index of the mapped tensor with a name. Error: there is none.
Result<std::size_t> find_tensor(std::span<const compiler::ir::Tensor> shapes, const std::string& option,
                                std::string_view name);

/// How to fill each tensor, from texts `NAME=KIND`; other tensors get `otherwise`.
Result<std::vector<Fill>> read_fills(std::span<const compiler::ir::Tensor> shapes,
                                     const std::vector<std::string>& texts, Fill otherwise);

/// The file of each tensor that has one, from texts `NAME=FILE`.
Result<std::map<std::string, std::filesystem::path>> read_backings(std::span<const compiler::ir::Tensor> shapes,
                                                                   const std::vector<std::string>& texts);

/// Number of elements to show by tensor, from texts `NAME[:COUNT]`; without a count, `otherwise`.
Result<std::map<std::size_t, std::size_t>> read_shows(std::span<const compiler::ir::Tensor> shapes,
                                                      const std::vector<std::string>& texts, std::size_t otherwise);

}  // namespace vtpu::command

template <>
inline constexpr vtpu::Choices<vtpu::command::Fill, 4> vtpu::kChoices<vtpu::command::Fill>{
    {{vtpu::command::Fill::zeros, "zeros"},
     {vtpu::command::Fill::ones, "ones"},
     {vtpu::command::Fill::count, "count"},
     {vtpu::command::Fill::random, "random"}}};

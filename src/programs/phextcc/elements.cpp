#include "programs/phextcc/elements.h"

#include <fmt/core.h>

#include <bit>
#include <cstring>
#include <utility>

#include "vtpu/base/text.h"

namespace vtpu::command {
namespace {

/// Stores a whole number as an element; integers keep its low bits.
void store_element(compiler::ir::Element element, std::byte* at, std::int64_t number) {
  using compiler::ir::Element;
  const auto put_bits = [at](auto bits) { std::memcpy(at, &bits, sizeof bits); };
  switch (element) {
    case Element::f32: return put_bits(static_cast<float>(number));
    case Element::f64: return put_bits(static_cast<double>(number));
    case Element::bf16:
      return put_bits(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(number)) >> 16));
    default: std::memcpy(at, &number, compiler::ir::size_of(element));  // little-endian
  }
}

}  // namespace

std::string element_text(compiler::ir::Element element, const std::byte* at) {
  using compiler::ir::Element;
  const auto bits = [at](auto value) {
    std::memcpy(&value, at, sizeof value);
    return value;
  };
  switch (element) {
    case Element::i8: return fmt::format("{}", static_cast<int>(bits(std::int8_t{})));
    case Element::u8: return fmt::format("{}", static_cast<int>(bits(std::uint8_t{})));
    case Element::u16: return fmt::format("{}", bits(std::uint16_t{}));
    case Element::bf16:
      return fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(bits(std::uint16_t{})) << 16));
    case Element::i32: return fmt::format("{}", bits(std::int32_t{}));
    case Element::f32: return fmt::format("{}", bits(float{}));
    case Element::i64: return fmt::format("{}", bits(std::int64_t{}));
    case Element::f64: return fmt::format("{}", bits(double{}));
  }
  return {};
}

void fill(const compiler::ir::Tensor& tensor, std::span<std::byte> bytes, Fill how, Random random) {
  using compiler::ir::Element;
  const bool floats =
      tensor.element == Element::bf16 || tensor.element == Element::f32 || tensor.element == Element::f64;
  const std::size_t size = compiler::ir::size_of(tensor.element);
  for (std::size_t k = 0; k < bytes.size() / size; ++k) {
    std::int64_t number = 0;
    switch (how) {
      case Fill::zeros: break;
      case Fill::ones: number = 1; break;
      case Fill::count: number = static_cast<std::int64_t>(k); break;
      case Fill::random:
        number = floats ? static_cast<std::int64_t>(random.below(17)) - 8 : static_cast<std::int64_t>(random.below(10));
    }
    store_element(tensor.element, bytes.data() + k * size, number);
  }
}

std::string type_text(const compiler::ir::Tensor& tensor) {
  std::string sides;
  for (const std::int64_t side : tensor.shape) sides += (sides.empty() ? "" : ", ") + std::to_string(side);
  return fmt::format("{}[{}]", compiler::ir::name_of(tensor.element), sides);
}

Result<std::size_t> find_tensor(std::span<const compiler::ir::Tensor> shapes, const std::string& option,
                                std::string_view name) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    if (shapes[k].name == name) return k;
    names.push_back(shapes[k].name);
  }
  return Error{option, "no mapped tensor " + quoted_with_hint(name, names),
               names.empty() ? "a kernel that has one" : join(names, ", ")};
}

Result<std::vector<Fill>> read_fills(std::span<const compiler::ir::Tensor> shapes,
                                     const std::vector<std::string>& texts, Fill otherwise) {
  std::vector<Fill> fills(shapes.size(), otherwise);
  for (const std::string& text : texts) {
    const std::string option = "--fill " + text;
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) return Error{option, "no '='", "NAME=KIND"};
    const auto tensor = find_tensor(shapes, option, std::string_view(text).substr(0, equals));
    if (!tensor) return tensor.error();
    const auto kind = parse_choice<Fill>(std::string_view(text).substr(equals + 1), option);
    if (!kind) return kind.error();
    fills[*tensor] = *kind;
  }
  return fills;
}

Result<std::map<std::string, std::filesystem::path>> read_backings(std::span<const compiler::ir::Tensor> shapes,
                                                                   const std::vector<std::string>& texts) {
  std::map<std::string, std::filesystem::path> files;
  for (const std::string& text : texts) {
    const std::string option = "--backing " + text;
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals + 1 == text.size()) return Error{option, "no '=' and file", "NAME=FILE"};
    const std::string name = text.substr(0, equals);
    if (const auto tensor = find_tensor(shapes, option, name); !tensor) return tensor.error();
    if (!files.emplace(name, text.substr(equals + 1)).second)
      return Error{option, "a second file of one tensor", "one"};
  }
  return files;
}

Result<std::map<std::size_t, std::size_t>> read_shows(std::span<const compiler::ir::Tensor> shapes,
                                                      const std::vector<std::string>& texts, std::size_t otherwise) {
  std::map<std::size_t, std::size_t> shows;
  for (const std::string& text : texts) {
    const std::string option = "--show " + text;
    const std::size_t colon = text.find(':');
    const auto tensor = find_tensor(shapes, option, std::string_view(text).substr(0, colon));
    if (!tensor) return tensor.error();
    shows[*tensor] = otherwise;
    if (colon == std::string::npos) continue;
    const auto count = parse_integer(std::string_view(text).substr(colon + 1), option);
    if (!count) return count.error();
    if (*count < 0) return Error{option, fmt::format("found {}", *count), "a number of elements"};
    shows[*tensor] = static_cast<std::size_t>(*count);
  }
  return shows;
}

}  // namespace vtpu::command

#include "vtpu/model/safetensors.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"
#include "vtpu/model/json_fields.h"

namespace vtpu::model {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMostHeader = 100'000'000;  // of the format's own library
constexpr std::size_t kPrefix = 8, kAlignment = 64;

/// A list of whole numbers that are not negative; none otherwise.
std::optional<std::vector<std::uint64_t>> whole_numbers(const json* value) {
  if (value == nullptr || !value->is_array()) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  for (const json& each : *value) {
    if (!each.is_number_unsigned() || each.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) return std::nullopt;
    numbers.push_back(each.get<std::uint64_t>());
  }
  return numbers;
}

/// The tensor of one entry; its bytes begin at `from` of the data.
Result<TensorView> tensor_of(const json& entry, std::span<const std::byte> data, const std::string& where,
                             std::uint64_t& from) {
  if (!entry.is_object()) return Error{where, "found " + shown_json(entry), "an object"};
  const auto name = text_field(entry, "dtype", where);
  if (!name) return name.error();
  const auto type = parse_choice<ElementType>(*name, where + ": dtype");
  if (!type) return type.error();
  TensorView tensor{*type, {}, {}};
  const auto shape = whole_numbers(field(entry, "shape"));
  if (!shape) return Error{where + ": shape", "is missing or wrong", "a list of sizes"};
  unsigned __int128 bytes = bytes_of(*type);
  for (const std::uint64_t side : *shape) {
    tensor.shape.push_back(static_cast<std::int64_t>(side));
    bytes *= side;
    if (bytes > std::uint64_t{INT64_MAX}) return Error{where + ": shape", "has too many elements", "fewer"};
  }
  const auto offsets = whole_numbers(field(entry, "data_offsets"));
  if (!offsets || offsets->size() != 2 || (*offsets)[0] > (*offsets)[1])
    return Error{where + ": data_offsets", "is missing or wrong", "[begin, end]"};
  const std::uint64_t begin = (*offsets)[0], end = (*offsets)[1];
  if (end > data.size())
    return Error{where + ": data_offsets", fmt::format("found the end {}", end),
                 fmt::format("at most {}, where the file ends", data.size())};
  if (end - begin != bytes)
    return Error{where, fmt::format("found {} bytes", end - begin),
                 fmt::format("{}, by its shape and type", static_cast<std::uint64_t>(bytes))};
  tensor.bytes = data.subspan(begin, end - begin);
  from = begin;
  return tensor;
}

}  // namespace

std::size_t bytes_of(ElementType type) {
  switch (type) {
    case ElementType::boolean:
    case ElementType::u8:
    case ElementType::i8:
    case ElementType::f8_e5m2:
    case ElementType::f8_e4m3: return 1;
    case ElementType::i16:
    case ElementType::u16:
    case ElementType::f16:
    case ElementType::bf16: return 2;
    case ElementType::i32:
    case ElementType::u32:
    case ElementType::f32: return 4;
    case ElementType::f64:
    case ElementType::i64:
    case ElementType::u64: return 8;
  }
  VTPU_CHECK(false, "every type has a size");
  return 0;
}

Result<Tensors> parse_safetensors(std::span<const std::byte> file, const std::string& name) {
  if (file.size() < kPrefix) return Error{name, fmt::format("has {} bytes", file.size()), "a safetensors file"};
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), kPrefix);
  if (length > kMostHeader || length > file.size() - kPrefix)
    return Error{name, fmt::format("found a header of {} bytes in a file of {}", length, file.size()),
                 fmt::format("a safetensors file whose header has at most {} bytes", kMostHeader)};
  const std::string header = name + ", header";
  const auto text = to_text(std::string(reinterpret_cast<const char*>(file.data()) + kPrefix, length), header);
  if (!text) return text.error();
  const auto entries = parse_json<json>(*text, header, "an object", SameKeys::refused);
  if (!entries) return entries.error();
  if (!entries->is_object()) return Error{header, "found " + shown_json(*entries), "an object"};
  const std::span<const std::byte> data = file.subspan(kPrefix + length);

  Tensors tensors;
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [key, entry] : entries->items()) {
    if (key == "__metadata__") continue;
    std::uint64_t from = 0;
    auto tensor = tensor_of(entry, data, name + ", tensor " + shown_json(key), from);
    if (!tensor) return tensor.error();
    if (!tensor->bytes.empty()) order.emplace_back(from, key);
    tensors.emplace(key, *std::move(tensor));
  }
  std::sort(order.begin(), order.end());
  std::uint64_t end = 0;
  for (const auto& [from, key] : order) {
    if (from != end)
      return Error{name + ", tensor " + shown_json(key),
                   fmt::format("begins at {}, {}", from, from < end ? "within another tensor" : "after a gap"),
                   fmt::format("{}, where the one before ends", end)};
    end = from + tensors.at(key).bytes.size();
  }
  if (end != data.size())
    return Error{name, fmt::format("found {} bytes after the last tensor", data.size() - end), "none"};
  return tensors;
}

Result<void> write_safetensors(const std::filesystem::path& path, const Tensors& tensors) {
  json header = {{"__metadata__", {{"format", "pt"}}}};
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", choice_name(tensor.type)},
                    {"shape", tensor.shape},
                    {"data_offsets", {end, end + tensor.bytes.size()}}};
    end += tensor.bytes.size();
  }
  std::string text = json_text(header);
  text.resize((kPrefix + text.size() + kAlignment - 1) / kAlignment * kAlignment - kPrefix, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), kPrefix);
  bytes.reserve(kPrefix + text.size() + end);
  bytes += text;
  for (const auto& [name, tensor] : tensors)
    bytes.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  return write_file(path, bytes);
}

}  // namespace vtpu::model

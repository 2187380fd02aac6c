#include "vtpu/model/json_fields.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"

namespace vtpu::model {
namespace {

constexpr std::size_t kMostShown = 80;  // bytes of a value in a message

Error wrong_field(const nlohmann::json* value, const char* key, const std::string& where, std::string expected) {
  return {where + ": " + key, value == nullptr ? "is missing" : "found " + shown_json(*value), std::move(expected)};
}

}  // namespace

std::string shown_json(const nlohmann::json& value) {
  std::string text = json_text(value);
  if (text.size() <= kMostShown) return text;
  std::size_t end = kMostShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

const nlohmann::json* field(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Result<std::int64_t> whole_field(const nlohmann::json& object, const char* key, const std::string& where,
                                 std::int64_t least, std::int64_t most, std::optional<std::int64_t> otherwise) {
  const nlohmann::json* const value = field(object, key);
  if (value == nullptr && otherwise) return *otherwise;
  if (value != nullptr && value->is_number_integer()) {
    const bool fits = !value->is_number_unsigned() || value->get<std::uint64_t>() <= std::uint64_t{INT64_MAX};
    const auto number = value->get<std::int64_t>();
    if (fits && number >= least && number <= most) return number;
  }
  return wrong_field(value, key, where, fmt::format("a whole number from {} to {}", least, most));
}

Result<double> number_field(const nlohmann::json& object, const char* key, const std::string& where, double least,
                            double most, std::optional<double> otherwise) {
  const nlohmann::json* const value = field(object, key);
  if (value == nullptr && otherwise) return *otherwise;
  if (value != nullptr && value->is_number()) {
    const auto number = value->get<double>();
    if (number >= least && number <= most) return number;
  }
  return wrong_field(value, key, where, fmt::format("a number from {} to {}", least, most));
}

Result<std::string> text_field(const nlohmann::json& object, const char* key, const std::string& where,
                               std::optional<std::string> otherwise) {
  const nlohmann::json* const value = field(object, key);
  if (value == nullptr && otherwise) return *std::move(otherwise);
  if (value != nullptr && value->is_string()) return value->get<std::string>();
  return wrong_field(value, key, where, "a text");
}

Result<bool> flag_field(const nlohmann::json& object, const char* key, const std::string& where, bool otherwise) {
  const nlohmann::json* const value = field(object, key);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  return wrong_field(value, key, where, "true or false");
}

}  // namespace vtpu::model

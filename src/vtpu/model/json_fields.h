#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "vtpu/base/result.h"

// Fields of the JSON files that describe a model. `where` is the place of the object in messages. A field that is null
// counts as absent.

namespace vtpu::model {

/// What a value is, for messages: its text, cut after some characters.
std::string shown_json(const nlohmann::json& value);

/// The field; null if it is absent. The object must be a JSON object.
const nlohmann::json* field(const nlohmann::json& object, const char* key);

/// Error: another kind of value than the function's name says, a number outside the range, or no field and no default.
Result<std::int64_t> whole_field(const nlohmann::json& object, const char* key, const std::string& where,
                                 std::int64_t least, std::int64_t most, std::optional<std::int64_t> otherwise = {});
Result<double> number_field(const nlohmann::json& object, const char* key, const std::string& where, double least,
                            double most, std::optional<double> otherwise = {});
Result<std::string> text_field(const nlohmann::json& object, const char* key, const std::string& where,
                               std::optional<std::string> otherwise = {});
Result<bool> flag_field(const nlohmann::json& object, const char* key, const std::string& where, bool otherwise);

}  // namespace vtpu::model

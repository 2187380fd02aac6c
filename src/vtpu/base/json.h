#pragma once
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

// How the project writes and reads JSON.

namespace vtpu {

/// Arrays and objects within each other that `parse_json` accepts. Code that walks a value calls itself once for each.
inline constexpr std::size_t kDeepestJson = 200;

/// JSON on one line, or with a line for each value, indented by `indent` blanks a level. Bytes that are not UTF-8,
/// which file names may hold, become U+FFFD.
std::string json_text(const nlohmann::json& value, int indent = -1);
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

/// What a key that an object has twice means: the last one holds, or the text is refused.
enum class SameKeys { last_holds, refused };

/// The value of a text, nlohmann::json or nlohmann::ordered_json. Error: `name:line:column`, what was found;
/// `expected`: what the text should be, for example "a result file". A key given twice is named without its place.
template <class Json>
Result<Json> parse_json(std::string_view text, const std::string& name, const std::string& expected,
                        SameKeys same_keys = SameKeys::last_holds);

}  // namespace vtpu

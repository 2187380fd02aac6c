#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "vtpu/base/file.h"
#include "vtpu/base/json.h"

namespace vtpu::model {

/// The tokenizer and the models that the project ships.
inline const std::filesystem::path kQwen3 = std::filesystem::path(VTPU_ROOT) / "data/qwen3";

inline nlohmann::json json_of(const std::filesystem::path& path) {
  return parse_json<nlohmann::json>(read_file(path).value(), path.string(), "JSON").value();
}

}  // namespace vtpu::model

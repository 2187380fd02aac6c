#include "vtpu/model/checkpoint.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"
#include "vtpu/model/json_fields.h"

namespace vtpu::model {

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& folder) {
  Checkpoint checkpoint;
  const std::filesystem::path index = folder / "model.safetensors.index.json", single = folder / "model.safetensors";
  std::map<std::string, std::vector<std::string>> names;  // of tensors, by file
  const bool sharded = !std::filesystem::exists(single) && std::filesystem::exists(index);
  checkpoint.name_ = (sharded ? index : single).string();
  if (sharded) {
    const auto text = read_text(index);
    if (!text) return text.error();
    const auto json = parse_json<nlohmann::json>(*text, index.string(), "an index of tensors", SameKeys::refused);
    if (!json) return json.error();
    const nlohmann::json* const map = json->is_object() ? field(*json, "weight_map") : nullptr;
    if (map == nullptr || !map->is_object()) return Error{index.string() + ": weight_map", "is missing", "an object"};
    for (const auto& [name, file] : map->items()) {
      const std::string where = index.string() + ": weight_map: " + shown_json(name);
      if (!file.is_string()) return Error{where, "found " + shown_json(file), "the name of a file"};
      const auto& plain = file.get_ref<const std::string&>();
      if (plain.empty() || plain == "." || plain == ".." || plain.find('/') != std::string::npos)
        return Error{where, "found " + shown_json(file), "the name of a file in the same folder"};
      names[plain].push_back(name);
    }
  } else {
    names[single.filename().string()] = {};
  }
  for (const auto& [file, wanted] : names) {
    const std::filesystem::path path = folder / file;
    auto mapped = MappedFile::open(path);
    if (!mapped) return mapped.error();
    auto tensors = parse_safetensors(mapped->bytes(), path.string());
    if (!tensors) return tensors.error();
    checkpoint.files_.push_back(*std::move(mapped));
    if (!sharded) checkpoint.tensors_ = *std::move(tensors);
    for (const std::string& name : wanted) {
      const auto found = tensors->find(name);
      if (found == tensors->end())
        return Error{path.string(), "lacks the tensor " + shown_json(name), "what the index says"};
      checkpoint.tensors_.emplace(name, found->second);
    }
  }
  return checkpoint;
}

Result<TensorView> Checkpoint::find(const std::string& name, const std::vector<std::int64_t>& shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    return Error{name_, "lacks the tensor " + shown_json(name), "the tensors of config.json"};
  if (found->second.shape != shape)
    return Error{name_ + ", tensor " + shown_json(name), fmt::format("found the shape {}", found->second.shape),
                 fmt::format("{}, by config.json", shape)};
  return found->second;
}

}  // namespace vtpu::model

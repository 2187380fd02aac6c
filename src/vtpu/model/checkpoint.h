#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/model/mapped_file.h"
#include "vtpu/model/safetensors.h"

namespace vtpu::model {

/// The weights in a model's folder: `model.safetensors`, or the files that `model.safetensors.index.json` lists.
class Checkpoint {
 public:
  /// Error: as `parse_safetensors`; an index that names a file outside the folder, or a tensor that its file lacks.
  static Result<Checkpoint> open(const std::filesystem::path& folder);

  const Tensors& tensors() const { return tensors_; }
  /// Error: no such tensor, or one of another shape.
  Result<TensorView> find(const std::string& name, const std::vector<std::int64_t>& shape) const;

 private:
  std::string name_;  ///< of the file or the index
  std::vector<MappedFile> files_;
  Tensors tensors_;
};

}  // namespace vtpu::model

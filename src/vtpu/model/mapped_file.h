#pragma once
#include <cstddef>
#include <filesystem>
#include <span>

#include "vtpu/base/result.h"

namespace vtpu::model {

/// The bytes of a regular file, mapped for reading. They must not be changed by another process meanwhile.
class MappedFile {
 public:
  /// Error: the path and the system's message; something else than a regular file.
  static Result<MappedFile> open(const std::filesystem::path& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

}  // namespace vtpu::model

#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu {

/// The whole file. Error: the path and what the system said.
Result<std::string> read_file(const std::filesystem::path& path);

/// Writes through a temporary file beside `path` and renames it: a reader, or a killed process, sees the old bytes or
/// the new ones and nothing between. Makes missing parent folders. Error: the path and what the system said.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

/// As `write_file`, but leaves a file that already holds `bytes` alone, its time stamp included.
Result<void> write_file_if_changed(const std::filesystem::path& path, std::string_view bytes);

/// SHA-256 in 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

/// SHA-256 of a file's bytes. Error: as `read_file`.
Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace vtpu

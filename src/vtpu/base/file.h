#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu {

/// Reads the whole file. Error: the path and the system's message.
Result<std::string> read_file(const std::filesystem::path& path);

/// Writes a temporary file beside `path` and renames it, so that readers see either the old or the new bytes, even when
/// the process is killed. Creates missing parent folders. Error: the path and the system's message.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

/// As `write_file`, but does not touch a file that already contains `bytes`, so that its time stamp stays.
Result<void> write_file_if_changed(const std::filesystem::path& path, std::string_view bytes);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

/// SHA-256 of a file's bytes. Error: as `read_file`.
Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace vtpu

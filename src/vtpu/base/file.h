#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu {

/// Reads the whole file: of a device or a pipe at most 1 GiB, of a file at most half of the memory. Error: the path and
/// the system's message; more bytes than that, or than the process has memory for.
Result<std::string> read_file(const std::filesystem::path& path);

/// How the names of temporaries of `write_file` begin. A process that is killed may leave one behind.
inline constexpr const char* kTemporaryPrefix = ".vtpu-";

/// Every output of the project is written by this function. It follows symbolic links, also to a name that has no file
/// yet, and then looks at what is there:
/// - Nothing: makes the file and missing parent folders, with the permissions that the process gives new files.
/// - A file: writes a temporary beside it and renames that, so that readers see either the old or the new bytes, even
///   when the process is killed. The file keeps its permissions and, where the process may set them, its owner and its
///   extended attributes, such as access lists. Its other names (hard links) keep the old bytes. Only a file that
///   cannot be replaced, such as a mount point, is overwritten.
/// - A device or FIFO, or a descriptor of this process (/dev/stdout, /dev/fd/N): writes to it.
/// Error: the path and the system's message; a folder; a file without write permission, also for root. No temporary
/// stays behind.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

/// Takes the look of `write_file` without writing, so that a long computation is not lost for a name that cannot be
/// written. Error: as `write_file`.
Result<void> check_output(const std::filesystem::path& path);

/// Opens a file that is changed in place, for reading and writing, after the look of `write_file`; makes it if it is
/// absent. Returns the descriptor. Error: as `write_file`; something else than a regular file.
Result<int> open_for_update(const std::filesystem::path& path);

/// Replaces a regular file as `write_file` does, by one that is already locked (flock) when it gets the name. Returns
/// its descriptor, for reading and writing. Error: as `write_file`; a file that cannot be replaced.
Result<int> replace_by_locked(const std::filesystem::path& path, std::string_view bytes);

/// Writes all bytes at the descriptor's position. Error: `where` and the system's message, also for a limit on the size
/// of files.
Result<void> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& where);

/// Writes to standard output at once. Error: it cannot be written.
Result<void> print_text(std::string_view text);

/// As `write_file`, but does not touch a file that already contains `bytes`, so that its time stamp stays.
Result<void> write_file_if_changed(const std::filesystem::path& path, std::string_view bytes);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

/// SHA-256 of a file's bytes. Error: as `read_file`.
Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace vtpu

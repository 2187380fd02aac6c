#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

// How every text format of the project is read. Documents in the phext format are not text in this sense: they are
// bytes, in which a byte order mark, NUL and CR are content.

namespace vtpu {

/// What becomes of CRLF and CR: LF, or nothing for the parser of CSV, in which a cell may hold any line end.
enum class LineEnds { unify, keep };

/// Reads a file as UTF-8 text. A byte order mark at the start is dropped. Error: as `read_file`; as `to_text`.
Result<std::string> read_text(const std::filesystem::path& path, LineEnds ends = LineEnds::unify);

/// `bytes`, which were read from `name`, as UTF-8 text in the same way. Error: `name:line:column`, with columns in
/// bytes from 1, of a NUL byte, of bytes that are not UTF-8, or of a byte order mark of another encoding.
Result<std::string> to_text(std::string bytes, const std::string& name, LineEnds ends = LineEnds::unify);

/// The number of bytes of the UTF-8 character that begins at `at`, which lies in `text`; 0 if none does. Overlong
/// forms, surrogates and numbers above U+10FFFF are no characters.
std::size_t character_bytes(std::string_view text, std::size_t at);

/// `text` for a picture: U+FFFD in place of what is not UTF-8 and of control characters, which XML cannot hold.
std::string drawable(std::string_view text);

}  // namespace vtpu

#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/isa/siw.h"
#include "vtpu/isa/validator.h"

// Reading and writing of programs, for the commands that use them.

namespace vtpu::command {

/// JSON as text. Bytes that are not UTF-8, which file names and documents may hold, are replaced.
std::string dumped(const nlohmann::ordered_json& value);

/// Writes to the file of `-o`, or to standard output where it is empty or '-'.
Result<int> put(const std::string& out, std::string_view bytes);

/// The bytes of a file or, for "-", of standard input.
Result<std::string> read(const std::string& file);

/// The same as UTF-8 text, by the rules of `to_text`.
Result<std::string> read_program_text(const std::string& file);

/// Loads a container, recognised by its first bytes or its name, or else assembly text.
Result<isa::Program> load(const std::string& file);

Result<isa::ValidProgram> load_valid(const std::string& file);

}  // namespace vtpu::command

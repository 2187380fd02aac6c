#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/isa/siw.h"
#include "vtpu/isa/validator.h"

// How the commands that read programs read and write.

namespace vtpu::command {

/// File names and document bytes need not be UTF-8; JSON has to be.
std::string dumped(const nlohmann::ordered_json& value);

/// Into the file of `-o`, all or nothing, or on standard output.
Result<int> put(const std::string& out, std::string_view bytes);

Result<std::string> read(const std::string& file);

/// A container, by its first bytes or its name, or else assembly text.
Result<isa::Program> load(const std::string& file);

Result<isa::ValidProgram> load_valid(const std::string& file);

}  // namespace vtpu::command

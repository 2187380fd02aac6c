#include "programs/command/files.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "programs/command/command.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"
#include "vtpu/isa/assembler.h"

namespace vtpu::command {

std::string dumped(const nlohmann::ordered_json& value) { return json_text(value, 2) + "\n"; }

Result<int> put(const std::string& out, std::string_view bytes) {
  if (out.empty() || out == "-") return print(bytes);
  if (const auto written = write_file(out, bytes); !written) return written.error();
  return kDone;
}

Result<std::string> read(const std::string& file) {
  auto bytes = read_file(file == "-" ? "/dev/stdin" : file);
  if (!bytes && file == "-") return Error{shown(file), bytes.error().found, bytes.error().expected};
  return bytes;
}

Result<std::string> read_program_text(const std::string& file) {
  auto bytes = read(file);
  if (!bytes) return bytes;
  return to_text(*std::move(bytes), shown(file));
}

Result<isa::Program> load(const std::string& file) {
  const auto bytes = read(file);
  if (!bytes) return bytes.error();
  const bool container = bytes->starts_with(isa::kSiwMagic) || std::filesystem::path(file).extension() == ".siw";
  if (container) return isa::parse_siw(*bytes, shown(file));
  const auto text = to_text(*bytes, shown(file));
  if (!text) return text.error();
  return isa::assemble(*text, shown(file));
}

Result<isa::ValidProgram> load_valid(const std::string& file) {
  auto program = load(file);
  if (!program) return program.error();
  return isa::ValidProgram::make(std::move(*program));
}

}  // namespace vtpu::command

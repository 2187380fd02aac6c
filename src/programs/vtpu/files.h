#pragma once
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "vtpu/base/file.h"
#include "vtpu/base/result.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/siw.h"
#include "vtpu/isa/validator.h"

// How the commands read, write and end.

namespace vtpu::command {

// Exit status.
inline constexpr int kDone = 0;
inline constexpr int kWrongInput = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kTrapped = 3;

inline std::string shown(const std::string& file) { return file == "-" ? "standard input" : file; }

inline Error within(const std::string& where, const Error& error) {
  return {error.where.empty() ? where : where + ": " + error.where, error.found, error.expected};
}

/// A message of that program on one line, whatever its arguments held.
inline int fail(std::string_view program, std::string message, int status) {
  for (char& c : message)
    if (static_cast<unsigned char>(c) < 0x20) c = '?';
  fmt::print(stderr, "{}: {}\n", program, message);
  return status;
}

inline Result<int> print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return Error{"standard output", "cannot write", ""};
  return kDone;
}

/// File names and document bytes need not be UTF-8; JSON has to be.
inline std::string dumped(const nlohmann::ordered_json& value) {
  return value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// Into the file of `-o`, all or nothing, or on standard output.
inline Result<int> put(const std::string& out, std::string_view bytes) {
  if (out.empty() || out == "-") return print(bytes);
  std::error_code failed;
  std::filesystem::path target = out;
  if (std::filesystem::exists(target, failed)) {
    if (!std::filesystem::is_regular_file(target, failed)) return Error{out, "is no file", "a file to write, or '-'"};
    target = std::filesystem::canonical(target, failed);  // a link stays a link
    if (failed) return Error{out, "cannot resolve: " + failed.message(), ""};
  }
  if (const auto written = write_file(target, bytes); !written) return written.error();
  return kDone;
}

inline Result<std::string> read(const std::string& file) {
  auto bytes = read_file(file == "-" ? "/dev/stdin" : file);
  if (!bytes && file == "-") return Error{shown(file), bytes.error().found, bytes.error().expected};
  return bytes;
}

/// A container, by its first bytes or its name, or else assembly text.
inline Result<isa::Program> load(const std::string& file) {
  const auto bytes = read(file);
  if (!bytes) return bytes.error();
  const bool container = bytes->starts_with(isa::kSiwMagic) || std::filesystem::path(file).extension() == ".siw";
  return container ? isa::parse_siw(*bytes, shown(file)) : isa::assemble(*bytes, shown(file));
}

inline Result<isa::ValidProgram> load_valid(const std::string& file) {
  auto program = load(file);
  if (!program) return program.error();
  return isa::ValidProgram::make(std::move(*program));
}

}  // namespace vtpu::command

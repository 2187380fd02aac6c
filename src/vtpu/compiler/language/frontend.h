#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::language {

/// One thing wrong with a source text.
struct Diagnostic {
  ir::Place place;           ///< line and column from 1
  std::uint32_t length = 1;  ///< characters to underline
  std::string found;         ///< as Error::found
  std::string expected;      ///< as Error::expected
  std::string hint;          ///< what to write instead; may be empty
};

/// `name:line:column: error: found; expected expected`, the line, a caret under it, `hint: …`; ends with a newline.
std::string render(const Diagnostic& diagnostic, std::string_view name, std::string_view text);

/// What the text means. A module when there is no diagnostic; else up to 20 diagnostics in order of place.
struct Read {
  std::optional<ir::Module> module;
  std::vector<Diagnostic> diagnostics;
};

/// `parameters` replaces the values of `param` items; a name that is none is a diagnostic at line 1. Any text is fine,
/// and none takes longer than its length and its constant sizes warrant: inlining stops with a diagnostic at 100,000
/// ops.
Read read(std::string_view name, std::string_view text, const std::map<std::string, std::int64_t>& parameters = {});

}  // namespace vtpu::compiler::language

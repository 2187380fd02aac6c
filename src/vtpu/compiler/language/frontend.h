#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::language {

/// One error in a source text.
struct Diagnostic {
  ir::Place place;           ///< line and column from 1
  std::uint32_t length = 1;  ///< characters to underline
  std::string found;         ///< as Error::found
  std::string expected;      ///< as Error::expected
  std::string hint;          ///< what to write instead; may be empty
};

/// Text of a diagnostic: `name:line:column: error: found; expected expected`, the source line, a caret, and `hint: …`
/// if there is one. Ends with a newline.
std::string render(const Diagnostic& diagnostic, std::string_view name, std::string_view text);

/// The result: a module if there are no diagnostics, otherwise up to 20 diagnostics sorted by place.
struct Read {
  std::optional<ir::Module> module;
  std::vector<Diagnostic> diagnostics;
};

/// `parameters` replaces the values of `param` items; an unknown name is a diagnostic in line 1. Any text is accepted
/// as input. Time is bounded by the text's length and its constant sizes: inlining stops with a diagnostic at 100,000
/// ops.
Read read(std::string_view name, std::string_view text, const std::map<std::string, std::int64_t>& parameters = {});

}  // namespace vtpu::compiler::language

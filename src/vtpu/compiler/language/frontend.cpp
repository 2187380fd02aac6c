#include "vtpu/compiler/language/frontend.h"

#include "vtpu/base/check.h"
#include "vtpu/compiler/language/builtins.h"
#include "vtpu/compiler/language/lexer.h"
#include "vtpu/compiler/language/lower.h"
#include "vtpu/compiler/language/parser.h"

namespace vtpu::compiler::language {

Read read(std::string_view name, std::string_view text, const std::map<std::string, std::int64_t>& parameters) {
  Diagnostics diagnostics;
  const Program prelude = parse(lex(prelude_text(), diagnostics), diagnostics);
  VTPU_CHECK(diagnostics.empty(), "the prelude has no errors");
  const Program program = parse(lex(text, diagnostics), diagnostics);
  // The meaning of a text with syntax errors is a guess, so errors in it would be misleading.
  if (!diagnostics.empty()) return {std::nullopt, diagnostics.take()};
  ir::Module module = Lowering(program, prelude, name, parameters, diagnostics).run();
  if (!diagnostics.empty()) return {std::nullopt, diagnostics.take()};
  return {std::move(module), {}};
}

}  // namespace vtpu::compiler::language

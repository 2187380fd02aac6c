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
  VTPU_CHECK(diagnostics.empty(), "the prelude is a text of the language");
  const Program program = parse(lex(text, diagnostics), diagnostics);
  // What a text with a mistake in its form means is a guess, and complaints about a guess are noise.
  if (!diagnostics.empty()) return {std::nullopt, diagnostics.take()};
  ir::Module module = Lowering(program, prelude, name, parameters, diagnostics).run();
  if (!diagnostics.empty()) return {std::nullopt, diagnostics.take()};
  return {std::move(module), {}};
}

}  // namespace vtpu::compiler::language

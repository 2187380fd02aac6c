#include "vtpu/compiler/language/builtins.h"

namespace vtpu::compiler::language {

const Builtin* find_builtin(std::string_view name) {
  for (const auto& table : {scalar_builtins(), vector_builtins(), coordinate_builtins(), message_builtins()})
    for (const Builtin& builtin : table)
      if (builtin.name == name) return &builtin;
  return nullptr;
}

}  // namespace vtpu::compiler::language

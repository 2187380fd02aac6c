#pragma once
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/exec/machine.h"

namespace vtpu::exec {

/// One program that shows what an opcode does. `text` ends with dhalt, and is run once for each case on every engine.
struct OpcodeCase {
  std::string mnemonic;
  std::string text;
  std::function<void(Machine&, Context&)> given;
  std::function<void(const Machine&, const Context&)> expect;
};

// By slot, each in a file of its own; opcodes_test.cpp walks the opcode table and looks for the cases of each row.
std::vector<OpcodeCase> scalar_cases();
std::vector<OpcodeCase> vector_cases();
std::vector<OpcodeCase> memory_cases();
std::vector<OpcodeCase> geometry_cases();
std::vector<OpcodeCase> coordination_cases();

}  // namespace vtpu::exec

#pragma once
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/exec/machine.h"

namespace vtpu::exec {

/// A program that shows the effect of an opcode. `text` ends with dhalt and runs once for each case on every engine.
struct OpcodeCase {
  std::string mnemonic;
  std::string text;
  std::function<void(Machine&, Context&)> given;
  std::function<void(const Machine&, const Context&)> expect;
};

// The cases by slot, each in its own file; opcodes_test.cpp walks the opcode table and requires cases for each row.
std::vector<OpcodeCase> scalar_cases();
std::vector<OpcodeCase> vector_cases();
std::vector<OpcodeCase> memory_cases();
std::vector<OpcodeCase> geometry_cases();
std::vector<OpcodeCase> coordination_cases();

}  // namespace vtpu::exec

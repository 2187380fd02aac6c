#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "vtpu/compiler/backend/backend.h"
#include "vtpu/compiler/backend/operands.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/registers.h"

// Builds code for the back end by hand, and runs it.
namespace vtpu::compiler::backend {

inline constexpr Packing kPackings[] = {Packing::one_op, Packing::by_pipe, Packing::list, Packing::pipelined};

struct At {
  Register p = kNoRegister;
  Register index = kNoRegister;
  unsigned scale = 0;  ///< log2
  std::int32_t disp = 0;
  MemoryReference reference;
};

/// Builds blocks one after the other. Tensor k is line k + 1 of a scroll and has `kTensorBytes`.
class Maker {
 public:
  static constexpr std::uint32_t kTensorBytes = 8192;
  Code code;

  Maker() {
    code.name = "by hand";
    block(0);
    code.spill_coordinate = 0;
    code.coordinates.push_back(place(200));
  }
  static phext::PackedCoordinate place(std::uint32_t line) {
    return (*phext::PackedCoordinate::parse("1.1.1/1.1.1/1.1.1"))
        .with(phext::Axis::line, line)
        .with(phext::Axis::column, 1);
  }

  Register r() { return code.fresh(isa::File::r); }
  Register v() { return code.fresh(isa::File::v); }
  Register m() { return code.fresh(isa::File::m); }
  /// A pointer to the tensor, rematerialisable when registers are short.
  Register tensor(std::uint32_t number) {
    const Register p = code.fresh(isa::File::p);
    code.rematerializable.emplace_back(p, static_cast<std::uint32_t>(code.coordinates.size()));
    MachineOp op = make(isa::Opcode::dmov_coord, {p});
    op.op.imm = static_cast<std::int64_t>(code.coordinates.size());
    code.coordinates.push_back(place(number + 1));
    code.blocks.front().ops.push_back(op);
    return p;
  }

  Block& here() { return code.blocks.back(); }
  std::uint32_t block(unsigned depth) {
    code.blocks.emplace_back().depth = depth;
    return static_cast<std::uint32_t>(code.blocks.size() - 1);
  }

  static MachineOp make(isa::Opcode opcode, std::initializer_list<Register> registers) {
    MachineOp op;
    op.op.opcode = opcode;
    std::size_t k = 0;
    for (const Register r : registers) op.registers[k++] = r;
    return op;
  }
  MachineOp& add(MachineOp op) {
    op.line = ++line_;
    here().ops.push_back(op);
    return here().ops.back();
  }
  MachineOp& op(isa::Opcode opcode, Register d, Register a = kNoRegister, Register b = kNoRegister,
                Register c = kNoRegister) {
    return add(make(opcode, {d, a, b, c}));
  }
  MachineOp& imm(isa::Opcode opcode, Register d, Register a, std::int64_t imm) {
    MachineOp& added = op(opcode, d, a);
    added.op.imm = imm;
    added.op.flags = isa::Op::kImmediate;
    return added;
  }
  Register number(std::int64_t value) {
    const Register x = r();
    imm(isa::Opcode::dmov_i64, x, kNoRegister, value);
    return x;
  }
  MachineOp& load(isa::Opcode opcode, Register d, const At& at) { return address(op(opcode, d), at); }
  MachineOp& store(isa::Opcode opcode, Register a, const At& at) { return address(op(opcode, kNoRegister, a), at); }

  void exit(isa::Opcode opcode, Register counter, std::uint32_t target) {
    MachineOp op;
    op.op.opcode = opcode;
    op.line = ++line_;
    op.registers[opcode == isa::Opcode::dloop ? 0 : 1] = counter;
    here().exit = op;
    here().target = target;
  }
  /// Opens an innermost loop with this counter, which holds its trip count. 0: known only at run time.
  void loop(std::uint64_t trip, unsigned depth = 1) {
    block(depth);
    here().loop = Block::Loop{trip, true, "loop", ++line_};
  }
  void close(Register counter) {
    const auto self = static_cast<std::uint32_t>(code.blocks.size() - 1);
    const unsigned depth = here().depth;
    exit(isa::Opcode::dloop, counter, self);
    block(depth - 1);
  }
  Code finish() {
    exit(isa::Opcode::dhalt, kNoRegister, 0);
    here().exit->registers[1] = kNoRegister;
    return code;
  }

 private:
  static MachineOp& address(MachineOp& op, const At& at) {
    op.registers[2] = at.p, op.registers[3] = at.index;
    op.op.disp = at.disp, op.op.mode = static_cast<std::uint8_t>(at.index == kNoRegister ? 0 : at.scale);
    op.memory = at.reference;
    return op;
  }
  std::uint32_t line_ = 0;
};

using Bytes = std::vector<std::byte>;
using Tensors = std::vector<Bytes>;

template <class T>
std::span<T> as(Bytes& bytes) {
  return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
}

/// The tensors after `run(machine, context)`; fails the test if it does not halt.
template <class Run>
Tensors run_with(Tensors tensors, const Run& run) {
  exec::Machine machine;
  exec::Context& context = machine.spawn(std::uint64_t{1} << 24);
  const auto bytes_of = [&](std::size_t k) {
    auto cache = std::make_unique<memory::TranslationCache>();
    memory::Pointer p;
    p.coordinate = Maker::place(static_cast<std::uint32_t>(k) + 1);
    return machine.memory().access(p, 0, Maker::kTensorBytes, true, *cache).at;
  };
  for (std::size_t k = 0; k < tensors.size(); ++k) {
    memory::RegionSpec spec;
    spec.first = Maker::place(static_cast<std::uint32_t>(k) + 1);
    spec.last = spec.first.with(phext::Axis::column, Maker::kTensorBytes / 8);
    spec.mask = 1;
    if (machine.memory().allocate(spec).fault) throw std::runtime_error("a tensor of the test");
    std::memcpy(bytes_of(k), tensors[k].data(), Maker::kTensorBytes);
  }
  EXPECT_EQ(run(machine, context), exec::Status::halted) << context.trap.message();
  EXPECT_EQ(machine.memory().regions().size(), tensors.size()) << "the region for spilled registers was not freed";
  for (std::size_t k = 0; k < tensors.size(); ++k) std::memcpy(tensors[k].data(), bytes_of(k), Maker::kTensorBytes);
  return tensors;
}

inline Tensors run_on(const exec::Engine& engine, const Tensors& tensors) {
  return run_with(tensors,
                  [&](exec::Machine& machine, exec::Context& context) { return engine.run(machine, context); });
}

/// The meaning of the code, op by op and without the back end: each op becomes a word on fixed registers, into which
/// its operands' values are put before it is executed.
inline Tensors run_code(const Code& code, const Tensors& tensors) {
  isa::Program program;
  program.constants = code.constants, program.coordinates = code.coordinates;
  std::vector<const MachineOp*> ops;
  std::vector<std::int64_t> first;
  for (const Block& block : code.blocks) {
    first.push_back(static_cast<std::int64_t>(ops.size()));
    for (const MachineOp& op : block.ops) ops.push_back(&op);
    if (block.exit) ops.push_back(&*block.exit);
  }
  for (const Block& block : code.blocks) {
    const auto add = [&](const MachineOp& op) {
      isa::Op numbered = op.op;
      const OpcodeRow& row = row_of(op.op.opcode);
      for (std::uint8_t k = 0; k < row.count; ++k) {
        const std::uint8_t field = row.operands[k].field;
        const bool absent = op.registers[field] == kNoRegister;
        const std::uint8_t number = !absent ? field : field == kC ? isa::kNoRegister : 0;
        (field == kD ? numbered.d : field == kA ? numbered.a : field == kB ? numbered.b : numbered.c) = number;
      }
      if (row.effect == isa::Effect::control && op.op.opcode != isa::Opcode::dhalt) numbered.imm = first[block.target];
      program.words.emplace_back().slot(row.slot) = numbered;
    };
    for (const MachineOp& op : block.ops) add(op);
    if (block.exit) add(*block.exit);
  }
  auto valid = isa::ValidProgram::make(program);
  if (!valid) throw std::runtime_error(valid.error().message());
  return run_with(tensors, [&](exec::Machine& machine, exec::Context& context) {
    std::vector<std::uint64_t> r(code.files.size());
    std::vector<exec::Vector> v(code.files.size());
    std::vector<memory::Pointer> p(code.files.size());
    std::vector<exec::Message> m(code.files.size());
    while (context.status == exec::Status::ready) {
      const MachineOp& op = *ops[context.pc];
      for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register x) {
        switch (row.file) {
          case isa::File::r: context.r[row.field] = r[x]; break;
          case isa::File::v: context.v[row.field] = v[x]; break;
          case isa::File::p: context.p[row.field] = p[x]; break;
          default: context.m[row.field] = m[x];
        }
      });
      exec::execute_word(valid->get(), machine, context);
      for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register x) {
        if (!row.writes) return;
        switch (row.file) {
          case isa::File::r: r[x] = context.r[row.field]; break;
          case isa::File::v: v[x] = context.v[row.field]; break;
          case isa::File::p: p[x] = context.p[row.field]; break;
          default: m[x] = context.m[row.field];
        }
      });
    }
    return context.status;
  });
}

/// Expects that the slots of each word can be executed one after the other, as the native engine requires.
inline void expect_orderable(const isa::Program& program) {
  for (std::size_t w = 0; w < program.words.size(); ++w) {
    const isa::Word& word = program.words[w];
    std::array<isa::Uses, 3> uses{isa::uses_of(word.dense), isa::uses_of(word.sparse), isa::uses_of(word.coord)};
    const bool branches = isa::info(word.dense.opcode).effect == isa::Effect::control;
    std::array<std::size_t, 3> order{0, 1, 2};
    bool found = false;
    do {
      bool good = !branches || order[2] == 0;
      for (std::size_t early = 0; early < 3; ++early)
        for (std::size_t late = early + 1; late < 3; ++late)
          good &= !uses[order[early]].writes.intersects(uses[order[late]].reads);
      found |= good;
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_TRUE(found) << "word " << w;
  }
}

struct Made {
  Words words;
  Tensors tensors;
};

/// Compiles and runs by the interpreter and, if the host has one, by the native engine. Expects equal memories.
inline Made make_and_run(const Code& code, Packing packing, const Tensors& tensors, const ports::PortMap& map = {}) {
  auto words = make_words(code, packing, map);
  if (!words) throw std::runtime_error(words.error().message());
  EXPECT_EQ(words->lines.size(), words->program.words.size());
  expect_orderable(words->program);
  auto program = isa::ValidProgram::make(words->program);
  if (!program) throw std::runtime_error(program.error().message());
  Made made{*words, run_on(exec::Interpreter(*program), tensors)};
  if (exec::jit::host_form()) {
    auto native = exec::jit::NativeEngine::compile(*program);
    if (!native) throw std::runtime_error(native.error().message());
    EXPECT_EQ(run_on(*native, tensors), made.tensors) << "the engines differ";
  }
  return made;
}

}  // namespace vtpu::compiler::backend

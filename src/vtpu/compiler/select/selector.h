#pragma once
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "vtpu/compiler/backend/code.h"
#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/select/emit.h"
#include "vtpu/compiler/select/select.h"

namespace vtpu::compiler::select {

/// Generates the code of one module.
class Selector {
 public:
  Selector(const ir::Module& module, const SelectOptions& options);
  backend::Code run();

 private:
  using Opcode = isa::Opcode;

  // selector.cpp: blocks, loops and the program's frame
  void begin_program();
  void end_program();
  void list(const std::vector<ir::Node>& nodes);
  void loop(const ir::Loop& loop);
  void begin_carried(const ir::Loop& loop);
  void end_carried(const ir::Loop& loop);
  void begin_inductions(const ir::Loop& loop);
  void end_inductions();
  backend::Block& block() { return code_.blocks.back(); }
  void new_block();
  void emit(Opcode opcode, std::initializer_list<Operand> operands);
  void move(Register to, Register from);
  void move_all(std::vector<std::pair<Register, Register>> moves);
  std::uint32_t coordinate(phext::PackedCoordinate place);

  // registers of values
  Register fresh(isa::File file) { return code_.fresh(file); }
  static isa::File file_of(ir::Type type);
  Register define(ir::Value value);
  Register take_over(ir::Value value, ir::Value result);
  Register reg(ir::Value value);
  Operand reg_or_number(ir::Value value);
  bool only_use(ir::Value value) const;
  void find_constants();

  // address.cpp
  /// The part of an address that depends on loops: coefficients of enclosing loops' iteration numbers and of an index,
  /// in units of the access; and what exceeds a displacement.
  struct LoopPart {
    std::vector<ir::Affine::Term> terms;
    ir::Value index = ir::kNone;
    std::int64_t index_scale = 0;
    std::int64_t far = 0;
    friend auto operator<=>(const LoopPart& a, const LoopPart& b) {
      const auto key = [](const LoopPart& c) {
        std::vector<std::int64_t> flat{static_cast<std::int64_t>(c.index), c.index_scale, c.far};
        for (const auto& term : c.terms) flat.push_back(term.loop), flat.push_back(term.coefficient);
        return flat;
      };
      return key(a) <=> key(b);
    }
    friend bool operator==(const LoopPart& a, const LoopPart& b) { return (a <=> b) == 0; }
  };
  struct Frame {
    const ir::Loop* loop = nullptr;  ///< null for the outermost frame
    std::map<LoopPart, Register> inductions;
    std::map<LoopPart, Register> sums;
  };
  std::int64_t unit_of(const ir::Access& access) const;
  LoopPart loop_part_of(const ir::Access& access, std::int64_t unit) const;
  std::size_t depth_of(ir::Value value) const { return depth_[value]; }
  /// The register that holds the terms of the outermost `depth` loops, and the index if it is defined there; none if
  /// the part is 0.
  std::optional<Register> along(const LoopPart& part, std::size_t depth);
  Address address(const ir::Op& op);
  Address lane_address(const ir::Op& op);
  CellAddress cell(const ir::Access& access);
  backend::MemoryReference reference(const ir::Op& op);
  void find_depths(const std::vector<ir::Node>& nodes, std::size_t depth);

  // ops.cpp
  void op(const ir::Op& op);
  void alias(const ir::Op& op);
  void arithmetic(const ir::Op& op);
  void extend(const ir::Op& op);
  void narrow(const ir::Op& op);
  void compare(const ir::Op& op);
  void convert(const ir::Op& op);
  void splat(const ir::Op& op);
  void extract(const ir::Op& op);
  void extract_lane(Register to, Register from, ir::Type vector, std::int64_t lane);
  void extremum_of_f64x8(Register to, Register a, Register b, bool least);
  void reduce(const ir::Op& op);
  void memory(const ir::Op& op);
  void memory_op(const ir::Op& op, backend::MachineOp made);
  void coordinates(const ir::Op& op);
  void messages(const ir::Op& op);
  Register shifted_up(ir::Value value);
  void find_whole();
  void find_places();
  Register sign_extended(ir::Value value);
  std::uint32_t constant(const isa::Constant& bytes);

  const ir::Module& module_;
  const SelectOptions options_;
  backend::Code code_;
  std::vector<Register> registers_;   // by value
  std::vector<std::uint32_t> uses_;   // by value
  std::vector<std::size_t> depth_;    // by value: number of loops around its definition
  std::vector<bool> shared_;          // by value: it shares its register with another value
  std::vector<bool> constant_;        // by value: a scalar constant
  std::vector<bool> needs_register_;  // of constants: whether a register must hold it
  std::vector<std::int64_t> number_;  // of constants: the bits
  std::vector<bool> whole_;           // by value: an i32 that its register holds sign-extended
  std::vector<bool> place_only_;      // by value: it only selects places, which are outside if it is negative
  std::vector<Register> pointers_;    // by tensor
  std::vector<Frame> frames_;
  std::vector<Register> handles_;      // of regions to free at the end
  Register own_number_ = kNoRegister;  ///< holds the number of the sentron, if the program reads it
  Register durable_ = kNoRegister;     ///< handle of the region that is flushed at the end of the program
  std::map<std::vector<std::int64_t>, std::uint32_t> groups_;
  std::map<unsigned __int128, std::uint32_t> coordinates_;
  std::map<isa::Constant, std::uint32_t> pool_;
  std::uint32_t line_ = 0;
};

}  // namespace vtpu::compiler::select

#include "vtpu/compiler/backend/spill.h"

#include <algorithm>
#include <limits>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

using isa::File;
using isa::Opcode;

constexpr double kNeverSpilled = std::numeric_limits<double>::infinity();
constexpr double kRematerialised = 0.5;  // relative to the cost of a register that must be stored
constexpr std::uint32_t kBoxTensor = ~std::uint32_t{0} - 1;
constexpr std::uint32_t kCellBytes = 64;
constexpr std::size_t kReach = 8;  // a fetched value is reused within this number of ops
constexpr unsigned kLanes = 4;

MachineOp make(Opcode opcode, std::array<Register, 4> registers, std::int64_t imm = 0) {
  MachineOp op;
  op.op.opcode = opcode;
  op.op.imm = imm;
  op.registers = registers;
  return op;
}

MachineOp in_box(Opcode opcode, Register base, std::uint32_t byte, std::int64_t bytes) {
  MachineOp op = make(opcode, {kNoRegister, kNoRegister, base, kNoRegister});
  op.op.disp = static_cast<std::int32_t>(byte);
  op.memory = {kBoxTensor, true, 0, byte, 0, bytes};
  return op;
}

bool is_entered_from_elsewhere(const Code& code, std::uint32_t block) {
  for (std::uint32_t b = 0; b < code.blocks.size(); ++b)
    if (b != block && code.blocks[b].exit && code.blocks[b].exit->op.opcode != Opcode::dhalt &&
        code.blocks[b].target == block)
      return true;
  return false;
}

}  // namespace

Spiller::Spiller(Code& code) : code_(code) {
  std::vector<Block> blocks;
  std::vector<std::uint32_t> number(code.blocks.size());
  for (std::uint32_t b = 0; b < code.blocks.size(); ++b) {
    const bool first = b == 0 && (code.blocks[b].loop || is_entered_from_elsewhere(code, b));
    const bool behind_loop = b > 0 && code.blocks[b - 1].loop && code.blocks[b].loop;
    if (first || behind_loop) {
      Block& before = blocks.emplace_back();
      before.depth = code.blocks[b].depth > 0 ? code.blocks[b].depth - 1 : 0;
    }
    number[b] = static_cast<std::uint32_t>(blocks.size());
    blocks.push_back(std::move(code.blocks[b]));
  }
  for (Block& block : blocks)
    if (block.exit) block.target = number[block.target];
  code.blocks = std::move(blocks);
  unspillable_.resize(code.files.size());
  if (code.number_on_entry != kNoRegister) unspillable_[code.number_on_entry] = true;
  for (const Block& block : code.blocks)
    if (block.loop) unspillable_[block.exit->registers[kD]] = true;
  find_constants();
}

void Spiller::find_constants() {
  std::vector<std::uint32_t> writes(code_.files.size());
  std::vector<const MachineOp*> writer(code_.files.size());
  for (const Block& block : code_.blocks) {
    const auto look = [&](const MachineOp& op) {
      for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
        if (row.writes) ++writes[r], writer[r] = &op;
      });
    };
    for (const MachineOp& op : block.ops) look(op);
    if (block.exit) look(*block.exit);
  }
  rematerialised_.resize(code_.files.size());
  for (Register r = 0; r < code_.files.size(); ++r) {
    if (writes[r] != 1) continue;
    const isa::Op& op = writer[r]->op;
    if (op.opcode == Opcode::dmov_const || op.opcode == Opcode::dmov_coord ||
        (op.opcode == Opcode::dmov_i64 && op.immediate()))
      rematerialised_[r] = Home{{*writer[r]}, {}};
  }
  for (const auto& [r, place] : code_.rematerializable)
    rematerialised_[r] = Home{{make(Opcode::dmov_coord, {r, kNoRegister, kNoRegister, kNoRegister}, place)}, {}};
}

bool Spiller::can_spill(Register r, unsigned free_buffers) const {
  if (r >= code_.files.size() || unspillable_[r]) return false;
  if (rematerialised_[r]) return true;
  const File file = code_.files[r];
  if (file == File::r && (free_buffers > 0 || lanes_used_ < kLanes * buffers_.size())) return true;
  return file != File::p && code_.spill_coordinate.has_value() &&
         cells_ + 1 <
             phext::PackedCoordinate::kMax - code_.coordinates[*code_.spill_coordinate].get(phext::Axis::column);
}

std::vector<double> Spiller::costs(const WideCode& wide, const Interference& graph, unsigned free_buffers) const {
  std::vector<double> all(wide.files.size(), kNeverSpilled);
  for (Register r = 0; r < wide.files.size(); ++r) {
    const Register original = wide.origin[r];
    if (original < code_.files.size() && can_spill(original, free_buffers))
      all[r] = graph.weight[r] * (rematerialised_[original] ? kRematerialised : 1.0);
  }
  return all;
}

std::vector<Register> Spiller::bound_to(std::uint32_t loop) const {
  std::vector<Register> all;
  for (const MachineOp& op : code_.blocks[loop].ops)
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      if (row.writes || stands_in(r)) all.push_back(r);
    });
  return all;
}

Register Spiller::temporary(File file) {
  const Register r = code_.fresh(file);
  unspillable_.push_back(true);
  rematerialised_.emplace_back();
  return r;
}

void Spiller::set_up_box() {
  box_ = temporary(File::p);
  const std::uint32_t place = *code_.spill_coordinate;
  last_place_ = static_cast<std::uint32_t>(code_.coordinates.size());
  code_.coordinates.push_back(code_.coordinates[place]);
  const Register last = temporary(File::p), handle = temporary(File::r);
  MachineOp allocation = make(Opcode::salloc, {handle, *box_, last, kNoRegister}, 1);  // one-dimensional, along the
                                                                                       // columns
  allocation.op.mode = static_cast<std::uint8_t>(static_cast<unsigned>(isa::Layout::row_major) + 4 * 6);  // cells of 64
                                                                                                          // bytes
  // The first cell keeps the handle. Writing it also translates the pointer.
  MachineOp keep = in_box(Opcode::sscattr_i64, *box_, 0, 8);
  keep.registers[kA] = handle;
  auto& entry = code_.blocks.front().ops;
  const std::array beginning{make(Opcode::dmov_coord, {*box_, kNoRegister, kNoRegister, kNoRegister}, place),
                             make(Opcode::dmov_coord, {last, kNoRegister, kNoRegister, kNoRegister}, last_place_),
                             allocation, keep};
  entry.insert(entry.begin(), beginning.begin(), beginning.end());
  new_cell();
  for (Block& block : code_.blocks) {
    if (!block.exit || block.exit->op.opcode != Opcode::dhalt) continue;
    const Register ended = temporary(File::r);
    MachineOp fetch = in_box(Opcode::sgather_i64, *box_, 0, 8);
    fetch.registers[kD] = ended;
    block.ops.push_back(fetch);
    block.ops.push_back(make(Opcode::sfree, {kNoRegister, ended, kNoRegister, kNoRegister}));
  }
}

std::uint32_t Spiller::new_cell() {
  const phext::PackedCoordinate first = code_.coordinates[*code_.spill_coordinate];
  const std::uint32_t column = first.get(phext::Axis::column) + cells_;
  VTPU_CHECK(column <= phext::PackedCoordinate::kMax, "the box fits in its line");
  code_.coordinates[last_place_] = first.with(phext::Axis::column, column);
  return cells_++;
}

Spiller::Home Spiller::home_for(Register r, unsigned free_buffers) {
  if (rematerialised_[r]) return *rematerialised_[r];
  Home home;
  if (code_.files[r] == File::r) {
    if (lanes_used_ == kLanes * buffers_.size() && free_buffers > 0) buffers_.push_back(temporary(File::m));
    if (lanes_used_ < kLanes * buffers_.size()) {
      const Register buffer = buffers_[lanes_used_ / kLanes];
      home.fetch = {make(Opcode::cunpack_i64, {r, buffer, kNoRegister, kNoRegister})};
      home.put = {make(Opcode::cpack_i64, {buffer, r, kNoRegister, kNoRegister})};
      home.fetch[0].op.mode = home.put[0].op.mode = static_cast<std::uint8_t>(lanes_used_++ % kLanes);
      return home;
    }
    if (!box_) set_up_box();
    if (words_in_cell_ % (kCellBytes / 8) == 0) cell_of_words_ = new_cell(), words_in_cell_ = 0;
    const std::uint32_t byte = cell_of_words_ * kCellBytes + 8 * words_in_cell_++;
    home.fetch = {in_box(Opcode::sgather_i64, *box_, byte, 8)};
    home.put = {in_box(Opcode::sscattr_i64, *box_, byte, 8)};
  } else {
    if (!box_) set_up_box();
    const std::uint32_t byte = new_cell() * kCellBytes;
    const bool message = code_.files[r] == File::m;  // 32 bytes, by way of a vector
    home.fetch = {in_box(message ? Opcode::sgather_v32 : Opcode::sgather_v64, *box_, byte, message ? 32 : kCellBytes)};
    home.put = {in_box(message ? Opcode::sscattr_v32 : Opcode::sscattr_v64, *box_, byte, message ? 32 : kCellBytes)};
    if (message) {
      home.through = temporary(File::v);
      home.fetch[0].registers[kD] = home.put[0].registers[kA] = home.through;
      home.fetch.push_back(make(Opcode::cpack_v, {r, home.through, kNoRegister, kNoRegister}));
      home.put.insert(home.put.begin(), make(Opcode::cunpack_v, {home.through, r, kNoRegister, kNoRegister}));
      return home;
    }
  }
  home.fetch[0].registers[kD] = home.put[0].registers[kA] = r;
  return home;
}

void Spiller::spill(const std::vector<Register>& registers, unsigned free_buffers) {
  const Places places = find_places(registers);
  for (const Register r : registers) {
    const std::size_t before = buffers_.size();
    const Home home = home_for(r, free_buffers);
    free_buffers -= static_cast<unsigned>(buffers_.size() - before);
    move_out(r, home, places);
  }
}

Spiller::Places Spiller::find_places(const std::vector<Register>& registers) const {
  Places places;
  places.before.resize(code_.blocks.size());
  std::vector<bool> spilled(code_.files.size());
  for (const Register r : registers) spilled[r] = true;
  for (std::uint32_t b = 0; b < code_.blocks.size(); ++b) {
    const Block& block = code_.blocks[b];
    const auto note = [&](const MachineOp& op) {
      for (const Register r : op.registers) {
        if (r == kNoRegister || !spilled[r]) continue;
        std::vector<std::uint32_t>& blocks = places.blocks[r];
        if (blocks.empty() || blocks.back() != b) blocks.push_back(b);
      }
    };
    for (const MachineOp& op : block.ops) note(op);
    const Opcode last = block.exit ? block.exit->op.opcode : Opcode::nop;
    if (block.exit) {
      note(*block.exit);
      if (last == Opcode::dloop && spilled[block.exit->registers[kD]])
        places.counted_in[block.exit->registers[kD]].push_back(b);
      if (last != Opcode::dhalt) places.before[block.target].push_back(b);
    }
    const bool goes_on = last != Opcode::dhalt && last != Opcode::dbr && b + 1 < code_.blocks.size();
    if (goes_on && (!block.exit || block.target != b + 1)) places.before[b + 1].push_back(b);
  }
  return places;
}

void Spiller::move_out(Register r, const Home& home, const Places& places) {
  if (const auto counted = places.counted_in.find(r); counted != places.counted_in.end())
    for (const std::uint32_t b : counted->second) split_counter(b);
  const auto found = places.blocks.find(r);
  if (found == places.blocks.end()) return;
  for (const std::uint32_t b : found->second)
    if (!(code_.blocks[b].loop && fetch_before(b, r, home, places))) move_out_of(b, r, home);
}

/// The decrement by the dloop of an outer loop becomes a separate op whose result can be stored.
void Spiller::split_counter(std::uint32_t number) {
  Block& block = code_.blocks[number];
  const Register r = block.exit->registers[kD];
  MachineOp step = make(Opcode::dadd_i64, {r, r, kNoRegister, kNoRegister}, -1);
  step.op.flags = isa::Op::kImmediate;
  step.line = block.exit->line;
  block.ops.push_back(step);
  block.exit->op.opcode = Opcode::dbr_nz;
  block.exit->registers = {kNoRegister, r, kNoRegister, kNoRegister};
}

bool Spiller::fetch_before(std::uint32_t loop, Register r, const Home& home, const Places& places) {
  if (stands_in(r)) return false;
  for (const MachineOp& op : code_.blocks[loop].ops) {
    bool written = false;
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register w) { written |= row.writes && w == r; });
    if (written) return false;
  }
  const Register here = temporary(code_.files[r]);
  unspillable_[here] = false;
  rematerialised_[here] =
      Home{home.fetch, {}, home.through};  // written to a register other than its own; see stands_in
  for (MachineOp& op : code_.blocks[loop].ops) std::replace(op.registers.begin(), op.registers.end(), r, here);
  for (const std::uint32_t b : places.before[loop])
    if (b != loop) append(code_.blocks[b].ops, home.fetch, home, home.fetch.back().registers[kD], here, 0);
  return true;
}

void Spiller::append(std::vector<MachineOp>& to, const std::vector<MachineOp>& ops, const Home& home, Register r,
                     Register held, std::uint32_t line) {
  const Register through = home.through == kNoRegister ? kNoRegister : temporary(File::v);
  for (MachineOp op : ops) {
    for (Register& each : op.registers)
      if (each != kNoRegister) each = each == r ? held : each == home.through ? through : each;
    op.line = line;
    to.push_back(op);
  }
}

void Spiller::move_out_of(std::uint32_t number, Register r, const Home& home) {
  Block& block = code_.blocks[number];
  std::vector<MachineOp> ops;
  Register held = kNoRegister;  // currently holds the value
  std::size_t held_at = 0;
  const auto fetch = [&](std::uint32_t line) {
    if (held != kNoRegister && ops.size() - held_at <= kReach) return;
    held = temporary(code_.files[r]);
    append(ops, home.fetch, home, home.fetch.back().registers[kD], held, line);
  };
  const auto rewrite = [&](MachineOp op) {
    bool reads = false, writes = false;
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register x) {
      reads |= row.reads && x == r, writes |= row.writes && x == r;
    });
    if (writes && home.put.empty()) return;  // the value is rematerialised
    if (reads) fetch(op.line);
    if (writes && !reads) held = temporary(code_.files[r]);
    if (reads || writes) {
      std::replace(op.registers.begin(), op.registers.end(), r, held);
      held_at = ops.size();
    }
    ops.push_back(op);
    if (writes) append(ops, home.put, home, r, held, op.line);
  };
  for (const MachineOp& op : block.ops) rewrite(op);
  if (block.exit) {
    bool reads = false;
    for_each_operand(block.exit->op, block.exit->registers,
                     [&](const OperandRow& row, Register x) { reads |= row.reads && x == r; });
    if (reads) {
      fetch(block.exit->line);
      std::replace(block.exit->registers.begin(), block.exit->registers.end(), r, held);
    }
  }
  block.ops = std::move(ops);
}

}  // namespace vtpu::compiler::backend

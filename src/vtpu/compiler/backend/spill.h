#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/compiler/backend/interference.h"

namespace vtpu::compiler::backend {

/// Puts registers of `Code` elsewhere: made again where one op without operands made them, else r into lanes of message
/// buffers that the program leaves free, else r and v into a box of memory, which the program allocates at its
/// beginning and frees at its end. A register that a loop only reads is fetched before the loop; the register that
/// takes its place there can in turn be fetched at each use.
class Spiller {
 public:
  /// Inserts empty blocks where something may have to stand before a loop. `code` outlives this.
  explicit Spiller(Code& code);

  /// How unwelcome it is that each register of `wide` is put elsewhere; infinite where it cannot be.
  /// `free_buffers`: message buffers that no word uses.
  std::vector<double> costs(const WideCode& wide, const Interference& graph, unsigned free_buffers) const;
  /// `registers`: of `Code`, of finite cost, sorted.
  void spill(const std::vector<Register>& registers, unsigned free_buffers);
  /// Whether the block reads or writes the register.
  bool occurs(Register r, std::uint32_t block) const;
  /// Registers of a loop that cannot be put elsewhere without ops for it in the loop, sorted.
  std::vector<Register> bound_to(std::uint32_t loop) const;

 private:
  /// How a value is fetched and put back; both have the register in field d or a of `registers`.
  struct Home {
    MachineOp fetch;
    std::optional<MachineOp> put;  ///< none: it is made again, and what wrote it goes
  };
  void find_constants();
  /// Whether it has taken another's place in a loop, and is fetched at each use when it has to go in turn.
  bool stands_in(Register r) const { return made_again_[r] && made_again_[r]->fetch.registers[0] != r; }
  bool can_spill(Register r, unsigned free_buffers) const;
  Home home_for(Register r, unsigned free_buffers);
  void set_up_box();
  std::uint32_t new_cell();
  Register temporary(isa::File file);
  void move_out(Register r, const Home& home);
  void move_out_of(std::uint32_t block, Register r, const Home& home);
  bool fetch_before(std::uint32_t loop, Register r, const Home& home);
  void split_counters(Register r);

  Code& code_;
  std::vector<std::optional<Home>> made_again_;  ///< by register
  std::vector<bool> stays_;                      ///< by register: short-lived, or counts an innermost loop
  std::vector<Register> buffers_;                ///< whose lanes are handed out
  unsigned lanes_used_ = 0;
  std::optional<Register> box_;  ///< holds the box's first coordinate
  std::uint32_t last_place_ = 0, cells_ = 0, words_in_cell_ = 0, cell_of_words_ = 0;
};

}  // namespace vtpu::compiler::backend

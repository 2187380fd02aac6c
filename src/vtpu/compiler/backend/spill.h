#pragma once
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "vtpu/compiler/backend/interference.h"

namespace vtpu::compiler::backend {

/// Spills registers of `Code`. A value made by one op without operands is rematerialised. Otherwise an r-register goes
/// to a lane of a message buffer that the program does not use, if one is left; other r-, v- and m-registers go to a
/// box of memory that the program allocates at its start and frees at its end. A register that a loop only reads is
/// fetched before the loop, into a stand-in. If the stand-in is spilled too, it is fetched at each use.
class Spiller {
 public:
  /// Inserts empty blocks where code before a loop may be needed. `code` must outlive this object.
  explicit Spiller(Code& code);

  /// The spill cost of each register of `wide`; infinite if it cannot be spilled. `free_buffers`: message buffers that
  /// no word uses.
  std::vector<double> costs(const WideCode& wide, const Interference& graph, unsigned free_buffers) const;
  /// `registers`: registers of `Code` with finite cost, sorted.
  void spill(const std::vector<Register>& registers, unsigned free_buffers);
  /// Registers of a loop that can be spilled only with extra ops inside the loop.
  std::vector<Register> bound_to(std::uint32_t loop) const;

 private:
  /// How a value is fetched and stored. The last op of `fetch` writes the register.
  struct Home {
    std::vector<MachineOp> fetch;
    std::vector<MachineOp> put;      ///< empty: the value is rematerialised and its writer removed
    Register through = kNoRegister;  ///< a vector between memory and a message buffer; another one at each use
  };
  /// Appends a fetch or put of r with `held` in its place.
  void append(std::vector<MachineOp>& to, const std::vector<MachineOp>& ops, const Home& home, Register r,
              Register held, std::uint32_t line);
  void find_constants();
  /// Whether the register stands in for another in a loop; if spilled, it is fetched at each use.
  bool stands_in(Register r) const { return rematerialised_[r] && rematerialised_[r]->fetch.back().registers[0] != r; }
  bool can_spill(Register r, unsigned free_buffers) const;
  Home home_for(Register r, unsigned free_buffers);
  void set_up_box();
  std::uint32_t new_cell();
  Register temporary(isa::File file);
  /// Where registers occur, and the blocks from which a block is reached. Spilling one register moves no other.
  struct Places {
    std::unordered_map<Register, std::vector<std::uint32_t>> blocks, counted_in;  ///< of the registers being spilled
    std::vector<std::vector<std::uint32_t>> before;
  };
  Places find_places(const std::vector<Register>& registers) const;
  void move_out(Register r, const Home& home, const Places& places);
  void move_out_of(std::uint32_t block, Register r, const Home& home);
  bool fetch_before(std::uint32_t loop, Register r, const Home& home, const Places& places);
  void split_counter(std::uint32_t block);

  Code& code_;
  std::vector<std::optional<Home>> rematerialised_;  ///< by register
  std::vector<bool> unspillable_;                    ///< by register: short-lived, or the counter of an innermost loop
  std::vector<Register> buffers_;                    ///< buffers whose lanes hold spilled values
  unsigned lanes_used_ = 0;
  std::optional<Register> box_;  ///< holds the coordinate of the box's first cell
  std::uint32_t last_place_ = 0, cells_ = 0, words_in_cell_ = 0, cell_of_words_ = 0;
};

}  // namespace vtpu::compiler::backend

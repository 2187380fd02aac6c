#pragma once
#include <vector>

#include "vtpu/net/fault/component.h"
#include "vtpu/net/ocs/ocs_state.h"

namespace vtpu::net::fault {

/// The links between a machine's chips while links, fibres and switches fail and come back, and while blocks are
/// spliced in. Which chips work is the caller's to say: a vector by chip.
class Fabric {
 public:
  /// The state's layout is that of the machine (an invariant).
  Fabric(const Machine& machine, ocs::OcsState state);

  const ocs::OcsState& state() const { return state_; }
  /// New circuits; what has failed stays so.
  void set_state(ocs::OcsState state);

  /// A link, fibre or switch that worked fails, or one that failed works again (invariants).
  void fail(Component component) { change(component, 1); }
  void repair(Component component) { change(component, -1); }

  /// Whether light or current runs between two working chips through this link, fibre or switch.
  bool in_use(Component component, const std::vector<bool>& works) const;
  /// Links between working chips that are set up and do not carry.
  int dark_links(const std::vector<bool>& works) const;
  /// Those of the working chips that belong to the largest group in which each reaches each other; the group with the
  /// lowest chip number where several are largest.
  std::vector<bool> largest_part(const std::vector<bool>& works) const;

 private:
  static constexpr int kPorts = 6;

  void wire();
  void change(Component component, int by);
  std::vector<int> ends_of(Component component) const;
  bool set_up(int end) const { return peer_[static_cast<std::size_t>(end)] >= 0; }
  bool carries(int end) const;

  Machine machine_;
  ocs::OcsState state_;
  int failed_count_ = 0;
  std::vector<int> end_of_port_;  // by fibre: the chip's end
  std::vector<int> peer_;         // by end = chip · ports + port: the other end, or -1
  std::vector<int> failed_;       // by end: failed components that it needs
};

}  // namespace vtpu::net::fault

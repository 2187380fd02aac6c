#pragma once
#include <vector>

#include "vtpu/net/fault/component.h"
#include "vtpu/net/ocs/ocs_state.h"

namespace vtpu::net::fault {

/// The links between a machine's chips while links, fibres and switches fail and are repaired, and while blocks are
/// spliced in. The caller keeps track of which chips work, as a vector by chip.
class Fabric {
 public:
  /// The state must have the machine's layout (an invariant).
  Fabric(const Machine& machine, ocs::OcsState state);

  const ocs::OcsState& state() const { return state_; }
  /// Sets new circuits. Failed components stay failed.
  void set_state(ocs::OcsState state);

  /// Fails a working link, fibre or switch, or repairs a failed one (invariants).
  void fail(Component component) { change(component, 1); }
  void repair(Component component) { change(component, -1); }

  /// Whether two working chips communicate through this link, fibre or switch.
  bool in_use(Component component, const std::vector<bool>& works) const;
  /// Number of links between working chips that are configured but do not carry data.
  int dark_links(const std::vector<bool>& works) const;
  /// The working chips in the largest group in which every chip reaches every other; of several largest groups, the one
  /// with the lowest chip number.
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
  std::vector<int> end_of_port_;  // by fibre: the end at the chip
  std::vector<int> peer_;         // by end = chip · ports + port: the other end, or -1
  std::vector<int> failed_;       // by end: number of failed components that it needs
};

}  // namespace vtpu::net::fault

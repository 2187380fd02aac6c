#pragma once
#include <array>
#include <optional>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/fault/failure_model.h"

namespace vtpu::net::fault {

/// The lives of all components under the laws of a model. Every life of every component draws from its own random
/// stream, so the response to failures does not change when components fail.
class FailureClocks {
 public:
  FailureClocks(const Machine& machine, const FailureModel& model, const Random& random);

  bool down(Component component) const { return part(component).down; }
  /// The number of the component's current life, from 0.
  int life(Component component) const { return part(component).life; }
  /// Begins a life at `now_s` and returns its end; none if no law applies or the life has already begun.
  std::optional<double> start(Component component, double now_s);
  /// Ends a life. `by_law`: it ends at its drawn time, so the law also gives the time of repair, which is returned.
  std::optional<double> fail(Component component, double now_s, bool by_law);
  void repair(Component component);

 private:
  struct Part {
    bool down = false;
    bool ageing = false;
    int life = 0;
  };
  Part& part(Component component);
  const Part& part(Component component) const;
  Random stream(Component component, int purpose) const;

  Random random_;
  std::array<std::vector<Part>, kComponentKinds.size()> parts_;
  std::array<std::optional<ComponentLaw>, kComponentKinds.size()> laws_;
};

}  // namespace vtpu::net::fault

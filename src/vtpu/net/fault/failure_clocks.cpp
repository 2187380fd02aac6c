#include "vtpu/net/fault/failure_clocks.h"

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::net::fault {
namespace {

enum Purpose { kLife, kRepair };

std::size_t row(ComponentKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

FailureClocks::FailureClocks(const Machine& machine, const FailureModel& model, const Random& random)
    : random_(random) {
  for (const ComponentKind kind : kComponentKinds) parts_[row(kind)].resize(at(component_count(machine, kind)));
  for (const ComponentLaw& law : model.laws) laws_[row(law.kind)] = law;
}

FailureClocks::Part& FailureClocks::part(Component component) { return parts_[row(component.kind)][at(component.id)]; }

const FailureClocks::Part& FailureClocks::part(Component component) const {
  return parts_[row(component.kind)][at(component.id)];
}

Random FailureClocks::stream(Component component, int purpose) const {
  const int number = 2 * part(component).life + purpose;
  return random_.fork(row(component.kind)).fork(at(component.id)).fork(at(number));
}

std::optional<double> FailureClocks::start(Component component, double now_s) {
  const std::optional<ComponentLaw>& law = laws_[row(component.kind)];
  Part& state = part(component);
  if (!law || state.ageing) return std::nullopt;
  VTPU_CHECK(!state.down, "a component that is down does not age");
  state.ageing = true;
  Random random = stream(component, kLife);
  return now_s + law->life.draw(random) * kSecondsPerDay;
}

std::optional<double> FailureClocks::fail(Component component, double now_s, bool by_law) {
  Part& state = part(component);
  VTPU_CHECK(!state.down, "a component that is down cannot fail");
  std::optional<double> repair_s;
  if (const std::optional<ComponentLaw>& law = laws_[row(component.kind)]; by_law && law && law->repair_days) {
    Random random = stream(component, kRepair);
    repair_s = now_s + LifeLaw::exponential(*law->repair_days).draw(random) * kSecondsPerDay;
  }
  state = {.down = true, .ageing = false, .life = state.life + 1};
  return repair_s;
}

void FailureClocks::repair(Component component) {
  VTPU_CHECK(part(component).down, "only a component that is down is repaired");
  part(component).down = false;
}

}  // namespace vtpu::net::fault

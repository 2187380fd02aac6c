#include "vtpu/net/fault/failure_clocks.h"

#include "vtpu/base/check.h"

namespace vtpu::net::fault {
namespace {

constexpr double kDay = 86400;  // seconds
enum Purpose { kLife, kRepair };

std::size_t at(int index) { return static_cast<std::size_t>(index); }
std::size_t at(ComponentKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

FailureClocks::FailureClocks(const Machine& machine, const FailureModel& model, const Random& random)
    : random_(random) {
  for (const ComponentKind kind : kComponentKinds) parts_[at(kind)].resize(at(component_count(machine, kind)));
  for (const ComponentLaw& law : model.laws) laws_[at(law.kind)] = law;
}

FailureClocks::Part& FailureClocks::part(Component component) { return parts_[at(component.kind)][at(component.id)]; }

const FailureClocks::Part& FailureClocks::part(Component component) const {
  return parts_[at(component.kind)][at(component.id)];
}

Random FailureClocks::stream(Component component, int purpose) const {
  const int number = 2 * part(component).life + purpose;
  return random_.fork(at(component.kind)).fork(at(component.id)).fork(at(number));
}

std::optional<double> FailureClocks::start(Component component, double now_s) {
  const std::optional<ComponentLaw>& law = laws_[at(component.kind)];
  Part& state = part(component);
  if (!law || state.ageing) return std::nullopt;
  VTPU_CHECK(!state.down, "a component that is down does not age");
  state.ageing = true;
  Random random = stream(component, kLife);
  return now_s + law->life.draw(random) * kDay;
}

std::optional<double> FailureClocks::fail(Component component, double now_s, bool by_law) {
  Part& state = part(component);
  VTPU_CHECK(!state.down, "a component that is down cannot fail");
  std::optional<double> repair_s;
  if (const std::optional<ComponentLaw>& law = laws_[at(component.kind)]; by_law && law && law->repair_days) {
    Random random = stream(component, kRepair);
    repair_s = now_s + LifeLaw::exponential(*law->repair_days).draw(random) * kDay;
  }
  state = {.down = true, .ageing = false, .life = state.life + 1};
  return repair_s;
}

void FailureClocks::repair(Component component) {
  VTPU_CHECK(part(component).down, "only a component that is down is repaired");
  part(component).down = false;
}

}  // namespace vtpu::net::fault

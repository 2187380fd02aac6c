#include <fmt/core.h>

#include "vtpu/base/csv.h"
#include "vtpu/net/fault/life.h"

namespace vtpu::net::fault {

const char* name_of(LifeEvent::What what) {
  switch (what) {
    case LifeEvent::What::failed: return "failed";
    case LifeEvent::What::repaired: return "repaired";
    case LifeEvent::What::ignored: return "ignored";
    case LifeEvent::What::moved: return "moved";
    case LifeEvent::What::lost: return "lost";
    case LifeEvent::What::struck_off: return "struck off";
    case LifeEvent::What::returned: return "returned";
    case LifeEvent::What::recovering: return "recovering";
    case LifeEvent::What::interrupted: return "interrupted";
    case LifeEvent::What::waiting: return "waiting";
    case LifeEvent::What::running: return "running";
  }
  return "";
}

std::string timeline_csv(const Machine& machine, const Policy& policy, const LifeReport& report) {
  const ComponentKind unit = policy.spares == Spares::blocks ? ComponentKind::block : ComponentKind::chip;
  std::string text = "time_s,event,component,name,to\n";
  for (const LifeEvent& event : report.events) {
    using What = LifeEvent::What;
    const bool of_job = event.what == What::recovering || event.what == What::interrupted ||
                        event.what == What::waiting || event.what == What::running;
    text += csv_line({fmt::format("{:.6f}", event.time_s), name_of(event.what),
                      of_job ? "job" : to_string(machine, event.component),
                      event.seat.valid() ? to_string(machine, Component{unit, event.seat.value()}) : "",
                      event.to.valid() ? to_string(machine, Component{unit, event.to.value()}) : ""});
  }
  return text;
}

}  // namespace vtpu::net::fault

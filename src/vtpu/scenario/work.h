#pragma once
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/workload.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/subject.h"

namespace vtpu::scenario {

/// The traffic of `[traffic]`. Error: at the key: an unknown pattern, one that these chips do not have, a hot chip that
/// does not exist.
Result<net::workload::Traffic> build_traffic(const Scenario& scenario, const Subject& subject);

/// The messages of `[workload]`, all of them. Error: at the key, or of the trace.
Result<net::workload::Workload> build_workload(const Scenario& scenario, const Subject& subject);

/// "all-reduce by bucket, 1048576 bytes a chip".
std::string workload_name(const Scenario& scenario);

/// The messages of chip 0 alone, where every chip does the same: an all-to-all, or a collective that has a program of
/// one chip, on a whole network of which all chips are alike. None otherwise.
std::optional<net::workload::Workload> build_first_chip(const Scenario& scenario, const Subject& subject);

/// Times that no routing and no order of messages can beat, for what is not lost: each chip's bytes over its links, and
/// all bytes over shortest ways over all links; of a collective also what any algorithm takes. `lost`: by message,
/// empty for none; `alike`: so many chips do what the workload says of chip 0, 1 where it has all messages.
std::vector<Bound> bounds_of(const Scenario& scenario, const Subject& subject, int diameter,
                             const net::workload::Workload& workload, const std::vector<net::workload::Loss>& lost,
                             int alike);

}  // namespace vtpu::scenario

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

/// The traffic of `[traffic]`. Error: at the key: an unknown pattern, a pattern that these chips do not support, a hot
/// chip that does not exist.
Result<net::workload::Traffic> build_traffic(const Scenario& scenario, const Subject& subject);

/// The messages of `[workload]`, all of them. Error: at the key, or of the trace.
Result<net::workload::Workload> build_workload(const Scenario& scenario, const Subject& subject);

/// For example "all-reduce by bucket, 1048576 bytes per chip".
std::string workload_name(const Scenario& scenario);

/// The messages of chip 0 alone, where every chip does the same: an all-to-all, or a collective with a program for one
/// chip, on a whole vertex-transitive network. Empty otherwise.
std::optional<net::workload::Workload> build_first_chip(const Scenario& scenario, const Subject& subject);

/// Lower bounds on the time under any routing and order of messages, without lost messages: each chip's bytes over its
/// links, and all bytes on shortest paths over all links; for a collective also the bound of any algorithm. `lost`: by
/// message, empty for none. `alike`: number of chips that send the messages of the workload, 1 when it lists all
/// messages.
std::vector<Bound> bounds_of(const Scenario& scenario, const Subject& subject, int diameter,
                             const net::workload::Workload& workload, const std::vector<net::workload::Loss>& lost,
                             int alike);

}  // namespace vtpu::scenario

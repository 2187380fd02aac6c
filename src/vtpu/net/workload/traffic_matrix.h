#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/net/node_names.h"
#include "vtpu/net/workload/traffic.h"

/// Traffic as a file: a CSV table with the columns source, destination, weight. Missing pairs have weight 0; repeated
/// pairs are added.
namespace vtpu::net::workload {

/// `name`: the file, for errors. Error: file:line and column, what was found, what is allowed.
Result<Traffic> parse_traffic_matrix(std::string_view text, const std::string& name, const NodeNames& nodes);
Result<Traffic> read_traffic_matrix(const std::filesystem::path& path, const NodeNames& nodes);

}  // namespace vtpu::net::workload

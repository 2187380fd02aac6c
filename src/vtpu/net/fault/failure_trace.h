#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/fault/failure_model.h"

/// Failures in a file: a CSV table with one failure per row, in any order, and these columns:
///   time_s      seconds since the job began, at least 0
///   component   chip, host, link, fibre, ocs, block, rack or volume
///   id          chip: address or number; volume: number from 1; others: number from 0
///   repair_s    time of repair, after time_s; empty: never
namespace vtpu::net::fault {

/// `name`: the file, for error messages. Error: file:line and column, found, expected.
Result<std::vector<TraceFailure>> parse_failures(std::string_view text, const std::string& name,
                                                 const Machine& machine);
Result<std::vector<TraceFailure>> read_failures(const std::filesystem::path& path, const Machine& machine);

/// The text of the file. Parsing it gives the same failures, with times equal to the last bit.
std::string failures_text(const std::vector<TraceFailure>& failures, const Machine& machine);

}  // namespace vtpu::net::fault

#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/fault/failure_model.h"

/// Failures as a file: a CSV table with one failure a row, in any order, and the columns
///   time_s      seconds since the job began, at least 0
///   component   chip, host, link, fibre, ocs, block, rack or volume
///   id          the part's name: a chip's address or number, a volume's number from 1, else a number from 0
///   repair_s    when it works again, after time_s; empty: never
namespace vtpu::net::fault {

/// `name`: the file, for errors. Error: file:line and column, what was found, what may stand there.
Result<std::vector<TraceFailure>> parse_failures(std::string_view text, const std::string& name,
                                                 const Machine& machine);
Result<std::vector<TraceFailure>> read_failures(const std::filesystem::path& path, const Machine& machine);

/// The text of the file; parsing it gives the same failures, times to the last bit.
std::string failures_text(const std::vector<TraceFailure>& failures, const Machine& machine);

}  // namespace vtpu::net::fault

#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/node_names.h"
#include "vtpu/net/workload/workload.h"

/// Workloads as files, in one format for every level of simulation: a CSV table with one message per row and the
/// columns
///   id             any word without ';', unique in the file
///   source         chip, as docs/nodes.md says
///   destination    chip
///   bytes          0 to 2^53
///   after          ids of the messages that it waits for, separated by ';'; may be empty and may name later rows
///   not_before_ns  at least 0
///   compute_ns     at least 0: local work after the last of `after` is delivered
/// Rows may be in any order, as long as messages do not wait for each other in a cycle.
namespace vtpu::net::workload {

struct Trace {
  Workload workload;             ///< in the order of rows, except rows that had to wait for later ones
  std::vector<std::string> ids;  ///< by message: its id in the file
};

/// `name`: the file, for errors, and the workload's name. Error: file:line and column, what was found, what is allowed;
/// for messages that wait for each other in a cycle, their ids in the order of waiting.
Result<Trace> parse_trace(std::string_view text, const std::string& name, const NodeNames& nodes);
Result<Trace> read_trace(const std::filesystem::path& path, const NodeNames& nodes);

/// The workload as a trace whose ids are the messages' numbers and whose chips have their names. Reading it gives the
/// same workload, with times equal to the last bit.
std::string trace_text(const Workload& workload, const NodeNames& nodes);

}  // namespace vtpu::net::workload

#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/collective/disjoint_rings.h"
#include "vtpu/net/network.h"

/// Rings in files, one letter for each step:
///
///     chips 128
///     ring
///     xxxyXXX...
///
/// The header gives the number of chips. Each ring begins with the line `ring` at chip 0; letters on the lines that
/// follow name the port by which it leaves a chip: x, y, z for the + ports of the three dimensions and X, Y, Z for the
/// - ports. '#' begins a comment; empty lines are skipped. The network says where a port leads.
namespace vtpu::net::collective {

/// The rings of a file for this network, which check_rings has proved. Error: file:line, column, found, expected; for
/// example a letter that is none, a port without a link, another number of chips, rings that do not prove.
Result<std::vector<Ring>> parse_rings(std::string_view text, const std::string& file, const Network& network);
Result<std::vector<Ring>> read_rings(const std::filesystem::path& path, const Network& network);

/// The text of the file. Parsing it gives the same rings, each from chip 0 on. Error: rings that do not prove, or a
/// network with more than three dimensions.
Result<std::string> rings_text(const Network& network, const std::vector<Ring>& rings);

}  // namespace vtpu::net::collective

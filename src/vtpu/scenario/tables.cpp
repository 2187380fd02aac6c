#include "vtpu/scenario/tables.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/net/routing/route_table.h"
#include "vtpu/scenario/routes.h"
#include "vtpu/scenario/subject.h"

namespace vtpu::scenario {
namespace {

constexpr int kMostRows = 1 << 17;

struct Rows {
  std::vector<net::routing::RouteRow> reached;
  int unreachable = 0;
};

Rows rows_from(const Subject& subject, const AnyRouting& routing, IndexRange<net::Chip> sources) {
  Rows rows;
  std::visit(
      [&](const auto& each) {
        for (const net::Chip source : sources)
          for (const net::Chip destination : subject.network.chips()) {
            if (destination == source) continue;
            if (each.reaches(source, destination))
              rows.reached.push_back(net::routing::route_row(subject.network, each, source, destination));
            else
              ++rows.unreachable;
          }
      },
      routing);
  return rows;
}

Rows path(const Subject& subject, const AnyRouting& routing, net::Chip source, net::Chip destination) {
  Rows rows;
  if (source == destination) return rows;
  std::visit(
      [&](const auto& each) {
        if (each.reaches(source, destination))
          rows.reached = net::routing::route_rows(subject.network, each, source, destination);
        else
          rows.unreachable = 1;
      },
      routing);
  return rows;
}

}  // namespace

Result<std::string> route_table_text(const Scenario& scenario, const std::string& from, const std::string& to) {
  if (const auto right = check(scenario); !right) return right.error();
  const auto subject = build_subject(scenario);
  if (!subject) return subject.error();
  const auto routing = build_routing(scenario, *subject);
  if (!routing) return routing.error();
  const int chips = subject->network.chip_count();
  IndexRange<net::Chip> sources = subject->network.chips();
  if (!from.empty()) {
    const auto chip = subject->names().chip(from, "--from");
    if (!chip) return chip.error();
    sources = {*chip, net::Chip(chip->value() + 1)};
  }
  if (static_cast<std::int64_t>(sources.size()) * chips > kMostRows)
    return Error{"routes", fmt::format("found {} chips, each with a row for every other chip", chips),
                 "--from with one of them"};
  Rows rows;
  if (to.empty()) {
    if (const auto right = check_tables(scenario, *subject, *routing); !right) return right.error();
    rows = rows_from(*subject, *routing, sources);
  } else {
    const auto chip = subject->names().chip(to, "--to");
    if (!chip) return chip.error();
    rows = path(*subject, *routing, *sources.begin(), *chip);
  }
  std::string text = net::routing::to_string(rows.reached, subject->network);
  if (rows.unreachable > 0)
    text += fmt::format("without a path: {} of {} pairs\n", rows.unreachable,
                        static_cast<std::size_t>(rows.unreachable) + rows.reached.size());
  return text;
}

}  // namespace vtpu::scenario

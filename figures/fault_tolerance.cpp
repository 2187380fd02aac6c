// Two methods to keep an address after a failure: the name of a chip moves to a spare, or a spare block takes the
// circuits of a failed one.
#include <fmt/core.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "all.h"
#include "shapes.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

constexpr const char* kExperiment = "net-topology";
constexpr double kHeight = 2.35;

std::string chip_of(const std::string& address) { return address.substr(0, address.find('/')); }

void draw_remaps(plot::Context& context, double left, double top) {
  const plot::TableView remaps = context.table(kExperiment, "chip_remap");
  shapes::bold(left + 105, top, "A name moves to a spare chip");
  const double columns[] = {left + 22, left + 84, left + 146, left + 200};
  const char* heads[] = {"chip fails", "name", "now at", "spares left"};
  for (std::size_t i = 0; i < 4; ++i) shapes::words(columns[i], top - 15, heads[i], "center", plot::colour::kGrey);
  for (std::size_t row = 0; row < remaps.size(); ++row) {
    const double y = top - 33 - 20 * static_cast<double>(row);
    const std::string name = remaps.label(row, "name"), to = remaps.label(row, "moves_to");
    const bool moves = to.find('/') != std::string::npos;
    shapes::box(columns[0] - 22, y - 7, 44, 14, {.fill = "#F6D5C3", .edge = plot::colour::kVermilion});
    shapes::words(columns[0], y, chip_of(remaps.label(row, "failed")));
    shapes::words(columns[1], y, moves ? chip_of(name) : "idle spare");
    if (moves) {
      shapes::arrow(columns[1] + 20, y, columns[2] - 24, y);
      shapes::box(columns[2] - 22, y - 7, 44, 14, {.fill = "#CDEBDD", .edge = plot::colour::kGreen});
      shapes::words(columns[2], y, chip_of(to));
    }
    shapes::words(columns[3], y, fmt::format("{:.0f}", remaps.number(row, "free_spares")));
  }
}

/// The block at which every circuit of a change ends.
int common_block(const plot::TableView& circuits) {
  std::map<int, std::size_t> ends;
  for (std::size_t row = 0; row < circuits.size(); ++row) {
    ++ends[static_cast<int>(circuits.number(row, "block_a"))];
    ++ends[static_cast<int>(circuits.number(row, "block_b"))];
  }
  for (const auto& [block, count] : ends)
    if (count == circuits.size()) return block;
  throw plot::MissingData("splice_circuits: the changed circuits have no block in common");
}

void draw_splice(plot::Context& context, double left, double top) {
  const plot::TableView circuits = context.table(kExperiment, "splice_circuits");
  const plot::TableView before = circuits.where("change", "before"), after = circuits.where("change", "after");
  const int failed = common_block(before), spare = common_block(after);
  shapes::bold(left + 130, top, fmt::format("A spare block takes over {} circuits", after.size()));

  // Neighbours in a row above, the failed block and the spare below; one circuit per dimension and face.
  std::map<int, double> x_of;
  std::map<int, std::string> port_of;
  for (const std::string& dimension : before.distinct("dimension")) {
    const plot::TableView rows = before.where("dimension", dimension);
    const plot::TableView one = rows.where("switch", rows.number(0, "switch"));
    for (std::size_t row = 0; row < one.size(); ++row) {
      const int a = static_cast<int>(one.number(row, "block_a")), b = static_cast<int>(one.number(row, "block_b"));
      const int neighbour = a == failed ? b : a;
      port_of[neighbour] = dimension + one.label(row, a == failed ? "face_b" : "face_a");
      x_of.emplace(neighbour, left + 16 + 45 * static_cast<double>(x_of.size()));
    }
  }
  const double neighbours_y = top - 36, ends_y = top - 122;
  const double failed_x = left + 74, spare_x = left + 186;
  const auto block = [](double x, double y, int number, const char* fill, const char* edge) {
    shapes::box(x - 15, y - 10, 30, 20, {.fill = fill, .edge = edge});
    shapes::words(x, y, fmt::format("{}", number));
  };
  for (const auto& [neighbour, x] : x_of) {
    shapes::line({x, failed_x}, {neighbours_y - 10, ends_y + 10}, plot::colour::kVermilion, 0.8, "--");
    shapes::line({x, spare_x}, {neighbours_y - 10, ends_y + 10}, plot::colour::kGreen, 1.2);
    block(x, neighbours_y, neighbour, plot::colour::kLight, "#404040");
    shapes::words(x, neighbours_y + 16, port_of[neighbour]);
  }
  block(failed_x, ends_y, failed, "#F6D5C3", plot::colour::kVermilion);
  block(spare_x, ends_y, spare, "#CDEBDD", plot::colour::kGreen);
  shapes::words(failed_x - 20, ends_y, "failed", "right");
  shapes::words(spare_x + 20, ends_y, "spare", "left");
}

void draw(plot::Context& context) {
  shapes::page(plot::kPageInches * 72, kHeight * 72);
  const double top = kHeight * 72 - 9;
  draw_remaps(context, 6, top);
  draw_splice(context, 250, top);
}

}  // namespace

plot::Figure fault_tolerance() {
  return {
      .name = "fault_tolerance",
      .caption =
          "Two methods to keep an address. Left: a sequence of failures, among them one of a spare in use and one of "
          "an idle spare; the name of a failed chip moves to the first free chip of the spare volume. Right: a spare "
          "block replaces a failed one. One of its circuits per dimension and face is shown, before (dashed) and "
          "after, between the block and the port of its neighbour.",
      .alt =
          "Left, a list of failed chips with arrows to spare chips and a falling count of spares. Right, six "
          "neighbouring blocks joined by dashed lines to the failed block and by solid lines to the spare.",
      .width = plot::Width::page,
      .height = kHeight,
      .diagram = true,
      .claims = {"net.spares"},
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures

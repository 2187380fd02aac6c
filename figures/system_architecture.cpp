// The machine as its tables describe it: blocks in rows of racks, one block's mesh with its optical links, and one
// switch per dimension with its ports.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "all.h"
#include "shapes.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

constexpr const char* kExperiment = "net-topology";
constexpr double kHeight = 2.75;

void draw_racks(plot::Context& context, double left, double top) {
  const plot::TableView machine =
      context.table(kExperiment, "machine_sizes").where("active_chips", context.value(kExperiment, "net.active_chips"));
  const std::vector<double> racks = context.table(kExperiment, "address_examples").numbers("rack");
  const int across = static_cast<int>(*std::max_element(racks.begin(), racks.end()));
  const int active = static_cast<int>(machine.number("blocks"));
  const int all = active + static_cast<int>(machine.number("spare_blocks"));
  constexpr double kPitch = 15, kSide = 11;
  shapes::bold(left + kPitch * across / 2, top + 22,
               fmt::format("{} chips in {} racks", context.value(kExperiment, "net.active_chips"), active));
  shapes::words(left + kPitch * across / 2, top + 11, "one block per rack");
  for (int block = 0; block < all; ++block) {
    const double x = left + kPitch * (block % across);
    const double y = top - kPitch * (block / across + 1) - (block < active ? 0 : 8);
    shapes::box(x, y + (kPitch - kSide), kSide, kSide,
                {.fill = block < active ? plot::colour::kSky : plot::colour::kYellow});
  }
  const double below = top - kPitch * ((all - 1) / across + 1) - 8;
  shapes::words(left + kPitch * (all - active) + 4, below + 8, fmt::format("{} spare blocks,", all - active), "left");
  shapes::words(left + kPitch * (all - active) + 4, below - 1,
                fmt::format("{} chips", context.value(kExperiment, "net.spare_chips")), "left");
}

void draw_block(plot::Context& context, double left, double bottom, double middle, double top) {
  const std::string kBlock = "torus 4x4x4";  // a block with its own wrap-around links: mesh and optical links at once
  const plot::TableView nodes = context.table(kExperiment, "example_nodes").where("topology", kBlock);
  const plot::TableView links = context.table(kExperiment, "example_links").where("topology", kBlock);
  const shapes::Projection projection{.left = left, .bottom = bottom, .step = 25, .depth_x = 0.46, .depth_y = 0.34};
  const auto place = [&](double chip) {
    const std::size_t row = static_cast<std::size_t>(chip);
    return std::array<double, 3>{nodes.number(row, "x"), nodes.number(row, "y"), nodes.number(row, "z")};
  };
  shapes::Strokes mesh, optical;
  int ends = 0;
  for (std::size_t row = 0; row < links.size(); ++row) {
    const auto from = place(links.number(row, "from")), to = place(links.number(row, "to"));
    if (links.label(row, "wraps") == "no") {
      const auto [x0, y0] = projection.at(from[0], from[1], from[2]);
      const auto [x1, y1] = projection.at(to[0], to[1], to[2]);
      mesh.add(x0, y0, x1, y1);
      continue;
    }
    const std::size_t dimension = static_cast<std::size_t>(links.number(row, "dimension"));
    for (const auto& end : {from, to}) {
      std::array<double, 3> out = end;
      out[dimension] += end[dimension] == 0 ? -0.45 : 0.45;
      const auto [x0, y0] = projection.at(end[0], end[1], end[2]);
      const auto [x1, y1] = projection.at(out[0], out[1], out[2]);
      optical.add(x0, y0, x1, y1);
      ++ends;
    }
  }
  shapes::strokes(mesh, plot::colour::kGrey, 0.5);
  shapes::strokes(optical, plot::colour::kVermilion, 0.7);
  plot::plt::Numbers x, y;
  for (std::size_t row = 0; row < nodes.size(); ++row) {
    const auto [px, py] = projection.at(nodes.number(row, "x"), nodes.number(row, "y"), nodes.number(row, "z"));
    x.push_back(px);
    y.push_back(py);
  }
  shapes::dots(x, y, plot::colour::kBlue, 9);
  shapes::bold(middle, top + 22, fmt::format("one block: {} chips", nodes.size()));
  shapes::words(middle, top + 11, fmt::format("electrical mesh, {} optical links", ends));
}

void draw_switches(plot::Context& context, double left, double top) {
  const plot::TableView ports = context.table(kExperiment, "ocs_ports");
  const double per_switch = context.value(kExperiment, "net.ocs.ports");
  const double blocks = per_switch / 2;
  constexpr double kPitch = 19, kWide = 44, kGap = 11;
  shapes::bold(left + (3 * kWide + 2 * kGap) / 2, top + 22,
               fmt::format("{} switches, {} ports each", context.value(kExperiment, "net.ocs.count"), per_switch));
  shapes::words(left + (3 * kWide + 2 * kGap) / 2, top + 11, "set for a twisted torus of two blocks");
  double x = left;
  for (const std::string& dimension : ports.distinct("dimension")) {
    const plot::TableView rows = ports.where("dimension", dimension);
    const plot::TableView one = rows.where("switch", rows.number(0, "switch"));
    const std::size_t used = one.distinct("block").size();
    const double bottom = top - kPitch * static_cast<double>(used) - 62;
    shapes::box(x, bottom, kWide, top - bottom, {.fill = plot::colour::kLight});
    shapes::words(x + kWide / 2, bottom - 8,
                  fmt::format("{}({:.0f},{:.0f})", dimension, one.number(0, "u"), one.number(0, "v")));
    shapes::words(x + 8, top - 8, "+");
    shapes::words(x + kWide - 8, top - 8, "−");
    const auto y_of = [&](double block) { return top - 22 - kPitch * block; };
    for (std::size_t row = 0; row < one.size(); ++row) {
      if (one.label(row, "face") != "+") continue;
      const bool crosses = one.label(row, "connected_face") == "-";
      shapes::line({x + 8, crosses ? x + kWide - 8 : x + 8},
                   {y_of(one.number(row, "block")), y_of(one.number(row, "connected_block"))}, plot::colour::kVermilion,
                   1.0);
    }
    plot::plt::Numbers lit_x, lit_y, dark_x, dark_y;
    for (std::size_t block = 0; block < used + 2; ++block) {
      auto& xs = block < used ? lit_x : dark_x;
      auto& ys = block < used ? lit_y : dark_y;
      const double y = block == used + 1 ? bottom + 8 : y_of(static_cast<double>(block));
      xs.insert(xs.end(), {x + 8, x + kWide - 8});
      ys.insert(ys.end(), {y, y});
    }
    shapes::dots(lit_x, lit_y, plot::colour::kBlue, 12, "s");
    shapes::dots(dark_x, dark_y, plot::colour::kGrey, 12, "s");
    shapes::words(x + kWide / 2, bottom + 17, "⋮");
    if (dimension == "x") {
      for (std::size_t block = 0; block < used; ++block)
        shapes::words(x - 4, y_of(static_cast<double>(block)), fmt::format("block {}", block), "right");
      shapes::words(x - 4, bottom + 8, fmt::format("block {:.0f}", blocks - 1), "right");
    }
    x += kWide + kGap;
  }
}

void draw(plot::Context& context) {
  const double width = plot::kPageInches * 72, height = kHeight * 72;
  shapes::page(width, height);
  const double top = height - 30;
  draw_racks(context, 8, top);
  draw_block(context, 172, 30, 228, top);
  draw_switches(context, 352, top);
}

}  // namespace

plot::Figure system_architecture() {
  return {
      .name = "system_architecture",
      .caption =
          "The machine. Left: blocks in rows of racks, and the spare blocks. Middle: one block, with its electrical "
          "mesh in grey and its optical links in red. Right: one optical switch per dimension, with the plus and the "
          "minus port of every block. Two blocks are connected as a twisted torus; the other ports are dark. A regular "
          "torus would connect each block with itself in two of the three. Drawn from the tables of links, ports and "
          "addresses that the checks use.",
      .alt =
          "A grid of rack squares with a row of spares; a cube of chips with links leaving every face; three switch "
          "boxes with ports in two columns, those of two blocks joined crosswise, the rest unconnected.",
      .width = plot::Width::page,
      .height = kHeight,
      .diagram = true,
      .claims = {"net.chips", "net.spares", "tpu.ocs.count"},
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures

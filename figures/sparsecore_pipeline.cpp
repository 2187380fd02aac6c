// One small batch of real ids in the sparse pipeline: id, coordinate, chip, volume, gather, reduce.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "all.h"
#include "shapes.h"
#include "vtpu/base/text.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

constexpr const char* kExperiment = "sparse-ids";
constexpr double kHeight = 3.1;

constexpr const char* kColours[] = {plot::colour::kBlue,      plot::colour::kOrange, plot::colour::kGreen,
                                    plot::colour::kVermilion, plot::colour::kPurple, plot::colour::kSky,
                                    plot::colour::kGrey};

struct Lookup {
  std::string id;
  std::string coordinate;
  std::string chip;
  std::array<int, 3> place{};  // volume, book, chapter of the chip
  double count = 0;
};

std::array<int, 3> place_of(const std::string& chip) {
  std::array<int, 3> place{};
  const std::vector<std::string_view> parts = split(chip.substr(0, chip.find('/')), '.');
  for (std::size_t i = 0; i < place.size() && i < parts.size(); ++i)
    place[i] = std::atoi(std::string(parts[i]).c_str());
  return place;
}

std::vector<Lookup> read(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "pipeline");
  std::vector<Lookup> lookups;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string chip = rows.label(row, "chip");
    lookups.push_back(
        {rows.label(row, "id"), rows.label(row, "mixed"), chip, place_of(chip), rows.number(row, "lookups")});
  }
  return lookups;
}

void draw(plot::Context& context) {
  std::vector<Lookup> lookups = read(context);
  const double width = plot::kPageInches * 72, height = kHeight * 72;
  shapes::page(width, height);
  const double top = height - 42, pitch = (top - 12) / static_cast<double>(lookups.size() - 1);
  const auto y_of = [&](std::size_t row) { return top - pitch * static_cast<double>(row); };
  constexpr double kId = 34, kCoordinate = 112, kChip = 248, kVolume = 330, kGather = 402, kReduce = 474;

  std::sort(lookups.begin(), lookups.end(),
            [](const Lookup& a, const Lookup& b) { return std::stoll(a.id) < std::stoll(b.id); });
  std::vector<std::size_t> by_chip(lookups.size());
  for (std::size_t i = 0; i < by_chip.size(); ++i) by_chip[i] = i;
  std::sort(by_chip.begin(), by_chip.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(lookups[a].place, a) < std::pair(lookups[b].place, b);
  });

  double total = 0;
  for (const Lookup& lookup : lookups) total += lookup.count;
  std::map<int, std::vector<std::size_t>> volumes;  // volume → positions in the order of chips
  for (std::size_t at = 0; at < by_chip.size(); ++at) volumes[lookups[by_chip[at]].place[0]].push_back(at);

  const auto head = [&](double x, const std::string& name, const std::string& count) {
    shapes::bold(x, height - 10, name);
    shapes::words(x, height - 21, count);
  };
  head(kId, "id", fmt::format("{} lookups", total));
  head(kCoordinate, "coordinate", fmt::format("{} distinct", lookups.size()));
  head(kChip, "owning chip", "volume.book.chapter");
  head(kVolume, "volume group", fmt::format("{} messages", volumes.size()));
  head(kGather, "gather", fmt::format("{} rows", lookups.size()));
  head(kReduce, "reduce", "one sum");

  for (std::size_t row = 0; row < lookups.size(); ++row) {
    const Lookup& lookup = lookups[row];
    const std::string times = lookup.count > 1 ? fmt::format("{} (×{})", lookup.id, lookup.count) : lookup.id;
    shapes::words(kId + 24, y_of(row), times, "right");
    shapes::arrow(kId + 28, y_of(row), kCoordinate - 30, y_of(row));
    shapes::words(kCoordinate, y_of(row), lookup.coordinate);
  }
  std::size_t colour = 0;
  for (const auto& [volume, places] : volumes) {
    const std::string ink = kColours[colour++ % std::size(kColours)];
    double middle = 0;
    for (const std::size_t at : places) middle += y_of(at) / static_cast<double>(places.size());
    for (const std::size_t at : places) {
      const Lookup& lookup = lookups[by_chip[at]];
      shapes::flow(kCoordinate + 30, y_of(by_chip[at]), kChip - 28, y_of(at), ink);
      shapes::words(kChip, y_of(at), lookup.chip);
      shapes::flow(kChip + 28, y_of(at), kVolume - 22, middle, ink);
      shapes::flow(kVolume + 22, middle, kGather - 24, y_of(at), ink);
      shapes::box(kGather - 24, y_of(at) - 3, 48, 6, {.fill = ink, .edge = ink});
      shapes::flow(kGather + 24, y_of(at), kReduce - 22, (top + y_of(lookups.size() - 1)) / 2, ink);
    }
    shapes::box(kVolume - 22, middle - 5.5, 44, 11, {.edge = ink});
    shapes::words(kVolume, middle, fmt::format("volume {}", volume));
  }
  const double middle = (top + y_of(lookups.size() - 1)) / 2;
  shapes::box(kReduce - 22, middle - 24, 44, 48, {.fill = plot::colour::kLight});
  shapes::words(kReduce, middle, fmt::format("sum of\n{} rows,\nweights\n= lookups", lookups.size()));
}

}  // namespace

plot::Figure sparsecore_pipeline() {
  return {.name = "sparsecore_pipeline",
          .caption =
              "A skewed batch of real ids in the sparse pipeline: the mixing hash maps each distinct id to a "
              "coordinate, the coordinate names the owning chip, chips are grouped by volume for the message, and rows "
              "are gathered there and summed at the requester. Drawn from a batch of the run.",
          .alt =
              "Flow from ids on the left through coordinates, chips and volume groups to gathered rows and one sum on "
              "the right; lines cross where the hash spreads neighbouring ids over the machine.",
          .width = plot::Width::page,
          .height = kHeight,
          .diagram = true,
          .claims = {"sparse.hash"},
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures

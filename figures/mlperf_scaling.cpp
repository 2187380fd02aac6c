// Time to train by number of chips from the public MLPerf logs, and the time that the paper's ratio over the IPU at 256
// chips requires.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "all.h"
#include "vtpu/base/text.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kFile = "data/published/mlperf_results.csv";

struct Series {
  const char* system;
  const char* round;
  const char* label;
  const char* colour;
  const char* marker;
  const char* line;
};
constexpr Series kSeries[] = {
    {"TPU v4", "v0.7", "TPU v4, v0.7 (older software)", plot::colour::kSky, "v", "none"},
    {"TPU v4", "v1.0", "TPU v4, v1.0", plot::colour::kBlue, "o", ":"},
    {"TPU v4", "v2.0", "TPU v4, v2.0", plot::colour::kBlue, "s", "-"},
    {"NVIDIA A100", "v2.0", "A100, v2.0", plot::colour::kGreen, "^", "-"},
    {"Graphcore MK2 IPU (Bow)", "v2.0", "IPU Bow, v2.0", plot::colour::kOrange, "D", "-"},
};

struct Point {
  double chips;
  double minutes;
};

/// The fastest closed-division submission at every number of chips.
std::vector<Point> points_of(const plot::TableView& file, const std::string& benchmark, const Series& series) {
  const plot::TableView rows = file.where("quantity", "time to train: " + benchmark).where("system", series.system);
  std::vector<Point> points;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string conditions = rows.label(row, "condition");
    if (plot::condition(conditions, "round") != series.round || plot::condition(conditions, "division") != "closed")
      continue;
    const Result<double> chips = parse_number(plot::condition(conditions, "chips"), std::string(kFile) + ", chips");
    if (!chips) throw plot::MissingData(chips.error().message());
    points.push_back({*chips, rows.number(row, "value")});
  }
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return a.chips != b.chips ? a.chips < b.chips : a.minutes < b.minutes;
  });
  points.erase(
      std::unique(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.chips == b.chips; }),
      points.end());
  return points;
}

void draw_benchmark(const plot::TableView& file, const std::string& benchmark, const std::string& row_name) {
  for (const Series& series : kSeries) {
    plt::Numbers chips, minutes;
    for (const Point& point : points_of(file, benchmark, series)) {
      chips.push_back(point.chips);
      minutes.push_back(point.minutes);
    }
    plt::plot(
        chips, minutes,
        {{"color", series.colour}, {"marker", series.marker}, {"linestyle", series.line}, {"label", series.label}});
    if (series.round == std::string("v1.0") && !chips.empty())
      plt::plot({chips.front(), chips.back()}, {minutes.front(), minutes.front() * chips.front() / chips.back()},
                {{"color", plot::colour::kGrey},
                 {"linewidth", 0.8},
                 {"linestyle", "--"},
                 {"label", "TPU v4 if scaling were linear"}});
  }
  const double needed =
      file.where("quantity", "TPU v4 over IPU Bow at 256 chips, " + row_name + ", needed TPU v4 time").number("value");
  const double chips = 256;  // in the row's name
  plt::plot({chips}, {needed},
            {{"color", plot::colour::kVermilion},
             {"marker", "X"},
             {"markersize", 5.5},
             {"linestyle", "none"},
             {"label", "TPU v4 time required by the stated ratio over the IPU"}});
  plt::xscale("log", {{"base", 2.0}});
  plt::yscale("log");
  plt::xticks({8, 32, 128, 512, 2048}, {"8", "32", "128", "512", "2048"});
  plt::yticks({0.1, 0.3, 1, 3, 10, 30}, {"0.1", "0.3", "1", "3", "10", "30"});
  plt::minorticks_off();
  plt::title(benchmark);
  plt::xlabel("chips");
}

void draw(plot::Context& context) {
  const plot::TableView file = context.data(kFile);
  plt::subplots(1, 2, {{"sharey", true}});
  draw_benchmark(file, "BERT", "BERT");
  plt::ylabel("time to train (min)");
  plt::axes(1);
  draw_benchmark(file, "ResNet-50", "ResNet-50");
  plt::figure_legend({{"ncol", 4L}});
}

}  // namespace

plot::Figure mlperf_scaling() {
  return {.name = "mlperf_scaling",
          .caption =
              "Time to train by number of chips, from the public submission logs of MLPerf Training, closed division, "
              "the fastest submission at each size. Round [v1.0]{.lit} (dotted) has no [TPU v4]{.lit} run between its "
              "smallest size and the next. The cross marks the time in that gap that the stated ratio over the IPU "
              "[@jouppi2023tpuv4] requires. It lies below linear scaling.",
          .alt =
              "Two log-log panels, BERT and ResNet-50: time to train falls with chips for TPU v4, A100 and IPU; a "
              "cross below the dashed line of linear scaling marks what the published ratio requires.",
          .width = plot::Width::page,
          .height = 2.7,
          .data = {kFile},
          .draw = draw};
}

}  // namespace vtpu::figures

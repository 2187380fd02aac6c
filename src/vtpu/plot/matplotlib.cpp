#include "vtpu/plot/matplotlib.h"

#include "vtpu/base/file.h"
#include "vtpu/plot/python.h"
#include "vtpu/plot/style.h"
#include "vtpu/plot/system_matplotlibcpp.h"

namespace vtpu::plot::plt {
namespace {

using Arguments = std::vector<Value>;

py::object pyplot() { return py::module_::import("matplotlib.pyplot"); }

py::dict to_python(const Keywords& keywords) {
  py::dict dictionary;
  for (const auto& [name, value] : keywords) dictionary[py::str(name)] = py::cast(value);
  return dictionary;
}

py::tuple to_python(const Arguments& arguments) {
  py::tuple tuple(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) tuple[i] = py::cast(arguments[i]);
  return tuple;
}

void call(const char* function, const Arguments& arguments, const Keywords& keywords) {
  guarded([&] {
    if (drawn_by_system_matplotlibcpp(function, arguments, keywords)) return;
    pyplot().attr(function)(*to_python(arguments), **to_python(keywords));
  });
}

}  // namespace

void figure_size(double width, double height) { call("figure", {}, {{"figsize", Numbers{width, height}}}); }

void subplots(long rows, long columns, const Keywords& keywords) {
  guarded([&] {
    const py::object current = pyplot().attr("gcf")();
    current.attr("subplots")(rows, columns, **to_python(keywords));
    pyplot().attr("sca")(py::list(current.attr("axes"))[0]);
  });
}

void axes(long index) {
  guarded([&] { pyplot().attr("sca")(pyplot().attr("gcf")().attr("axes").attr("__getitem__")(index)); });
}

void close() { call("close", {std::string("all")}, {}); }

void rc(const std::string& name, const Value& value) {
  guarded([&] { py::module_::import("matplotlib").attr("rcParams")[py::str(name)] = py::cast(value); });
}

void rc_defaults() { call("rcdefaults", {}, {}); }

void plot(const Numbers& x, const Numbers& y, const Keywords& keywords) { call("plot", {x, y}, keywords); }
void loglog(const Numbers& x, const Numbers& y, const Keywords& keywords) { call("loglog", {x, y}, keywords); }
void semilogx(const Numbers& x, const Numbers& y, const Keywords& keywords) { call("semilogx", {x, y}, keywords); }
void semilogy(const Numbers& x, const Numbers& y, const Keywords& keywords) { call("semilogy", {x, y}, keywords); }
void scatter(const Numbers& x, const Numbers& y, const Keywords& keywords) { call("scatter", {x, y}, keywords); }

void errorbar(const Numbers& x, const Numbers& y, const Numbers& low, const Numbers& high, const Keywords& keywords) {
  Numbers below, above;
  for (std::size_t i = 0; i < y.size(); ++i) {
    below.push_back(y[i] - low.at(i));
    above.push_back(high.at(i) - y[i]);
  }
  Keywords all = keywords;
  all["yerr"] = std::vector<Numbers>{below, above};
  call("errorbar", {x, y}, all);
}

void bar(const Numbers& x, const Numbers& height, const Keywords& keywords) { call("bar", {x, height}, keywords); }
void barh(const Numbers& y, const Numbers& width, const Keywords& keywords) { call("barh", {y, width}, keywords); }
void fill(const Numbers& x, const Numbers& y, const Keywords& keywords) { call("fill", {x, y}, keywords); }

void fill_between(const Numbers& x, const Numbers& low, const Numbers& high, const Keywords& keywords) {
  call("fill_between", {x, low, high}, keywords);
}

void axhline(double y, const Keywords& keywords) { call("axhline", {y}, keywords); }
void axvline(double x, const Keywords& keywords) { call("axvline", {x}, keywords); }
void axhspan(double low, double high, const Keywords& keywords) { call("axhspan", {low, high}, keywords); }
void axvspan(double low, double high, const Keywords& keywords) { call("axvspan", {low, high}, keywords); }

void text(double x, double y, const std::string& words, const Keywords& keywords, const Keywords& box) {
  guarded([&] {
    py::dict all = to_python(keywords);
    if (!box.empty()) all["bbox"] = to_python(box);
    pyplot().attr("text")(x, y, words, **all);
  });
}

void annotate(const std::string& words, double x, double y, const Keywords& keywords, const Keywords& arrow) {
  guarded([&] {
    py::dict all = to_python(keywords);
    if (!arrow.empty()) all["arrowprops"] = to_python(arrow);
    pyplot().attr("annotate")(words, py::make_tuple(x, y), **all);
  });
}

void title(const std::string& words, const Keywords& keywords) { call("title", {words}, keywords); }
void xlabel(const std::string& words, const Keywords& keywords) { call("xlabel", {words}, keywords); }
void ylabel(const std::string& words, const Keywords& keywords) { call("ylabel", {words}, keywords); }
void legend(const Keywords& keywords) { call("legend", {}, keywords); }

void figure_legend(const Keywords& keywords) {
  guarded([&] {
    const py::tuple entries = pyplot().attr("gca")().attr("get_legend_handles_labels")();
    const py::object figure = pyplot().attr("gcf")();
    const py::object legend = figure.attr("legend")(entries[0], entries[1], py::arg("loc") = "upper center",
                                                    py::arg("borderaxespad") = 0.1, **to_python(keywords));
    // Matplotlib 3.6 ignores the legend when it lays out the axes: restrict them to the space below it.
    const py::object renderer = figure.attr("canvas").attr("get_renderer")();
    const double height = legend.attr("get_window_extent")(renderer).attr("height").cast<double>() /
                          figure.attr("bbox").attr("height").cast<double>();
    figure.attr("get_layout_engine")().attr("set")(py::arg("rect") = py::make_tuple(0.0, 0.0, 1.0, 1.0 - height));
  });
}

void figure_note(const std::string& words) {
  // Drawn as the figure's common x label, so that the layout reserves space for it.
  guarded([&] {
    pyplot().attr("gcf")().attr("supxlabel")(words, py::arg("x") = 1.0, py::arg("ha") = "right",
                                             py::arg("fontsize") = kSmallPoints, py::arg("color") = colour::kGrey);
  });
}

void xlim(double low, double high) { call("xlim", {low, high}, {}); }
void ylim(double low, double high) { call("ylim", {low, high}, {}); }
void xscale(const std::string& name, const Keywords& keywords) { call("xscale", {name}, keywords); }
void yscale(const std::string& name, const Keywords& keywords) { call("yscale", {name}, keywords); }

void xticks(const Numbers& places, const Strings& labels, const Keywords& keywords) {
  call("xticks", {places, labels}, keywords);
}

void yticks(const Numbers& places, const Strings& labels, const Keywords& keywords) {
  call("yticks", {places, labels}, keywords);
}

void minorticks_off() { call("minorticks_off", {}, {}); }
void tick_params(const Keywords& keywords) { call("tick_params", {}, keywords); }
void grid(bool visible, const Keywords& keywords) { call("grid", {visible}, keywords); }
void axis(const std::string& option) { call("axis", {option}, {}); }

std::string render(const std::string& format, const Metadata& metadata) {
  return guarded([&] {
    py::dict entries;
    for (const auto& [name, value] : metadata) entries[py::str(name)] = value;
    entries[format == "pdf" ? "CreationDate" : "Date"] = py::none();
    const py::object buffer = py::module_::import("io").attr("BytesIO")();
    pyplot().attr("savefig")(buffer, py::arg("format") = format, py::arg("metadata") = entries);
    return buffer.attr("getvalue")().cast<std::string>();
  });
}

void savefig(const std::filesystem::path& path, const Metadata& metadata) {
  const std::string extension = path.extension().string();
  const std::string bytes = render(extension.empty() ? extension : extension.substr(1), metadata);
  if (const Result<void> wrote = write_file(path, bytes); !wrote) throw std::runtime_error(wrote.error().message());
}

}  // namespace vtpu::plot::plt

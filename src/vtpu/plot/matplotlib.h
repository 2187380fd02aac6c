#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

/// Matplotlib's pyplot, call by call, with matplotlibcpp's interface: functions act on the current figure and axes, and
/// keyword arguments are passed on unchanged, as in `plt::plot(x, y, {{"color", "black"}, {"linewidth", 1.5}})`.
/// Every function needs a living `Interpreter` and throws `PythonError`, with the traceback, in the call that failed.
/// Meanings, units and keywords are those of pyplot. x and y of one call have the same length.
namespace vtpu::plot::plt {

using Numbers = std::vector<double>;
using Strings = std::vector<std::string>;
/// Value of a keyword. The last alternative is a list of lists, as `errorbar` takes it.
using Value = std::variant<bool, long, double, std::string, Numbers, Strings, std::vector<Numbers>>;
using Keywords = std::map<std::string, Value>;

// ---- figures and axes
/// Creates a figure and makes it current; inches.
void figure_size(double width, double height);
/// Creates rows × columns of axes in the current figure and makes the first current.
void subplots(long rows, long columns, const Keywords& keywords = {});
/// Makes the axes `index` of the current figure current; 0-based, row by row.
void axes(long index);
/// Closes all figures.
void close();
/// Sets one parameter of `matplotlib.rcParams`.
void rc(const std::string& name, const Value& value);
void rc_defaults();

// ---- data
void plot(const Numbers& x, const Numbers& y, const Keywords& keywords = {});
void loglog(const Numbers& x, const Numbers& y, const Keywords& keywords = {});
void semilogx(const Numbers& x, const Numbers& y, const Keywords& keywords = {});
void semilogy(const Numbers& x, const Numbers& y, const Keywords& keywords = {});
void scatter(const Numbers& x, const Numbers& y, const Keywords& keywords = {});
/// Error bars from `low` to `high`, which are the ends of the interval and not distances from y.
void errorbar(const Numbers& x, const Numbers& y, const Numbers& low, const Numbers& high,
              const Keywords& keywords = {});
void bar(const Numbers& x, const Numbers& height, const Keywords& keywords = {});
void barh(const Numbers& y, const Numbers& width, const Keywords& keywords = {});
void fill(const Numbers& x, const Numbers& y, const Keywords& keywords = {});
void fill_between(const Numbers& x, const Numbers& low, const Numbers& high, const Keywords& keywords = {});

// ---- lines across the axes
void axhline(double y, const Keywords& keywords = {});
void axvline(double x, const Keywords& keywords = {});
void axhspan(double low, double high, const Keywords& keywords = {});
void axvspan(double low, double high, const Keywords& keywords = {});

// ---- text
/// `box`: properties of a box around the text; empty: no box.
void text(double x, double y, const std::string& words, const Keywords& keywords = {}, const Keywords& box = {});
/// Text about the point (x, y). `arrow`: properties of an arrow to the point, which needs the keyword "xytext"; empty:
/// no arrow.
void annotate(const std::string& words, double x, double y, const Keywords& keywords = {}, const Keywords& arrow = {});
void title(const std::string& words, const Keywords& keywords = {});
void xlabel(const std::string& words, const Keywords& keywords = {});
void ylabel(const std::string& words, const Keywords& keywords = {});
void legend(const Keywords& keywords = {});
/// One legend for the whole figure, with the labels of the current axes, centred above everything else.
void figure_legend(const Keywords& keywords = {});
/// Small grey text at the figure's lower right corner, below everything else.
void figure_note(const std::string& words);

// ---- axes
void xlim(double low, double high);
void ylim(double low, double high);
void xscale(const std::string& name, const Keywords& keywords = {});
void yscale(const std::string& name, const Keywords& keywords = {});
void xticks(const Numbers& places, const Strings& labels, const Keywords& keywords = {});
void yticks(const Numbers& places, const Strings& labels, const Keywords& keywords = {});
void minorticks_off();
void tick_params(const Keywords& keywords);
void grid(bool visible, const Keywords& keywords = {});
/// "off", "equal", …
void axis(const std::string& option);

// ---- output
/// Metadata entries by the names of the format (SVG: Dublin Core; PDF: the information dictionary). Dates are always
/// omitted, so that equal drawings have equal bytes.
using Metadata = std::map<std::string, std::string>;
/// The current figure as the bytes of a file. `format`: "svg" or "pdf".
std::string render(const std::string& format, const Metadata& metadata = {});
/// Writes the current figure to a file, atomically, in the format of its extension.
void savefig(const std::filesystem::path& path, const Metadata& metadata = {});

}  // namespace vtpu::plot::plt

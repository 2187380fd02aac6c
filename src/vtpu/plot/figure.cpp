#include "vtpu/plot/figure.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text.h"
#include "vtpu/plot/interpreter.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::plot {
namespace {

using Json = nlohmann::ordered_json;

Json declaration(const Figure& figure) {
  return {{"name", figure.name},       {"caption", figure.caption},
          {"alt", figure.alt},         {"width", name_of(figure.width)},
          {"diagram", figure.diagram}, {"claims", figure.claims},
          {"results", figure.results}, {"data", figure.data}};
}

/// The caption without the parts in which digits are allowed.
std::string prose_of(const std::string& caption) {
  static const std::regex marked(R"(\[[^\]]*\]\{[^}]*\}|@[A-Za-z0-9_:-]+)");
  return std::regex_replace(caption, marked, "");
}

std::string wrong_with(const Figure& figure) {
  static const std::regex well_formed("[a-z][a-z0-9_]*");
  if (!std::regex_match(figure.name, well_formed)) return "found a name that is not a file name in lower case";
  if (figure.caption.empty()) return "found no caption";
  if (figure.alt.empty()) return "found no alternative text";
  if (prose_of(figure.caption).find_first_of("0123456789") != std::string::npos)
    return "found a naked digit in the caption";
  if (figure.results.empty() && figure.data.empty()) return "found neither results nor data";
  if (!figure.draw) return "found nothing to draw";
  return {};
}

struct Drawing {
  std::string svg;
  std::string pdf;
};

/// The figure's bytes, or the exception that stopped it.
Drawing draw(const Figure& figure, Context& context) {
  struct Closer {
    ~Closer() {
      try {
        plt::close();
      } catch (const PythonError&) {
        // The drawing's own error is the one to report.
      }
    }
  } closer;
  apply_style();
  plt::figure_size(figure.width == Width::column ? kColumnInches : kPageInches, figure.height);
  figure.draw(context);
  if (context.quick()) plt::figure_note("from a quick run");
  const std::string claims = join(figure.claims, ", ");
  const std::string hash = "sha256:" + context.data_hash();
  return {.svg = plt::render(
              "svg", {{"Title", figure.name}, {"Description", figure.alt}, {"Keywords", claims}, {"Identifier", hash}}),
          .pdf = plt::render("pdf", {{"Title", figure.name}, {"Keywords", claims}, {"Subject", hash}})};
}

Json record_of(const Figure& figure, const Context& context, const Drawing& drawing) {
  return {{"figure", figure.name},
          {"claims", figure.claims},
          {"quick", context.quick()},
          {"used", context.used()},
          {"data_sha256", context.data_hash()},
          {"svg_sha256", sha256(drawing.svg)},
          {"pdf_sha256", sha256(drawing.pdf)}};
}

}  // namespace

const char* name_of(Width width) { return width == Width::column ? "column" : "page"; }

Result<void> validate(const std::vector<Figure>& figures) {
  std::set<std::string> names;
  for (const Figure& figure : figures) {
    const std::string where = "figure '" + figure.name + "'";
    if (const std::string wrong = wrong_with(figure); !wrong.empty()) return Error{where, wrong, ""};
    if (!names.insert(figure.name).second) return Error{where, "found the name twice", "unique names"};
  }
  return {};
}

Result<void> render(const Figure& figure, const Places& places) {
  const std::string where = "figure '" + figure.name + "'";
  Result<Context> context = Context::load(figure.results, figure.data, places.root, places.results);
  if (!context) return Error{where, context.error().message(), ""};
  Drawing drawing;
  try {
    drawing = draw(figure, *context);
  } catch (const std::exception& error) {
    return Error{where, error.what(), ""};
  }
  const std::string record = json_text(record_of(figure, *context, drawing), 1) + "\n";
  const std::pair<const char*, const std::string*> files[] = {
      {".svg", &drawing.svg}, {".pdf", &drawing.pdf}, {".json", &record}};
  for (const auto& [extension, bytes] : files)
    if (Result<void> wrote = write_file_if_changed(places.out / (figure.name + extension), *bytes); !wrote)
      return Error{where, wrote.error().message(), ""};
  return {};
}

int printed(const std::string& text) {
  const Result<void> done = print_text(text);
  if (!done) std::fputs(fmt::format("render_figures: {}\n", done.error().message()).c_str(), stderr);
  return done ? 0 : 1;
}

int figure_main(const std::vector<Figure>& figures, int argc, char** argv) {
  CLI::App app{"Draws the figures of the paper from result files and data."};
  bool list = false;
  Places places;
  std::vector<std::string> wanted;
  app.add_flag("--list", list, "print the declarations as JSON and stop");
  app.add_option("--root", places.root, "the project's folder");
  app.add_option("--results", places.results, "folder of the result files");
  app.add_option("--out", places.out, "folder of the figures");
  app.add_option("name", wanted, "figures to draw; all when none is named");
  const Result<std::string> help = parse_arguments("render_figures", app, argc, argv);
  if (!help) {
    std::fputs(fmt::format("render_figures: {}\n", help.error().message()).c_str(), stderr);
    return 2;
  }
  if (!help->empty()) return printed(*help);
  if (const Result<void> valid = validate(figures); !valid) {
    std::fputs(fmt::format("render_figures: {}\n", valid.error().message()).c_str(), stderr);
    return 1;
  }
  if (list) {
    Json all = Json::array();
    for (const Figure& figure : figures) all.push_back(declaration(figure));
    return printed(json_text(all, 2) + "\n");
  }
  std::vector<std::string> names;
  for (const Figure& figure : figures) names.push_back(figure.name);
  for (const std::string& name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::fputs(fmt::format("render_figures: no figure {}\n", quoted_with_hint(name, names)).c_str(), stderr);
    return 2;
  }
  int failed = 0;
  try {
    const Interpreter interpreter;
    for (const Figure& figure : figures) {
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), figure.name) == wanted.end()) continue;
      const Result<void> done = render(figure, places);
      if (done) continue;
      std::fputs(fmt::format("render_figures: {}\n", done.error().message()).c_str(), stderr);
      ++failed;
    }
  } catch (const PythonError& error) {
    std::fputs(fmt::format("render_figures: {}\n", error.what()).c_str(), stderr);
    return 1;
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace vtpu::plot

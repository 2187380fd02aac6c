#include "vtpu/plot/system_matplotlibcpp.h"

#ifdef VTPU_SYSTEM_MATPLOTLIBCPP
#define WITHOUT_NUMPY  // passes vectors as lists, so that the build does not depend on NumPy's binary interface
#include <matplotlibcpp.h>

#include <optional>

#include "vtpu/plot/python.h"
#endif

namespace vtpu::plot::plt {

#ifdef VTPU_SYSTEM_MATPLOTLIBCPP

namespace {

using Texts = std::map<std::string, std::string>;

std::optional<Texts> all_text(const Keywords& keywords) {
  Texts texts;
  for (const auto& [name, value] : keywords) {
    const std::string* text = std::get_if<std::string>(&value);
    if (!text) return std::nullopt;
    texts[name] = *text;
  }
  return texts;
}

bool draw(std::string_view function, const std::vector<Value>& arguments, const Texts& texts) {
  namespace system = matplotlibcpp;
  if (function == "plot") {
    system::plot(std::get<Numbers>(arguments[0]), std::get<Numbers>(arguments[1]), texts);
  } else if (function == "title") {
    system::title(std::get<std::string>(arguments[0]), texts);
  } else if (function == "xlabel") {
    system::xlabel(std::get<std::string>(arguments[0]), texts);
  } else if (function == "ylabel") {
    system::ylabel(std::get<std::string>(arguments[0]), texts);
  } else if (function == "legend") {
    system::legend(texts);
  } else if (function == "grid" && texts.empty()) {
    system::grid(std::get<bool>(arguments[0]));
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool uses_system_matplotlibcpp() { return true; }

bool drawn_by_system_matplotlibcpp(std::string_view function, const std::vector<Value>& arguments,
                                   const Keywords& keywords) {
  const std::optional<Texts> texts = all_text(keywords);
  if (!texts) return false;
  try {
    const bool drawn = draw(function, arguments, *texts);
    if (PyErr_Occurred()) throw py::error_already_set();
    return drawn;
  } catch (const py::error_already_set&) {
    throw;
  } catch (const std::runtime_error&) {
    // "Call to title() failed.": the reason is Python's pending exception.
    if (PyErr_Occurred()) throw py::error_already_set();
    throw;
  }
}

#else

bool uses_system_matplotlibcpp() { return false; }

bool drawn_by_system_matplotlibcpp(std::string_view, const std::vector<Value>&, const Keywords&) { return false; }

#endif

}  // namespace vtpu::plot::plt

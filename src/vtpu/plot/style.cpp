#include "vtpu/plot/style.h"

#include "vtpu/plot/matplotlib.h"

namespace vtpu::plot {

void apply_style() {
  plt::rc_defaults();
  const plt::Keywords parameters = {
      // Stable bytes: ids come from the salt, and text is drawn as outlines of fonts that ship with Matplotlib.
      {"svg.hashsalt", "vtpu"},
      {"svg.fonttype", "path"},
      {"pdf.fonttype", 42L},
      // Fonts: STIX resembles Times, the paper's face; DejaVu has the glyphs that STIX lacks.
      {"font.family", plt::Strings{"STIXGeneral", "DejaVu Serif"}},
      {"mathtext.fontset", "stix"},
      {"font.size", kTextPoints},
      {"axes.titlesize", kTextPoints},
      {"axes.labelsize", kTextPoints},
      {"xtick.labelsize", kSmallPoints},
      {"ytick.labelsize", kSmallPoints},
      {"legend.fontsize", kSmallPoints},
      // Lines and colours.
      {"axes.prop_cycle",
       "cycler('color', ['#0072B2', '#D55E00', '#009E73', '#E69F00', '#CC79A7', '#56B4E9', '#000000'])"},
      {"axes.spines.top", false},
      {"axes.spines.right", false},
      {"axes.linewidth", 0.6},
      {"axes.axisbelow", true},
      {"axes.grid", true},
      {"grid.linewidth", 0.4},
      {"grid.color", "#D9D9D9"},
      {"lines.linewidth", 1.2},
      {"lines.markersize", 3.5},
      {"patch.linewidth", 0.6},
      {"hatch.linewidth", 0.5},
      {"xtick.major.width", 0.6},
      {"ytick.major.width", 0.6},
      {"xtick.minor.width", 0.4},
      {"ytick.minor.width", 0.4},
      {"xtick.major.size", 3.0},
      {"ytick.major.size", 3.0},
      {"legend.frameon", false},
      {"legend.handlelength", 1.6},
      {"legend.columnspacing", 1.2},
      {"legend.borderaxespad", 0.3},
      // The layout reserves space for labels, so that none is cut off.
      {"figure.constrained_layout.use", true},
      {"figure.constrained_layout.h_pad", 0.03},
      {"figure.constrained_layout.w_pad", 0.03},
      {"axes.unicode_minus", true},
  };
  for (const auto& [name, value] : parameters) plt::rc(name, value);
}

}  // namespace vtpu::plot

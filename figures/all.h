#pragma once
#include <vector>

#include "vtpu/plot/figure.h"

namespace vtpu::figures {

#define FIGURE(name) plot::Figure name();
#include "list.def"
#undef FIGURE

/// Every figure of list.def, in its order.
inline std::vector<plot::Figure> all() {
  return {
#define FIGURE(name) name(),
#include "list.def"
#undef FIGURE
  };
}

}  // namespace vtpu::figures

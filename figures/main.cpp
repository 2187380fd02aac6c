#include "all.h"
#include "network_view.h"
#include "vtpu/base/program.h"

int main(int argc, char** argv) {
  return vtpu::guarded_main([&] {
    if (vtpu::figures::asks_for_network_view(argc, argv)) return vtpu::figures::network_view_main(argc, argv);
    return vtpu::plot::figure_main(vtpu::figures::all(), argc, argv);
  });
}

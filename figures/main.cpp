#include "all.h"

int main(int argc, char** argv) { return vtpu::plot::figure_main(vtpu::figures::all(), argc, argv); }

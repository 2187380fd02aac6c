#include "reference.h"

extern "C" __attribute__((visibility("default"))) const ReferenceEntry* vtpu_references(std::size_t* count) {
#define PROGRAM(name) {#name, reference_##name},
  static const ReferenceEntry kAll[] = {
#include "../list.def"
#include "../unseen.def"
#include "../geometry.def"
  };
#undef PROGRAM
  *count = sizeof(kAll) / sizeof(kAll[0]);
  return kAll;
}

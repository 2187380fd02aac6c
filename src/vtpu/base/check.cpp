#include "vtpu/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace vtpu {

void check_failed(const char* condition, const char* invariant) {
  std::fprintf(stderr, "internal error: %s (%s does not hold). This is a bug of ours; please report it.\n", invariant,
               condition);
  std::abort();
}

}  // namespace vtpu

#include "vtpu/artifact/tables/all.h"

namespace vtpu::artifact {

const std::vector<TableDeclaration>& all_tables() {
  static const std::vector<TableDeclaration> list = {
#define TABLE(name) tables::name(),
#include "vtpu/artifact/tables/list.def"
#undef TABLE
  };
  return list;
}

}  // namespace vtpu::artifact

#pragma once
#include "vtpu/artifact/table.h"

namespace vtpu::artifact::tables {

#define TABLE(name) TableDeclaration name();
#include "vtpu/artifact/tables/list.def"
#undef TABLE

}  // namespace vtpu::artifact::tables

#pragma once
#include "vtpu/base/index.h"

namespace vtpu::model {

/// The number of a token in a vocabulary.
using Token = Index<struct TokenTag>;

}  // namespace vtpu::model

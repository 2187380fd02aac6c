#pragma once
#include <string_view>

namespace vtpu::chat {

/// The text of a file of the repository, as it was when the program was built. CMakeLists.txt lists the files.
std::string_view text_of(std::string_view file);

}  // namespace vtpu::chat

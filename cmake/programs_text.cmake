# cmake -DFOLDER=… -DOUTPUT=… -P programs_text.cmake: writes the texts of the programs in FOLDER into one C++ source,
# so that a binary needs no files at run time.
file(GLOB texts ${FOLDER}/*.phx)
set(rows "")
foreach(text ${texts})
  get_filename_component(name ${text} NAME_WE)
  file(READ ${text} content)
  string(APPEND rows "    {\"${name}\", R\"phx(${content})phx\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include <string_view>

#include \"vtpu/base/check.h\"
#include \"vtpu/kernels/programs/parts.h\"

namespace vtpu::kernels {
namespace {

struct Text {
  std::string_view name, text;
};
constexpr Text kTexts[] = {
${rows}};

}  // namespace

std::string_view source_of(std::string_view name) {
  for (const Text& text : kTexts)
    if (text.name == name) return text.text;
  VTPU_CHECK(false, \"every program has its text\");
  return {};
}

}  // namespace vtpu::kernels
")

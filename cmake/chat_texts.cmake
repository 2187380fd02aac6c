# cmake -DROOT=… "-DFILES=a;b" -DOUTPUT=… -P chat_texts.cmake: writes the files below ROOT into one C++ source, so that
# vtpu-chat needs no files at run time.
set(rows "")
foreach(file ${FILES})
  file(READ ${ROOT}/${file} content)
  string(APPEND rows "    {\"${file}\", R\"text(${content})text\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"programs/vtpu-chat/texts.h\"
#include \"vtpu/base/check.h\"

namespace vtpu::chat {
namespace {

struct Text {
  std::string_view file, text;
};
constexpr Text kTexts[] = {
${rows}};

}  // namespace

std::string_view text_of(std::string_view file) {
  for (const Text& text : kTexts)
    if (text.file == file) return text.text;
  VTPU_CHECK(false, \"every file has its text\");
  return {};
}

}  // namespace vtpu::chat
")

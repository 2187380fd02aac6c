# cmake -DFOLDER=… -DOUTPUT=… -P shipped_costs.cmake: writes the cost tables in FOLDER into one C++ source, so that a
# binary needs no files at run time.
file(GLOB tables ${FOLDER}/*.json)
set(rows "")
foreach(table ${tables})
  get_filename_component(name ${table} NAME)
  file(READ ${table} content)
  string(APPEND rows "    {\"${name}\", R\"json(${content})json\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"vtpu/compiler/costs/shipped.h\"

namespace vtpu::compiler {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTables[] = {
${rows}};

}  // namespace

std::span<const std::pair<std::string_view, std::string_view>> shipped_costs() { return kTables; }

}  // namespace vtpu::compiler
")

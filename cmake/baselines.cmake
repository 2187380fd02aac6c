# Reads the table of baselines and their compiler flags (src/vtpu/study/baselines/compilers.def).
set(VTPU_BASELINES_TABLE ${CMAKE_SOURCE_DIR}/src/vtpu/study/baselines/compilers.def)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${VTPU_BASELINES_TABLE})

# Sets <kind>_<compiler>_NAMES to the names of the rows of that kind and compiler, and <kind>_<name>_FLAGS to the flags
# of each, as a list.
function(vtpu_read_baselines)
  set(row "^BASELINE\\(([a-z]+), *([a-z0-9_]+), *([a-z]+), *\"([^\"]*)\"\\)$")
  file(STRINGS ${VTPU_BASELINES_TABLE} lines REGEX "^BASELINE")
  foreach(line ${lines})
    if(NOT line MATCHES "${row}")
      message(FATAL_ERROR "${VTPU_BASELINES_TABLE}: found '${line}'; "
              "expected BASELINE(kind, name, compiler, \"flags\")")
    endif()
    set(kind ${CMAKE_MATCH_1})
    set(name ${CMAKE_MATCH_2})
    list(APPEND ${kind}_${CMAKE_MATCH_3}_NAMES ${name})
    set(${kind}_${CMAKE_MATCH_3}_NAMES ${${kind}_${CMAKE_MATCH_3}_NAMES} PARENT_SCOPE)
    separate_arguments(flags UNIX_COMMAND "${CMAKE_MATCH_4}")
    set(${kind}_${name}_FLAGS ${flags} PARENT_SCOPE)
  endforeach()
endfunction()
vtpu_read_baselines()

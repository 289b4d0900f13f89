# Finds CAF 0.17, for which Debian ships no package file: CAF::core, CAF::io, and CAF::openssl where it is installed.
# RLTRADER_CAF_LIBRARY_DIR names a folder whose libraries stand in for the system's; headers always come from the system.
find_path(CAF_INCLUDE_DIR caf/all.hpp)

set(CAF_VERSION "")
if(CAF_INCLUDE_DIR AND EXISTS "${CAF_INCLUDE_DIR}/caf/config.hpp")
  # CAF_VERSION counts 1706 for 0.17.6: two digits each.
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" caf_version_line REGEX "#define CAF_VERSION [0-9]+")
  if(caf_version_line MATCHES "CAF_VERSION ([0-9]+)")
    math(EXPR caf_major "${CMAKE_MATCH_1} / 10000")
    math(EXPR caf_minor "${CMAKE_MATCH_1} / 100 % 100")
    math(EXPR caf_patch "${CMAKE_MATCH_1} % 100")
    set(CAF_VERSION "${caf_major}.${caf_minor}.${caf_patch}")
  endif()
endif()

foreach(part core io openssl)
  # A library of the stand-in folder must be seen even when the cache already knows the system's.
  if(RLTRADER_CAF_LIBRARY_DIR AND EXISTS "${RLTRADER_CAF_LIBRARY_DIR}/libcaf_${part}.so")
    set(CAF_${part}_LIBRARY "${RLTRADER_CAF_LIBRARY_DIR}/libcaf_${part}.so" CACHE FILEPATH "CAF's ${part} library" FORCE)
  endif()
  find_library(CAF_${part}_LIBRARY caf_${part})
  if(CAF_${part}_LIBRARY)
    set(CAF_${part}_FOUND TRUE)
  endif()
  mark_as_advanced(CAF_${part}_LIBRARY)
endforeach()
mark_as_advanced(CAF_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_core_LIBRARY CAF_INCLUDE_DIR
  VERSION_VAR CAF_VERSION
  HANDLE_COMPONENTS)

if(CAF_FOUND)
  find_package(Threads REQUIRED)
  set(caf_below_core Threads::Threads)
  set(caf_below_io CAF::core)
  set(caf_below_openssl CAF::io)
  foreach(part core io openssl)
    if(CAF_${part}_LIBRARY AND NOT TARGET CAF::${part})
      add_library(CAF::${part} SHARED IMPORTED)
      set_target_properties(CAF::${part} PROPERTIES
        IMPORTED_LOCATION "${CAF_${part}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
        INTERFACE_LINK_LIBRARIES "${caf_below_${part}}")
    endif()
  endforeach()
endif()

# Every library from outside, by the target name that the folders link. scripts/setup.sh installs the packages.
find_package(Threads REQUIRED)
find_package(CAF 0.17 REQUIRED COMPONENTS core io)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(spdlog 1.10 REQUIRED)  # spdlog::spdlog defines SPDLOG_COMPILED_LIB, without which a unit takes 5 s longer.
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.38 REQUIRED)
find_package(PostgreSQL 13 REQUIRED)  # PostgreSQL::PostgreSQL is libpq
find_package(ZLIB REQUIRED)

# Debian's own package file of libzip wants programs that it does not install, so pkg-config names it.
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET GLOBAL libzip>=1.7)
add_library(libzip::zip ALIAS PkgConfig::LIBZIP)

# Only headers of Boost are used, so an installation without Boost's own package files will do.
find_package(Boost 1.81 QUIET)
if(NOT TARGET Boost::headers)
  find_path(BOOST_INCLUDE_DIR boost/beast/http.hpp REQUIRED)
  add_library(Boost::headers INTERFACE IMPORTED)
  target_include_directories(Boost::headers INTERFACE "${BOOST_INCLUDE_DIR}")
endif()

set(RLTRADER_TESTS_FOUND OFF)
if(NOT RLTRADER_TESTS STREQUAL "OFF")
  if(RLTRADER_TESTS STREQUAL "ON")
    find_package(GTest REQUIRED)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
  else()
    find_package(GTest QUIET)
    find_package(Python3 QUIET COMPONENTS Interpreter)
  endif()
  if(GTest_FOUND AND Python3_FOUND)
    set(RLTRADER_TESTS_FOUND ON)
  else()
    message(STATUS "GoogleTest or Python 3 is missing: tests are left out")
  endif()
  find_package(benchmark QUIET)
endif()

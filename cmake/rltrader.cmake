# How targets are made: one library a folder, executables, tests and benchmarks, all with the same flags and paths.
#
#   rltrader_library(<name> [COLD] SOURCES a.cpp HEADERS a.hpp LINKS targets...)     makes rltrader_<name>, without .cpp an interface
#   rltrader_executable(<name> SOURCES main.cpp LINKS targets...)             makes bin/<name>
#   rltrader_test(<name> SOURCES a_test.cpp LINKS targets... [LABEL unit] [TIMEOUT seconds] [SERIAL] [SERVERS ...])    makes bin/tests/<name>
#   rltrader_script_test(<name> SCRIPT check.py [ARGS ...] [LABEL house] [TIMEOUT seconds] [SERIAL] [SERVERS ...])     runs a Python script
#   rltrader_bench(<name> SOURCES a_bench.cpp LINKS targets... [PLAIN])       makes bin/bench/<name>; PLAIN brings its own main
#
# A library's links are public: what a header of the folder includes, its users need too.
# SERVERS postgres timescale: ctest starts these before the test and stops them after the last one that needs them. The test finds
# their folders in RLTRADER_TEST_POSTGRES and RLTRADER_TEST_TIMESCALE; the file url in there says where the server is. Without it a
# file left_out has the reason to skip by. Several tests share a server: each makes a schema or a database of its own, and one that
# kills its server starts its own by scripts/postgres-test-server.sh.
# COLD: it waits for sockets and people more than it computes, so the release build spends a fifth less time on it.

# Adds a folder when it has a CMakeLists.txt, so that a folder can join at any time.
function(rltrader_folder folder)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt")
    add_subdirectory(${folder})
  endif()
endfunction()

function(rltrader_refuse_unknown function name unknown)
  if(unknown)
    message(FATAL_ERROR "${function}(${name}): not understood: ${unknown}")
  endif()
endfunction()

function(rltrader_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "COLD" "" "SOURCES;HEADERS;LINKS")
  rltrader_refuse_unknown(rltrader_library ${name} "${arg_UNPARSED_ARGUMENTS}")
  set(target rltrader_${name})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES} ${arg_HEADERS})
    target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE rltrader_flags PUBLIC ${arg_LINKS})
    target_compile_features(${target} PUBLIC cxx_std_20)
    rltrader_stamp_commit(${target} "${arg_SOURCES}")
    if(arg_COLD)
      target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
    endif()
    if(RLTRADER_UNITY)
      set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 4)
    endif()
  else()
    add_library(${target} INTERFACE ${arg_HEADERS})
    target_include_directories(${target} INTERFACE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} INTERFACE ${arg_LINKS})
    target_compile_features(${target} INTERFACE cxx_std_20)
  endif()
endfunction()

function(rltrader_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;LINKS")
  rltrader_refuse_unknown(rltrader_executable ${name} "${arg_UNPARSED_ARGUMENTS}")
  add_executable(${name} ${arg_SOURCES} ${arg_HEADERS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE rltrader_flags ${arg_LINKS})
  rltrader_stamp_commit(${name} "${arg_SOURCES}")
endfunction()

function(rltrader_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "LABEL;TIMEOUT" "SOURCES;HEADERS;LINKS;SERVERS")
  rltrader_refuse_unknown(rltrader_test ${name} "${arg_UNPARSED_ARGUMENTS}")
  add_executable(${name} ${arg_SOURCES} ${arg_HEADERS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE rltrader_flags ${arg_LINKS} GTest::gmock_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/tests")
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  rltrader_describe_test(${name} "${arg_LABEL}" "${arg_TIMEOUT}" "${arg_SERIAL}")
  rltrader_need_servers(${name} "${arg_SERVERS}")
endfunction()

function(rltrader_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "SCRIPT;LABEL;TIMEOUT" "ARGS;SERVERS")
  rltrader_refuse_unknown(rltrader_script_test ${name} "${arg_UNPARSED_ARGUMENTS}")
  add_test(NAME ${name} COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_SOURCE_DIR}/${arg_SCRIPT}" ${arg_ARGS})
  rltrader_describe_test(${name} "${arg_LABEL}" "${arg_TIMEOUT}" "${arg_SERIAL}")
  rltrader_need_servers(${name} "${arg_SERVERS}")
endfunction()

# Label, time-out and environment of a test. Time-outs are for a loaded machine with two cores; sanitizers get a multiple.
function(rltrader_describe_test name label timeout serial)
  if(NOT label)
    set(label unit)
  endif()
  set(seconds_unit 60)
  set(seconds_actor 120)
  set(seconds_store 120)
  set(seconds_house 60)
  set(seconds_e2e 300)
  set(seconds_kill 600)
  if(NOT DEFINED seconds_${label})
    message(FATAL_ERROR "test ${name}: label must be one of unit actor store house e2e kill, was ${label}")
  endif()
  if(NOT timeout)
    set(timeout ${seconds_${label}})
  endif()
  math(EXPR timeout "${timeout} * ${RLTRADER_TIMEOUT_FACTOR}")
  set_tests_properties(${name} PROPERTIES
    LABELS "${label}"
    TIMEOUT ${timeout}
    ENVIRONMENT "RLTRADER_SOURCE_DIR=${PROJECT_SOURCE_DIR};RLTRADER_BIN_DIR=${CMAKE_BINARY_DIR}/bin;RLTRADER_SANITIZE=${RLTRADER_SANITIZE};ASAN_OPTIONS=detect_stack_use_after_return=1;UBSAN_OPTIONS=print_stacktrace=1;TSAN_OPTIONS=halt_on_error=1 second_deadlock_stack=1")
  if(serial)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# Makes a test need servers; the first to need one adds what starts and stops it. A script test that skips ends with 77.
function(rltrader_need_servers name servers)
  foreach(server IN LISTS servers)
    if(NOT server MATCHES "^(postgres|timescale)$")
      message(FATAL_ERROR "test ${name}: a server is postgres or timescale, was ${server}")
    endif()
    set(folder "${CMAKE_BINARY_DIR}/${server}")
    get_property(added GLOBAL PROPERTY rltrader_server_${server})
    if(NOT added)
      set_property(GLOBAL PROPERTY rltrader_server_${server} ON)
      foreach(verb start stop)
        add_test(NAME ${server}_${verb} COMMAND "${PROJECT_SOURCE_DIR}/scripts/${server}-test-server.sh" ${verb} "${folder}")
        # The first start of TimescaleDB downloads and unpacks a Debian.
        set_tests_properties(${server}_${verb} PROPERTIES LABELS store TIMEOUT 900)
      endforeach()
      set_tests_properties(${server}_start PROPERTIES FIXTURES_SETUP ${server})
      set_tests_properties(${server}_stop PROPERTIES FIXTURES_CLEANUP ${server})
    endif()
    string(TOUPPER ${server} upper)
    set_property(TEST ${name} APPEND PROPERTY FIXTURES_REQUIRED ${server})
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "RLTRADER_TEST_${upper}=${folder}")
    set_property(TEST ${name} PROPERTY SKIP_RETURN_CODE 77)
  endforeach()
endfunction()

function(rltrader_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PLAIN" "" "SOURCES;HEADERS;LINKS")
  rltrader_refuse_unknown(rltrader_bench ${name} "${arg_UNPARSED_ARGUMENTS}")
  if(NOT benchmark_FOUND AND NOT arg_PLAIN)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES} ${arg_HEADERS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE rltrader_flags ${arg_LINKS})
  if(NOT arg_PLAIN)
    target_link_libraries(${name} PRIVATE benchmark::benchmark_main)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin/bench")
endfunction()

# runtime/version.cpp alone sees RLTRADER_COMMIT and RLTRADER_VERSION, in a header written at build time and touched only when
# the commit changed; so a commit recompiles one small file.
function(rltrader_stamp_commit target sources)
  if(NOT "version.cpp" IN_LIST sources)
    return()
  endif()
  set(header "${CMAKE_BINARY_DIR}/generated/rltrader_commit.hpp")
  if(NOT TARGET rltrader_commit)
    add_custom_target(rltrader_commit
      COMMAND "${CMAKE_COMMAND}" -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DVERSION=${PROJECT_VERSION} -DHEADER=${header}
              -P "${PROJECT_SOURCE_DIR}/cmake/write_commit.cmake"
      BYPRODUCTS "${header}"
      COMMENT "Asking git for the commit")
  endif()
  add_dependencies(${target} rltrader_commit)
  set_source_files_properties(version.cpp PROPERTIES COMPILE_OPTIONS "-include;${header}" OBJECT_DEPENDS "${header}")
endfunction()

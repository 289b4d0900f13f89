# Compiler flags for our own code, carried by one interface target that every house target links privately.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

# Neither ccache nor mold changes what is built, so both are used where they are and missed nowhere.
if(RLTRADER_CCACHE)
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  endif()
endif()
if(RLTRADER_MOLD)
  find_program(MOLD_PROGRAM mold)
  if(MOLD_PROGRAM)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

add_library(rltrader_flags INTERFACE)
target_compile_features(rltrader_flags INTERFACE cxx_std_20)
target_compile_options(rltrader_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(RLTRADER_WERROR)
  target_compile_options(rltrader_flags INTERFACE -Werror)
endif()

# Whoever waits at a terminal wants errors in colour; ninja's pipe hides the terminal from the compiler.
if(DEFINED ENV{CLICOLOR_FORCE})
  target_compile_options(rltrader_flags INTERFACE -fdiagnostics-color=always)
endif()

# Sanitizers apply to everything that is compiled and linked here; the first report ends the program.
set(RLTRADER_TIMEOUT_FACTOR 1)
if(RLTRADER_SANITIZE)
  add_compile_options(-fsanitize=${RLTRADER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${RLTRADER_SANITIZE})
  if(RLTRADER_SANITIZE MATCHES thread)
    set(RLTRADER_TIMEOUT_FACTOR 8)
    # Asio's fences are unknown to the sanitizer; what crosses threads there goes through its mutexes, which are known.
    target_compile_options(rltrader_flags INTERFACE -Wno-tsan)
    if(NOT RLTRADER_CAF_LIBRARY_DIR OR NOT EXISTS "${RLTRADER_CAF_LIBRARY_DIR}/libcaf_core.so")
      message(FATAL_ERROR "the tsan preset needs CAF built with -fsanitize=thread: run scripts/build-tsan-caf.sh first")
    endif()
  else()
    set(RLTRADER_TIMEOUT_FACTOR 4)
  endif()
  # g++ 12 sees uninitialised values in its own instrumentation, so this one warning is none here; dev and release keep it.
  target_compile_options(rltrader_flags INTERFACE -Wno-maybe-uninitialized)
endif()

# At -O2 gcc 12 takes the empty side of a std::variant or std::optional for a value that is used (its bug 80635 and the like). The
# dev preset keeps the warning, the sanitizers look at what really happens.
target_compile_options(rltrader_flags INTERFACE $<$<CONFIG:Release>:-Wno-maybe-uninitialized>)

# Flags and the one function that turns a folder into a target.
#
# A folder's sources are globbed, so that a new dataset, architecture, analysis or view needs one
# file and one registry line and no change here. Files named *_torch.cpp belong to the folder's
# LibTorch target and are left out when ANISO_TORCH is OFF.

add_library(aniso_flags INTERFACE)
target_include_directories(aniso_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(aniso_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -fno-math-errno -fno-trapping-math)
# What LibTorch says as well: a precompiled header serves only files with the same definitions.
target_compile_definitions(aniso_flags INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
# g++ 12 takes the deliberately undefined operand of its own AVX-512 intrinsics for a mistake
# wherever Eigen inlines one (GCC bug 105593, fixed in 13), and "literal" + std::string for an
# overlapping or too long copy (GCC bug 105651, fixed in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(aniso_flags INTERFACE -Wno-uninitialized -Wno-maybe-uninitialized
    -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
endif()
if(NOT ANISO_ARCH STREQUAL "portable")
  target_compile_options(aniso_flags INTERFACE -march=${ANISO_ARCH})
endif()
if(ANISO_SANITIZE)
  target_compile_options(aniso_flags INTERFACE -fsanitize=${ANISO_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  if(ANISO_SANITIZE MATCHES "undefined")
    # What AddressSanitizer sees as well; these three double the compile time of Eigen code.
    target_compile_options(aniso_flags INTERFACE -fno-sanitize=null,alignment,object-size)
  endif()
  target_link_options(aniso_flags INTERFACE -fsanitize=${ANISO_SANITIZE})
endif()
find_program(ANISO_LLD ld.lld)
if(ANISO_LLD)
  target_link_options(aniso_flags INTERFACE -fuse-ld=lld)
endif()

# Headers compiled once: ANISO_PCH=OFF shows files that forget an include.
function(aniso_precompile name header)
  add_library(${name} OBJECT ${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp)
  target_link_libraries(${name} PRIVATE aniso_flags ${ARGN})
  if(ANISO_PCH)
    target_precompile_headers(${name} PRIVATE <cmake/${header}>)
  endif()
endfunction()
function(aniso_use_precompiled target from)
  if(ANISO_PCH)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()

# aniso_folder(NAME [PUBLIC deps...] [PRIVATE deps...] [TORCH_PUBLIC deps...])
# Builds aniso_NAME from *.cpp and, when ANISO_TORCH is ON and *_torch.cpp exist, aniso_NAME_torch.
function(aniso_folder name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE;TORCH_PUBLIC" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  set(torch_sources ${sources})
  list(FILTER sources EXCLUDE REGEX "_torch\\.cpp$")
  list(FILTER torch_sources INCLUDE REGEX "_torch\\.cpp$")
  if(sources)
    add_library(aniso_${name} STATIC ${sources})
    target_link_libraries(aniso_${name} PUBLIC aniso_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
    aniso_use_precompiled(aniso_${name} aniso_precompiled)
  else()
    add_library(aniso_${name} INTERFACE)
    target_link_libraries(aniso_${name} INTERFACE aniso_flags ${ARG_PUBLIC})
  endif()
  if(ANISO_TORCH AND torch_sources)
    add_library(aniso_${name}_torch STATIC ${torch_sources})
    target_link_libraries(aniso_${name}_torch PUBLIC aniso_${name} ${ARG_TORCH_PUBLIC}
      PRIVATE torch)
  endif()
endfunction()

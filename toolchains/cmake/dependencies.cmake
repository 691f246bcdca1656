# Header-only dependencies, one mechanism for every target: a folder of links to just the headers
# that damask uses. A cross compiler must not see the host's /usr/include.
set(DAMASK_DEPS_DIR ${CMAKE_BINARY_DIR}/deps/include)
set(DAMASK_HOST_INCLUDE /usr/include CACHE PATH "Where the header-only dependencies are installed")

function(damask_link_header name debian_package)
  if(NOT EXISTS ${DAMASK_HOST_INCLUDE}/${name})
    message(FATAL_ERROR "${DAMASK_HOST_INCLUDE}/${name} is missing: install ${debian_package} "
                        "(or run toolchains/bootstrap)")
  endif()
  file(MAKE_DIRECTORY ${DAMASK_DEPS_DIR})
  file(CREATE_LINK ${DAMASK_HOST_INCLUDE}/${name} ${DAMASK_DEPS_DIR}/${name} SYMBOLIC)
endfunction()

damask_link_header(hnswlib libhnswlib-dev)
damask_link_header(cereal libcereal-dev)
damask_link_header(xxhash.h libxxhash-dev)
damask_link_header(tl libexpected-dev)
damask_link_header(tsl robin-map-dev)
damask_link_header(utf8cpp libutfcpp-dev)
damask_link_header(nlohmann nlohmann-json3-dev)
if(DAMASK_BUILD_TESTS)
  damask_link_header(catch2 catch2)
endif()
if(NOT EMSCRIPTEN AND (DAMASK_BUILD_CLI OR DAMASK_BUILD_BENCH OR DAMASK_BUILD_FUZZERS))
  damask_link_header(CLI libcli11-dev)
  damask_link_header(fmt libfmt-dev)
endif()

add_library(damask_deps INTERFACE)
target_include_directories(damask_deps SYSTEM INTERFACE $<BUILD_INTERFACE:${DAMASK_DEPS_DIR}>)

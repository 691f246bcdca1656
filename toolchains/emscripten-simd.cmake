# WebAssembly with 128-bit SIMD.
include(${CMAKE_CURRENT_LIST_DIR}/emscripten.cmake)
set(DAMASK_WASM_SIMD ON CACHE BOOL "" FORCE)

# WebAssembly without SIMD, for engines that lack it.
include(${CMAKE_CURRENT_LIST_DIR}/emscripten.cmake)
set(DAMASK_WASM_SIMD OFF CACHE BOOL "" FORCE)

# WebAssembly with Debian's emscripten; tests run under node.
include(/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)
set(CMAKE_CROSSCOMPILING_EMULATOR node)
# Debian keeps acorn, which emscripten's optimiser needs when it links, outside of node's path.
set(CMAKE_CXX_LINKER_LAUNCHER env NODE_PATH=/usr/share/nodejs)

// What JavaScript sees of the module, and nothing else. js/src/wasm/glue.ts declares the same.
#include <emscripten/bind.h>

#include "engine.hpp"
#include "store.hpp"

using damask::wasm::Store;

EMSCRIPTEN_BINDINGS(damask) {
  using namespace emscripten;
  using namespace damask::wasm;

  function("replyAddress", &replyAddress);
  function("reserveInput", &reserveInput);
  function("version", &version);
  function("targetName", &targetName);
  function("compiledInstructionSets", &compiledInstructionSets);
  function("detectedInstructionSets", &detectedInstructionSets);
  function("activeInstructionSet", &activeInstructionSet);
  function("inspectSnapshot", &inspectSnapshot);
  function("createStore", &createStore, allow_raw_pointers());
  function("openStore", &openStore, allow_raw_pointers());

  class_<Store>("Store")
      .function("options", &Store::options)
      .function("size", &Store::size)
      .function("contains", &Store::contains)
      .function("stats", &Store::stats)
      .function("upsert", &Store::upsert)
      .function("remove", &Store::remove)
      .function("recordUsage", &Store::recordUsage)
      .function("clear", &Store::clear)
      .function("get", &Store::get)
      .function("embedding", &Store::embedding)
      .function("search", &Store::search)
      .function("searchSlots", &Store::searchSlots)
      .function("count", &Store::count)
      .function("nextSlot", &Store::nextSlot)
      .function("idOf", &Store::idOf)
      .function("patternAt", &Store::patternAt)
      .function("embeddingAt", &Store::embeddingAt)
      .function("save", &Store::save);
}

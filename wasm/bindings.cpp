// What JavaScript sees of the module, and nothing else. js/src/wire/module.ts and
// js/src/wasm/glue.ts declare the same; native/addon/ offers the same calls.
#include <emscripten/bind.h>

#include "engine.hpp"
#include "memory.hpp"
#include "store.hpp"

namespace {

using damask::wire::Store;

/// A function of the wire, on the one exchange of this module.
template <auto Function>
auto onExchange() {
  return Function(damask::wasm::exchange());
}

/// Calls `sink(address, bytes)` for each chunk; a sink that returns false ends the save.
double save(Store& store, emscripten::val sink) {
  return store.save([&](std::span<const std::byte> chunk) -> damask::Result<void> {
    const double address = damask::wasm::addressOf(chunk.data());
    if (sink(address, static_cast<double>(chunk.size())).as<bool>()) return {};
    return damask::fail(damask::ErrorCode::outOfMemory,
                        "the receiver of the snapshot could not take a chunk");
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(damask) {
  using namespace emscripten;
  using namespace damask;

  function("statusAddress", &wasm::statusAddress);
  function("reserveInput", &wasm::reserveInput);
  function("releaseInput", &wasm::releaseInput);

  function("version", &onExchange<&wire::version>);
  function("targetName", &onExchange<&wire::targetName>);
  function("compiledInstructionSets", &onExchange<&wire::compiledInstructionSets>);
  function("detectedInstructionSets", &onExchange<&wire::detectedInstructionSets>);
  function("activeInstructionSet", &onExchange<&wire::activeInstructionSet>);
  function("inspectSnapshot", &onExchange<&wire::inspectSnapshot>);
  function("createStore", &onExchange<&wire::createStore>);
  function("openStore", &onExchange<&wire::openStore>);

  class_<Store>("Store")
      .function("options", &Store::options)
      .function("size", &Store::size)
      .function("contains", &Store::contains)
      .function("stats", &Store::stats)
      .function("check", &Store::check)
      .function("upsert", &Store::upsert)
      .function("remove", &Store::remove)
      .function("recordUsage", &Store::recordUsage)
      .function("clear", &Store::clear)
      .function("stage", &Store::stage)
      .function("commitStaged", &Store::commitStaged)
      .function("discardStaged", &Store::discardStaged)
      .function("stagedCount", &Store::stagedCount)
      .function("setBuildThreads", &Store::setBuildThreads)
      .function("beginRebuild", &Store::beginRebuild)
      .function("stepRebuild", &Store::stepRebuild)
      .function("finishRebuild", &Store::finishRebuild)
      .function("cancelRebuild", &Store::cancelRebuild)
      .function("rebuildProgress", &Store::rebuildProgress)
      .function("beginCensus", &Store::beginCensus)
      .function("stepCensus", &Store::stepCensus)
      .function("stepRepair", &Store::stepRepair)
      .function("cancelCensus", &Store::cancelCensus)
      .function("get", &Store::get)
      .function("embedding", &Store::embedding)
      .function("search", &Store::search)
      .function("searchSlots", &Store::searchSlots)
      .function("count", &Store::count)
      .function("matches", &Store::matches)
      .function("nextSlot", &Store::nextSlot)
      .function("idOf", &Store::idOf)
      .function("patternAt", &Store::patternAt)
      .function("patternsAt", &Store::patternsAt)
      .function("embeddingAt", &Store::embeddingAt)
      .function("beginSnapshot", &Store::beginSnapshot)
      .function("stepSnapshot", &Store::stepSnapshot)
      .function("cancelSnapshot", &Store::cancelSnapshot)
      .function("beginJournal", &Store::beginJournal)
      .function("takeJournal", &Store::takeJournal)
      .function("replay", &Store::replay)
      .function("save", &save);
}

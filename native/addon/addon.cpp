// What JavaScript sees of the addon, and nothing else. js/src/wire/module.ts and
// js/src/native/addon.ts declare the same; wasm/bindings.cpp offers the same calls.
#include "addon.hpp"

#include "module_object.hpp"
#include "store_object.hpp"

namespace damask::addon {

using wire::Store;

Napi::Function ModuleObject::define(Napi::Env env) {
  using Self = ModuleObject;
  return DefineClass(
      env, "Module",
      {
          InstanceMethod<&Self::lend>("lend"),
          InstanceMethod<&Self::call<&wire::version>>("version"),
          InstanceMethod<&Self::call<&wire::targetName>>("targetName"),
          InstanceMethod<&Self::call<&wire::compiledInstructionSets>>("compiledInstructionSets"),
          InstanceMethod<&Self::call<&wire::detectedInstructionSets>>("detectedInstructionSets"),
          InstanceMethod<&Self::call<&wire::activeInstructionSet>>("activeInstructionSet"),
          InstanceMethod<&Self::call<&wire::inspectSnapshot>>("inspectSnapshot"),
          InstanceMethod<&Self::make<&wire::createStore>>("createStore"),
          InstanceMethod<&Self::make<&wire::openStore>>("openStore"),
      });
}

Napi::Function StoreObject::define(Napi::Env env) {
  using Self = StoreObject;
  return DefineClass(env, "Store",
                     {
                         InstanceMethod<&Self::call<&Store::options>>("options"),
                         InstanceMethod<&Self::call<&Store::size>>("size"),
                         InstanceMethod<&Self::call<&Store::contains>>("contains"),
                         InstanceMethod<&Self::call<&Store::stats>>("stats"),
                         InstanceMethod<&Self::call<&Store::check>>("check"),
                         InstanceMethod<&Self::call<&Store::upsert>>("upsert"),
                         InstanceMethod<&Self::call<&Store::remove>>("remove"),
                         InstanceMethod<&Self::call<&Store::recordUsage>>("recordUsage"),
                         InstanceMethod<&Self::call<&Store::clear>>("clear"),
                         InstanceMethod<&Self::call<&Store::stage>>("stage"),
                         InstanceMethod<&Self::call<&Store::commitStaged>>("commitStaged"),
                         InstanceMethod<&Self::call<&Store::discardStaged>>("discardStaged"),
                         InstanceMethod<&Self::call<&Store::stagedCount>>("stagedCount"),
                         InstanceMethod<&Self::call<&Store::setBuildThreads>>("setBuildThreads"),
                         InstanceMethod<&Self::call<&Store::beginRebuild>>("beginRebuild"),
                         InstanceMethod<&Self::call<&Store::stepRebuild>>("stepRebuild"),
                         InstanceMethod<&Self::call<&Store::finishRebuild>>("finishRebuild"),
                         InstanceMethod<&Self::call<&Store::cancelRebuild>>("cancelRebuild"),
                         InstanceMethod<&Self::call<&Store::rebuildProgress>>("rebuildProgress"),
                         InstanceMethod<&Self::call<&Store::beginCensus>>("beginCensus"),
                         InstanceMethod<&Self::call<&Store::stepCensus>>("stepCensus"),
                         InstanceMethod<&Self::call<&Store::stepRepair>>("stepRepair"),
                         InstanceMethod<&Self::call<&Store::cancelCensus>>("cancelCensus"),
                         InstanceMethod<&Self::call<&Store::get>>("get"),
                         InstanceMethod<&Self::call<&Store::embedding>>("embedding"),
                         InstanceMethod<&Self::call<&Store::search>>("search"),
                         InstanceMethod<&Self::call<&Store::searchSlots>>("searchSlots"),
                         InstanceMethod<&Self::call<&Store::count>>("count"),
                         InstanceMethod<&Self::call<&Store::matches>>("matches"),
                         InstanceMethod<&Self::call<&Store::nextSlot>>("nextSlot"),
                         InstanceMethod<&Self::call<&Store::idOf>>("idOf"),
                         InstanceMethod<&Self::call<&Store::patternAt>>("patternAt"),
                         InstanceMethod<&Self::call<&Store::patternsAt>>("patternsAt"),
                         InstanceMethod<&Self::call<&Store::embeddingAt>>("embeddingAt"),
                         InstanceMethod<&Self::call<&Store::beginSnapshot>>("beginSnapshot"),
                         InstanceMethod<&Self::call<&Store::stepSnapshot>>("stepSnapshot"),
                         InstanceMethod<&Self::call<&Store::cancelSnapshot>>("cancelSnapshot"),
                         InstanceMethod<&Self::call<&Store::beginJournal>>("beginJournal"),
                         InstanceMethod<&Self::call<&Store::takeJournal>>("takeJournal"),
                         InstanceMethod<&Self::call<&Store::replay>>("replay"),
                         InstanceMethod<&Self::save>("save"),
                         InstanceMethod<&Self::remove>("delete"),
                     });
}

Addon::Addon(Napi::Env env, Napi::Object exports)
    : storeClass_(Napi::Persistent(StoreObject::define(env))) {
  DefineAddon(exports, {InstanceValue("Module", ModuleObject::define(env))});
}

Napi::Value Addon::makeStore(std::unique_ptr<Store> store, Napi::Value module) const {
  return storeClass_.New(
      {Napi::External<std::unique_ptr<Store>>::New(module.Env(), &store), module});
}

}  // namespace damask::addon

using DamaskAddon = damask::addon::Addon;
NODE_API_NAMED_ADDON(damask, DamaskAddon)

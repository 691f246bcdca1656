#pragma once

#include <napi.h>

#include <memory>

#include "store.hpp"

namespace damask::addon {

/// What one environment (the main thread, or a worker) has of the addon; nothing else is kept
/// beside the objects that JavaScript holds.
class Addon : public Napi::Addon<Addon> {
 public:
  Addon(Napi::Env env, Napi::Object exports);

  /// The JavaScript object of a store that belongs to `module`; empty when the environment is
  /// shutting down.
  Napi::Value makeStore(std::unique_ptr<wire::Store> store, Napi::Value module) const;

 private:
  Napi::FunctionReference storeClass_;
};

}  // namespace damask::addon

#pragma once

#include <napi.h>

#include <memory>
#include <type_traits>

#include "store.hpp"

namespace damask::addon {

/// One store as JavaScript holds it. Only the addon itself makes one.
class StoreObject : public Napi::ObjectWrap<StoreObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit StoreObject(const Napi::CallbackInfo& info);

  /// A method of wire::Store that takes nothing or one number.
  template <auto Method>
  Napi::Value call(const Napi::CallbackInfo& info) {
    if (!store_) return refuseDeleted(info);
    if constexpr (std::is_invocable_v<decltype(Method), wire::Store&>)
      return Napi::Number::New(info.Env(), (*store_.*Method)());
    else
      return Napi::Number::New(info.Env(),
                               (*store_.*Method)(info[0].As<Napi::Number>().DoubleValue()));
  }

  /// Calls `sink(bytes)` for each chunk, which gives an ArrayBuffer to copy it to; a sink that
  /// gives none ends the save.
  Napi::Value save(const Napi::CallbackInfo& info);

  /// Frees the store; every other method then throws a TypeError.
  void remove(const Napi::CallbackInfo& info);

 private:
  Napi::Value refuseDeleted(const Napi::CallbackInfo& info) const;

  std::unique_ptr<wire::Store> store_;
};

}  // namespace damask::addon
